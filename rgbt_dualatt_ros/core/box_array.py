"""Many boxes as `(N, 4)` xywh arrays: conversions, overlap, distance, clipping.

No function changes its arguments.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize

Boxes = NDArray[np.float32]
"""`(N, 4)` left, top, width, height, px."""


def xywh_to_xyxy(boxes: Boxes) -> Boxes:
    """Convert `(N, 4)` boxes: `[[10, 20, 30, 40]]` becomes `[[10, 20, 40, 60]]`."""
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


def xyxy_to_xywh(corners: Boxes) -> Boxes:
    """Convert `(N, 4)` corners: `[[10, 20, 40, 60]]` becomes `[[10, 20, 30, 40]]`."""
    return np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)


def xywh_to_cxcywh(boxes: Boxes) -> Boxes:
    """Convert `(N, 4)` boxes to centre form: `[[10, 20, 30, 40]]` becomes `[[25, 40, 30, 40]]`."""
    return np.concatenate([boxes[:, :2] + boxes[:, 2:] / 2, boxes[:, 2:]], axis=1)


def cxcywh_to_xywh(boxes: Boxes) -> Boxes:
    """Convert `(N, 4)` centre form: `[[25, 40, 30, 40]]` becomes `[[10, 20, 30, 40]]`."""
    return np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, 2:]], axis=1)


def iou(boxes: Boxes, others: Boxes) -> NDArray[np.float32]:
    """Overlap `(N,)` in [0, 1] of row i of `boxes` with row i of `others`; one row broadcasts.

    A pair with a number that is not finite gives NaN; a pair without area gives 0.
    """
    # Far from the corner, x + w in float32 loses so much that a box would overlap itself by > 1.
    boxes, others = np.asarray(boxes, np.float64), np.asarray(others, np.float64)
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], others[:, :2] + others[:, 2:])
    sides = np.maximum(high - low, 0)
    shared = sides[:, 0] * sides[:, 1]
    union = boxes[:, 2] * boxes[:, 3] + others[:, 2] * others[:, 3] - shared
    overlap = np.divide(shared, union, out=np.zeros_like(shared), where=~(union <= 0))
    return np.asarray(overlap, np.float32)


def center_distance(boxes: Boxes, others: Boxes) -> NDArray[np.float32]:
    """Distance `(N,)`, px, between the centres of row i of both; one row broadcasts."""
    delta = xywh_to_cxcywh(boxes)[:, :2] - xywh_to_cxcywh(others)[:, :2]
    return np.asarray(np.hypot(delta[:, 0], delta[:, 1]), np.float32)


def clip_to_image(boxes: Boxes, size: ImageSize, min_side: float) -> Boxes:
    """Boxes `(N, 4)` cut to the image, at least `min_side` px wide and high, always inside it.

    A box that lies outside moves to the nearest edge.
    """
    limit = np.array([size.width, size.height], np.float32)
    smallest = np.minimum(np.float32(min_side), limit)
    low = np.clip(boxes[:, :2], 0, limit - smallest)
    high = np.clip(boxes[:, :2] + boxes[:, 2:], low + smallest, limit)
    return np.concatenate([low, high - low], axis=1).astype(np.float32)
