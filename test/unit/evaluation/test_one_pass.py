"""The one-pass runner on a tiny sequence.

Proves: every frame once and in order, what a record holds, which errors end a pass and how.
Does not prove anything about tracking.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.errors import FramePairError
from rgbt_dualatt_ros.core.explanation import AttentionImages, LearningReport, SearchReport
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation.one_pass import Pass, run_one_pass
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker

MakeSequence = Callable[..., RgbtSequence]
MakeTracker = Callable[..., Tracker]


class CountingTracker(StaticTracker):
    """Remembers the stamps it was asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.stamps: list[int] = []

    def track(self, pair: FramePair) -> Prediction:
        """The first box."""
        self.stamps.append(pair.stamp_ns)
        return super().track(pair)


def test_every_frame_is_tracked_once_and_in_order(make_sequence: MakeSequence) -> None:
    sequence, tracker, seen = make_sequence(frames=7), CountingTracker(), list[int]()
    record = run_one_pass(tracker, sequence, Pass("counting"), seen.append)
    assert tracker.stamps == [pair.stamp_ns for pair in sequence.pairs()][1:]
    assert seen == list(range(7))
    assert (len(record), record.failure) == (7, "")
    assert (record.tracker, record.sequence, record.seed) == ("counting", "tiny", 0)


def test_a_record_holds_the_initial_box_and_then_the_answers(
    make_sequence: MakeSequence, make_tracker: MakeTracker
) -> None:
    sequence = make_sequence(frames=4)
    record = run_one_pass(make_tracker(drift=0.5), sequence, Pass("drifting", seed=3))
    np.testing.assert_allclose(record.boxes[0], sequence.truth[0])
    np.testing.assert_allclose(record.boxes[:, 0], [4, 5.5, 7, 8.5])
    np.testing.assert_allclose(record.scores, [np.nan, 3, 2, 1])
    np.testing.assert_array_equal(record.statuses, [1, 1, 1, 2])
    assert np.isfinite(record.seconds).all()
    assert record.frames_per_second == pytest.approx(3 / record.seconds[1:].sum())


class LearningTracker(StaticTracker):
    """Learns two steps a frame and loses patience at a frame."""

    def __init__(self, raises_at_ns: int = -1) -> None:
        super().__init__()
        self.raises_at_ns = raises_at_ns
        self.learning = LearningReport()

    def track(self, pair: FramePair) -> Prediction:
        """The first box."""
        if pair.stamp_ns == self.raises_at_ns:
            raise FramePairError("no patience left")
        self.learning = replace(self.learning, steps=self.learning.steps + 2, skipped=1)
        return super().track(pair)

    @property
    def search(self) -> SearchReport | None:
        """Nothing was searched."""
        return None

    def attention(self, pair: FramePair, box: Box) -> AttentionImages:
        """Is not asked for by an evaluation."""
        raise AssertionError((pair, box))


def test_the_record_keeps_what_the_tracker_says_of_its_learning(
    make_sequence: MakeSequence,
) -> None:
    sequence = make_sequence(frames=5)
    whole = run_one_pass(LearningTracker(), sequence, Pass("learning"))
    assert whole.learning == LearningReport(steps=8, skipped=1)
    stamps = [pair.stamp_ns for pair in sequence.pairs()]
    failed = run_one_pass(LearningTracker(stamps[3]), sequence, Pass("learning"))
    assert failed.failure_kind == "tracker"
    assert failed.learning == LearningReport(steps=4, skipped=1)
    assert run_one_pass(StaticTracker(), sequence, Pass("static")).learning is None


def test_a_sequence_of_one_frame_has_no_speed(make_sequence: MakeSequence) -> None:
    record = run_one_pass(StaticTracker(), make_sequence(frames=1), Pass("static"))
    assert (len(record), record.failure) == (1, "")
    assert np.isnan(record.frames_per_second)


def test_a_tracker_that_raises_ends_the_pass_with_its_line(
    make_sequence: MakeSequence, make_tracker: MakeTracker
) -> None:
    record = run_one_pass(make_tracker(raises_at=3), make_sequence(frames=6), Pass("drifting"))
    assert (record.failure, record.failure_kind) == ("no patience left at frame 3", "tracker")
    assert np.isfinite(record.boxes[:3]).all()
    assert np.isnan(record.boxes[3:]).all()
    np.testing.assert_array_equal(record.statuses[3:], 0)


def test_an_unreadable_frame_is_the_fault_of_the_sequence(make_sequence: MakeSequence) -> None:
    record = run_one_pass(StaticTracker(), make_sequence(unreadable_from=2), Pass("static"))
    assert (record.failure, record.failure_kind) == ("cannot read frame 2 of tiny", "sequence")


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        pytest.param(np.ones((4, 4)), "6 frames and truth of shape", id="shorter than the frames"),
        pytest.param(np.ones((9, 4)), "6 frames and truth of shape", id="longer than the frames"),
        pytest.param(np.full((6, 4), np.nan), "does not start with a box", id="absent at first"),
        pytest.param(np.zeros((6, 4)), "does not start with a box", id="first box without area"),
    ],
)
def test_truth_that_does_not_fit_is_refused(
    make_sequence: MakeSequence, truth: np.ndarray, words: str
) -> None:
    record = run_one_pass(StaticTracker(), make_sequence(truth=truth), Pass("static"))
    assert words in record.failure
    assert record.failure_kind == "sequence"


def test_an_empty_sequence_is_refused(make_sequence: MakeSequence) -> None:
    record = run_one_pass(StaticTracker(), make_sequence(frames=0), Pass("static"))
    assert record.failure == "sequence tiny has no frames"


def test_a_sequence_that_ends_early_is_refused(make_sequence: MakeSequence) -> None:
    sequence = make_sequence(frames=6)
    pairs = list(sequence.pairs())[:4]
    sequence.pairs = lambda: iter(pairs)  # type: ignore[method-assign]
    record = run_one_pass(StaticTracker(), sequence, Pass("static"))
    assert record.failure == "sequence tiny gave 4 of its 6 frame pairs"


def test_a_bug_is_not_caught(make_sequence: MakeSequence) -> None:
    class Broken(StaticTracker):
        def track(self, pair: FramePair) -> Prediction:
            raise TypeError(f"a bug of ours at {pair.stamp_ns}")

    with pytest.raises(TypeError, match="a bug of ours"):
        run_one_pass(Broken(), make_sequence(), Pass("broken"))
