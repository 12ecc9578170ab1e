"""Trackers are told apart by colour in pictures, and by colour and dashes in charts."""

from __future__ import annotations

import itertools

from rgbt_dualatt_ros.evaluation.charts import PALETTE, color_of, dash_of


def channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def test_twelve_trackers_have_colours_that_differ() -> None:
    assert len(PALETTE) == 12
    for one, other in itertools.combinations(map(channels, map(color_of, range(12))), 2):
        assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) > 60, (one, other)


def test_many_trackers_have_lines_that_differ_and_only_the_first_is_whole() -> None:
    lines = [(color_of(index), dash_of(index)) for index in range(60)]
    assert len({*lines}) == 60
    assert [index for index in range(60) if not dash_of(index)] == [0]
