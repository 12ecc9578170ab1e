"""When RegionSearch looks, and which maps teach it who is who: each with its own frame's box.

Not: what is made of it (test_region_search.py, test_region_doubt.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.models.global_attention import Look
from rgbt_dualatt_ros.tracking import region_search
from rgbt_dualatt_ros.tracking.global_regions import Regions
from rgbt_dualatt_ros.tracking.identity import Identity
from rgbt_dualatt_ros.tracking.recognition import Recognition

if TYPE_CHECKING:
    from test.unit.tracking.conftest import RegionWorld, SlowWorld

HERE, THERE = Box(80, 100, 80, 80), Box(400, 320, 80, 80)
NEAR, ON_IT = Box(180, 100, 80, 80), Box(140, 100, 80, 80)
OWN, TWIN, TREE, BETWEEN, DITCH = "own", "twin", "tree", "between", "ditch"
PERIODIC: dict[str, Any] = {"when": "periodic", "every": 5, "every_crowded": 2}


def test_the_report_is_of_the_newest_map(world: RegionWorld) -> None:
    search = world.search()
    assert search.report is None
    search.start(world.pair((HERE, OWN)), HERE)
    assert search.report is None
    world.step(search, world.pair((HERE, OWN), (THERE, TREE)), HERE)
    report = search.report
    assert report is not None
    assert report.stamp_ns == 1
    np.testing.assert_allclose(report.regions, [HERE.as_array(), THERE.as_array()], atol=6)
    np.testing.assert_allclose(report.scores, [0.85, 0.5], atol=0.01)
    search.forget()
    assert search.report is None


Learnt = list[tuple[Box, int]]


@pytest.fixture
def learnt(monkeypatch: pytest.MonkeyPatch) -> Learnt:
    """Which box was learnt, and in which column of cells the strongest of the map is."""
    found: Learnt = []
    learn = Identity.learn

    def spy(self: Identity, look: Look, target: Box, others: Boxes, size: ImageSize) -> None:
        found.append((target, int(np.argmax(look.strength.max(axis=0))) // 8))
        learn(self, look, target, others, size)

    monkeypatch.setattr(Identity, "learn", spy)
    return found


def test_a_map_in_step_is_learnt_once_with_its_frame(world: RegionWorld, learnt: Learnt) -> None:
    search = world.search()
    places = [Box(80 + 40 * frame, 100, 80, 80) for frame in range(4)]
    search.start(world.pair((places[0], OWN)), places[0])
    for place in places[1:]:
        world.step(search, world.pair((place, OWN)), place)
    assert learnt == [(place, round(place.x / 20)) for place in places]


def test_a_map_is_learnt_once_however_long_it_is_the_newest(
    world: RegionWorld, learnt: Learnt
) -> None:
    world.followed((HERE, OWN), frames=22, **PERIODIC)
    assert len(learnt) == len(world.looked) == 8


def test_a_new_target_is_learnt_from_its_own_first_map_on(
    world: RegionWorld, learnt: Learnt
) -> None:
    search = world.followed((HERE, OWN), frames=1)
    search.start(world.pair((THERE, OWN)), THERE)
    world.step(search, world.pair((THERE, OWN)), THERE)
    assert [target for target, _ in learnt] == [HERE, HERE, THERE, THERE]


def test_a_map_from_the_thread_is_learnt_with_the_box_of_its_own_frame(
    slow: SlowWorld, learnt: Learnt
) -> None:
    search = slow.search()
    places = [Box(80 + 40 * frame, 100, 80, 80) for frame in range(4)]
    search.start(slow.pair((places[0], OWN)), places[0])
    slow.step(search, slow.pair((places[1], OWN)), places[1])
    slow.wait()  # the map of frame 1
    slow.step(search, slow.pair((places[2], OWN)), places[2])
    assert len(learnt) == 1
    slow.leave.release()
    slow.wait()  # that of frame 2, so the first is done
    slow.step(search, slow.pair((places[3], OWN)), places[3])
    assert learnt == [(place, round(place.x / 20)) for place in places[:2]]
    slow.leave.release(100)
    search.forget()


def test_a_map_from_the_thread_of_a_doubtful_frame_is_not_learnt(
    slow: SlowWorld, learnt: Learnt
) -> None:
    search = slow.search()
    search.start(slow.pair((HERE, OWN)), HERE)
    search.begin(slow.pair((THERE, TWIN)), slow.away())
    slow.wait()
    slow.step(search, slow.pair((HERE, OWN)), HERE)
    slow.leave.release()
    slow.wait()
    slow.step(search, slow.pair((HERE, OWN)), HERE)
    assert search.report is not None
    assert search.report.stamp_ns == 1
    assert [target for target, _ in learnt] == [HERE]
    slow.leave.release(100)
    search.forget()


@pytest.mark.parametrize(
    ("before", "scene", "is_learnt"),
    [
        ((), ((HERE, BETWEEN), (THERE, TREE)), True),
        ((), ((HERE, BETWEEN), (NEAR, TREE)), False),
        ((), ((HERE, BETWEEN), (ON_IT, TREE)), False),
        ((), ((HERE, BETWEEN), (ON_IT, DITCH)), True),
        (((NEAR, TREE),), ((HERE, BETWEEN),), False),
        (((THERE, TREE),), ((HERE, BETWEEN),), True),
        ((), ((HERE, TREE),), True),
        ((), ((HERE, TREE), (THERE, BETWEEN)), False),
    ],
    ids=[
        "far",
        "near",
        "within its place",
        "there but weak",
        "was near",
        "was far",
        "nobody",
        "one who contests it",
    ],
)
def test_a_new_look_is_not_learnt_where_it_may_be_another(
    world: RegionWorld,
    learnt: Learnt,
    before: tuple[tuple[Box, str], ...],
    scene: tuple[tuple[Box, str], ...],
    *,
    is_learnt: bool,
) -> None:
    # So early that any look is learnt at once, else.
    search = world.followed((HERE, OWN), *before, frames=3)
    so_far = len(learnt)
    assert so_far == 4
    assert not world.step(search, world.pair(*scene), HERE)
    assert len(learnt) - so_far == is_learnt


def test_a_new_look_is_learnt_some_frames_after_a_crowd(
    world: RegionWorld, learnt: Learnt
) -> None:
    search = world.followed((HERE, OWN), (NEAR, TREE))
    so_far = len(learnt)
    for _ in range(12):
        assert not world.step(search, world.pair((HERE, BETWEEN)), HERE)
    # The frame before the first of these was crowded, and nine frames after it are wary.
    assert len(learnt) - so_far == 3


@pytest.mark.parametrize(("is_puzzled", "maps"), [(False, 2), (True, 5)])
def test_while_a_new_look_is_not_learnt_maps_come_more_often(
    world: RegionWorld, monkeypatch: pytest.MonkeyPatch, maps: int, *, is_puzzled: bool
) -> None:
    search = world.followed((HERE, OWN), frames=12, when="periodic", every=5, every_crowded=2)
    monkeypatch.setattr(Recognition, "is_puzzled", property(lambda _: is_puzzled))
    world.looked.clear()
    for _ in range(10):
        assert not world.step(search, world.pair((HERE, OWN)), HERE)
    assert len(world.looked) == maps


def test_doubt_asks_for_a_map_of_its_own_frame(world: RegionWorld) -> None:
    search = world.followed(
        (HERE, OWN), when="periodic", every=100, every_crowded=100, every_doubtful=100
    )
    first, second = world.pair((HERE, OWN)), world.pair((HERE, OWN))
    search.begin(first, world.away())
    search.judge_here(first, HERE, world.away())
    assert world.looked == [0, 1, first.stamp_ns]
    search.begin(second, world.away())
    assert world.looked == [0, 1, first.stamp_ns]
    search.judge_here(second, HERE, world.away())
    assert world.looked == [0, 1, first.stamp_ns, second.stamp_ns]


@pytest.mark.parametrize(
    ("twin", "looked"),
    [(THERE, [0, 1, 3, 5, 7, 9, 14, 19]), (NEAR, [0, *range(1, 23, 2)])],
    ids=["far", "near"],
)
def test_at_first_and_near_another_there_are_more_maps(
    world: RegionWorld, twin: Box, looked: list[int]
) -> None:
    world.followed((HERE, OWN), (twin, TWIN), frames=22, **PERIODIC)
    assert world.looked == looked


@pytest.mark.parametrize(
    ("right", "down", "strength", "is_crowd"),
    [
        (0.45, 0, 0.5, False),
        (0, 0.45, 0.5, False),
        (0.45, 0.45, 0.5, False),
        (0.55, 0, 0.5, True),
        (0, 0.55, 0.5, True),
        (-0.55, 0, 0.5, True),
        (0.55, 0, 0.2, False),
    ],
    ids=["right", "below", "both", "well right", "well below", "well left", "but weak"],
)
def test_two_strong_peaks_on_one_place_are_two_bodies_only_when_half_a_side_apart(
    world: RegionWorld,
    monkeypatch: pytest.MonkeyPatch,
    right: float,
    down: float,
    strength: float,
    *,
    is_crowd: bool,
) -> None:
    place = Box(80, 100, 40, 120)
    beside = Box(place.x + right * place.w, place.y + down * place.h, place.w, place.h)
    boxes = np.stack([place.as_array(), beside.as_array()])
    peaks = Regions(boxes, np.array([0.85, strength], np.float32))
    monkeypatch.setattr(region_search, "find_regions", lambda *_: peaks)
    world.followed((place, OWN), frames=20, **PERIODIC)
    assert world.looked[-2:] == ([17, 19] if is_crowd else [14, 19])


def test_the_place_it_has_left_since_the_map_is_no_other(world: RegionWorld) -> None:
    search = world.search(**PERIODIC)
    search.start(world.pair((HERE, OWN)), HERE)
    for frame in range(1, 30):
        box = Box(HERE.x + 16 * frame, HERE.y, HERE.w, HERE.h)  # its own width in five frames
        assert not world.step(search, world.pair((box, OWN)), box)
    assert world.looked == [0, 1, 3, 5, 7, 9, 14, 19, 24, 29]


def test_frames_without_trust_are_told_to_what_recognizes_it(
    world: RegionWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[Recognition] = []
    monkeypatch.setattr(Recognition, "wait", lambda self: waited.append(self))
    search = world.followed((HERE, OWN))
    assert not waited
    for status in (TrackStatus.UNCERTAIN, TrackStatus.LOST):
        search.begin(world.pair((HERE, OWN)), world.away(status=status))
    assert len(waited) == 2


def test_a_map_that_speaks_against_what_is_followed_is_soon_followed_by_another(
    world: RegionWorld,
) -> None:
    search = world.followed((HERE, OWN), (THERE, TREE), frames=19, **PERIODIC)
    for _ in range(6):
        assert not world.step(search, world.pair((HERE, BETWEEN), (THERE, TREE)), THERE)
    assert world.step(search, world.pair((HERE, BETWEEN), (THERE, TREE)), THERE)
    assert world.looked[-3:] == [19, 24, 26]


def test_after_a_crowd_there_are_more_maps_for_a_while(world: RegionWorld) -> None:
    search = world.followed((HERE, OWN), (NEAR, TWIN), frames=19, **PERIODIC)
    for _ in range(22):
        world.step(search, world.pair((HERE, OWN)), HERE)
    # The map of frame 21 is the first without the other.
    assert world.looked[10:] == [19, 21, 23, 25, 27, 29, 34, 39]
