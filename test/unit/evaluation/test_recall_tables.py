"""Means over frames and sequences, and the tables of them."""

from __future__ import annotations

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.evaluation.attention_recall import PLAIN, THERMAL_BLANK, Look
from rgbt_dualatt_ros.evaluation.recall_tables import (
    looks_csv,
    mean_recall,
    recall_json,
    recall_markdown,
    recall_of,
    recall_text,
    views,
)


def _look(sequence: str, frame: int, rank: int, **changed: object) -> Look:
    values: dict[str, object] = {
        "sequence": sequence,
        "condition": PLAIN.name,
        "method": "lite",
        "frame": frame,
        "loose_rank": rank,
        "strict_rank": 0,
        "has_peak_inside": rank == 1,
    }
    return Look(**{**values, **changed})  # type: ignore[arg-type]


LONG = [_look("long", frame, rank) for frame, rank in enumerate((1, 1, 3, 5), start=1)]
SHORT = [_look("short", 1, 0), _look("short", 2, 1, strict_rank=1)]


def test_recall_counts_ranks_up_to_k() -> None:
    found = recall_of(LONG)
    assert found.at == {1: 0.5, 3: 0.75, 5: 1.0}
    assert found.peak == 0.5
    assert found.strict_at == 0


def test_every_sequence_counts_the_same() -> None:
    found = mean_recall([*LONG, *SHORT])
    assert found.at[3] == pytest.approx((0.75 + 0.5) / 2)
    assert found.strict_at == pytest.approx((0 + 0.5) / 2)


def test_without_looks_there_is_no_figure() -> None:
    assert math.isnan(mean_recall([]).peak)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), min_size=1))
def test_more_regions_never_find_less(looks: list[tuple[str, int]]) -> None:
    found = mean_recall([_look(name, 1, rank) for name, rank in looks])
    assert 0 <= found.at[1] <= found.at[3] <= found.at[5] <= 1


def test_thermal_blank_has_a_column_more_for_the_sequences_that_colour_shows() -> None:
    blank = [_look(each.sequence, 1, 1, condition=THERMAL_BLANK.name) for each in (*LONG, *SHORT)]
    looks = [*LONG, *SHORT, *blank]
    assert [each.heading for each in views(looks)] == ["plain", "thermal blank"]
    columns = views(looks, ["short", "elsewhere"])
    assert [each.heading for each in columns] == ["plain", "thermal blank", "thermal blank (seen)"]
    assert {each.sequence for each in columns[2].of(looks, "lite")} == {"short"}


def test_the_tables_say_the_same() -> None:
    looks = [*LONG, *SHORT]
    columns = views(looks)
    assert "| lite | 0.62 |" in recall_markdown(looks, columns)
    assert "| short | lite | 0.50 |" in recall_markdown(looks, columns)
    assert recall_text(looks, columns).splitlines()[1].split() == ["lite", "0.62"]
    content = recall_json(looks, columns)
    assert content["mean"]["lite"]["plain"]["at"][3] == pytest.approx(0.625)
    assert content["sequences"]["long"]["lite"]["plain"]["at"][1] == 0.5
    rows = list(csv.DictReader(io.StringIO(looks_csv(looks))))
    assert len(rows) == 6
    assert rows[2]["loose_rank"] == "3"
