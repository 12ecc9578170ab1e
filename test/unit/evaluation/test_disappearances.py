"""When a target is away long enough, and whether there is time to judge its return."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rgbt_dualatt_ros.evaluation.disappearances import (
    FEWEST_ABSENT,
    FEWEST_AFTER,
    Disappearance,
    disappearances,
    has_jumped,
)


def truth_of(*present: tuple[bool, int]) -> NDArray[np.float64]:
    """A still box, there or away for so many frames, in turns."""
    rows = [[10, 10, 20, 20] if there else [np.nan] * 4 for there, n in present for _ in range(n)]
    return np.array(rows, np.float64)


def test_an_absence_begins_and_ends() -> None:
    truth = truth_of((True, 8), (False, 6), (True, 30))
    assert disappearances(truth) == [Disappearance(8, 14, 44)]


def test_a_short_absence_does_not_count() -> None:
    assert disappearances(truth_of((True, 8), (False, FEWEST_ABSENT - 1), (True, 30))) == []
    assert disappearances(truth_of((True, 8), (False, FEWEST_ABSENT), (True, 30)))


def test_a_target_that_stays_away_or_returns_late_cannot_be_judged() -> None:
    assert disappearances(truth_of((True, 8), (False, 30))) == []
    assert disappearances(truth_of((True, 8), (False, 9), (True, FEWEST_AFTER - 1))) == []
    assert disappearances(truth_of((True, 8), (False, 9), (True, FEWEST_AFTER)))


def test_judging_ends_where_the_target_disappears_again() -> None:
    truth = truth_of((True, 8), (False, 6), (True, 25), (False, 5), (True, 40))
    assert disappearances(truth) == [Disappearance(8, 14, 39), Disappearance(39, 44, 84)]


def test_a_return_too_short_to_judge_still_ends_there() -> None:
    truth = truth_of((True, 8), (False, 6), (True, 10), (False, 5), (True, 40))
    assert disappearances(truth) == [Disappearance(24, 29, 69)]


def test_a_jump_has_no_length() -> None:
    assert disappearances(truth_of((True, 60)), [30]) == [Disappearance(30, 30, 60)]


def test_a_box_without_area_is_no_target() -> None:
    truth = truth_of((True, 40))
    truth[5:12, 2:] = 0
    assert disappearances(truth) == [Disappearance(5, 12, 40)]


def test_a_jump_is_more_than_two_sizes_along_one_axis() -> None:
    before = np.array([100, 100, 20, 60], np.float64)

    def moved(x: float, y: float) -> NDArray[np.float64]:
        return np.array([100 + x, 100 + y, 20, 60], np.float64)

    assert not has_jumped(before, moved(40, 0))
    assert has_jumped(before, moved(41, 0))
    assert has_jumped(before, moved(-41, 0))
    assert not has_jumped(before, moved(0, 120))
    assert has_jumped(before, moved(0, 121))


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 40)), max_size=8))
def test_they_lie_in_order_and_inside(parts: list[tuple[bool, int]]) -> None:
    truth = truth_of((True, 1), *parts)
    last_end = 0
    for each in disappearances(truth):
        assert last_end <= each.start < each.back <= each.end - FEWEST_AFTER
        assert each.end <= len(truth)
        assert np.isnan(truth[each.start : each.back]).all()
        last_end = each.end
