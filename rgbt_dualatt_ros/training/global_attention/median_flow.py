"""Median flow: many boxes followed from one frame to the next by the flow of points in them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.training.global_attention.draft import Image

_POINTS = 7
"""Points a side of the grid in each box."""
_MOST_BACK_PX = 2.0
_LEAST_LIKENESS = 0.6
_FEWEST_POINTS = 12
_LARGEST_STEP = 1.15
_PATCH = (16, 16)
_WINDOW = (11, 11)

Points = NDArray[np.float32]


def follow_boxes(before: Image, after: Image, boxes: Boxes) -> Boxes:
    """Boxes `(N, 4)` of the grey image `before` in `after`; NaN where one was lost.

    A point counts when the flow back ends within 2 px of where it came from. A box counts when
    enough points do, its size changes little and its content stays alike (NCC > 0.6).
    """
    if not len(boxes):
        return boxes.copy()
    start = _grid(boxes)
    end, is_good = _flow(before, after, start.reshape(-1, 2))
    end, is_good = end.reshape(start.shape), is_good.reshape(start.shape[:2])
    found = np.full_like(boxes, np.nan)
    for row, box in enumerate(boxes):
        kept = is_good[row]
        if kept.sum() >= _FEWEST_POINTS:
            moved = _moved(box, start[row, kept], end[row, kept])
            if moved is not None and likeness(before, box, after, moved) > _LEAST_LIKENESS:
                found[row] = moved
    return found


def likeness(one: Image, box: Boxes, other: Image, other_box: Boxes) -> float:
    """Correlation, [-1, 1], of what two grey images show in their boxes `(4,)`; 0 when flat."""
    first, second = _patch(one, box), _patch(other, other_box)
    if first is None or second is None:
        return 0.0
    first, second = first - first.mean(), second - second.mean()
    norm = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float((first * second).sum()) / norm if norm > 1.0 else 0.0


def _grid(boxes: Boxes) -> Points:
    """`(N, 49, 2)` points spread over each box."""
    share = (np.arange(_POINTS, dtype=np.float32) + 0.5) / _POINTS
    across, down = np.meshgrid(share, share)
    places = np.stack([across.ravel(), down.ravel()], axis=1)
    return np.asarray(boxes[:, None, :2] + places[None] * boxes[:, None, 2:] - 0.5, np.float32)


def _flow(before: Image, after: Image, points: Points) -> tuple[Points, NDArray[np.bool_]]:
    there, is_there, _ = cv2.calcOpticalFlowPyrLK(
        before, after, points, np.empty_like(points), winSize=_WINDOW, maxLevel=2
    )
    back, is_back, _ = cv2.calcOpticalFlowPyrLK(
        after, before, there, np.empty_like(points), winSize=_WINDOW, maxLevel=2
    )
    error = np.hypot(*(back - points).T)
    is_good = (is_there.ravel() == 1) & (is_back.ravel() == 1) & (error < _MOST_BACK_PX)
    return np.asarray(there, np.float32), is_good


def _moved(box: Boxes, start: Points, end: Points) -> Boxes | None:
    shift = np.median(end - start, axis=0)
    # Distances to every other point's neighbour in the list: as good as all pairs, and fewer.
    old = np.hypot(*(start - np.roll(start, len(start) // 2, axis=0)).T)
    new = np.hypot(*(end - np.roll(end, len(end) // 2, axis=0)).T)
    growth = float(np.median(new[old > 1] / old[old > 1])) if (old > 1).any() else 1.0
    if not 1 / _LARGEST_STEP < growth < _LARGEST_STEP:
        return None
    center = box[:2] + box[2:] / 2 + shift
    size = box[2:] * growth
    return np.concatenate([center - size / 2, size]).astype(np.float32)


def _patch(image: Image, box: Boxes) -> NDArray[np.float32] | None:
    low = np.maximum(np.round(box[:2]).astype(int), 0)
    high = np.minimum(np.round(box[:2] + box[2:]).astype(int), image.shape[1::-1])
    if (high - low < 3).any():
        return None
    cut = image[low[1] : high[1], low[0] : high[0]]
    return cv2.resize(cut, _PATCH, interpolation=cv2.INTER_AREA).astype(np.float32)
