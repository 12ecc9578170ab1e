"""Records of runs over a transport: published boxes are matched to the truth by stamp.

The one-pass runner calls the tracker itself; here the answers come from a node that may have
skipped pairs. A skipped frame is scored with the newest earlier box, which is what a subscriber
knew at that time, and keeps the status `NO_ANSWER`; before the first answer that is the initial
box, the first one of the truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.evaluation.metrics import has_area
from rgbt_dualatt_ros.evaluation.one_pass import Pass
from rgbt_dualatt_ros.evaluation.record import Record


@dataclass(frozen=True, slots=True)
class Answer:
    """One published prediction.

    Attributes:
        seconds: work of the tracker on this pair; NaN when not known.
        latency_s: from sending the colour image to the arrival of its box; NaN likewise.
    """

    prediction: Prediction
    seconds: float = float("nan")
    latency_s: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class StampedTruth:
    """Truth `(N, 4)` of a sequence and the colour stamps `(N,)` int64, ns, it belongs to."""

    sequence: str
    boxes: Boxes
    stamps_ns: NDArray[np.int64]


def record_of_answers(
    truth: StampedTruth, answers: Sequence[Answer], of: Pass, measures: Mapping[str, float]
) -> Record:
    """The record of a live run, with the latency percentiles and counts added to `measures`.

    Args:
        truth: every frame of the sequence, in order of time.
        answers: what was published; a repeated stamp counts with its last answer.
        of: names for the record.
        measures: more figures to show, as `pairs_seen`.

    Raises:
        DatasetError: when no answer carries a stamp of the truth.
    """
    rows = {int(stamp): row for row, stamp in enumerate(truth.stamps_ns)}
    matched = [each for each in answers if each.prediction.stamp_ns in rows]
    if not matched:
        raise DatasetError(
            f"none of the {len(answers)} answers carries a stamp of the {len(rows)} frames of "
            f"{truth.sequence}: was another bag played, or were the stamps changed?"
        )
    record = Record.empty(of.tracker, truth.sequence, of.seed, len(rows))
    for each in matched:
        row, box = rows[each.prediction.stamp_ns], each.prediction.box
        record.boxes[row] = (box.x, box.y, box.w, box.h)
        record.scores[row] = each.prediction.score
        record.statuses[row] = each.prediction.status
        record.seconds[row] = each.seconds
    _hold_boxes(record, truth.boxes)
    counted = {**measures, "answers": float(len({e.prediction.stamp_ns for e in matched}))}
    return replace(record, measures={**counted, **_latencies(matched)})


def _hold_boxes(record: Record, truth: Boxes) -> None:
    known = np.flatnonzero(has_area(truth))
    held = truth[known[0]].astype(np.float64) if len(known) else np.full(4, np.nan)
    for row in range(len(record)):
        if np.isnan(record.boxes[row]).any():
            record.boxes[row] = held
        held = record.boxes[row]


def _latencies(answers: Sequence[Answer]) -> dict[str, float]:
    latencies = np.array([each.latency_s for each in answers]) * 1000
    latencies = latencies[np.isfinite(latencies)]
    if len(latencies) == 0:
        return {}
    return {
        f"latency_p{percent}_ms": float(np.percentile(latencies, percent)) for percent in (50, 99)
    }
