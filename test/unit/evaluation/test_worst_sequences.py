"""Which sequences are called the worst, and which frames make a strip."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import TrackerScore, score_trackers
from rgbt_dualatt_ros.evaluation.worst_sequences import (
    by_success,
    strip_frames,
    worst_sequences,
)


def scores(**hits: str) -> list[TrackerScore]:
    """Trackers by name; a digit for each sequence: right in so many of its four frames."""
    names = "abcdefgh"
    truths = {name: SequenceTruth(name, np.tile([10.0, 10, 20, 20], (4, 1))) for name in names}
    records = []
    for tracker, digits in hits.items():
        for name, digit in zip(names, digits, strict=False):
            record = Record.empty(tracker, name, 0, 4)
            record.boxes[:] = [10, 10, 20, 20]
            record.boxes[int(digit) :] = np.nan
            records.append(record)
    return score_trackers(records, truths)


def test_the_worst_of_the_first_tracker_come_first() -> None:
    found = worst_sequences(scores(ours="4132144", other="4430000"), 3)
    assert [each.sequence for each in found] == ["b", "e", "d"]
    assert found[0].auc == pytest.approx(20 / 21 / 4)
    assert found[0].best == "other"
    assert found[0].best_auc == pytest.approx(20 / 21)
    assert found[1].best == ""
    assert math.isnan(found[1].best_auc)


def test_never_more_than_half_are_the_worst() -> None:
    assert worst_sequences(scores(ours="1")) == []
    assert [each.sequence for each in worst_sequences(scores(ours="31"))] == ["b"]
    assert len(worst_sequences(scores(ours="12341234"))) == 3


def test_sequences_are_ordered_by_success() -> None:
    assert by_success(scores(ours="4132")) == ["b", "d", "c", "a"]


@pytest.mark.parametrize(
    ("frames", "count", "expected"),
    [(11, 6, [0, 2, 4, 6, 8, 10]), (3, 6, [0, 1, 2]), (1, 6, [0]), (100, 2, [0, 99])],
)
def test_a_strip_goes_from_the_first_to_the_last(
    frames: int, count: int, expected: list[int]
) -> None:
    assert strip_frames(frames, count) == expected
