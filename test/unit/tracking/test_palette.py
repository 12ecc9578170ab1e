"""Palette: what it takes for strange, by hand and by property.

Proves: the share of pixels that neither memories nor surroundings explain is strange, missing heat
too; cameras may set gain and exposure anew; what is usual is taken off; what is remembered.
Not: how well it tells bodies apart (docs/evaluation.md).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.tracking import palette as palette_file
from rgbt_dualatt_ros.tracking.palette import Palette, _Seen, _Shown

WIDTH, HEIGHT = 640, 480
BOX = Box(300, 200, 20, 20)
UPPER, LOWER = Box(300, 200, 20, 10), Box(300, 210, 20, 10)  # the same half of its middle, too
AROUND = Box(285, 185, 50, 50)  # its surroundings, and so little of the image that its mean stays
RED, BLUE = (147, 30, 30), (30, 30, 147)
BLACK, GREY, WHITE = (70, 70, 70), (158, 158, 158), (230, 230, 230)  # alike but for their light
COLD, WARM, HOT = 55, 145, 178  # the ground is 80 or 120
AT_FIRST, UNIT = palette_file._USUAL_AT_FIRST, palette_file._UNIT
SAME = 0.0, 0.0  # by colours and by heat
Color = tuple[int, int, int]
Thing = tuple[Box, Color | None, int | None]
"""Where it is, its colour and its heat; None where a camera sees through it."""
Strangeness = tuple[float, float]
"""By colours and by heat."""

_RNG = np.random.default_rng(0)
GROUND = np.array([(60, 110, 60), (45, 85, 45)], np.uint8)[_RNG.integers(0, 2, (HEIGHT, WIDTH))]
COOL = np.array([80, 120], np.uint8)[_RNG.integers(0, 2, (HEIGHT, WIDTH))]


def pair_of(*things: Thing) -> FramePair:
    """Things before a green ground; each hides those named before it."""
    rgb, thermal = GROUND.copy(), COOL.copy()
    for box, color, heat in things:
        rows = slice(max(0, round(box.y)), max(0, round(box.y + box.h)))
        columns = slice(max(0, round(box.x)), max(0, round(box.x + box.w)))
        if color is not None:
            rgb[rows, columns] = color
        if heat is not None:
            thermal[rows, columns] = heat
    return FramePair(rgb, thermal)


def body(color: Color = RED, heat: int = WARM, box: Box = BOX) -> Thing:
    return box, color, heat


TARGET, OTHER = pair_of(body()), pair_of(body(BLUE, COLD))


def palette_of(*pairs: FramePair) -> Palette:
    palette = Palette()
    for pair in pairs:
        palette.learn(pair, BOX)
    return palette


def strangeness(pair: FramePair, box: Box = BOX, known: FramePair = TARGET) -> Strangeness:
    """Of what is in `box`, when one frame is all that was seen of the target."""
    return palette_of(known).strangeness(pair, box)


def far(color: float, heat: float, usual: Strangeness = (AT_FIRST, AT_FIRST)) -> Strangeness:
    """As strange as these shares of pixels are, but for the noise of the ground."""
    return tuple(  # type: ignore[return-value]  # of two
        pytest.approx(max(0, share - mine) / (UNIT + mine), abs=0.06 / (UNIT + mine))
        for share, mine in zip((color, heat), usual, strict=True)
    )


def test_the_target_itself_is_not_strange_wherever_it_goes() -> None:
    elsewhere = Box(120, 331, BOX.w, BOX.h)
    assert strangeness(pair_of(body())) == SAME
    assert strangeness(pair_of(body(box=elsewhere)), elsewhere) == SAME


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((RED, WARM), (BLUE, WARM), far(1, 0)),
        ((BLACK, WARM), (WHITE, WARM), far(1, 0)),
        ((WHITE, WARM), (BLACK, WARM), far(1, 0)),
        # The heat is new, and that of the target is missing.
        ((RED, WARM), (RED, COLD), far(0, 2)),
        ((RED, WARM), (RED, HOT), far(0, 2)),
        ((RED, WARM), (BLUE, COLD), far(1, 2)),
    ],
    ids=["another colour", "white cloth", "black cloth", "colder", "hotter", "colour and heat"],
)
def test_another_body_is_strange_in_each_camera_whatever_the_other_says(
    before: tuple[Color, int], now: tuple[Color, int], expected: Strangeness
) -> None:
    assert strangeness(pair_of(body(*now)), known=pair_of(body(*before))) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (((150, 150, 150), WARM + 1), SAME),
        (((173, 158, 143), WARM), far(0.5, 0)),
        (((158, 173, 143), WARM), far(0.5, 0)),
        (((237, 237, 237), WARM), far(0.5, 0)),
        ((GREY, WARM + 5), far(0, 2 * 20 / 64)),  # heat is blurred thrice, and is missing as well
    ],
    ids=["none to speak of", "redder", "greener", "lighter", "warmer"],
)
def test_a_small_step_in_any_direction_is_less_strange_than_another_body(
    now: tuple[Color, int], expected: Strangeness
) -> None:
    assert strangeness(pair_of(body(*now)), known=pair_of(body(GREY))) == expected


def test_the_chroma_of_darkness_is_noise() -> None:
    dark = strangeness(pair_of(body((1, 0, 0))), known=pair_of(body((0, 0, 1))))
    bright = strangeness(pair_of(body((200, 0, 0))), known=pair_of(body((0, 0, 200))))
    assert dark[0] < 0.8 * bright[0]


@pytest.mark.parametrize("level", [40, 90, 140, 250])
def test_a_lighter_or_darker_grey_has_the_same_chroma(level: int) -> None:
    shown = _Shown(TARGET)
    grey, other = (
        shown._bins_of_color(np.full((1, 1, 3), each, np.uint8)) for each in (200, level)
    )
    assert grey // palette_file._LIGHT_BINS == other // palette_file._LIGHT_BINS


def test_the_share_of_the_pixels_counts_that_is_strange() -> None:
    assert strangeness(pair_of(body(), (LOWER, BLUE, None))) == far(0.5, 0)
    assert strangeness(pair_of(body(), (LOWER, None, HOT))) == far(0, 0.5 + 0.5)


@pytest.mark.parametrize("veil", [WHITE, BLUE], ids=["smoke", "a colour"])
def test_what_covers_the_box_and_its_surroundings_alike_is_not_strange(veil: Color) -> None:
    assert strangeness(pair_of(body(), (AROUND, veil, None))) == SAME
    assert strangeness(pair_of((AROUND, veil, None), body())) == SAME
    assert strangeness(pair_of(body(), (BOX, veil, None))) == far(1, 0)  # cloth of its own


@pytest.mark.parametrize("heat", [COLD, 100, HOT], ids=["cold", "as the ground", "hot"])
def test_of_what_hides_the_target_and_surrounds_it_only_the_missing_heat_counts(heat: int) -> None:
    assert strangeness(pair_of(body(), (AROUND, WHITE, heat))) == far(0, 1)


def test_missing_heat_counts_and_missing_colours_do_not() -> None:
    # What is everywhere around hides the lower half of the body.
    assert strangeness(pair_of((AROUND, BLUE, 100), body(box=UPPER))) == far(0, 0.5)


def test_heat_of_the_ground_is_not_missed_before_another_ground() -> None:
    known = pair_of(body(box=UPPER))  # the ground shows below
    assert strangeness(pair_of((AROUND, WHITE, COLD), body(box=UPPER)), known=known) == far(0, 0)
    assert strangeness(pair_of((AROUND, WHITE, COLD)), known=known) == far(0, 0.5)


@pytest.mark.parametrize("grown", [2.5, -8], ids=["larger", "smaller"])
def test_a_body_a_little_larger_or_smaller_than_its_box_is_told_as_well(grown: float) -> None:
    # What of it is outside is not its surroundings; what of the ground is inside is not it.
    place = Box(BOX.x + grown / 2, BOX.y + grown / 2, BOX.w - grown, BOX.h - grown)
    assert strangeness(TARGET, place) == SAME
    assert strangeness(OTHER, place) == far(1, 2)


def set_anew(pair: FramePair, gain: float, offset: float) -> FramePair:
    return FramePair(pair.rgb, np.round(gain * pair.thermal + offset).astype(np.uint8))


@pytest.mark.parametrize(("gain", "offset"), [(0.6, 40), (1.5, -60), (1, 60), (0.4, 0)])
def test_a_thermal_camera_that_sets_gain_and_offset_anew_changes_little(
    gain: float, offset: float
) -> None:
    assert strangeness(set_anew(TARGET, gain, offset))[1] < 0.25 / (UNIT + AT_FIRST)
    cold = set_anew(pair_of(body(heat=COLD)), gain, offset)
    assert strangeness(cold)[1] > 1.8 / (UNIT + AT_FIRST)


def test_a_thermal_camera_that_sees_next_to_nothing_makes_no_contrast_of_it() -> None:
    faint, hot = (set_anew(pair, 0.12, 90) for pair in (TARGET, pair_of(body(heat=HOT))))
    assert strangeness(hot, known=faint)[1] < 1.7 / (UNIT + AT_FIRST)  # 4 grey levels are noise


@pytest.mark.parametrize("gain", [0.75, 1.3])
@pytest.mark.parametrize("color", [RED, BLACK, GREY, (150, 120, 80)])
def test_another_exposure_changes_little(color: Color, gain: float) -> None:
    rng = np.random.default_rng(1)
    ground = rng.integers(60, 120, TARGET.rgb.shape)

    def clothed(color: Color, gain: float = 1.0) -> FramePair:
        rgb = ground.astype(np.float64)
        rgb[200:220, 300:320] = rng.uniform(0.5, 1.0, (20, 20, 1)) * color  # it has folds
        return FramePair(np.round(gain * rgb).astype(np.uint8), TARGET.thermal)

    known = clothed(color)
    assert strangeness(clothed(color, gain), known=known)[0] < 0.25 / (UNIT + AT_FIRST)
    assert strangeness(clothed(BLUE, gain), known=known)[0] > 0.4 / (UNIT + AT_FIRST)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
def test_colours_count_less_when_the_whole_image_has_changed_and_heat_does_not(
    monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    monkeypatch.setattr(palette_file, "_DISCOUNT", 3.0)
    part = Box(0, 0, share * WIDTH, HEIGHT)
    smoky, palette = pair_of((part, BLACK, None), body(BLUE)), palette_of(TARGET)
    assert palette.strangeness(smoky, BOX) == far(1 - 3 * share, 0)
    assert strangeness(pair_of((part, None, 100), body(heat=HOT))) == far(0, 2)
    # What was seen before is no change.
    palette.learn(pair_of((part, BLACK, None), body()), BOX)
    assert palette.strangeness(smoky, BOX) == far(1, 0, usual=SAME)


def darkened(pair: FramePair, *, rgb: int = 0, thermal: int = 0, blue: int = 0) -> FramePair:
    """Cameras that see nothing but their own noise, or one colour all over."""
    noise = np.random.default_rng(1).integers((0, 0, blue), (3, 3, blue + 3), pair.rgb.shape, "u1")
    return FramePair(noise if rgb else pair.rgb, noise[..., 0] if thermal else pair.thermal)


@pytest.mark.parametrize("blue", [0, 250], ids=["dark", "blue"])
def test_a_dead_camera_says_nothing_and_is_not_remembered(blue: int) -> None:
    palette = palette_of(TARGET)
    before = palette.strangeness(OTHER, BOX)
    only = np.array([1, 0, 0], np.uint8)  # one channel is enough to see
    red, other = (FramePair(each.rgb * only, each.thermal) for each in (TARGET, OTHER))
    assert palette_of(red).strangeness(other, BOX)[0] > 0
    assert palette.strangeness(darkened(OTHER, rgb=True, blue=blue), BOX) == (0, before[1])
    assert palette.strangeness(darkened(OTHER, thermal=True), BOX) == (before[0], 0)
    dead = darkened(TARGET, rgb=True, thermal=True, blue=blue)
    assert palette_of(TARGET, *[dead] * 9).strangeness(OTHER, BOX) == before


def test_a_camera_that_was_dead_in_frame_one_is_learnt_when_it_lives() -> None:
    cold = pair_of(body(heat=COLD))
    assert palette_of(darkened(TARGET, thermal=True)).strangeness(cold, BOX) == SAME
    assert palette_of(darkened(TARGET, thermal=True), TARGET).strangeness(cold, BOX) == far(0, 2)


@pytest.mark.parametrize(("x", "y"), [(-10, 200), (630, 200), (300, -10), (300, 470)])
def test_of_a_box_half_outside_its_other_half_counts(x: float, y: float) -> None:
    box = Box(x, y, BOX.w, BOX.h)
    assert strangeness(pair_of(body(box=box)), box) == SAME
    assert strangeness(pair_of(body(BLUE, COLD, box)), box) == far(1, 2)


@pytest.mark.parametrize(("x", "y"), [(-99, 200), (700, 200), (300, -99), (300, 540), (9e9, -9e9)])
def test_a_box_outside_the_image_says_nothing(x: float, y: float) -> None:
    # Nor does what is as far from the other end of the image.
    opposite = Box(x % WIDTH, y % HEIGHT, BOX.w, BOX.h)
    assert strangeness(pair_of(body(BLUE, COLD, opposite)), Box(x, y, BOX.w, BOX.h)) == SAME


def test_a_box_without_surroundings_says_nothing_and_is_not_remembered() -> None:
    palette, whole = palette_of(TARGET), Box(-100, -100, WIDTH + 200, HEIGHT + 200)
    before = palette.strangeness(OTHER, BOX)
    palette.learn(OTHER, whole)
    assert palette.strangeness(OTHER, whole) == SAME
    assert palette.strangeness(OTHER, BOX) == before


@pytest.mark.parametrize(("w", "h"), [(1, 1), (2, 2), (1, 20)])
def test_of_a_tiny_box_the_pixels_within_count(w: float, h: float) -> None:
    tiny = Box(400, 300, w, h)
    assert strangeness(pair_of(body(box=tiny)), tiny) == SAME
    assert strangeness(pair_of(body(BLUE, COLD, tiny)), tiny) == far(1, 2)


HEATS, COLORS = st.integers(0, 255), st.tuples(*[st.integers(0, 255)] * 3)
LOOKS = st.builds(lambda color, heat: pair_of(body(color, heat)), COLORS, HEATS)
SIDES, STARTS = st.floats(0.01, 2000), st.floats(-1000, 1000)


def check_limits(palette: Palette, pair: FramePair, box: Box) -> None:
    of_color, of_heat = palette.strangeness(pair, box)
    assert 0 <= of_color <= (1 - AT_FIRST) / (UNIT + AT_FIRST)
    assert 0 <= of_heat <= (2 - AT_FIRST) / (UNIT + AT_FIRST)


@given(one=LOOKS, other=LOOKS)
def test_of_two_looks_each_may_be_strange_to_the_other_and_none_to_itself(
    one: FramePair, other: FramePair
) -> None:
    assert strangeness(one, known=one) == strangeness(other, known=other) == SAME
    check_limits(palette_of(one), other, BOX)
    check_limits(palette_of(other), one, BOX)


@given(box=st.builds(Box, STARTS, STARTS, SIDES, SIDES))
def test_any_box_can_be_asked_and_remembered(box: Box) -> None:
    check_limits(palette_of(TARGET), OTHER, box)
    palette = Palette()
    palette.learn(TARGET, box)
    assert palette.strangeness(TARGET, box) == SAME
    check_limits(palette, OTHER, BOX)


def test_what_any_memory_explains_is_not_strange_and_the_most_similar_one_is_missed() -> None:
    palette = palette_of(TARGET, OTHER, pair_of(body(WHITE, HOT)))
    # Two memories explain a half of the colours each.
    assert palette.strangeness(pair_of(body(), (LOWER, BLUE, None)), BOX) == SAME
    assert palette.strangeness(OTHER, BOX) == SAME


def test_frame_one_is_never_forgotten_and_another_after_twelve_more() -> None:
    more = [pair_of(body(WHITE, HOT))] * 12
    assert palette_of(TARGET, OTHER, *more[:11]).strangeness(OTHER, BOX) == SAME
    palette = palette_of(TARGET, OTHER, *more)
    assert palette.strangeness(OTHER, BOX) == far(1, 2, usual=SAME)
    assert palette.strangeness(TARGET, BOX) == SAME


def test_a_target_that_always_looks_otherwise_is_allowed_to() -> None:
    # In each frame half of it has a colour that was not seen lately.
    levels, new = (20, 110, 200), pair_of(body(BLUE))
    colors: list[Color] = [(r, g, b) for r in levels for g in levels for b in levels]
    restless = [pair_of(body(), (LOWER, each, None)) for each in colors]
    assert palette_of(TARGET, *restless[-6:]).strangeness(new, BOX) == far(1, 0, usual=(0.5, 0))
    # One odd look is not usual, nor is what was so long ago.
    for known in [TARGET, TARGET, restless[-1], TARGET], [TARGET, *restless, *[TARGET] * 20]:
        assert palette_of(*known).strangeness(new, BOX) == far(1, 0, usual=SAME)


def test_a_new_target_is_not_told_by_the_old_one() -> None:
    (palette := palette_of(TARGET, OTHER, OTHER)).forget()
    assert palette.strangeness(TARGET, BOX) == SAME  # nothing is known
    palette.learn(OTHER, BOX)
    assert [palette.strangeness(each, BOX) for each in (OTHER, TARGET)] == [SAME, far(1, 2)]


def test_a_box_of_a_pair_is_read_once_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes: list[Box] = []
    read = _Shown._read

    def spy(self: _Shown, box: Box) -> tuple[_Seen | None, _Seen | None]:
        boxes.append(box)
        return read(self, box)

    monkeypatch.setattr(_Shown, "_read", spy)
    palette, beside = palette_of(TARGET, TARGET), Box(BOX.x + 1, BOX.y, BOX.w, BOX.h)
    for box in (Box(BOX.x, BOX.y, BOX.w, BOX.h), beside, BOX):
        palette.strangeness(TARGET, box)
    assert palette.strangeness(OTHER, BOX) != SAME  # of another pair
    assert boxes == [BOX, beside, BOX]
