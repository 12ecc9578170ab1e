"""RawFrame: what the two cameras gave at one instant, before anything is done to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class RawFrame:
    """The images of one instant as the cameras gave them: own sizes, own stamps, any depth.

    Attributes:
        rgb: `(H, W, 3)` uint8, red first, or `(H, W)` of a camera without colour; None when the
            camera lost this frame.
        thermal: `(h, w)` uint8 grey levels, uint16 counts or float32, or `(h, w, 3)` of a camera
            that paints it; None when the camera lost it.
        rgb_stamp_ns: stamp of the colour image, ns.
        thermal_stamp_ns: stamp of the thermal image, ns.
        truth: `(4,)` xywh, px of the colour image; NaN where absent or not annotated.
    """

    rgb: NDArray[Any] | None
    thermal: NDArray[Any] | None
    rgb_stamp_ns: int
    thermal_stamp_ns: int
    truth: NDArray[np.float32]
