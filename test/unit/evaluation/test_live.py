"""Published answers matched to the truth by stamp.

Proves: matching, held boxes, latency percentiles, refusals. Does not prove any transport.
"""

from __future__ import annotations

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.evaluation.live import Answer, StampedTruth, record_of_answers
from rgbt_dualatt_ros.evaluation.one_pass import Pass

TRUTH = np.array(
    [[np.nan] * 4, [1, 1, 5, 5], [2, 1, 5, 5], [3, 1, 5, 5], [4, 1, 5, 5]], np.float32
)
STAMPED = StampedTruth("bag", TRUTH, np.arange(5, dtype=np.int64) * 10)


def answer(stamp_ns: int, x: float, latency_s: float = float("nan")) -> Answer:
    prediction = Prediction(Box(x, 1, 5, 5), 2.5, TrackStatus.UNCERTAIN, stamp_ns)
    return Answer(prediction, seconds=0.02, latency_s=latency_s)


def test_skipped_frames_hold_the_newest_earlier_box() -> None:
    record = record_of_answers(STAMPED, [answer(20, 2.5), answer(40, 9)], Pass("node"), {})
    np.testing.assert_allclose(record.boxes[:, 0], [1, 1, 2.5, 2.5, 9])
    np.testing.assert_array_equal(record.statuses, [0, 0, 2, 0, 2])
    np.testing.assert_allclose(record.seconds, [np.nan, np.nan, 0.02, np.nan, 0.02])
    assert record.frames_per_second == pytest.approx(50)


def test_a_repeated_stamp_counts_once_with_its_last_answer() -> None:
    answers = [answer(10, 1), answer(10, 7), answer(999, 3)]
    record = record_of_answers(STAMPED, answers, Pass("node"), {"pairs_seen": 5.0})
    assert record.boxes[1, 0] == 7
    assert dict(record.measures) == {"pairs_seen": 5, "answers": 1}


def test_latency_percentiles_are_in_milliseconds() -> None:
    answers = [answer(10, 1, 0.010), answer(20, 1, 0.030), answer(30, 1)]
    measures = record_of_answers(STAMPED, answers, Pass("node"), {}).measures
    assert measures["latency_p50_ms"] == pytest.approx(20)
    assert measures["latency_p99_ms"] == pytest.approx(29.8)


def test_answers_to_another_bag_are_refused() -> None:
    with pytest.raises(
        DatasetError, match="none of the 1 answers carries a stamp of the 5 frames"
    ):
        record_of_answers(STAMPED, [answer(11, 1)], Pass("node"), {})
