"""Ridge regression from box features to the offset of the target's true box."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import (
    Boxes,
    clip_to_image,
    cxcywh_to_xywh,
    iou,
    xywh_to_cxcywh,
)
from rgbt_dualatt_ros.core.tracker_config import BoxRegressionConfig

_LARGEST_LOG_STEP = 1.0  # a size changes by at most a factor e, so that exp cannot overflow


def encode_offsets(boxes: Boxes, truth: Box) -> NDArray[np.float32]:
    """Offsets `(N, 4)` from each box to `truth`: dx / w, dy / h, ln(w' / w), ln(h' / h)."""
    centers = xywh_to_cxcywh(boxes)
    wanted = xywh_to_cxcywh(truth.as_array()[None])
    shift = (wanted[:, :2] - centers[:, :2]) / centers[:, 2:]
    return np.concatenate([shift, np.log(wanted[:, 2:] / centers[:, 2:])], axis=1)


def apply_offsets(boxes: Boxes, offsets: NDArray[np.float32]) -> Boxes:
    """The boxes `(N, 4)` that `offsets` `(N, 4)` point to; undoes `encode_offsets`."""
    centers = xywh_to_cxcywh(boxes)
    moved = centers[:, :2] + offsets[:, :2] * centers[:, 2:]
    steps = np.clip(offsets[:, 2:], -_LARGEST_LOG_STEP, _LARGEST_LOG_STEP)
    return cxcywh_to_xywh(np.concatenate([moved, centers[:, 2:] * np.exp(steps)], axis=1))


class BoxRegressor:
    """Refines boxes that lie near the target; fitted on the first frame, never updated."""

    def __init__(self, config: BoxRegressionConfig) -> None:
        self._config = config
        self._feature_mean: Tensor | None = None
        self._offset_mean: Tensor | None = None
        self._weights: Tensor | None = None  # (width, 4)

    def forget(self) -> None:
        """Refine nothing until the next fit."""
        self._weights = None

    def fit(self, features: Tensor, boxes: Boxes, truth: Box) -> None:
        """Ridge regression in closed form, dual (as many unknowns as boxes), centred.

        Args:
            features: `(N, width)`, one row a box.
            boxes: `(N, 4)` around the target.
            truth: the true box.
        """
        offsets = torch.from_numpy(encode_offsets(boxes, truth)).to(features)  # (N, 4)
        self._feature_mean = features.mean(dim=0)
        self._offset_mean = offsets.mean(dim=0)
        centred = features - self._feature_mean
        gram = centred @ centred.T  # (N, N)
        is_relative = self._config.ridge_unit == "relative"
        unit = gram.diagonal().mean().clamp_min(1e-12) if is_relative else gram.new_ones(())
        gram.diagonal().add_(self._config.ridge * unit)
        self._weights = centred.T @ torch.linalg.solve(gram, offsets - self._offset_mean)

    def refine(self, features: Tensor, boxes: Boxes, size: ImageSize, min_side: float) -> Boxes:
        """Better boxes `(N, 4)`, always inside the image.

        With the guard (DAT's), a box that would jump or change its size too much stays as it is.
        """
        if self._weights is None or self._feature_mean is None or self._offset_mean is None:
            return clip_to_image(boxes, size, min_side)
        offsets = (features - self._feature_mean) @ self._weights + self._offset_mean
        refined = apply_offsets(boxes, offsets.cpu().numpy())
        is_sane = np.asarray(np.isfinite(refined).all(axis=1))
        if self._config.guard:
            growth = np.prod(refined[:, 2:], axis=1) / np.prod(boxes[:, 2:], axis=1)
            is_sane &= (
                (iou(refined, boxes) >= self._config.min_overlap)
                & (growth <= self._config.max_growth)
                & (growth >= 1 / self._config.max_shrinking)
            )
        return clip_to_image(np.where(is_sane[:, None], refined, boxes), size, min_side)
