"""Precision, success and their curves: free functions on arrays that change no argument.

Conventions, printed on every page and in docs/evaluation.md:

* A frame whose truth is NaN (target absent or not annotated) or has no area is not scored.
* A prediction that is NaN or has no area, on a scored frame, is a miss: error inf, overlap 0.
* A centre is x + w / 2. Precision counts errors <= threshold, success counts overlaps > threshold.
* The success AUC is the plain mean of the success rates at 0, 0.05, ..., 1: what the RGBT234 and
  OTB toolkits print. Nothing overlaps by more than 1, so perfect boxes reach 20/21 = 0.952. The
  trapezoid over the same thresholds, used for GTOT, is (21 AUC - S(0) / 2) / 20, S(0) being the
  success rate at threshold 0: perfect boxes reach 0.975.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
AnyBoxes = NDArray[np.floating]
"""`(N, 4)` xywh, px, of any floating type."""

PRECISION_THRESHOLDS_PX: Values = np.arange(51, dtype=np.float64)
"""0, 1, ..., 50 px."""
SUCCESS_THRESHOLDS: Values = np.arange(21, dtype=np.float64) / 20
"""0, 0.05, ..., 1."""


def center_errors(boxes: AnyBoxes, truth: AnyBoxes) -> Values:
    """Distance `(N,)` between the centres, px; NaN where not scored, inf where missed.

    Args:
        boxes: predictions.
        truth: one row for each prediction.
    """
    return _fill(boxes, truth, _distances, miss=np.inf)


def overlaps(boxes: AnyBoxes, truth: AnyBoxes) -> Values:
    """IoU `(N,)` in [0, 1]; NaN where not scored, 0 where missed.

    In double precision, other than `core.box_array.iou`: a float32 3/10 is more than 0.3, and the
    strict threshold of the success rate would count it.

    Args:
        boxes: predictions.
        truth: one row for each prediction.
    """
    return _fill(boxes, truth, _ious, miss=0.0)


def precision_rate(errors: Values, threshold_px: float) -> float:
    """Share of the scored frames with an error <= `threshold_px`; NaN when there are none."""
    return float(precision_curve(errors, np.array([threshold_px], np.float64))[0])


def success_rate(overlap: Values, threshold: float) -> float:
    """Share of the scored frames with an overlap > `threshold`; NaN when there are none."""
    return float(success_curve(overlap, np.array([threshold], np.float64))[0])


def precision_curve(errors: Values, thresholds_px: Values = PRECISION_THRESHOLDS_PX) -> Values:
    """Precision rate `(T,)` at every threshold; NaN when no frame is scored."""
    scored = errors[~np.isnan(errors)]
    return _rates(scored[:, None] <= thresholds_px)


def success_curve(overlap: Values, thresholds: Values = SUCCESS_THRESHOLDS) -> Values:
    """Success rate `(T,)` at every threshold; NaN when no frame is scored."""
    scored = overlap[~np.isnan(overlap)]
    return _rates(scored[:, None] > thresholds)


def success_auc(overlap: Values) -> float:
    """Area under the success curve: the mean of its 21 values, in [0, 20/21]."""
    return float(success_curve(overlap).mean())


def has_area(boxes: AnyBoxes) -> NDArray[np.bool_]:
    """Whether each row `(N,)` is a box at all: finite, with positive width and height."""
    return np.asarray(np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] > 0).all(axis=1))


def _fill(
    boxes: AnyBoxes, truth: AnyBoxes, measure: Callable[[Values, Values], Values], miss: float
) -> Values:
    """`measure` of the rows that are boxes on both sides, `miss` and NaN elsewhere."""
    if boxes.ndim != 2 or boxes.shape[1] != 4 or boxes.shape != truth.shape:
        raise ValueError(
            f"predictions and truth must both be (N, 4); got {boxes.shape} and {truth.shape}"
        )
    scored = has_area(truth)
    answered = scored & has_area(boxes)
    values = np.where(scored, miss, np.nan)
    values[answered] = measure(
        boxes[answered].astype(np.float64), truth[answered].astype(np.float64)
    )
    return values


def _distances(boxes: Values, truth: Values) -> Values:
    delta = boxes[:, :2] - truth[:, :2] + (boxes[:, 2:] - truth[:, 2:]) / 2
    return np.asarray(np.hypot(delta[:, 0], delta[:, 1]))


def _ious(boxes: Values, truth: Values) -> Values:
    low = np.maximum(boxes[:, :2], truth[:, :2])
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], truth[:, :2] + truth[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    union = np.prod(boxes[:, 2:], axis=1) + np.prod(truth[:, 2:], axis=1) - shared
    # The area of a box 1e-170 px wide underflows to zero.
    share = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return np.asarray(np.clip(share, 0, 1))


def _rates(hits: NDArray[np.bool_]) -> Values:
    if len(hits) == 0:
        return np.full(hits.shape[1], np.nan)
    return np.asarray(hits.mean(axis=0), np.float64)
