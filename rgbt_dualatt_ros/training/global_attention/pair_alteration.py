"""PairAlteration: what is changed in the two frames of a training pair of an annotated video."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes, clip_to_image, cxcywh_to_xywh, xywh_to_cxcywh
from rgbt_dualatt_ros.core.dataset_pairs_config import DatasetPairsConfig
from rgbt_dualatt_ros.core.frame_pair import FramePair

_SMALLEST_SIDE = 1.0


class PairAlteration:
    """One draw of changes; thermal polarity is the same in both frames of a pair.

    Args:
        config: how much is changed.
        rng: everything random is drawn from it, in the order of the calls.
    """

    def __init__(self, config: DatasetPairsConfig, rng: np.random.Generator) -> None:
        self._config = config
        self._rng = rng
        self._is_inverted = bool(rng.random() < config.inverted)

    def frame(self, pair: FramePair, boxes: Boxes) -> tuple[FramePair, Boxes]:
        """The frame, smaller, mirrored and recoloured by chance, and its boxes in its pixels.

        Args:
            boxes: `(N, 4)` xywh, px.

        Returns:
            The frame, and boxes `(N, 4)` cut to it; NaN for those that lie outside.
        """
        pair, boxes = _shrunk(pair, boxes, self._config.largest_side)
        rgb, thermal = self._recoloured(pair.rgb), pair.thermal
        boxes = _inside(boxes, pair.size)
        if self._rng.random() < self._config.mirrored:
            rgb, thermal = rgb[:, ::-1], thermal[:, ::-1]
            boxes = boxes.copy()
            boxes[:, 0] = pair.size.width - boxes[:, 0] - boxes[:, 2]
        if self._is_inverted:
            thermal = np.subtract(255, thermal)
        altered = FramePair(
            np.ascontiguousarray(rgb), np.ascontiguousarray(thermal), pair.stamp_ns
        )
        return altered, boxes

    def jittered(self, boxes: Boxes, size: ImageSize) -> Boxes:
        """Boxes `(N, 4)` as a user may draw them: a little shifted and scaled, in the image."""
        shift, scale = self._config.target_shift, self._config.target_scale
        centered = xywh_to_cxcywh(boxes)
        moves = self._rng.uniform(-shift, shift, (len(boxes), 2))
        factors = np.exp(self._rng.uniform(-scale, scale, (len(boxes), 2)))
        centered[:, :2] += (moves * centered[:, 2:]).astype(np.float32)
        centered[:, 2:] *= factors.astype(np.float32)
        return clip_to_image(cxcywh_to_xywh(centered), size, _SMALLEST_SIDE)

    def _recoloured(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The colour image in other light: contrast, brightness, gamma and tint."""
        amount = self._config.color_change
        if not amount:
            return rgb
        contrast, brightness, gamma = self._rng.uniform(-amount, amount, 3)
        tints = 1 + self._rng.uniform(-amount, amount, 3) / 3
        level = np.linspace(0, 1, 256) ** np.exp(gamma)
        level = (level - 0.5) * (1 + contrast) + 0.5 + brightness / 2
        table = np.clip(255 * level[:, None] * tints, 0, 255).round().astype(np.uint8)
        return np.asarray(cv2.LUT(rgb, table[None]), np.uint8)


def _shrunk(pair: FramePair, boxes: Boxes, largest_side: int) -> tuple[FramePair, Boxes]:
    size = pair.size
    factor = largest_side / max(size.width, size.height)
    if factor >= 1:
        return pair, boxes
    small = (max(1, round(size.width * factor)), max(1, round(size.height * factor)))
    rgb = np.asarray(cv2.resize(pair.rgb, small, interpolation=cv2.INTER_AREA), np.uint8)
    thermal = np.asarray(cv2.resize(pair.thermal, small, interpolation=cv2.INTER_AREA), np.uint8)
    scale = np.array([small[0] / size.width, small[1] / size.height] * 2, np.float32)
    return FramePair(rgb, thermal, pair.stamp_ns), boxes * scale


def _inside(boxes: Boxes, size: ImageSize) -> Boxes:
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    limit = np.array([size.width, size.height], np.float32)
    is_inside = ((low < limit) & (high > 0)).all(axis=1, keepdims=True)
    return np.where(is_inside, clip_to_image(boxes, size, _SMALLEST_SIDE), np.float32(np.nan))
