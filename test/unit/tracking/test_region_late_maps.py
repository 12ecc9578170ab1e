"""RegionSearch with maps from a thread: each is of an earlier frame, and asked about that one.

Not: the thread itself (test_global_attention.py), what maps at once say (test_region_doubt.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.tracking.track_confidence import Evidence

if TYPE_CHECKING:
    from test.unit.tracking.conftest import RegionWorld, SlowWorld

HERE, THERE, YONDER = Box(80, 100, 80, 80), Box(400, 320, 80, 80), Box(480, 60, 80, 80)
OWN, TWIN, TREE, BETWEEN = "own", "twin", "tree", "between"


def half_in_sight(world: RegionWorld) -> FramePair:
    return world.pair((HERE, BETWEEN), (YONDER, TREE))


def test_a_target_that_moves_fast_is_no_mistake_in_the_map_of_an_earlier_frame(
    slow: SlowWorld,
) -> None:
    search, box = slow.search(), HERE
    search.start(slow.pair((HERE, OWN)), HERE)
    for _ in range(12):
        assert not slow.step(search, slow.pair((box, OWN)), box)
        slow.wait()
        slow.finish()  # the next frame has the map of this one
        box = Box(box.x + 40, box.y, box.w, box.h)
    # What stays behind in that map is the target itself; another that has gone there is not.
    assert not slow.step(search, slow.pair((Box(600, 300, 80, 80), OWN)), Box(600, 300, 80, 80))
    slow.leave.release(100)
    search.forget()


def test_a_target_that_moved_fast_is_judged_where_it_was_in_the_map(slow: SlowWorld) -> None:
    search = slow.search()
    search.start(slow.pair((HERE, OWN)), HERE)
    for _ in range(6):
        assert not slow.step(search, slow.pair((HERE, OWN)), HERE)
        slow.wait()
        slow.finish()
    state = slow.away(THERE, 1, status=TrackStatus.UNCERTAIN)
    pair = slow.pair((THERE, OWN))
    search.begin(pair, state)  # with the map of the frame before, in which it was trusted
    assert search.judge_here(pair, THERE, state) == Evidence()
    slow.leave.release(100)
    search.forget()


def test_with_the_papers_gate_nothing_is_missed(slow: SlowWorld) -> None:
    search = slow.search(gate="paper")
    search.start(slow.pair((HERE, OWN)), HERE)
    search.begin(slow.pair((HERE, OWN)), slow.away())
    assert not search.is_blind
    slow.leave.release(100)
    search.forget()


def test_maps_that_come_too_late_make_it_blind(slow: SlowWorld) -> None:
    search = slow.search()
    search.start(slow.pair((HERE, OWN)), HERE)
    blind = []
    for _ in range(3):
        search.begin(slow.pair((HERE, OWN)), slow.away())
        blind.append(search.is_blind)
        slow.wait()
        slow.finish()
    for _ in range(5):  # without another map
        search.begin(slow.pair((HERE, OWN)), slow.away())
        blind.append(search.is_blind)
    assert blind == [True, False, False, False, False, False, True, True]
    slow.leave.release(100)
    search.forget()


def test_with_maps_at_once_or_the_papers_gate_it_never_is(world: RegionWorld) -> None:
    for search, state in (
        (world.followed((HERE, OWN)), world.away()),
        (world.followed((HERE, OWN), every_doubtful=4, when="periodic"), world.away()),
        (world.search(gate="paper"), world.away()),
    ):
        if search.report is None:
            search.start(world.pair((HERE, OWN)), HERE)
        for _ in range(5):
            search.begin(world.pair(), state)
            assert not search.is_blind


@pytest.mark.parametrize(
    ("age", "is_mistaken"), [(1, True), (3, True), (4, False)], ids=["soon", "late", "too late"]
)
def test_a_late_map_is_asked_once_and_only_while_it_says_something(
    slow: SlowWorld, age: int, *, is_mistaken: bool
) -> None:
    scene = ((HERE, OWN), (THERE, TWIN), (YONDER, TREE))
    search = slow.search()
    search.start(slow.pair(*scene), HERE)
    for _ in range(6):
        assert not slow.step(search, slow.pair(*scene), HERE)
        slow.wait()
        slow.finish()  # the next frame has the map of this one
    assert not slow.step(search, half_in_sight(slow), HERE)
    slow.wait()
    slow.finish()
    # The map of a frame is asked about the place of that frame: this one about HERE.
    assert not slow.step(search, half_in_sight(slow), YONDER)
    slow.wait()
    slow.finish()
    # This map speaks against YONDER; for `age` frames there is no other.
    assert not slow.step(search, half_in_sight(slow), YONDER)
    slow.wait()
    assert not any(slow.step(search, half_in_sight(slow), YONDER) for _ in range(age - 1))
    slow.finish()
    assert slow.step(search, half_in_sight(slow), YONDER) is is_mistaken
    slow.leave.release(100)
    search.forget()
