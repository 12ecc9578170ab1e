"""Spread over seeds and seconds per frame, on hand-made records."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rgbt_dualatt_ros.evaluation.page_runs import spread_section, times_section
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.run_spread import (
    frame_times,
    run_spreads,
    seconds_text,
    spread_json,
    spread_markdown,
    times_markdown,
)
from rgbt_dualatt_ros.evaluation.summary import TrackerScore, score_trackers

TRUTHS = {
    name: SequenceTruth(name, np.tile([10.0, 10, 20, 20], (4, 1))) for name in ("calm", "wild")
}


def record(tracker: str, sequence: str, hits: str, seed: int, seconds: float = 0.1) -> Record:
    found = Record.empty(tracker, sequence, seed, len(hits))
    found.boxes[:] = [[10.0 + 30 * (hit == "0"), 10, 20, 20] for hit in hits]
    found.seconds[:] = seconds
    return found


@pytest.fixture
def scores() -> list[TrackerScore]:
    """`a` with two seeds that differ on `wild` only, `b` with one."""
    return score_trackers(
        [
            record("a", "calm", "1111", 0),
            record("a", "calm", "1111", 3),
            record("a", "wild", "1111", 0),
            record("a", "wild", "1100", 3, 0.3),
            record("b", "calm", "1100", 0, math.nan),
        ],
        TRUTHS,
    )


def test_seeds_are_set_side_by_side(scores: list[TrackerScore]) -> None:
    found = run_spreads(scores)
    assert list(found) == ["a"]
    perfect = 20 / 21
    assert found["a"].by_seed == pytest.approx({0: perfect, 3: 0.75 * perfect})
    assert found["a"].deviation == pytest.approx(0.25 * perfect / math.sqrt(2))
    assert found["a"].widest == "wild"
    assert found["a"].widest_deviation == pytest.approx(0.5 * perfect / math.sqrt(2))
    assert spread_json(scores)["a"]["widest"] == "wild"


def test_seconds_leave_out_the_first_frame(scores: list[TrackerScore]) -> None:
    scores[0].runs[0].record.seconds[0] = 9
    found = frame_times(scores)
    assert list(found) == ["a"]
    a = found["a"]
    assert a.frames == 12
    assert (a.median, a.slowest) == pytest.approx((0.1, 0.3))
    assert a.mean == pytest.approx((9 * 0.1 + 3 * 0.3) / 12)
    assert a.initialisation == pytest.approx((9 + 0.1 + 0.1 + 0.3) / 4)


def test_page_and_markdown_show_both(scores: list[TrackerScore]) -> None:
    assert "<td>0: 0.952, 3: 0.714</td><td>0.168</td><td>wild (0.337)</td>" in spread_section(
        scores
    )
    assert "| a | 0: 0.952, 3: 0.714 | 0.168 | wild (0.337) |" in spread_markdown(scores)
    assert "<td>0.150</td><td>0.100</td>" in times_section(scores)
    assert "| a | 0.150 | 0.100 |" in times_markdown(scores)


def test_nothing_is_shown_where_nothing_is_known() -> None:
    alone = score_trackers([record("b", "calm", "1100", 0, math.nan)], TRUTHS)
    assert spread_section(alone) == times_section(alone) == ""
    assert spread_markdown(alone) == times_markdown(alone) == ""


def test_seconds_have_three_digits_however_short() -> None:
    texts = [seconds_text(each) for each in (12.3456, 0.0123, 0.00123, 0.0000234, math.nan)]
    assert texts == ["12.346", "0.0123", "0.00123", "0.000023", "n/a"]
