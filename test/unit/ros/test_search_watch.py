"""What the reports of a search add up to.

Proves: new maps are counted once, their age in time and pairs, the rate, what counts as found
again, and that another target starts from nothing. Not: that anything of it is published.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.explanation import GlobalAttentionMap, SearchReport
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSet, ProposalSource
from rgbt_dualatt_ros.core.time_units import NS_PER_MS
from rgbt_dualatt_ros.ros.search_watch import SearchFigures, SearchWatch

T, U, L = TrackStatus.TRACKING, TrackStatus.UNCERTAIN, TrackStatus.LOST
BOX = Box(1, 2, 3, 4)


def report_of(map_ms: int | None) -> SearchReport:
    nothing = np.empty((0, 4), np.float32)
    attention = None
    if map_ms is not None:
        strength = np.zeros((2, 2), np.float32)
        attention = GlobalAttentionMap(strength, nothing, nothing[:, 0], map_ms * NS_PER_MS)
    return SearchReport(ProposalSet.of(nothing, ProposalSource.LOCAL), attention)


def see(
    watch: SearchWatch, at_ms: int, map_ms: int | None, status: TrackStatus = T, target: int = 1
) -> SearchFigures:
    prediction = Prediction(BOX, 1.0, status, at_ms * NS_PER_MS)
    return watch.saw(target, prediction, report_of(map_ms), at_ms * NS_PER_MS)


def test_the_age_of_a_map_is_that_of_the_pair_it_was_computed_on() -> None:
    watch = SearchWatch(is_global=True)
    assert see(watch, 0, None) == SearchFigures(is_global=True)
    ages = [see(watch, at, map_ms) for at, map_ms in [(33, 0), (66, 0), (100, 66), (133, 133)]]
    assert [each.age_ns for each in ages] == [33e6, 66e6, 34e6, 0]
    assert [each.age_pairs for each in ages] == [1, 2, 1, 0]
    assert [each.maps for each in ages] == [1, 1, 2, 3]


def test_the_rate_is_that_of_new_maps() -> None:
    watch = SearchWatch(is_global=True)
    figures = [see(watch, at, at // 100 * 100) for at in range(0, 1001, 20)]
    assert figures[-1].maps == 11
    assert figures[-1].rate_hz == pytest.approx(10.0)
    assert see(watch, 9000, 1000).rate_hz == 0.0


@pytest.mark.parametrize(
    ("statuses", "count"),
    [
        pytest.param([T, L, T], 1, id="lost and trusted"),
        pytest.param([T, L, L, U, U, T, T], 1, id="by way of doubt"),
        pytest.param([T, U, T, U, T], 0, id="doubt alone is no loss"),
        pytest.param([T, L, U], 0, id="not trusted yet"),
        pytest.param([T, L, U, L, T], 1, id="lost once more on the way"),
        pytest.param([L, T, L, T], 2, id="twice"),
    ],
)
def test_found_again_is_trusted_after_lost(statuses: list[TrackStatus], count: int) -> None:
    watch = SearchWatch(is_global=False)
    figures = [see(watch, at, None, status) for at, status in enumerate(statuses)]
    assert figures[-1].redetections == count


@pytest.mark.parametrize("is_global", [True, False])
def test_another_target_and_none_start_from_nothing(is_global: bool) -> None:
    watch = SearchWatch(is_global=is_global)
    nothing = SearchFigures(is_global=is_global)

    def lose_and_find() -> SearchFigures:
        return [see(watch, at, 0, status) for at, status in enumerate([L, T])][-1]

    found = lose_and_find()
    assert (found.maps, found.redetections) == (1, 1)
    assert see(watch, 50, None, target=2) == nothing
    lose_and_find()
    assert watch.saw(1, None, report_of(0), 5) == nothing
    assert see(watch, 60, None) == nothing
    lose_and_find()
    assert watch.forget() == nothing
    assert replace(see(watch, 70, None), age_ns=None) == nothing


def test_a_tracker_that_has_not_searched_has_no_map() -> None:
    watch = SearchWatch(is_global=True)
    figures = watch.saw(1, Prediction(BOX, 0.0, T, 0), None, 0)
    assert figures == SearchFigures(is_global=True)
