"""Appearance: another coat or another heat is told apart, the target's own changes are not."""

from __future__ import annotations

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.tracking.appearance import Appearance

BOX = Box(20, 10, 24, 48)
BLUE, RED, WARM, COOL = (30, 40, 160), (170, 40, 30), 180, 90


def person(
    coat: tuple[int, int, int], heat: int, box: Box = BOX, light: int = 0, seed: int = 0
) -> FramePair:
    """A coat over grey trousers at `box`, brighter by `light`, with noise."""
    rng = np.random.default_rng(seed)
    rgb = np.full((80, 120, 3), 110.0)
    thermal = np.full((80, 120), 60.0)
    top, middle, bottom = round(box.y), round(box.y + box.h / 2), round(box.y + box.h)
    columns = slice(round(box.x), round(box.x + box.w))
    rgb[top:middle, columns] = coat
    rgb[middle:bottom, columns] = 70
    thermal[top:bottom, columns] = heat
    rgb += light + rng.normal(0, 5, rgb.shape)
    thermal += rng.normal(0, 5, thermal.shape)
    return FramePair(
        np.clip(rgb, 0, 255).astype(np.uint8), np.clip(thermal, 0, 255).astype(np.uint8)
    )


@pytest.fixture
def known() -> Appearance:
    """A person in blue, seen in changing light."""
    appearance = Appearance()
    appearance.restart(person(BLUE, WARM), BOX)
    for frame in range(1, 16):
        appearance.learn(person(BLUE, WARM, light=3 * (frame % 5), seed=frame), BOX)
    return appearance


def test_the_target_is_like_itself_wherever_it_is(known: Appearance) -> None:
    assert known.unlikeness(person(BLUE, WARM, light=6, seed=99), BOX) < 1.3
    moved = Box(70, 20, 24, 48)
    assert known.unlikeness(person(BLUE, WARM, moved, seed=98), moved) < 1.3


@pytest.mark.parametrize(("coat", "heat"), [(RED, WARM), (BLUE, COOL)])
def test_another_coat_or_heat_is_unlike(
    known: Appearance, coat: tuple[int, int, int], heat: int
) -> None:
    assert known.unlikeness(person(coat, heat), BOX) > 2


def test_a_target_that_varies_may_vary_more() -> None:
    calm, lively = Appearance(), Appearance()
    calm.restart(person(BLUE, WARM), BOX)
    lively.restart(person(BLUE, WARM), BOX)
    for frame in range(1, 16):
        calm.learn(person(BLUE, WARM, seed=frame), BOX)
        lively.learn(person(BLUE, WARM, light=20 * (frame % 4), seed=frame), BOX)
    bright = person(BLUE, WARM, light=60, seed=50)
    assert lively.unlikeness(bright, BOX) < calm.unlikeness(bright, BOX)


def test_too_little_knowledge_or_sight_says_nothing(known: Appearance) -> None:
    fresh = Appearance()
    fresh.restart(person(BLUE, WARM), BOX)
    assert fresh.unlikeness(person(RED, COOL), BOX) == 0
    assert known.unlikeness(person(BLUE, WARM), Box(118, 10, 24, 48)) == 0


def test_a_new_target_is_learned_anew(known: Appearance) -> None:
    known.restart(person(RED, COOL), BOX)
    for frame in range(1, 16):
        known.learn(person(RED, COOL, seed=frame), BOX)
    assert known.unlikeness(person(RED, COOL, seed=99), BOX) < 1.3
    assert known.unlikeness(person(BLUE, WARM), BOX) > 2
