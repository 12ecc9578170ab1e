"""What a protocol does to results and truths before and after they are compared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.layouts import TruthKind
from rgbt_dualatt_ros.evaluation.protocols.frame_measures import (
    AnyBoxes,
    AnyValues,
    center_errors,
    overlaps,
)
from rgbt_dualatt_ros.evaluation.protocols.protocol import Protocol, Quantity

Truths = Mapping[TruthKind, AnyBoxes]
"""The true boxes `(N, 4)` of a sequence by kind, as written: `FolderSequence.written_truths`."""


def measure(
    protocol: Protocol, truths: Truths, result: AnyBoxes, sequence: str
) -> dict[Quantity, AnyValues]:
    """The values `(N,)` of every frame; NaN where it is not scored.

    Args:
        truths: of the sequence, all of one length.
        result: `(M, 4)`; rows beyond the truth are cut off, see `Protocol` for missing ones.
        sequence: its name, for errors.

    Raises:
        DatasetError: when a kind of truth that the protocol needs is missing.
    """
    chosen = [_as_number(protocol, each) for each in _choose(protocol, truths, sequence)]
    boxes = _boxes(protocol, result)[: len(chosen[0])]
    if protocol.leaves_out_missing:
        chosen = [each[: len(boxes)] for each in chosen]
    quantities = dict.fromkeys(curve.quantity for curve in protocol.curves)
    measured = [_against(protocol, truth, boxes) for truth in chosen]
    return {key: _best([each[key] for each in measured], key) for key in quantities}


def _choose(protocol: Protocol, truths: Truths, sequence: str) -> list[AnyBoxes]:
    """The truths that count, the first of them for the first frame."""
    found = [truths[kind] for kind in protocol.truth_kinds if kind in truths]
    if not found or (protocol.takes_nearest and len(found) < len(protocol.truth_kinds)):
        needed = (" and " if protocol.takes_nearest else " or ").join(protocol.truth_kinds)
        raise DatasetError(
            f"{sequence} has no truth for {protocol.name}, which needs {needed}; it has "
            f"{', '.join(truths) or 'none'}"
        )
    if len({each.shape for each in found}) > 1 or found[0].ndim != 2 or found[0].shape[1] != 4:
        raise ValueError(f"truths of {sequence} must be (N, 4), N the same: {_shapes(found)}")
    return found if protocol.takes_nearest else found[:1]


def _shapes(arrays: list[AnyBoxes]) -> str:
    return ", ".join(str(each.shape) for each in arrays)


def _boxes(protocol: Protocol, result: AnyBoxes) -> AnyBoxes:
    if result.ndim != 2 or result.shape[1] != 4:
        raise ValueError(f"a result must be (N, 4), not {result.shape}")
    boxes = _as_number(protocol, result)
    if protocol.rounding == "half_even":
        return boxes.round(0)
    if protocol.rounding == "half_away":
        whole = np.trunc(boxes)
        with np.errstate(invalid="ignore"):  # infinite less infinite
            return np.asarray(whole + np.sign(boxes) * (np.abs(boxes - whole) >= 0.5))
    return boxes


def _as_number(protocol: Protocol, boxes: AnyBoxes) -> AnyBoxes:
    with np.errstate(over="ignore"):  # 1e300 is infinite in single precision
        return boxes.astype(np.float32 if protocol.precision == "single" else np.float64)


def _against(protocol: Protocol, truth: AnyBoxes, result: AnyBoxes) -> dict[Quantity, AnyValues]:
    boxes = np.full_like(truth, np.nan)  # frames after the end of the result are missed
    boxes[: len(result)] = _corrected(protocol, truth, result)
    values: dict[Quantity, AnyValues] = {
        "error": center_errors(boxes, truth),
        "normalized_error": center_errors(boxes, truth, in_sizes=True),
        "overlap": overlaps(boxes, truth),
    }
    if protocol.empty_result == "missed":
        is_missed = ~_has_area(boxes)
        values["error"][is_missed] = values["normalized_error"][is_missed] = np.inf
    frames, value = _exceptions(protocol, truth)
    for each in values.values():
        each[frames] = value
    return values


def _exceptions(protocol: Protocol, truth: AnyBoxes) -> tuple[NDArray[np.bool_], float]:
    """The frames that get one value whatever the result is, and the value."""
    if protocol.invalid_truth == "minus_one":
        return np.asarray(~(truth > 0).all(axis=1)), -1.0
    if protocol.invalid_truth == "not_scored":
        return ~_has_area(truth), np.nan
    return np.asarray(np.isnan(truth).any(axis=1)), np.nan


def _corrected(protocol: Protocol, truth: AnyBoxes, result: AnyBoxes) -> AnyBoxes:
    """The result with the boxes that the protocol replaces."""
    boxes = result.copy()
    if protocol.is_first_given:
        boxes[:1] = truth[:1]
    if protocol.empty_result != "previous":
        return boxes
    is_bad = np.asarray((boxes[:, 2:] <= 0).any(axis=1))
    if protocol.replaces_nan:
        is_bad |= np.isnan(boxes).any(axis=1)
    # Nothing is before the first, which stays.
    last_good = np.maximum.accumulate(np.where(is_bad, 0, np.arange(len(boxes))))
    return np.asarray(boxes[last_good])


def _has_area(boxes: AnyBoxes) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] > 0).all(axis=1))


def _best(measured: list[AnyValues], quantity: Quantity) -> AnyValues:
    """Over the truths of a frame; a truth that is not scored does not count."""
    if len(measured) == 1:
        return measured[0]
    best = np.fmax if quantity == "overlap" else np.fmin
    return np.asarray(best.reduce(measured))
