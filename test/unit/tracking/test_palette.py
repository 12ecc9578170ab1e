"""Palette: what it takes for a new look, by hand and by property.

Proves: the distance is Hellinger's, the most similar memory and what is usual count, each camera
counts for itself, a dead one not at all.
Not: how well it tells bodies apart (docs/evaluation.md).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.tracking import palette as palette_file
from rgbt_dualatt_ros.tracking.palette import Palette

BOX = Box(40, 30, 40, 40)
RED, BLUE, GREY = (200, 30, 30), (30, 30, 200), (90, 90, 90)
WARM, COLD = 200, 60
AT_FIRST = 0.15  # usual distance before anything but frame one is known
Color = tuple[int, int, int]


def pair_of(color: Color, heat: int, box: Box = BOX, *, share: float = 1.0) -> FramePair:
    """A body in front of a ground of noise; `share` of its rows shows it, the rest is grey, cold.

    The noise keeps both cameras alive, and the levels of the whole image where they are.
    """
    rng = np.random.default_rng(0)
    rgb = rng.integers(60, 120, (120, 160, 3)).astype(np.uint8)
    thermal = rng.integers(0, 256, (120, 160)).astype(np.uint8)
    columns = slice(round(box.x), round(box.x + box.w))
    top, bottom = round(box.y), round(box.y + box.h)
    middle = top + round(share * (bottom - top))
    rgb[top:bottom, columns], thermal[top:bottom, columns] = GREY, COLD
    rgb[top:middle, columns], thermal[top:middle, columns] = color, heat
    return FramePair(rgb, thermal)


def dead(pair: FramePair, *, rgb: bool = False, thermal: bool = False) -> FramePair:
    return FramePair(
        np.zeros_like(pair.rgb) if rgb else pair.rgb,
        np.zeros_like(pair.thermal) if thermal else pair.thermal,
    )


def palette_of(*pairs: FramePair) -> Palette:
    palette = Palette()
    for pair in pairs:
        palette.learn(pair, BOX)
    return palette


def test_the_same_look_is_not_strange() -> None:
    assert palette_of(pair_of(RED, WARM)).strangeness(pair_of(RED, WARM), BOX) == 0


@pytest.mark.parametrize(
    ("color", "heat", "cameras"),
    [(BLUE, WARM, 1), (RED, COLD, 1), (BLUE, COLD, 2)],
    ids=["another colour", "another heat", "both"],
)
def test_another_look_in_one_camera_is_strange_whatever_the_other_says(
    color: Color, heat: int, cameras: int
) -> None:
    palette = palette_of(pair_of(RED, WARM))
    # Nothing in common is the largest distance, 1; what is usual at first is taken off.
    expected = cameras * (1 - AT_FIRST)
    assert palette.strangeness(pair_of(color, heat), BOX) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("colors", "heats", "is_strange"),
    [
        (((100, 100, 100), (115, 100, 85)), (COLD, COLD), True),
        (((100, 100, 100), (115, 85, 100)), (COLD, COLD), True),
        (((100, 100, 100), (80, 80, 80)), (COLD, COLD), False),
        (((1, 0, 0), (0, 0, 1)), (COLD, COLD), False),
        ((GREY, GREY), (140, 165), True),
        ((GREY, GREY), (140, 145), False),
    ],
    ids=["a tint", "another", "shade", "darkness", "a little warmer", "as good as the same heat"],
)
def test_how_fine_it_sees(
    colors: tuple[Color, Color], heats: tuple[int, int], *, is_strange: bool
) -> None:
    before, now = (pair_of(color, heat) for color, heat in zip(colors, heats, strict=True))
    assert (palette_of(before).strangeness(now, BOX) > 0.5) is is_strange


def test_the_distance_is_hellingers() -> None:
    palette = palette_of(pair_of(RED, COLD))
    # The box's middle has 28 rows; half of the box is grey, so 14 of them are.
    seen = pair_of(RED, COLD, share=0.5)
    distance = math.sqrt(1 - math.sqrt(0.5))
    assert palette.strangeness(seen, BOX) == pytest.approx(distance - AT_FIRST)


def test_the_most_similar_memory_counts() -> None:
    palette = palette_of(pair_of(RED, WARM), pair_of(BLUE, WARM), pair_of(GREY, WARM))
    assert palette.strangeness(pair_of(BLUE, WARM), BOX) == 0


def test_frame_one_is_never_forgotten_and_others_are() -> None:
    palette = palette_of(pair_of(RED, WARM), pair_of(BLUE, WARM))
    for _ in range(40):
        palette.learn(pair_of(GREY, WARM), BOX)
    assert palette.strangeness(pair_of(RED, WARM), BOX) == 0
    assert palette.strangeness(pair_of(BLUE, WARM), BOX) > 0.5


def test_a_target_that_always_looks_otherwise_is_allowed_to() -> None:
    steady = palette_of(*[pair_of(RED, WARM)] * 9)
    # In each frame a colour that was never seen before: nothing in common is usual.
    colors: list[Color] = [(200, 20 * k, 220 - 20 * k) for k in range(9)]
    restless = palette_of(*[pair_of(color, WARM) for color in colors])
    new = pair_of((20, 200, 20), WARM)
    assert restless.strangeness(new, BOX) < 0.3 < steady.strangeness(new, BOX)


def test_one_odd_look_does_not_allow_it_to_look_otherwise() -> None:
    steady, odd = pair_of(RED, WARM), pair_of(BLUE, WARM)
    palette = palette_of(*[steady] * 5, odd, steady)
    assert palette.strangeness(pair_of((20, 200, 20), WARM), BOX) == pytest.approx(1)


def test_a_dead_camera_says_nothing_and_is_not_remembered() -> None:
    first = pair_of(RED, WARM)
    palette = palette_of(first)
    assert palette.strangeness(dead(pair_of(BLUE, WARM), rgb=True), BOX) == 0
    assert palette.strangeness(dead(pair_of(RED, COLD), thermal=True), BOX) == 0
    for _ in range(9):
        palette.learn(dead(first, rgb=True), BOX)
    assert palette.strangeness(pair_of(BLUE, WARM), BOX) == pytest.approx(1 - AT_FIRST)


def test_a_camera_that_was_dead_in_frame_one_is_learnt_when_it_lives() -> None:
    palette = palette_of(dead(pair_of(RED, WARM), thermal=True), pair_of(RED, WARM))
    assert palette.strangeness(pair_of(RED, COLD), BOX) == pytest.approx(1 - AT_FIRST)


def test_a_new_target_is_not_told_by_the_old_one() -> None:
    palette = palette_of(pair_of(RED, WARM))
    palette.forget()
    palette.learn(pair_of(BLUE, COLD), BOX)
    assert palette.strangeness(pair_of(BLUE, COLD), BOX) == 0
    assert palette.strangeness(pair_of(RED, WARM), BOX) > 1


def test_the_border_of_a_box_does_not_count() -> None:
    palette = palette_of(pair_of(RED, WARM))
    wide = Box(BOX.x - 5, BOX.y - 5, BOX.w + 10, BOX.h + 10)
    assert palette.strangeness(pair_of(RED, WARM), wide) == 0


@given(
    x=st.floats(-300, 300),
    y=st.floats(-300, 300),
    w=st.floats(0.5, 500),
    h=st.floats(0.5, 500),
)
def test_any_box_has_a_finite_strangeness(x: float, y: float, w: float, h: float) -> None:
    palette = palette_of(pair_of(RED, WARM))
    palette.learn(pair_of(RED, WARM), Box(x, y, w, h))
    assert 0 <= palette.strangeness(pair_of(BLUE, COLD), Box(x, y, w, h)) <= 2


@pytest.mark.parametrize(
    ("body", "seen"),
    [(Box(40, 0, 40, 26), Box(40, -14, 40, 40)), (Box(0, 30, 26, 40), Box(-14, 30, 40, 40))],
    ids=["above", "left"],
)
def test_of_a_box_half_outside_its_other_half_counts(body: Box, seen: Box) -> None:
    palette = palette_of(pair_of(RED, WARM))
    assert palette.strangeness(pair_of(RED, WARM, body), seen) == 0
    assert palette.strangeness(pair_of(BLUE, WARM, body), seen) == pytest.approx(1 - AT_FIRST)


@pytest.mark.parametrize(("x", "y"), [(-60, 30), (40, -60), (200, 30), (40, 150)])
def test_a_place_outside_the_image_says_nothing(x: float, y: float) -> None:
    palette = palette_of(pair_of(RED, WARM))
    assert palette.strangeness(pair_of(BLUE, COLD), Box(x, y, 40, 40)) == 0


def test_a_camera_that_sets_its_gain_anew_changes_nothing() -> None:
    warm, cold = pair_of(RED, WARM), pair_of(RED, COLD)
    palette = palette_of(warm)

    def set_anew(pair: FramePair) -> FramePair:
        return FramePair(pair.rgb, (0.6 * pair.thermal + 40).astype(np.uint8))

    assert palette.strangeness(set_anew(warm), BOX) == 0
    assert palette.strangeness(set_anew(cold), BOX) == pytest.approx(1 - AT_FIRST)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pixels of heat were read, each time."""
    sizes: list[int] = []
    of_heat = palette_file._of_heat

    def spy(heat: NDArray[np.uint8], mean: float, spread: float) -> NDArray[np.float64]:
        sizes.append(heat.size)
        return of_heat(heat, mean, spread)

    monkeypatch.setattr(palette_file, "_of_heat", spy)
    return sizes


def test_a_box_of_a_pair_is_read_once_whoever_asks(read: list[int]) -> None:
    pair, other = pair_of(RED, WARM), pair_of(BLUE, WARM)
    palette = palette_of(pair, pair)
    palette.strangeness(pair, BOX)
    assert len(read) == 1
    palette.strangeness(pair, Box(BOX.x + 1, BOX.y, BOX.w, BOX.h))
    assert len(read) == 2
    palette.strangeness(other, BOX)
    assert len(read) == 3


def test_a_large_box_is_read_sparsely(read: list[int]) -> None:
    pair = pair_of(RED, WARM)
    large = FramePair(pair.rgb.repeat(4, 0).repeat(4, 1), pair.thermal.repeat(4, 0).repeat(4, 1))
    Palette().learn(large, Box(0, 0, 640, 480))
    Palette().learn(large, Box(0, 0, 40, 40))
    assert 2500 <= read[0] < 5000
    assert read[1] == 28 * 28  # every pixel of its middle
