"""The last step to a training pair: which things become targets, and boxes cut to the images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes, iou
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.training.global_attention.draft import Draft, Instant
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair

_SMALLEST_PX = 4.0
_LEAST_INSIDE = 0.35
_LARGEST_SHARE = 0.5
_SAME = 0.5


def label(draft: Draft, targets: int, rng: np.random.Generator) -> LabelledPair | None:
    """A pair with exactly `targets` targets, repeated if there are fewer; None without any.

    A target must show at least 4 x 4 px in the first image. A thing that lies less than 35 %
    inside the search image counts as absent from it.
    """
    size = ImageSize(draft.first.thermal.shape[1], draft.first.thermal.shape[0])
    first = cut_to_image(draft.first.boxes_of(draft.candidates), size)
    usable = np.flatnonzero(_is_usable(first, size))
    if not len(usable):
        return None
    chosen = _choose(usable, draft.weights, targets, rng)
    search = cut_to_image(draft.search.boxes_of(draft.candidates[chosen]), size)
    everything = cut_to_image(draft.search.boxes_of(draft.things), size)
    in_view = everything[np.isfinite(everything).all(axis=1)]
    return LabelledPair(
        _frame_pair(draft.first),
        _frame_pair(draft.search),
        first[chosen],
        search,
        _without_doubles(in_view, search),
    )


def cut_to_image(boxes: Boxes, size: ImageSize) -> Boxes:
    """Boxes `(N, 4)` cut to the image; NaN where less than 35 % of one is inside."""
    limit = np.array([size.width, size.height], np.float32)
    low = np.clip(boxes[:, :2], 0, limit)
    high = np.clip(boxes[:, :2] + boxes[:, 2:], 0, limit)
    cut = np.concatenate([low, high - low], axis=1)
    inside = np.prod(cut[:, 2:], axis=1) / np.maximum(np.prod(boxes[:, 2:], axis=1), 1e-6)
    cut[~(inside >= _LEAST_INSIDE)] = np.nan
    return np.asarray(cut, np.float32)


def _is_usable(boxes: Boxes, size: ImageSize) -> NDArray[np.bool_]:
    area = boxes[:, 2] * boxes[:, 3]
    is_large = boxes[:, 2:].min(axis=1, initial=np.inf) >= _SMALLEST_PX
    return np.asarray(is_large & (area <= _LARGEST_SHARE * size.width * size.height))


def _choose(
    usable: NDArray[np.intp],
    weights: NDArray[np.float32],
    targets: int,
    rng: np.random.Generator,
) -> NDArray[np.intp]:
    shares = weights[usable].astype(np.float64)
    count = min(targets, len(usable))
    chosen = rng.choice(usable, count, replace=False, p=shares / shares.sum())
    return np.resize(chosen, targets)


def _without_doubles(others: Boxes, targets: Boxes) -> Boxes:
    """`others` without those that show the same as a target but are not exactly its box."""
    kept = np.ones(len(others), np.bool_)
    for target in targets[np.isfinite(targets).all(axis=1)]:
        is_itself = (others == target).all(axis=1)
        kept &= is_itself | ~(iou(others, target[None]) > _SAME)
    return others[kept]


def _frame_pair(instant: Instant) -> FramePair:
    return FramePair(np.ascontiguousarray(instant.rgb), np.ascontiguousarray(instant.thermal))
