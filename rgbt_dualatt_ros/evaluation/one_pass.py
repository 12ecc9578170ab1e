"""One-pass evaluation: initialise once, track every frame exactly once, never reset."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.errors import DatasetError, RgbtError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.time_units import NS_PER_S
from rgbt_dualatt_ros.core.tracker import ExplainingTracker, Tracker
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation.record import FailureKind, Record

OnFrame = Callable[[int], None]
"""Told the index of every finished frame."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Which tracker, by the name in the tables, with which seed."""

    tracker: str
    seed: int = 0


def run_one_pass(
    tracker: Tracker,
    sequence: RgbtSequence,
    of: Pass,
    on_frame: OnFrame = lambda _: None,
) -> Record:
    """What `tracker` answers on `sequence`; only the work of the tracker is timed.

    An `RgbtError` ends the pass and is kept in the record; anything else is a bug and goes up.

    Args:
        tracker: fresh or reset.
        sequence: its truth must have one row a pair and start with a box.
        of: names for the record.
        on_frame: called after every frame, for a progress bar.
    """
    record = Record.empty(of.tracker, sequence.name, of.seed, len(sequence))
    try:
        check_truth(sequence)
        pairs = _exactly(len(sequence), sequence)
    except RgbtError as error:
        return _failed(record, error, "sequence")
    for index in range(len(sequence)):
        try:
            pair = next(pairs)
        except RgbtError as error:
            return _failed(record, error, "sequence")
        try:
            _step(tracker, pair, sequence, record, index)
        except RgbtError as error:
            return _failed(_with_learning(record, tracker), error, "tracker")
        on_frame(index)
    return _with_learning(record, tracker)


def check_truth(sequence: RgbtSequence) -> None:
    """Refuse a sequence that cannot be scored.

    Raises:
        DatasetError: when it is empty, its truth has another length, or row 0 is no box.
    """
    frames, truth = len(sequence), sequence.truth
    if frames == 0:
        raise DatasetError(f"sequence {sequence.name} has no frames")
    if truth.shape != (frames, 4):
        raise DatasetError(
            f"sequence {sequence.name} has {frames} frames and truth of shape {truth.shape}; "
            "one row of x, y, w, h a frame is needed, NaN where the target is absent"
        )
    if not (np.isfinite(truth[0]).all() and (truth[0, 2:] > 0).all()):
        raise DatasetError(
            f"sequence {sequence.name} does not start with a box: row 0 of its truth is {truth[0]}"
        )


def _exactly(frames: int, sequence: RgbtSequence) -> Iterator[FramePair]:
    found = 0
    for found, pair in enumerate(sequence.pairs(), start=1):
        if found > frames:
            break
        yield pair
    if found < frames:
        raise DatasetError(f"sequence {sequence.name} gave {found} of its {frames} frame pairs")


def _step(
    tracker: Tracker, pair: FramePair, sequence: RgbtSequence, record: Record, index: int
) -> None:
    if index == 0:
        initial = Box.from_sequence(sequence.truth[0])
        start = time.perf_counter_ns()
        tracker.initialize(pair, initial)
        record.seconds[0] = (time.perf_counter_ns() - start) / NS_PER_S
        record.boxes[0] = sequence.truth[0]
        record.statuses[0] = TrackStatus.TRACKING
        return
    start = time.perf_counter_ns()
    prediction = tracker.track(pair)
    record.seconds[index] = (time.perf_counter_ns() - start) / NS_PER_S
    box = prediction.box
    record.boxes[index] = (box.x, box.y, box.w, box.h)
    record.scores[index] = prediction.score
    record.statuses[index] = prediction.status


def _with_learning(record: Record, tracker: Tracker) -> Record:
    if isinstance(tracker, ExplainingTracker):
        return replace(record, learning=tracker.learning)
    return record


def _failed(record: Record, error: RgbtError, kind: FailureKind) -> Record:
    return replace(record, failure=" ".join(str(error).split()), failure_kind=kind)
