"""A frame pair, or the target in it, as four planes of the input size of the global nets."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import clip_to_image
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.models.global_attention import INPUT_SIZE

Planes = NDArray[np.uint8]
"""`(4, 192, 256)`: red, green, blue, thermal."""


def frame_planes(pair: FramePair) -> Planes:
    """The whole pair, squeezed to the input size whatever its own proportions (section 3.1)."""
    stacked = np.dstack([pair.rgb, pair.thermal])
    is_smaller = pair.size.width < INPUT_SIZE.width or pair.size.height < INPUT_SIZE.height
    # Averaging over the area cannot enlarge, and interpolation would skip pixels.
    method = cv2.INTER_LINEAR if is_smaller else cv2.INTER_AREA
    resized = cv2.resize(stacked, (INPUT_SIZE.width, INPUT_SIZE.height), interpolation=method)
    return np.ascontiguousarray(resized.transpose(2, 0, 1)).astype(np.uint8, copy=False)


def target_planes(pair: FramePair, box: Box) -> Planes:
    """What lies in `box`, without surroundings, squeezed to the input size as whole pairs are.

    The crop takes every pixel that the box touches. What lies outside the image is left out, so
    that no invented border is learned as part of the target.
    """
    inside = clip_to_image(box.as_array()[None], pair.size, min_side=1.0)[0]
    x, y, width, height = (float(value) for value in inside)
    across = slice(math.floor(x), math.ceil(x + width))
    down = slice(math.floor(y), math.ceil(y + height))
    return frame_planes(FramePair(pair.rgb[down, across], pair.thermal[down, across]))
