"""Identity: against weighted least squares solved another way, and what it must tell apart.

Proves: the closed form is the one the docstring names, which cells belong to a box, the sign,
what learning changes and what it does not.
Not: whether features of a real net tell things apart (docs/evaluation.md).
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.models.global_attention import Look
from rgbt_dualatt_ros.tracking.identity import Identity

SIZE = ImageSize(640, 480)  # a cell is 20 px wide and high
CHANNELS, ROWS, COLUMNS = 4, 24, 32
TARGET, OTHER, FAR = Box(100, 100, 80, 80), Box(400, 300, 80, 80), Box(400, 60, 80, 80)
FIRST = 0.3  # share of frame one in the target
TARGET_FADES, OTHERS_FADE, GROUND_FADES = 0.85, 0.97, 0.85
NOBODY: Boxes = np.zeros((0, 4), np.float32)
Cells = NDArray[np.float64]
Painted = tuple[Box, tuple[float, ...]]
OWN, TWIN, HALF = (2.0, 2.0, 0.0, 0.0), (2.0, 0.0, 2.0, 0.0), (2.0, 1.5, 1.0, 0.0)


def look_of(seed: int, *painted: Painted, noise: float = 0.1) -> Look:
    """Noise, and boxes in which all cells are much the same."""
    rng = np.random.default_rng(seed)
    features = noise * rng.normal(size=(CHANNELS, ROWS, COLUMNS))
    for box, values in painted:
        rows = slice(max(0, round(box.y / 20)), max(0, round((box.y + box.h) / 20)))
        columns = slice(max(0, round(box.x / 20)), max(0, round((box.x + box.w) / 20)))
        features[:, rows, columns] += np.array(values)[:, None, None]
    return Look(np.zeros((192, 256), np.float32), features.astype(np.float32), 4.0, 8.0)


def boxes(*wanted: Box) -> Boxes:
    return np.stack([each.as_array() for each in wanted])


def rows_of(look: Look) -> Cells:
    features = look.features.astype(np.float64)
    return np.array(
        [[*features[:, row, column], 1.0] for row in range(ROWS) for column in range(COLUMNS)]
    )


def inside(*wanted: Box) -> NDArray[np.bool_]:
    """Cells whose centre, in px of the image, lies in the middle .8 of a box of whole cells."""
    mask = np.zeros((ROWS, COLUMNS), bool)
    for box in wanted:
        for row in range(ROWS):
            for column in range(COLUMNS):
                off_x = abs(20 * column + 10 - box.x - box.w / 2)
                off_y = abs(20 * row + 10 - box.y - box.h / 2)
                mask[row, column] |= off_x <= 0.4 * box.w and off_y <= 0.4 * box.h
    return mask.ravel()


@dataclasses.dataclass(frozen=True)
class _Kind:
    """Cells of one kind, frame by frame from the newest: what they must give, and their share."""

    frames: list[Cells]
    answer: float
    share: float
    fades: float = 1.0


def least_squares(*kinds: _Kind) -> Cells:
    """Each cell weighs its kind's share over their number, older ones less; ridge .3 and 1e-4.

    Solved on stacked rows by singular values, not by the normal equations.
    """
    rows, wanted = [], []
    for kind in kinds:
        ages = [np.full(len(cells), age) for age, cells in enumerate(kind.frames)]
        weights = kind.fades ** np.concatenate(ages).astype(np.float64)
        weights = np.sqrt(kind.share * weights / weights.sum())
        rows.append(weights[:, None] * np.concatenate(kind.frames))
        wanted.append(weights * kind.answer)
    rows.append(np.diag(np.sqrt([0.3] * CHANNELS + [1e-4])))
    wanted.append(np.zeros(CHANNELS + 1))
    solved = np.linalg.lstsq(np.concatenate(rows), np.concatenate(wanted), rcond=None)[0]
    return np.asarray(solved, np.float64)


def learnt(*painted: Painted, others: Boxes = NOBODY) -> Identity:
    identity = Identity()
    identity.learn(look_of(1, *painted), TARGET, others, SIZE)
    return identity


def test_it_is_weighted_least_squares_over_all_frames_so_far() -> None:
    first = look_of(1, (TARGET, OWN), (OTHER, TWIN), noise=1.0)
    later = [look_of(seed, (FAR, OWN), (OTHER, TWIN), noise=1.0) for seed in (2, 3, 4)]
    identity = Identity()
    identity.learn(first, TARGET, NOBODY, SIZE)
    for each in later:
        identity.learn(each, FAR, boxes(OTHER), SIZE)
    newest_first = [rows_of(each) for each in reversed(later)]
    ground = [cells[~inside(FAR, OTHER)] for cells in newest_first]
    ground += [rows_of(first)[~inside(TARGET)]]
    solved = least_squares(
        _Kind([rows_of(first)[inside(TARGET)]], 1, 0.5 * FIRST),
        _Kind([cells[inside(FAR)] for cells in newest_first], 1, 0.5 * (1 - FIRST), TARGET_FADES),
        _Kind([cells[inside(OTHER)] for cells in newest_first], -1, 0.25, OTHERS_FADE),
        _Kind(ground, -1, 0.25, GROUND_FADES),
    )
    asked = look_of(9, (TARGET, OWN), noise=1.0)
    for box in (TARGET, OTHER, FAR):
        expected = (rows_of(asked)[inside(box)] @ solved).mean()
        assert identity.likeness(asked, box, SIZE) == pytest.approx(expected, abs=1e-8)


def test_with_one_frame_and_no_others_half_is_the_target_and_half_the_background() -> None:
    look = look_of(1, (TARGET, OWN), noise=1.0)
    identity = Identity()
    identity.learn(look, TARGET, NOBODY, SIZE)
    cells, is_target = rows_of(look), inside(TARGET)
    solved = least_squares(_Kind([cells[is_target]], 1, 0.5), _Kind([cells[~is_target]], -1, 0.5))
    expected = (cells[inside(OTHER)] @ solved).mean()
    assert identity.likeness(look, OTHER, SIZE) == pytest.approx(expected, abs=1e-8)


def test_what_was_seen_once_is_never_forgotten_nor_divided_by_nothing() -> None:
    identity, scene = Identity(), look_of(1, (TARGET, OWN), (OTHER, TWIN))
    small = Look(scene.strength, scene.features[:, ::4, ::4], 16.0, 32.0)
    identity.learn(small, TARGET, boxes(OTHER), SIZE)
    before = [identity.likeness(small, box, SIZE) for box in (TARGET, OTHER)]
    for _ in range(24_000):  # at 30 Hz an hour
        identity.learn(small, TARGET, NOBODY, SIZE)
    after = [identity.likeness(small, box, SIZE) for box in (TARGET, OTHER)]
    assert after == pytest.approx(before, abs=0.2)


def test_the_target_is_near_one_and_others_and_ground_near_minus_one() -> None:
    scene = (TARGET, OWN), (OTHER, TWIN)
    identity = learnt(*scene, others=boxes(OTHER))
    look = look_of(2, *scene)
    assert identity.likeness(look, TARGET, SIZE) > 0.6
    assert identity.likeness(look, OTHER, SIZE) < -0.6
    assert identity.likeness(look, FAR, SIZE) < -0.6


def test_with_the_roles_reversed_the_answers_are_too() -> None:
    scene = (TARGET, OWN), (OTHER, TWIN)
    identity = Identity()
    identity.learn(look_of(1, *scene), OTHER, boxes(TARGET), SIZE)
    look = look_of(2, *scene)
    assert identity.likeness(look, TARGET, SIZE) < -0.6
    assert identity.likeness(look, OTHER, SIZE) > 0.6


def test_it_is_what_is_there_that_counts_and_not_where() -> None:
    identity = learnt((TARGET, OWN), (OTHER, TWIN), others=boxes(OTHER))
    swapped = look_of(2, (TARGET, TWIN), (OTHER, OWN))
    assert identity.likeness(swapped, TARGET, SIZE) < -0.6
    assert identity.likeness(swapped, OTHER, SIZE) > 0.6


def test_learning_others_lowers_their_likeness_and_not_the_targets() -> None:
    scene = (TARGET, OWN), (OTHER, HALF)
    without, knowing = learnt(*scene), learnt(*scene, others=boxes(OTHER))
    look = look_of(2, *scene)
    assert without.likeness(look, OTHER, SIZE) > 0  # taken for the target
    assert knowing.likeness(look, OTHER, SIZE) < without.likeness(look, OTHER, SIZE) - 0.5
    before, after = (each.likeness(look, TARGET, SIZE) for each in (without, knowing))
    assert after > 0.3
    assert after - knowing.likeness(look, OTHER, SIZE) > (
        before - without.likeness(look, OTHER, SIZE)
    )


def test_an_other_on_the_target_takes_no_cell_from_it() -> None:
    look = look_of(1, (TARGET, OWN))
    identity = learnt((TARGET, OWN), others=boxes(TARGET))
    assert identity.likeness(look, TARGET, SIZE) > 0.6


def test_the_newest_look_of_the_target_counts_most() -> None:
    ways = [look_of(5, (TARGET, TWIN)), look_of(6, (TARGET, OWN))]
    asked = look_of(9, (TARGET, TWIN))

    def answer(order: list[int]) -> float:
        identity = learnt((TARGET, OWN))
        for index in order:
            identity.learn(ways[index], TARGET, NOBODY, SIZE)
        return identity.likeness(asked, TARGET, SIZE)

    assert answer([1] * 4 + [0] * 4) > answer([0] * 4 + [1] * 4) + 0.05


def test_an_other_that_was_seen_once_is_known_for_long() -> None:
    identity = learnt((TARGET, OWN), (OTHER, HALF), others=boxes(OTHER))
    for seed in range(40):
        identity.learn(look_of(seed, (TARGET, OWN)), TARGET, NOBODY, SIZE)
    look = look_of(99, (TARGET, OWN), (FAR, HALF))
    assert identity.likeness(look, FAR, SIZE) < 0
    assert identity.likeness(look, TARGET, SIZE) > 0.3


def test_frame_one_keeps_its_share_however_many_follow() -> None:
    identity = learnt((TARGET, OWN))
    for seed in range(40):
        identity.learn(look_of(seed, (TARGET, TWIN)), TARGET, NOBODY, SIZE)
    assert identity.likeness(look_of(99, (TARGET, OWN)), TARGET, SIZE) > 0.3


def test_asking_changes_nothing_and_learning_counts_at_once() -> None:
    identity = learnt((TARGET, OWN), (OTHER, HALF))
    look = look_of(2, (TARGET, OWN), (OTHER, HALF))
    before = identity.likeness(look, OTHER, SIZE)
    assert identity.likeness(look, OTHER, SIZE) == before
    identity.learn(look, TARGET, boxes(OTHER), SIZE)
    assert identity.likeness(look, OTHER, SIZE) < before - 0.3


def test_forgotten_it_is_as_new() -> None:
    identity = learnt((TARGET, TWIN), (OTHER, OWN), others=boxes(OTHER))
    identity.forget()
    with pytest.raises(RuntimeError, match="frame one"):
        identity.likeness(look_of(1), TARGET, SIZE)
    identity.learn(look_of(1, (TARGET, OWN)), TARGET, NOBODY, SIZE)
    fresh = learnt((TARGET, OWN))
    look = look_of(2, (TARGET, OWN))
    assert identity.likeness(look, TARGET, SIZE) == fresh.likeness(look, TARGET, SIZE)


def test_a_box_partly_outside_is_what_is_seen_of_it() -> None:
    corner = Box(-40, -40, 120, 120)  # its middle reaches to 68 px: cells 0 to 2
    look = look_of(1, (Box(0, 0, 80, 80), OWN))
    identity = Identity()
    identity.learn(look, corner, NOBODY, SIZE)
    cells = rows_of(look)
    mask = np.zeros((ROWS, COLUMNS), bool)
    mask[:3, :3] = True
    is_seen = mask.ravel()
    solved = least_squares(_Kind([cells[is_seen]], 1, 0.5), _Kind([cells[~is_seen]], -1, 0.5))
    expected = (cells[is_seen] @ solved).mean()
    assert identity.likeness(look, corner, SIZE) == pytest.approx(expected, abs=1e-8)


@given(
    x=st.floats(-400, 900),
    y=st.floats(-400, 700),
    w=st.floats(0.5, 900),
    h=st.floats(0.5, 700),
)
def test_every_box_has_a_cell(x: float, y: float, w: float, h: float) -> None:
    box = Box(x, y, w, h)
    look = look_of(1, (TARGET, OWN))
    identity = learnt((TARGET, OWN))
    assert np.isfinite(identity.likeness(look, box, SIZE))
    other = Identity()
    other.learn(look, box, boxes(TARGET), SIZE)
    assert np.isfinite(other.likeness(look, TARGET, SIZE))


def test_a_target_that_fills_the_image_leaves_no_background_and_is_learnt() -> None:
    identity = Identity()
    look = look_of(1, (TARGET, OWN))
    identity.learn(look, Box(-200, -200, 1040, 880), NOBODY, SIZE)
    assert identity.likeness(look, TARGET, SIZE) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("step", [4.0, 8.0])
def test_cells_are_where_the_look_says(step: float) -> None:
    """Half the step and twice the cells: the same things are in the same boxes."""
    coarse = look_of(1, (TARGET, OWN))
    times = round(8 / step)
    fine = np.kron(coarse.features, np.ones((1, times, times), np.float32))
    look = Look(coarse.strength, fine, step / 2, step)
    identity = Identity()
    identity.learn(look, TARGET, NOBODY, SIZE)
    assert identity.likeness(look, TARGET, SIZE) > 0.6
    assert identity.likeness(look, OTHER, SIZE) < -0.6


def test_the_best_places_are_where_the_target_is_and_then_what_is_like_it() -> None:
    identity = learnt((TARGET, OWN), (FAR, TWIN))
    moved = Box(300, 220, 80, 80)
    look = look_of(7, (moved, OWN), (TARGET, HALF), (FAR, TWIN))
    first, second = identity.best_places(look, (80, 80), SIZE, 2)
    assert first.tolist() == pytest.approx(moved.as_array().tolist(), abs=10)  # half a cell
    assert second.tolist() == pytest.approx(TARGET.as_array().tolist(), abs=10)


def test_no_more_places_than_asked_for_and_none_that_is_unlike_the_target() -> None:
    identity = learnt((TARGET, OWN))
    look = look_of(7, (TARGET, OWN), (FAR, OWN))
    assert len(identity.best_places(look, (80, 80), SIZE, 1)) == 1
    assert len(identity.best_places(look, (80, 80), SIZE, 9)) == 2
    assert identity.best_places(look_of(7), (80, 80), SIZE, 9).shape == (0, 4)


@pytest.mark.parametrize("sides", [(1.0, 1.0), (20.0, 400.0), (2000.0, 2000.0)])
def test_places_of_any_size_can_be_asked_for(sides: tuple[float, float]) -> None:
    places = learnt((TARGET, OWN)).best_places(look_of(7, (TARGET, OWN)), sides, SIZE, 3)
    assert np.isfinite(places).all()
    assert (places[:, 2:] == sides).all()


def test_places_are_not_told_before_frame_one() -> None:
    with pytest.raises(RuntimeError, match="frame one"):
        Identity().best_places(look_of(7), (80, 80), SIZE, 2)
