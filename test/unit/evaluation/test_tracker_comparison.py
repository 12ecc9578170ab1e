"""Trackers against the first one, by attribute, their settings and their learning.

Proves: the numbers on hand-made records, and that terminal, JSON, Markdown and page show them or
stay silent where there is nothing to show. Does not prove how the page looks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from rgbt_dualatt_ros.core.explanation import LearningReport
from rgbt_dualatt_ros.evaluation.comparison_tables import (
    attributes_json,
    attributes_markdown,
    difference_text,
    differences_json,
    differences_markdown,
    differences_text,
)
from rgbt_dualatt_ros.evaluation.learning import all_learning
from rgbt_dualatt_ros.evaluation.page_comparison import (
    attributes_section,
    differences_section,
    learning_section,
    radar_places,
    variants_table,
)
from rgbt_dualatt_ros.evaluation.paired import (
    Difference,
    attribute_spreads,
    difference,
    difference_of,
    differences,
    labels_of,
)
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import TrackerScore, score_trackers
from rgbt_dualatt_ros.evaluation.tables import best_figures, best_places

TRUTHS = {
    "one": SequenceTruth("one", np.tile([10.0, 10, 20, 20], (4, 1)), ("TC", "HO")),
    "two": SequenceTruth("two", np.tile([10.0, 10, 20, 20], (2, 1)), ("HO",)),
    "three": SequenceTruth("three", np.tile([10.0, 10, 20, 20], (4, 1))),
}


def record(
    tracker: str,
    sequence: str,
    hits: str,
    seed: int = 0,
    settings: Mapping[str, object] | None = None,
    learning: LearningReport | None = None,
) -> Record:
    """A record whose frames are right (`1`) or 30 px off (`0`)."""
    return Record(
        tracker=tracker,
        sequence=sequence,
        seed=seed,
        boxes=np.array([[10.0 + 30 * (hit == "0"), 10, 20, 20] for hit in hits]),
        scores=np.full(len(hits), 1.5),
        statuses=np.ones(len(hits), np.uint8),
        seconds=np.full(len(hits), 0.1),
        settings=settings or {},
        learning=learning,
    )


def score(*records: Record) -> list[TrackerScore]:
    return score_trackers(records, TRUTHS)


def three_sequences() -> list[TrackerScore]:
    """`new` is ahead by 0.5 on one (mean of seeds), by 0.5 on two, behind by 0.25 on three."""
    return score(
        record("old", "one", "1000"),
        record("new", "one", "1110", seed=0),
        record("new", "one", "1110", seed=1),
        record("old", "two", "10"),
        record("new", "two", "11", seed=0),
        record("new", "two", "11", seed=1),
        record("old", "three", "1111"),
        record("new", "three", "1100", seed=0),
        record("new", "three", "1111", seed=1),
    )


def test_a_difference_is_taken_sequence_by_sequence() -> None:
    old, new = three_sequences()
    found = difference(new, old, "precision_20")
    expected = np.array([0.5, 0.5, -0.25])
    assert found.mean == pytest.approx(expected.mean())
    assert found.standard_error == pytest.approx(expected.std(ddof=1) / math.sqrt(3))
    assert (found.sequences, found.better, found.worse) == (3, 2, 1)
    # One resample in 27 draws the same sequence three times: the ends are the extremes.
    assert (found.low, found.high) == pytest.approx((-0.25, 0.5))
    assert not found.is_clear
    same = difference(old, old, "precision_20")
    assert (same.mean, same.standard_error, same.better, same.worse) == (0, 0, 0, 0)


def test_only_sequences_of_both_are_compared() -> None:
    old, new = score(
        record("old", "one", "1000"), record("new", "one", "1100"), record("new", "two", "11")
    )
    found = difference(new, old, "precision_20")
    assert (found.mean, found.sequences) == (0.25, 1)
    assert math.isnan(found.standard_error)
    assert differences([old, new]) == {}
    (alone,) = score(record("a", "two", "11"))
    assert math.isnan(difference(alone, old, "precision_20").mean)


def test_differences_are_told_on_terminal_page_and_in_files() -> None:
    scores = three_sequences()
    line = differences_text(scores).splitlines()[1]
    assert line.startswith("  new  success AUC +0.")
    assert line.endswith("PR@20 +0.250 [-0.250, +0.500] (2 better, 1 worse of 3)")
    told = differences_json(scores)
    assert told["reference"] == "old"
    assert told["trackers"]["new"]["precision_20"]["mean"] == pytest.approx(0.25)
    assert "| +0.250 [-0.250, +0.500] | 2 / 1 | 3 |" in differences_markdown(scores)
    section = differences_section(scores)
    assert "<h2>Difference to old</h2>" in section
    assert "<td>+0.250 [-0.250, +0.500]</td><td>2</td><td>1</td><td>3</td>" in section


def test_nothing_is_said_where_nothing_can_be_compared() -> None:
    alone = score(record("a", "one", "1111"))
    once = score(record("a", "one", "1111"), record("b", "one", "1111"))
    for scores in (alone, once):
        assert differences_text(scores) == ""
        assert differences_markdown(scores) == ""
        assert differences_section(scores) == ""
        assert differences_json(scores) == {"reference": "a", "trackers": {}}
    for truths in ({}, {"two": TRUTHS["two"]}):
        assert attributes_section(alone, truths) == ""
        assert attributes_markdown(alone, truths) == ""
        assert attributes_json(alone, truths) == {}
    assert variants_table(alone) == ""
    assert learning_section(alone) == ""


def test_a_sequence_counts_with_each_of_its_attributes() -> None:
    scores = three_sequences()
    told = attributes_json(scores, TRUTHS)
    assert list(told) == ["TC", "HO"]
    assert (told["TC"]["sequences"], told["HO"]["sequences"]) == (1, 2)
    assert told["TC"]["new"]["precision_20"] == pytest.approx(0.75)
    assert told["HO"]["new"]["precision_20"] == pytest.approx((0.75 + 1) / 2)
    assert told["HO"]["old"]["precision_20"] == pytest.approx((0.25 + 0.5) / 2)
    table = attributes_markdown(scores, TRUTHS)
    assert "| HO | 2 | 0.357 / 0.38 | 0.833 ± 0.000 / 0.88 |" in table
    row = attributes_section(scores, TRUTHS).split("<tr>")[-1]
    assert row.startswith("<td>HO</td><td>2</td><td")
    assert ">0.357<small>0.38</small></td>" in row
    assert 'class="best" data-sort="0.833333">0.833<small>± 0.000</small>' in row


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((("SO", "DEF"), ("OCC", "TC")), ["OCC", "TC", "SO", "DEF"]),
        ((("PO", "BC"), ("NO", "FM", "BC"), ()), ["NO", "PO", "FM", "BC"]),
        # MB before LI, as only LasHeR has them.
        ((("MB", "LI", "DEF"), ("NO", "TC")), ["NO", "MB", "LI", "DEF", "TC"]),
        ((("zebra", "ant"), ("NO",)), ["zebra", "ant", "NO"]),
        ((), []),
    ],
)
def test_attributes_stand_in_the_order_of_their_set(
    rows: tuple[tuple[str, ...], ...], expected: list[str]
) -> None:
    boxes = np.ones((1, 4))
    truths = {str(place): SequenceTruth("", boxes, row) for place, row in enumerate(rows)}
    assert labels_of(truths) == expected
    scores = score(record("a", "one", "1111"))
    assert list(attributes_json(scores, truths)) == expected


def test_a_small_end_of_an_interval_keeps_its_sign() -> None:
    found = Difference(-0.012, 0.01, -0.03, -0.0004, 9, 1, 5)
    assert difference_text(found) == "-0.012 [-0.030, -0.0004]"
    assert difference_text(replace(found, mean=-0.00001, high=0.0)) == "+0.000 [-0.030, +0.000]"


def test_the_seeds_of_an_attribute_are_as_far_apart_as_their_means() -> None:
    scores = score(
        record("a", "one", "1000", seed=0),
        record("a", "two", "11", seed=0),
        record("a", "one", "1110", seed=1),
        record("a", "two", "10", seed=1),
        record("b", "one", "1000"),
    )
    found = attribute_spreads(scores, TRUTHS, "precision_20")
    # HO: (0.25 + 1) / 2 and (0.75 + 0.5) / 2 are the same, however the sequences differ.
    assert found["HO"][0] == pytest.approx(0)
    assert found["TC"][0] == pytest.approx(0.5 / math.sqrt(2))
    assert math.isnan(found["TC"][1])


def test_settings_of_a_variant_are_shown_as_text() -> None:
    table = variants_table(
        score(
            record("a", "one", "1111"),
            record("b", "one", "1111", settings={"attention.enabled": False, "x": "<b>"}),
        )
    )
    assert table.count("<td>b</td>") == 2
    assert "<td>a</td>" not in table
    assert "<code>attention.enabled</code></td><td>False</td>" in table
    assert "&lt;b&gt;" in table


def test_learning_is_summed_over_the_runs() -> None:
    spreads = (0.1, 0.2, 0.3, 0.4)
    scores = score(
        record("a", "one", "1111", learning=LearningReport(30, 1, 0, 0.5, 1.0, 2.0, spreads)),
        record("a", "two", "11", learning=LearningReport(10, 2, 4, math.nan, 3.0, 4.0, spreads)),
        record("static", "one", "1111"),
    )
    figures = all_learning(scores)
    assert list(figures) == ["a"]
    a = figures["a"]
    assert (a.runs, a.steps, a.skipped, a.unattended, a.not_finite_runs) == (2, 40, 3, 4, 1)
    assert a.last["cross entropy"] == 0.5
    assert (a.last["R target"], a.last["R background"]) == (2.0, 3.0)
    assert [a.last[name] for name in list(a.last)[3:]] == pytest.approx(spreads)
    section = learning_section(scores)
    assert '<td>a</td><td>40</td><td class="bad">3</td><td>4</td><td class="bad">1</td>' in section
    assert "spread background / target" in section


@pytest.mark.parametrize(
    ("gains", "is_clear"),
    [
        ([0.1, 0.2, 0.1, 0.2, 0.1], False),
        ([0.1, 0.2, 0.1, 0.2, 0.1, 0.2], True),
        ([-0.1, -0.2, -0.1, -0.2, -0.1, -0.2], True),
        ([0.1, -0.1, 0.1, -0.1, 0.1, -0.1], False),
        ([0.0] * 8, False),
        ([0.1, 0.2, 0.1, 0.2, 0.1, math.nan], False),
    ],
)
def test_a_difference_is_clear_when_it_is_more_than_the_choice_of_sequences(
    gains: list[float], is_clear: bool
) -> None:
    reference = [0.3] * len(gains)
    found = difference_of([0.3 + gain for gain in gains], reference)
    assert found.is_clear == is_clear
    assert found.low <= found.mean <= found.high
    again = difference_of([0.3 + gain for gain in gains], reference)
    assert (again.low, again.high) == (found.low, found.high)


def test_a_radar_needs_three_attributes_and_shows_six_trackers() -> None:
    labels = ("TC", "HO", "LI")
    truths = {
        name: SequenceTruth(name, np.tile([10.0, 10, 20, 20], (4, 1)), labels[:count])
        for name, count in (("one", 3), ("two", 2))
    }
    hits = ("1000", "1100", "0000", "1111", "1110", "1000", "1111")
    records = [
        record(f"t{place}", name, text) for place, text in enumerate(hits) for name in truths
    ]
    scores = score_trackers(records, truths)
    section = attributes_section(scores, truths)
    assert section.count('class="chart radar"') == 2
    assert radar_places(scores) == [0, 1, 3, 4, 5, 6]
    assert "the first tracker and the best 5 others" in section
    bound = "t3@best (upper bound)"
    with_bound = [replace(e, tracker=bound) if e.tracker == "t3" else e for e in records]
    assert radar_places(score_trackers(with_bound, truths)) == [0, 1, 2, 4, 5, 6]
    few = score_trackers(records[:4], truths)
    assert radar_places(few) == [0, 1]
    assert "best 5 others" not in attributes_section(few, truths)
    two = {name: replace(truth, attributes=labels[:2]) for name, truth in truths.items()}
    assert "radar" not in attributes_section(few, two)
    assert "<h2>By attribute</h2>" in attributes_section(few, two)


def test_an_upper_bound_is_never_the_best_of_a_row() -> None:
    scores = score(
        record("a", "one", "1000"),
        record("b@best (upper bound)", "one", "1111"),
        record("c", "one", "1100"),
    )
    assert best_places(scores, [0.1, 0.9, 0.2]) == {2}
    assert best_places(scores, [0.1, 0.9, 0.1]) == set()
    assert best_figures(scores)["success_auc"] == {"c"}
