"""RegionMemory: regions keep their history; what was beside the trusted target is not it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.tracking.global_regions import Regions
from rgbt_dualatt_ros.tracking.region_memory import KnownRegion, RegionMemory

CONFIG = GlobalAttentionConfig(remembered=20, accept_ratio=0.4)
SIDE = 40.0
TARGET = Box(300, 200, SIDE, SIDE)


@pytest.fixture
def memory() -> RegionMemory:
    return RegionMemory(CONFIG)


def at(*places: tuple[float, float], strengths: tuple[float, ...] = ()) -> Regions:
    """Regions whose corners are `places`, strongest first."""
    given = strengths or tuple(0.9 - 0.1 * index for index in range(len(places)))
    boxes = np.array([[x, y, SIDE, SIDE] for x, y in places], np.float32).reshape(-1, 4)
    return Regions(boxes, np.array(given, np.float32))


def corners(regions: list[KnownRegion]) -> list[tuple[float, float]]:
    return [(each.box.x, each.box.y) for each in regions]


def test_regions_near_a_trusted_target_are_its_own(memory: RegionMemory) -> None:
    memory.show(at((305, 200), (100, 50), (329, 200), (331, 200)), 1, TARGET)
    assert corners(memory.regions) == [(100, 50), (331, 200)]  # .75 sides are 30 px


def test_a_region_keeps_its_history_while_it_moves(memory: RegionMemory) -> None:
    memory.show(at((100, 50)), 1, None)
    (first,) = memory.regions
    first.score = 3.0
    for frame in range(2, 12):
        memory.show(at((100 + 20 * (frame - 1), 50)), frame, None)
    (last,) = memory.regions
    assert last is first
    assert last.velocity[0] == pytest.approx(20, abs=0.5)
    assert last.at(13).x == pytest.approx(300 + 2 * 20, abs=2)


def test_two_regions_are_not_mixed_up_when_their_order_changes(memory: RegionMemory) -> None:
    memory.show(at((100, 50), (200, 50)), 1, None)
    first, second = memory.regions
    memory.show(at((203, 50), (103, 50)), 3, None)
    assert memory.regions == [second, first]


def test_what_was_beside_the_trusted_target_is_something_else_for_a_while(
    memory: RegionMemory,
) -> None:
    memory.show(at((100, 50)), 1, TARGET)
    memory.show(at((102, 50), (200, 50)), 3, None)
    other, new = memory.regions
    assert [memory.is_other(each, 3) for each in (other, new)] == [True, False]
    assert memory.next(3) is new
    assert memory.holds_other(Box(105, 52, SIDE, SIDE), 3)
    assert not memory.holds_other(Box(200, 50, SIDE, SIDE), 3)
    assert memory.is_other(other, 21)
    assert not memory.is_other(other, 22)
    memory.show(at((102, 50)), 22, None)
    assert memory.next(22) is other


def test_a_weaker_second_peak_of_the_same_body_does_not_make_it_something_else(
    memory: RegionMemory,
) -> None:
    memory.show(at((100, 50)), 1, TARGET)
    memory.show(at((130, 50), (102, 50), strengths=(0.9, 0.2)), 2, None)
    strong, weak = memory.regions
    assert not memory.is_other(strong, 2)  # the nearest is the next sight of what was there
    assert memory.is_other(weak, 2)
    place = Box(128, 50, SIDE, SIDE)
    assert memory.holds_other(place, 2)
    assert not memory.holds_other(place, 2, strong)
    memory.show(at((104, 50), (132, 50), strengths=(0.9, 0.2)), 3, None)
    assert memory.holds_other(place, 3, strong)  # now the other is the stronger one


def test_regions_are_looked_at_in_turn_the_strongest_first(memory: RegionMemory) -> None:
    memory.show(at((100, 50), (200, 50), (400, 50)), 1, None)
    seen = []
    for frame in range(1, 7):
        region = memory.next(frame)
        assert region is not None
        region.reviewed = frame
        seen.append(region.box.x)
    assert seen == [100, 200, 400, 100, 200, 400]


def test_rivals_are_those_not_much_weaker(memory: RegionMemory) -> None:
    memory.show(at((100, 50), (200, 50), (400, 50), strengths=(0.9, 0.4, 0.3)), 1, None)
    first, second, third = memory.regions
    assert memory.rivals(first, 1) == [second]  # .36 of .9 is the limit
    assert memory.rivals(third, 1) == [first, second]
    second.beside = 1
    assert memory.rivals(first, 1) == []


def test_who_goes_on_as_the_other_did_is_mistaken_for_the_target(memory: RegionMemory) -> None:
    """The target walks right, another walks left; they meet in frame 10."""

    def own(frame: int) -> Box:
        return Box(100 + 10 * frame, 50, SIDE, SIDE)

    def other(frame: int) -> Box:
        return Box(300 - 10 * frame, 50, SIDE, SIDE)

    for frame in range(1, 7):
        memory.follow(own(frame), frame)
        memory.show(at((own(frame).x, 50), (other(frame).x, 50)), frame, own(frame))
    for frame in range(7, 13):  # nobody sees two of them now
        memory.follow(own(frame), frame)
    assert not memory.is_mistaken(own(13), 13)
    assert memory.is_mistaken(other(13), 13)
    assert not memory.is_mistaken(Box(600, 300, SIDE, SIDE), 13)  # neither


def test_forgetting_forgets(memory: RegionMemory) -> None:
    memory.show(at((100, 50)), 1, TARGET)
    memory.follow(TARGET, 1)
    memory.forget()
    assert memory.regions == []
    assert not memory.holds_other(Box(100, 50, SIDE, SIDE), 1)
    assert memory.next(1) is None


def test_without_memory_nothing_is_something_else() -> None:
    memory = RegionMemory(dataclasses.replace(CONFIG, remembered=0))
    memory.show(at((100, 50)), 1, TARGET)
    memory.show(at((100, 50)), 2, None)
    assert memory.next(2) is not None
