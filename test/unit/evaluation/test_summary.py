"""Records become means, spreads and tables.

Proves: weights of sequences and seeds, what failures count for, the files' contents on hand-made
records. The metrics themselves are proved in test_metrics.py.
"""

from __future__ import annotations

import csv
import json
import math

import numpy as np
import pytest

from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.evaluation.record import FailureKind, Record
from rgbt_dualatt_ros.evaluation.record_files import to_json
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import TrackerScore, score_trackers, status_figures
from rgbt_dualatt_ros.evaluation.tables import (
    best_figures,
    metrics_json,
    runs_csv,
    signed_text,
    summary_markdown,
    summary_text,
)

TRACKING, UNCERTAIN, LOST = TrackStatus
TRUTHS = {
    "one": SequenceTruth("one", np.tile([10.0, 10, 20, 20], (4, 1)), ("TC",)),
    "two": SequenceTruth("two", np.tile([10.0, 10, 20, 20], (2, 1))),
}


def record(
    tracker: str,
    sequence: str,
    hits: str,
    seed: int = 0,
    failure_kind: FailureKind = "",
    seconds: float = 0.1,
) -> Record:
    """A record whose frames are right (`1`), 30 px off (`0`) or without an answer (`-`)."""
    boxes = np.array([[10.0 + 30 * (hit == "0"), 10, 20, 20] for hit in hits])
    boxes[[hit == "-" for hit in hits]] = np.nan
    return Record(
        tracker=tracker,
        sequence=sequence,
        seed=seed,
        boxes=boxes,
        scores=np.full(len(hits), 1.5),
        statuses=np.ones(len(hits), np.uint8),
        seconds=np.full(len(hits), seconds),
        failure="gave up, as told" if failure_kind else "",
        failure_kind=failure_kind,
    )


def score(*records: Record) -> list[TrackerScore]:
    return score_trackers(records, TRUTHS)


def test_sequences_weigh_the_same_whatever_their_length() -> None:
    (tracker,) = score(record("a", "one", "1111"), record("a", "two", "10"))
    assert tracker.means["precision_20"] == pytest.approx(0.75)
    assert tracker.means["success_0.5"] == pytest.approx(0.75)
    assert tracker.means["success_auc"] == pytest.approx(0.75 * 20 / 21)
    assert tracker.success[0] == pytest.approx(0.75)
    assert tracker.precision[20] == pytest.approx(0.75)
    assert tracker.precision[30] == pytest.approx(1)


def test_speed_weighs_frames_and_leaves_out_the_initialisation() -> None:
    fast, slow = record("a", "one", "1111", seconds=0.1), record("a", "two", "11", seconds=0.5)
    fast.seconds[0] = 100
    (tracker,) = score(fast, slow)
    assert tracker.means["frames_per_second"] == pytest.approx(4 / (3 * 0.1 + 0.5))


def test_the_spread_is_that_of_the_seeds() -> None:
    (tracker,) = score(
        record("a", "one", "1111", seed=0),
        record("a", "two", "11", seed=0),
        record("a", "one", "1100", seed=7),
        record("a", "two", "10", seed=7),
    )
    assert tracker.seeds == (0, 7)
    assert tracker.means["precision_20"] == pytest.approx(0.75)
    assert tracker.spreads["precision_20"] == pytest.approx(math.sqrt(0.125))
    assert tracker.mean_on("one", "precision_20") == pytest.approx(0.75)
    (single,) = score(record("a", "one", "1111"))
    assert math.isnan(single.spreads["precision_20"])


def test_frames_after_a_trackers_error_are_misses() -> None:
    (tracker,) = score(record("a", "one", "11--", failure_kind="tracker"))
    assert tracker.means["precision_20"] == pytest.approx(0.5)
    assert tracker.means["failures"] == 1


def test_an_unreadable_sequence_counts_in_no_mean() -> None:
    (tracker,) = score(
        record("a", "one", "11--", failure_kind="sequence"), record("a", "two", "11")
    )
    assert tracker.means["precision_20"] == pytest.approx(1)
    assert math.isnan(tracker.mean_on("one", "precision_20"))
    assert tracker.means["failures"] == 1
    (nothing,) = score(record("a", "one", "1---", failure_kind="sequence"))
    assert math.isnan(nothing.means["success_auc"])


