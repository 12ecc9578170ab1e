"""Which frames are shown as the worst ones: properties and hand-made curves."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rgbt_dualatt_ros.evaluation.moments import worst_frames


def test_each_trouble_is_shown_once_just_after_it_began() -> None:
    overlaps = np.full(100, 0.9)
    overlaps[20:30] = 0.1
    overlaps[60:95] = 0.0
    assert worst_frames(overlaps, 2) == [24, 64]
    assert worst_frames(overlaps, 3) == [24, 64, 77]


def test_without_trouble_the_lowest_overlaps_are_shown() -> None:
    overlaps = np.full(60, 0.9)
    overlaps[[12, 40]] = 0.6
    assert worst_frames(overlaps, 2) == [12, 40]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=80), st.integers(0, 5))
def test_only_scored_frames_are_shown_in_order_and_apart(values: list[float], count: int) -> None:
    overlaps = np.array([1.0, *values])
    frames = worst_frames(overlaps, count)
    assert len(frames) <= count
    assert frames == sorted(frames)
    assert np.isfinite(overlaps[frames]).all()
    assert (np.diff(frames) >= 3).all()
