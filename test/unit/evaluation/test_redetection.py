"""Findings and false findings of made-up runs whose shares are known by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.evaluation.page_redetection import redetection_section
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.redetection import (
    Outcome,
    all_redetections,
    lost_time_ratio,
    outcomes_of,
    redetection_of,
)
from rgbt_dualatt_ros.evaluation.redetection_tables import (
    redetection_json,
    redetection_markdown,
    redetection_text,
)
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import score_run, score_trackers

HERE, THERE, NOWHERE = (
    (10.0, 10.0, 20.0, 20.0),
    (200.0, 10.0, 20.0, 20.0),
    (400.0, 10.0, 20.0, 20.0),
)
AWAY, BACK, FRAMES = 10, 20, 60


def the_truth(*, twin: bool = True) -> SequenceTruth:
    """At HERE until frame 10, away until 20, then at THERE; a twin is at NOWHERE all the time."""
    boxes = np.array([HERE] * AWAY + [(np.nan,) * 4] * (BACK - AWAY) + [THERE] * (FRAMES - BACK))
    others = np.array([[NOWHERE] * FRAMES]) if twin else np.zeros((0, FRAMES, 4))
    return SequenceTruth("walk", boxes, ("SA",) if twin else (), lookalikes=others)


def the_record(name: str = "ours", sequence: str = "walk") -> Record:
    """Follows, says LOST at HERE while the target is away, and finds it 4 frames after."""
    record = Record.empty(name, sequence, 0, FRAMES)
    record.boxes[:] = HERE
    record.statuses[:] = TrackStatus.TRACKING
    record.statuses[AWAY : BACK + 4] = TrackStatus.LOST
    record.boxes[BACK + 4 :] = THERE
    record.seconds[:] = 0.02
    record.seconds[record.statuses == TrackStatus.LOST] = 0.01
    return record


def outcome(record: Record, truth: SequenceTruth | None = None) -> Outcome:
    truth = truth or the_truth()
    (found,) = outcomes_of(score_run(record, truth), truth)
    return found


def test_a_good_run_finds_honestly() -> None:
    found = outcome(the_record())
    assert (found.start, found.back) == (AWAY, BACK)
    assert found.was_followed
    assert found.found_after == 4
    assert found.on_lookalike is False
    assert not found.at_false_place
    assert found.honest == 1


def test_a_box_in_the_right_place_that_is_not_claimed_is_no_finding() -> None:
    record = the_record()
    record.statuses[BACK:] = TrackStatus.UNCERTAIN
    assert outcome(record).found_after is None


def test_a_finding_must_hold() -> None:
    record = the_record()
    record.boxes[BACK + 8 :] = HERE  # right for four frames only
    assert outcome(record).found_after is None
    record.boxes[BACK + 8] = THERE
    assert outcome(record).found_after == 4


def test_a_finding_in_the_fifteenth_frame_counts_and_the_next_does_not() -> None:
    record = the_record()
    record.statuses[BACK : BACK + 14] = TrackStatus.LOST
    assert outcome(record).found_after == 14
    record.statuses[BACK + 14] = TrackStatus.LOST
    assert outcome(record).found_after is None


def test_enough_overlap_is_needed_and_the_centre_too() -> None:
    record = the_record()
    record.boxes[BACK:] = (200, 10, 20, 5.9)  # IoU 0.295
    assert outcome(record).found_after is None
    record.boxes[BACK:] = (200, 10, 20, 6.1)
    assert outcome(record).found_after == 4
    record.boxes[BACK:] = (200, 10, 62, 20)  # IoU 0.32, its centre outside
    assert outcome(record).found_after is None


def test_frames_without_truth_neither_help_nor_break_a_finding() -> None:
    truth = the_truth()
    truth.boxes[BACK + 6 : BACK + 8] = np.nan
    record = the_record()
    record.statuses[BACK + 6] = TrackStatus.LOST
    assert outcome(record, truth).found_after == 4


def test_claiming_a_twin_for_five_frames_is_a_false_recovery() -> None:
    record = the_record()
    record.boxes[12:16], record.statuses[12:16] = NOWHERE, TrackStatus.TRACKING
    assert outcome(record).on_lookalike is False
    record.boxes[16], record.statuses[16] = NOWHERE, TrackStatus.TRACKING
    found = outcome(record)
    assert found.on_lookalike is True
    assert found.honest == pytest.approx(0.5)
    assert not found.at_false_place  # that was before the return


def test_a_twin_that_is_looked_at_but_not_claimed_is_none() -> None:
    record = the_record()
    record.boxes[12:20] = NOWHERE
    assert outcome(record).on_lookalike is False


def test_a_false_place_after_the_return_counts_without_any_twin() -> None:
    record = the_record()
    record.boxes[30:35] = (90, 90, 20, 20)
    found = outcome(record, the_truth(twin=False))
    assert found.at_false_place
    assert found.on_lookalike is None
    assert found.found_after == 4


def test_one_who_had_lost_it_before_did_not_follow() -> None:
    record = the_record()
    record.boxes[5:10] = NOWHERE
    assert not outcome(record).was_followed


def test_an_idle_tracker_neither_finds_nor_is_honest() -> None:
    record = the_record()
    record.boxes[:], record.statuses[:] = HERE, TrackStatus.TRACKING
    found = outcome(record)
    assert found.found_after is None
    assert found.honest == 0
    assert found.at_false_place


def test_a_jump_has_no_absent_frames() -> None:
    boxes = np.array([HERE] * 20 + [THERE] * 40)
    truth = SequenceTruth("walk", boxes, jumps=(20,))
    found = outcome(the_record(), truth)
    assert (found.start, found.back, found.found_after) == (20, 20, 4)
    assert math.isnan(found.honest)


def test_a_sequence_that_could_not_be_read_counts_in_nothing() -> None:
    record = replace(the_record(), failure="cannot read", failure_kind="sequence")
    assert outcomes_of(score_run(record, the_truth()), the_truth()) == []


def test_shares_are_over_all_disappearances() -> None:
    good = outcome(the_record())
    never = replace(good, found_after=None, was_followed=False, honest=0.0, on_lookalike=None)
    late = replace(good, found_after=10, on_lookalike=True, at_false_place=True)
    shares = redetection_of([good, never, late])
    assert shares.disappearances == 3
    assert shares.found == pytest.approx(2 / 3)
    assert shares.found_if_followed == 1
    assert shares.frames_to_find == 7
    assert shares.on_lookalike == 0.5
    assert shares.at_false_place == pytest.approx(1 / 3)
    assert shares.honest == pytest.approx(2 / 3)


def test_without_any_there_is_no_share() -> None:
    shares = redetection_of([])
    assert shares.disappearances == 0
    assert math.isnan(shares.found)
    assert math.isnan(shares.frames_to_find)


@given(
    st.lists(st.sampled_from([HERE, THERE, NOWHERE]), min_size=FRAMES, max_size=FRAMES),
    st.lists(st.sampled_from([1, 2, 3]), min_size=FRAMES, max_size=FRAMES),
)
def test_whatever_a_run_does_its_outcome_is_possible(
    boxes: list[tuple[float, ...]], statuses: list[int]
) -> None:
    record = the_record()
    record.boxes[:], record.statuses[:] = np.array(boxes), statuses
    found = outcome(record)
    assert 0 <= found.honest <= 1
    assert found.found_after is None or 0 <= found.found_after < 15
    record.statuses[:] = TrackStatus.LOST
    silent = outcome(record)
    assert silent.found_after is None
    assert silent.honest == 1
    assert not silent.on_lookalike
    assert not silent.at_false_place


def test_time_of_lost_frames_over_that_of_tracking_ones() -> None:
    (score,) = score_trackers([the_record()], {"walk": the_truth()})
    assert lost_time_ratio(score) == pytest.approx(0.5)
    record = the_record()
    record.statuses[:] = TrackStatus.TRACKING
    (score,) = score_trackers([record], {"walk": the_truth()})
    assert math.isnan(lost_time_ratio(score))


def _tables() -> tuple[list[Record], dict[str, SequenceTruth]]:
    idle = the_record("idle")
    idle.boxes[:], idle.statuses[:] = HERE, TrackStatus.TRACKING
    lonely = replace(the_truth(twin=False), name="lone")
    records = [the_record(), the_record(sequence="lone"), idle]
    return records, {"walk": the_truth(), "lone": lonely}


def test_the_tables_show_every_tracker_and_part() -> None:
    records, truths = _tables()
    scores = score_trackers(records, truths)
    found = all_redetections(scores, truths)
    assert list(found) == ["ours", "idle"]
    assert list(found["ours"]) == ["all", "SA", "not SA"]
    assert list(found["idle"]) == ["all"]
    text = redetection_markdown(scores, truths)
    assert "| ours | all | 2 | 1.00 | 1.00 | 1.00 | 4 | 0.00 | 0.00 | 1.00 | 0.50 |" in text
    assert "| idle | all | 1 | 1.00 | 0.00 | 0.00 | n/a | 0.00 | 1.00 | 0.00 | n/a |" in text
    assert redetection_text(scores, truths).splitlines()[1].split()[:3] == ["ours", "2", "1.00"]
    assert "<td>not SA</td>" in redetection_section(scores, truths)
    content = redetection_json(scores, truths)
    assert content["trackers"]["ours"]["parts"]["SA"]["found"] == 1
    assert content["trackers"]["ours"]["disappearances"][0]["found_after"] == 4


def test_without_disappearances_there_are_no_tables() -> None:
    boxes: NDArray[np.float64] = np.array([HERE] * FRAMES)
    truths = {"walk": SequenceTruth("walk", boxes)}
    scores = score_trackers([the_record()], truths)
    assert redetection_markdown(scores, truths) == ""
    assert redetection_text(scores, truths) == ""
    assert redetection_section(scores, truths) == ""
    assert redetection_json(scores, truths)["trackers"] == {}
