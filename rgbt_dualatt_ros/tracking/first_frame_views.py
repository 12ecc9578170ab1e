"""Altered views of the first frame, so that the head does not learn one picture by heart.

Without them the target's score collapses within a few frames (docs/paper.md, first frame).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.tracker_config import SearchConfig
from rgbt_dualatt_ros.tracking.search_window import PairCrop, SearchWindow

_LARGEST_SHIFT = 0.09  # of the target's sides: about half a cell of the map
_SCALES = (0.83, 1.2)
_BRIGHT = (1.35, 12.0)  # gain, bias
_DARK = (0.65, -12.0)
_NOISE = 8.0  # grey levels
_MOTION_PX = 7
_BLUR_PX = 1.5

Image = NDArray[np.uint8]
Change = Callable[[PairCrop, np.random.Generator], PairCrop]


def view_window(box: Box, config: SearchConfig, rng: np.random.Generator) -> SearchWindow:
    """A window slightly off the target and slightly too large or too small."""
    scale = np.exp(rng.uniform(*np.log(_SCALES)))
    shift_x, shift_y = rng.uniform(-_LARGEST_SHIFT, _LARGEST_SHIFT, 2)
    w, h = box.w * scale, box.h * scale
    x, y = box.center
    return SearchWindow.around(
        Box(x + shift_x * box.w - w / 2, y + shift_y * box.h - h / 2, w, h), config
    )


def alter(crop: PairCrop, index: int, rng: np.random.Generator) -> PairCrop:
    """The crop changed in the way of view `index`; the ways repeat."""
    return _CHANGES[index % len(_CHANGES)](crop, rng)


def _per_image(change: Callable[[Image], Image]) -> Change:
    def apply(crop: PairCrop, _: np.random.Generator) -> PairCrop:
        return np.stack([change(image) for image in crop])

    return apply


def _light(gain: float, bias: float) -> Change:
    def apply(crop: PairCrop, _: np.random.Generator) -> PairCrop:
        changed = (crop.astype(np.float32) - 128) * gain + 128 + bias
        return np.asarray(np.clip(changed, 0, 255), np.uint8)

    return apply


def _add_noise(crop: PairCrop, rng: np.random.Generator) -> PairCrop:
    noise = rng.normal(0, _NOISE, crop.shape)
    return np.asarray(np.clip(crop + noise, 0, 255), np.uint8)


def _blur(image: Image) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), _BLUR_PX), np.uint8)


def _smear(image: Image, *, is_vertical: bool) -> Image:
    kernel = np.full((1, _MOTION_PX), 1 / _MOTION_PX, np.float32)
    return np.asarray(cv2.filter2D(image, -1, kernel.T if is_vertical else kernel), np.uint8)


_CHANGES: tuple[Change, ...] = (
    lambda crop, _: crop,
    _per_image(_blur),
    _light(*_BRIGHT),
    _per_image(lambda image: _smear(image, is_vertical=False)),
    _light(*_DARK),
    _add_noise,
    lambda crop, _: crop,
    _per_image(lambda image: _smear(image, is_vertical=True)),
)