def test_the_word_of_a_tracker_is_held_against_the_truth() -> None:
    one = record("a", "absent", "11100")
    one.statuses[:] = [TRACKING, TRACKING, LOST, UNCERTAIN, LOST]
    truth = SequenceTruth("absent", np.tile([10.0, 10, 20, 20], (5, 1)))
    truth.boxes[4] = np.nan
    (tracker,) = score_trackers([one], {"absent": truth})
    figures = {status: status_figures(tracker, status) for status in TrackStatus}
    assert [figures[each].share for each in TrackStatus] == pytest.approx([1 / 3] * 3)
    assert [figures[each].mean_overlap for each in TrackStatus] == pytest.approx([1, 0, 1])
    assert [figures[each].share_of_absent for each in TrackStatus] == [0, 0, 1]


def test_an_idle_tracker_is_not_praised_for_its_speed() -> None:
    idle, slow = record("static", "one", "1000", seconds=1e-6), record("a", "one", "1111")
    slower = record("b", "one", "1111", seconds=0.2)
    assert best_figures(score(idle, slow, slower))["frames_per_second"] == {"a"}


def test_the_best_of_each_column_is_found_as_it_is_printed() -> None:
    best = best_figures(score(record("a", "one", "1110"), record("b", "one", "1100")))
    assert best["precision_20"] == {"a"}
    assert best["frames_per_second"] == set()
    tie = best_figures(score(record("a", "one", "1110"), record("b", "one", "1110")))
    assert tie["precision_20"] == set()


def test_markdown_prints_spreads_and_emphasises_the_best() -> None:
    lines = summary_markdown(
        score(
            record("a|b", "one", "1111"),
            record("a|b", "one", "1100", seed=1),
            record("c", "one", "1000"),
        )
    ).splitlines()
    assert lines[0].startswith("| tracker | PR@20 |")
    assert lines[2].startswith("| a\\|b | **0.750 ± 0.354** |")
    assert "| c | 0.250 |" in lines[3]
    assert "thresholds 0, 0.05, ..., 1" in lines[-1]


def test_the_terminal_table_is_aligned() -> None:
    lines = summary_text(score(record("a", "one", "1111"), record("long", "one", "1000")))
    assert len({len(line) for line in lines.splitlines()}) == 1


def test_json_and_csv_hold_every_run() -> None:
    scores = score(record("a", "one", "1110"), record("a", "two", "1-", failure_kind="sequence"))
    content = json.loads(to_json(metrics_json(scores, TRUTHS)))
    tracker = content["trackers"]["a"]
    assert tracker["mean"]["precision_20"] == pytest.approx(0.75)
    assert tracker["sequences"]["two"][0]["precision_20"] is None
    assert tracker["sequences"]["one"][0]["statuses"]["TRACKING"] == 4
    assert len(tracker["success_curve"]) == len(content["success_thresholds"]) == 21
    assert content["sequences"]["one"]["attributes"] == ["TC"]
    rows = list(csv.DictReader(runs_csv(scores).splitlines()))
    assert [row["sequence"] for row in rows] == ["one", "two"]
    assert float(rows[0]["precision_20"]) == pytest.approx(0.75)
    assert rows[1]["failure"] == "gave up, as told"


def test_each_threshold_is_the_one_in_its_heading() -> None:
    near = record("a", "one", "1111")
    near.boxes[:, 0] += [5, 5.5, 20, 20.5]
    (found,) = score(near)
    assert (found.means["precision_5"], found.means["precision_20"]) == (1 / 4, 3 / 4)
    wide = record("a", "one", "1111")
    wide.boxes[:, 2] = [9, 10, 11, 13]  # IoU .45, .5, .55, .65
    (found,) = score(wide)
    assert (found.means["success_0.5"], found.means["success_0.6"]) == (2 / 4, 1 / 4)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0124, "+0.012"),
        (-0.0005, "-0.001"),
        (-0.0004, "-0.0004"),
        (0.00049, "+0.0005"),
        (-0.00004, "+0.000"),
        (-0.0, "+0.000"),
        (math.nan, "n/a"),
    ],
)
def test_differences_tell_on_which_side_of_zero_they_are(value: float, text: str) -> None:
    assert signed_text(value) == text
