"""FramePair: a registered colour and thermal image of one instant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.errors import FramePairError


@dataclass(frozen=True, slots=True, eq=False)
class FramePair:
    """Colour and thermal image of one instant; both show the same scene pixel by pixel.

    Attributes:
        rgb: `(H, W, 3)` uint8, red first.
        thermal: `(H, W)` uint8, warm is bright.
        stamp_ns: time of the colour image, ns since the epoch of the source's clock.
    """

    rgb: NDArray[np.uint8]
    thermal: NDArray[np.uint8]
    stamp_ns: int = 0

    def __post_init__(self) -> None:
        if self.rgb.dtype != np.uint8 or self.rgb.ndim != 3 or self.rgb.shape[2] != 3:
            raise FramePairError(
                f"the colour image must be uint8 (H, W, 3); got {self.rgb.dtype} {self.rgb.shape}"
            )
        if self.thermal.dtype != np.uint8 or self.thermal.ndim != 2:
            raise FramePairError(
                f"the thermal image must be uint8 (H, W); got {self.thermal.dtype} "
                f"{self.thermal.shape}"
            )
        if self.rgb.shape[:2] != self.thermal.shape:
            height, width = self.thermal.shape
            raise FramePairError(
                f"the images differ in size: colour {self.size}, thermal {width}x{height}; "
                "register the thermal image first (imaging/registration.py)"
            )
        if self.rgb.size == 0:
            raise FramePairError("the images are empty")

    @property
    def size(self) -> ImageSize:
        """Size of both images, px."""
        return ImageSize(width=self.rgb.shape[1], height=self.rgb.shape[0])
