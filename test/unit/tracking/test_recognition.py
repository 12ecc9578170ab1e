"""Recognition: both opinions count, and what is learnt when.

Proves: colour and heat lower likeness by the settings, and are asked only where that may matter;
in a crowd only what is like the target is learnt; a sudden new look is learnt when it stays;
nothing is told before the target was itself.
Not: what the features of a real net tell apart (docs/evaluation.md).
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.models.global_attention import Look
from rgbt_dualatt_ros.tracking.palette import Palette
from rgbt_dualatt_ros.tracking.recognition import Recognition

HERE, BESIDE, THERE = Box(80, 100, 80, 80), Box(160, 100, 80, 80), Box(400, 320, 80, 80)
NOBODY: Boxes = np.zeros((0, 4), np.float32)
OWN, HALF, OTHER = (2.0, 2.0), (1.6, 1.2), (2.0, -2.0)
RED, BLUE = (200, 40, 40), (40, 40, 200)
WARM, COLD = 150, 20
Color = tuple[int, int, int]
Shown = tuple[Box, tuple[float, float], Color]
"""Where, what the net makes of it, and its colour."""


def seen(seed: int, *shown: Shown, heat: int = 0) -> tuple[Look, FramePair]:
    """Without heat the thermal camera is dead."""
    rng = np.random.default_rng(seed)
    features = 0.1 * rng.normal(size=(4, 24, 32))  # a cell is 20 px wide and high
    rgb = rng.integers(60, 120, (480, 640, 3)).astype(np.uint8)
    thermal = rgb[..., 0] * np.uint8(heat > 0)
    for box, values, color in shown:
        rows, columns = (
            slice(round(start), round(start + side))
            for start, side in ((box.y, box.h), (box.x, box.w))
        )
        rgb[rows, columns], thermal[rows, columns] = color, heat
        cells = (
            slice(rows.start // 20, rows.stop // 20),
            slice(columns.start // 20, columns.stop // 20),
        )
        features[(slice(0, 2), *cells)] += np.array(values)[:, None, None]
    look = Look(np.zeros((192, 256), np.float32), features.astype(np.float32), 4.0, 8.0)
    return look, FramePair(rgb, thermal)


def how_strange_another_colour_is() -> float:
    """To a target that has never changed its own."""
    palette = Palette()
    for seed in range(7):
        palette.learn(seen(seed, (HERE, OWN, RED))[1], HERE)
    return float(np.sum(palette.strangeness(seen(20, (HERE, OWN, BLUE))[1], HERE)))


NEW = how_strange_another_colour_is()
CONFIG = GlobalAttentionConfig(
    strangeness=2 / NEW, strangeness_halves=60.0, strange_above=0.25 * NEW, accept_likeness=0.1
)


def known(
    config: GlobalAttentionConfig = CONFIG, frames: int = 6, *, heat: int = 0
) -> Recognition:
    """Of a red target that was followed for some frames."""
    recognition = Recognition(config)
    look, pair = seen(0, (HERE, OWN, RED), heat=heat)
    recognition.start(look, pair, HERE, NOBODY)
    for seed in range(1, frames + 1):
        learn(recognition, *seen(seed, (HERE, OWN, RED), heat=heat))
    return recognition


def learn(
    recognition: Recognition, look: Look, pair: FramePair, *, is_crowded: bool = False
) -> None:
    recognition.learn(look, pair, HERE, NOBODY, is_crowded=is_crowded)


def test_another_colour_lowers_likeness_by_the_setting() -> None:
    new = seen(20, (HERE, OWN, BLUE))
    blind, eyed, keen = (
        known(dataclasses.replace(CONFIG, strangeness=weight / NEW)).likeness(*new, HERE)
        for weight in (0, 2, 3)
    )
    assert blind > 0.7
    assert [blind - eyed, blind - keen] == pytest.approx([2, 3])


def test_colours_weigh_half_when_it_was_away_for_so_long_and_heat_after_twice_that() -> None:
    config = dataclasses.replace(CONFIG, strangeness_halves=10)
    eyed = known(config, heat=WARM)
    blind = known(dataclasses.replace(config, strangeness=0.0), heat=WARM)
    new, own = (seen(20, (HERE, OWN, color), heat=WARM) for color in (BLUE, RED))
    cold = seen(20, (HERE, OWN, RED), heat=COLD)

    def lost(look: Look, pair: FramePair) -> float:
        return blind.likeness(look, pair, HERE) - eyed.likeness(look, pair, HERE)

    of_color, of_heat = lost(*new), lost(*cold)
    colorless = eyed.colorless_likeness(*cold, HERE)
    assert colorless == eyed.likeness(*cold, HERE)
    assert of_heat > 2.5 > of_color > 1.5  # warm heat is missing, and cold heat is new
    for share in (0.5, 0.25):
        for _ in range(10):
            eyed.wait()
        assert lost(*new) == pytest.approx(share * of_color)
        assert lost(*cold) == pytest.approx(share**0.5 * of_heat)
        assert eyed.colorless_likeness(*new, HERE) == blind.likeness(*new, HERE)
        assert eyed.colorless_likeness(*cold, HERE) == colorless  # it is asked of the followed
    for each in (eyed, blind):
        learn(each, *own)
    assert lost(*new) == pytest.approx(of_color, abs=0.1)  # trusted again


def test_without_heat_or_without_both_less_speaks_against_a_place() -> None:
    config = dataclasses.replace(CONFIG, strangeness_halves=10)
    eyed, blind = known(config, heat=WARM), known(heat=WARM)
    cold = seen(20, (HERE, OWN, RED), heat=COLD)
    assert eyed.heatless_likeness(*cold, HERE) == pytest.approx(eyed.kinship(*cold, HERE), abs=0.1)
    other = seen(20, (HERE, OWN, BLUE), heat=COLD)
    of_color = eyed.kinship(*other, HERE) - eyed.heatless_likeness(*other, HERE)
    assert of_color > 1.5
    for _ in range(10):
        eyed.wait()
    faded = eyed.kinship(*other, HERE) - eyed.heatless_likeness(*other, HERE)
    assert faded == pytest.approx(of_color / 2)
    assert blind.kinship(*other, HERE) == pytest.approx(blind.kinship(*cold, HERE), abs=0.1)


def test_a_look_that_is_not_learnt_puzzles_until_it_is_gone_or_learnt() -> None:
    recognition, new = known(), seen(20, (HERE, OWN, BLUE))
    puzzled = [recognition.is_puzzled]
    for shown in (new, seen(21, (HERE, OWN, RED)), new):
        learn(recognition, *shown)
        puzzled.append(recognition.is_puzzled)
    assert puzzled == [False, True, False, True]
    recognition.start(*seen(0, (HERE, OWN, RED)), HERE, NOBODY)
    assert not recognition.is_puzzled


@pytest.mark.parametrize(
    ("color", "heat", "is_crowded", "fades"),
    [
        (RED, COLD, False, True),
        (RED, WARM, False, False),
        (BLUE, COLD, False, False),
        (RED, COLD, True, False),
    ],
    ids=["thermal crossover", "as ever", "another", "somebody is near"],
)
def test_it_fades_when_its_heat_alone_changes(
    color: Color, heat: int, *, is_crowded: bool, fades: bool
) -> None:
    recognition = known(heat=WARM)
    learn(recognition, *seen(20, (HERE, OWN, color), heat=heat), is_crowded=is_crowded)
    assert recognition.is_fading is fades
    recognition.wait()
    assert recognition.is_fading is fades  # until it is trusted again
    recognition.start(*seen(0, (HERE, OWN, RED), heat=WARM), HERE, NOBODY)
    assert not recognition.is_fading


def test_other_features_lower_it_too() -> None:
    recognition = known()
    assert recognition.likeness(*seen(20, (HERE, OWN, RED)), HERE) > 0.7
    assert recognition.likeness(*seen(20, (HERE, OTHER, RED)), HERE) < 0.2
    assert recognition.likeness(*seen(20), HERE) < -1


@pytest.mark.parametrize(
    ("right", "down"), [(1, 0), (-1, 0), (0, 1), (0, -1)], ids=["left", "right", "up", "down"]
)
def test_the_best_of_places_beside_counts_too(right: int, down: int) -> None:
    recognition, shown = known(), seen(20, (HERE, OWN, RED))

    def off_by(sides: float) -> Box:
        x, y = HERE.x + sides * right * HERE.w, HERE.y + sides * down * HERE.h
        return Box(x, y, HERE.w, HERE.h)

    best = recognition.best_likeness(*shown, off_by(0.25))
    assert best >= recognition.likeness(*shown, off_by(0.1))
    assert best > recognition.likeness(*shown, off_by(0.25)) + 0.1


def test_the_place_itself_counts_and_shifts_go_by_its_own_sides() -> None:
    recognition, shown = known(), seen(20, (HERE, OWN, RED))
    wide = Box(HERE.x - 10, HERE.y - 10, HERE.w + 20, HERE.h + 20)  # shifted, it sees the ground
    assert recognition.best_likeness(*shown, wide) == recognition.likeness(*shown, wide)
    tall = Box(HERE.x + 20, HERE.y + 0.25 * HERE.h, 40, HERE.h)
    near = Box(HERE.x + 20, HERE.y + 0.1 * HERE.h, 40, HERE.h)
    assert recognition.best_likeness(*shown, tall) >= recognition.likeness(*shown, near)


@pytest.mark.parametrize(
    "shown",
    [
        [(HERE, OWN, BLUE), (BESIDE, OWN, RED)],
        [(HERE, OWN, RED), (BESIDE, OWN, BLUE)],
        [(HERE, HALF, RED), (BESIDE, OWN, BLUE)],
    ],
    ids=["on the right", "on the left", "less like it by features"],
)
def test_the_best_of_five_places_is_found_and_colours_are_asked_as_seldom_as_can_be(
    monkeypatch: pytest.MonkeyPatch, shown: list[Shown]
) -> None:
    recognition, blind = known(), known(dataclasses.replace(CONFIG, strangeness=0.0))
    scene, asked, strangeness = seen(20, *shown), list[Box](), Palette.strangeness

    def spy(self: Palette, pair: FramePair, box: Box) -> tuple[float, float]:
        asked.append(box)
        return strangeness(self, pair, box)

    counts = set()
    for x in np.arange(HERE.x, BESIDE.x + 1, 10.0):
        places = [
            Box(x + right * HERE.w, HERE.y + down * HERE.h, HERE.w, HERE.h)
            for right, down in ((0, 0), (0.15, 0), (-0.15, 0), (0, 0.15), (0, -0.15))
        ]
        best = max(recognition.likeness(*scene, place) for place in places)
        # Colours only take away: of a place that is less like it without them nothing is asked.
        worth = [place for place in places if blind.likeness(*scene, place) >= best]
        asked.clear()
        with monkeypatch.context() as patch:
            patch.setattr(Palette, "strangeness", spy)
            assert recognition.best_likeness(*scene, places[0]) == best
        assert sorted(asked, key=places.index) == worth
        counts.add(len(worth))
    assert {1, 5} <= counts  # else these scenes would prove little


def test_nothing_can_be_told_before_the_target_was_itself() -> None:
    assert not known(frames=0).can_tell
    assert known(frames=1).can_tell
    unlike = known(frames=0)
    for seed in range(1, 4):
        learn(unlike, *seen(seed))
    assert not unlike.can_tell


def test_in_a_crowd_only_what_is_like_the_target_is_learnt() -> None:
    new = seen(20, (HERE, OTHER, RED))
    calm, crowded = known(), known()
    for _ in range(8):
        learn(calm, *new)
        learn(crowded, *new, is_crowded=True)
    assert calm.likeness(*new, HERE) > 0.3
    assert crowded.likeness(*new, HERE) == known().likeness(*new, HERE)
    still, before = known(), seen(21, (HERE, OWN, RED))
    learn(still, *before, is_crowded=True)
    assert still.likeness(*before, HERE) != known().likeness(*before, HERE)


@pytest.mark.parametrize("weight", [2, 0])
@pytest.mark.parametrize(("color", "heat"), [(BLUE, WARM), (RED, COLD)], ids=["colour", "heat"])
def test_a_sudden_new_look_is_learnt_with_the_fourth_map_of_it(
    color: Color, heat: int, weight: float
) -> None:
    recognition = known(dataclasses.replace(CONFIG, strangeness=weight / NEW), heat=WARM)
    new = seen(20, (HERE, OWN, color), heat=heat)
    before = recognition.likeness(*new, HERE)
    for _ in range(3):
        learn(recognition, *new)
        assert recognition.likeness(*new, HERE) == before
    learn(recognition, *new)
    assert recognition.likeness(*new, HERE) > before + weight / 2


def test_so_is_one_of_other_features() -> None:
    recognition, new = known(), seen(20, (HERE, OTHER, RED))
    before = recognition.likeness(*new, HERE)
    for _ in range(3):
        learn(recognition, *new)
        assert recognition.likeness(*new, HERE) == before
    learn(recognition, *new)
    assert recognition.likeness(*new, HERE) > before + 0.1


def test_one_that_is_little_less_like_it_is_learnt_at_once() -> None:
    recognition, new = known(), seen(20, (HERE, (2.0, 1.0), RED))
    before = recognition.likeness(*new, HERE)
    assert before < recognition.likeness(*seen(20, (HERE, OWN, RED)), HERE) - 0.1
    learn(recognition, *new)
    assert recognition.likeness(*new, HERE) > before


def test_one_that_does_not_stay_is_never_learnt() -> None:
    recognition, new = known(), seen(20, (HERE, OWN, BLUE))
    before = recognition.likeness(*new, HERE)
    for seed in range(12):
        learn(recognition, *(new if seed % 2 else seen(30 + seed, (HERE, OWN, RED))))
    assert recognition.likeness(*new, HERE) < before + 0.3


@pytest.mark.parametrize(("frames", "is_learnt"), [(0, True), (3, True), (4, False)])
def test_at_first_any_look_is_learnt(frames: int, *, is_learnt: bool) -> None:
    recognition, new = known(frames=frames), seen(20, (HERE, OWN, BLUE))
    learn(recognition, *new)
    assert (recognition.likeness(*new, HERE) > 0.5) is is_learnt


def test_in_a_crowd_a_strange_colour_is_not_learnt_however_like_it_is_else() -> None:
    recognition = known(dataclasses.replace(CONFIG, strangeness=0.0))
    new = seen(20, (HERE, OWN, BLUE))
    before = recognition.likeness(*new, HERE)
    assert before > CONFIG.accept_likeness
    learn(recognition, *new, is_crowded=True)
    assert recognition.likeness(*new, HERE) == before


def test_in_a_crowd_unlike_features_are_not_learnt_however_little_is_known() -> None:
    recognition, new = known(frames=0), seen(20, (HERE, OTHER, RED))
    before = recognition.likeness(*new, HERE)
    assert before < CONFIG.accept_likeness
    learn(recognition, *new, is_crowded=True)
    assert recognition.likeness(*new, HERE) == before


def test_a_new_target_is_not_told_by_the_old_one() -> None:
    recognition = known()
    for _ in range(100):
        recognition.wait()
    look, pair = seen(40, (THERE, OTHER, BLUE))
    recognition.start(look, pair, THERE, NOBODY)
    assert not recognition.can_tell
    assert recognition.likeness(look, pair, THERE) > 0.5
    assert recognition.likeness(*seen(41, (HERE, OWN, RED)), HERE) < 0
    # Its old colours are another's now, and weigh in full.
    assert recognition.likeness(*seen(42, (THERE, OTHER, RED)), THERE) < 0
