"""The end of a replay: the table's counts, and the line that says pairs got lost.

Proves: what was played stands beside what was seen, and a clear loss gives a line with both
numbers. Not: the figures themselves (end_to_end/test_replay.py).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.summary import RunScore, TrackerScore
from rgbt_dualatt_ros.ros.replay_table import describe_lost_pairs, replay_table


def counts(played: int, seen: int) -> dict[str, float]:
    names = ("played", "seen", "processed", "dropped")
    return {
        f"pairs_{name}": float(n) for name, n in zip(names, (played, seen, 24, 2), strict=True)
    }


def test_table_has_what_was_played_beside_what_was_seen() -> None:
    record = replace(Record.empty("static", "bag", 0, 150), measures=counts(150, 26))
    none = np.zeros(0)
    means = {"precision_20": 0.5, "success_auc": 0.25, "frames_per_second": 30.0}
    run = RunScore(record, none, none, means)
    score = TrackerScore("static", (0,), (run,), means, {}, none, none)
    heads, row, *_ = replay_table([score]).splitlines()
    assert heads.split()[-5:] == ["pairs", "played", "seen", "processed", "dropped"]
    assert row.split()[-4:] == ["150", "26", "24", "2"]


def test_clear_loss_names_both_numbers() -> None:
    line = describe_lost_pairs("static", counts(150, 26))
    assert line.startswith("static: the node saw 26 of the 150 pairs played")
    assert "\n" not in line


@pytest.mark.parametrize("seen", [150, 149, 143], ids=lambda seen: f"{seen} of 150")
def test_small_loss_gives_no_line(seen: int) -> None:
    assert describe_lost_pairs("static", counts(150, seen)) == ""
