"""What must be known before figures are compared: single runs, partial means, bounds."""

from __future__ import annotations

import numpy as np
import pytest

from rgbt_dualatt_ros.evaluation.caveats import caveats, is_one_run
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import TrackerScore, score_trackers
from rgbt_dualatt_ros.evaluation.upper_bounds import bound_name

TRUTHS = {name: SequenceTruth(name, np.tile([10.0, 10, 20, 20], (4, 1))) for name in "ab"}


def scores(**seeds: tuple[int, ...]) -> list[TrackerScore]:
    """Trackers by name on both sequences."""
    return score_trackers(
        [
            Record.empty(name, sequence, seed, 4)
            for name, of_tracker in seeds.items()
            for sequence in TRUTHS
            for seed in of_tracker
        ],
        TRUTHS,
    )


@pytest.mark.parametrize(
    ("tracker", "seeds", "expected"),
    [
        ("dualatt", (0,), True),
        ("dualatt", (0, 1), False),
        ("dualatt-local", (3,), True),
        ("Published", (0,), True),
        ("mil@rgb", (0,), True),
        ("csrt@thermal", (0,), False),
        ("nanotrack@rgb", (0,), False),
        ("static", (0,), False),
        (bound_name("mil"), (0,), False),
    ],
)
def test_one_run_counts_where_another_might_differ(
    tracker: str, seeds: tuple[int, ...], expected: bool
) -> None:
    assert is_one_run(tracker, seeds) == expected


def test_each_caveat_is_a_line_and_there_may_be_none() -> None:
    assert caveats(scores(dualatt=(0, 1), static=(0,)), 2) == []
    found = caveats(scores(dualatt=(0,), MANet=(0,), **{bound_name("csrt"): (0,)}), 2)
    assert len(found) == 2
    assert found[0].startswith("One run only: dualatt, MANet. ")
    assert found[1].startswith("(upper bound): an oracle, no tracker. For each sequence and seed")


def test_means_over_fewer_sequences_are_counted() -> None:
    (first, second) = scores(static=(0,), dualatt=(0, 1))
    (found,) = caveats([first, second], 3)
    assert caveats([first, second], 2) == []
    assert found.startswith("Means over fewer than all 3 sequences: static 2, dualatt 2. ")


def test_a_seed_with_fewer_sequences_is_counted_apart() -> None:
    records = [Record.empty("x", *run, 4) for run in (("a", 0), ("b", 0), ("b", 1))]
    (found,) = caveats(score_trackers(records, TRUTHS), 2)
    assert found.startswith("Means over fewer than all 2 sequences: x 1 to 2. ")
