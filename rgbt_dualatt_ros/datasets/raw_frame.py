"""RawFrame: what the two cameras gave at one instant, before anything is done to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class RawFrame:
    """The images of one instant as the cameras gave them: own sizes, own stamps, any depth.

    Attributes:
        rgb: `(H, W, 3)` uint8, red first; None when the camera lost this frame.
        thermal: `(h, w)` uint8 grey levels or uint16 counts; None when the camera lost it.
        rgb_stamp_ns: stamp of the colour image, ns.
        thermal_stamp_ns: stamp of the thermal image, ns.
        truth: `(4,)` xywh, px of the colour image; NaN where absent or not annotated.
    """

    rgb: NDArray[np.uint8] | None
    thermal: NDArray[np.uint8] | NDArray[np.uint16] | None
    rgb_stamp_ns: int
    thermal_stamp_ns: int
    truth: NDArray[np.float32]
