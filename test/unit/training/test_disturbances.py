"""What a draft looks like after viewpoints, light and dead cameras."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rgbt_dualatt_ros.core.attention_pairs_config import DisturbanceConfig
from rgbt_dualatt_ros.models.global_attention import INPUT_SIZE
from rgbt_dualatt_ros.training.global_attention.appearance import (
    Tone,
    apply_tones,
    hide_heat,
    to_grey,
)
from rgbt_dualatt_ros.training.global_attention.disturbances import Disturbances
from rgbt_dualatt_ros.training.global_attention.draft import Draft, Instant
from rgbt_dualatt_ros.training.global_attention.occluders import lay_occluders
from rgbt_dualatt_ros.training.global_attention.pasted_objects import covered
from rgbt_dualatt_ros.training.global_attention.textures import Textures

_CALM = DisturbanceConfig(
    smallest_scale=1.0, largest_scale=1.0, shift=0.0, mirrored=0.0, misregistration=0.0,
    smoke=0.0, night=0.0, color_blanked=0.0, thermal_blanked=0.0, crossover=0.0, inverted=0.0,
    grey=0.0, occluders=0.0, blurred=0.0, noisy=0.0,
)  # fmt: skip
_BOX = np.array([[150, 90, 24, 60]], np.float32)


@pytest.fixture(scope="module")
def textures() -> Textures:
    return Textures()


def _draft() -> Draft:
    """A red, warm thing left of the middle of a ramp."""
    ramp = np.tile(np.linspace(20, 90, 320).astype(np.uint8), (240, 1))
    rgb, thermal = np.repeat(ramp[:, :, None], 3, axis=2), ramp.copy()
    rgb[90:150, 150:174] = (230, 20, 20)
    thermal[90:150, 150:174] = 220
    ids = np.array([3], np.int64)
    first, search = (Instant(rgb.copy(), thermal.copy(), ids, _BOX) for _ in range(2))
    return Draft(first, search, ids, np.ones(1, np.float32), ids)


def _middle(instant: Instant) -> tuple[slice, slice]:
    x, y, width, height = instant.boxes[0]
    return (
        slice(int(y + height / 4), int(y + 3 * height / 4)),
        slice(int(x + width / 4), int(x + 3 * width / 4)),
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_box_follows_the_thing(textures: Textures, seed: int) -> None:
    config = replace(_CALM, smallest_scale=0.7, largest_scale=1.5, shift=0.2, mirrored=0.5)
    done = Disturbances(config, textures).apply(_draft(), np.random.default_rng(seed))
    for one in (done.first, done.search):
        assert one.rgb.shape == (INPUT_SIZE.height, INPUT_SIZE.width, 3)
        assert one.thermal.shape == (INPUT_SIZE.height, INPUT_SIZE.width)
        inside = one.thermal[_middle(one)]
        if inside.size:
            assert inside.mean() > one.thermal.mean() + 40


def test_mirrored_means_the_other_side(textures: Textures) -> None:
    for share in (0.0, 1.0):
        config = replace(_CALM, mirrored=share)
        done = Disturbances(config, textures).apply(_draft(), np.random.default_rng(1))
        far = Disturbances(_CALM, textures).apply(_draft(), np.random.default_rng(1))
        center = done.search.boxes[0, 0] + done.search.boxes[0, 2] / 2
        usual = far.search.boxes[0, 0] + far.search.boxes[0, 2] / 2
        wanted = INPUT_SIZE.width - usual if share else usual
        assert center == pytest.approx(wanted, abs=0.01)


def test_a_blank_camera_shows_one_level_and_never_both_are_blank(textures: Textures) -> None:
    config = replace(_CALM, color_blanked=1.0, thermal_blanked=1.0, first_share=0.0)
    for seed in range(10):
        done = Disturbances(config, textures).apply(_draft(), np.random.default_rng(seed))
        assert len(np.unique(done.search.rgb)) == 1
        assert done.search.thermal.std() > 5
        assert done.first.rgb.std() > 5


def test_thermal_alone_may_be_blank(textures: Textures) -> None:
    config = replace(_CALM, thermal_blanked=1.0, first_share=0.0)
    done = Disturbances(config, textures).apply(_draft(), np.random.default_rng(0))
    assert len(np.unique(done.search.thermal)) == 1
    assert done.first.thermal.std() > 5


def test_inverted_heat_is_inverted_in_both(textures: Textures) -> None:
    done = Disturbances(replace(_CALM, inverted=1.0), textures).apply(
        _draft(), np.random.default_rng(0)
    )
    for one in (done.first, done.search):
        assert one.thermal[_middle(one)].mean() < one.thermal.mean() - 20


def test_grey_has_no_colour_in_either(textures: Textures) -> None:
    done = Disturbances(replace(_CALM, grey=1.0), textures).apply(
        _draft(), np.random.default_rng(0)
    )
    for one in (done.first, done.search):
        assert (one.rgb[:, :, 0] == one.rgb[:, :, 1]).all()
        assert (one.rgb[:, :, 0] == one.rgb[:, :, 2]).all()


def test_crossover_hides_heat_and_keeps_colour() -> None:
    draft = _draft()
    hidden = hide_heat(draft.first.thermal, _BOX[0], 0.0)
    around = float(np.median(draft.first.thermal[85:155, 140:150]))
    assert hidden[110:130, 158:166].mean() == pytest.approx(around, abs=6)
    assert draft.first.thermal[110:130, 158:166].min() == 220, "the given image has changed"
    half = hide_heat(draft.first.thermal, _BOX[0], 0.5)
    assert around + 40 < half[110:130, 158:166].mean() < 200


def test_tones_by_hand() -> None:
    image = np.array([[0, 128, 255]], np.uint8)
    np.testing.assert_array_equal(apply_tones(image, (Tone(),)), image)
    np.testing.assert_array_equal(apply_tones(image, (Tone(gain=0.5),)), [[64, 128, 191]])
    np.testing.assert_array_equal(apply_tones(image, (Tone(bias=20),)), [[20, 148, 255]])
    rgb = np.full((1, 1, 3), 100, np.uint8)
    shifted = apply_tones(rgb, (Tone(bias=1), Tone(bias=2), Tone(bias=3)))
    np.testing.assert_array_equal(shifted[0, 0], [101, 102, 103])


def test_grey_of_red_is_what_the_eye_sees() -> None:
    red = np.zeros((1, 1, 3), np.uint8)
    red[:] = (255, 0, 0)
    np.testing.assert_array_equal(to_grey(red)[0, 0], [76, 76, 76])


def test_occluders_leave_enough_of_every_box(textures: Textures) -> None:
    boxes = np.array([[40, 40, 20, 50], [120, 60, 30, 60]], np.float32)
    empty = np.zeros((192, 256, 3), np.uint8), np.full((192, 256), 5, np.uint8)
    for seed in range(40):
        rgb, thermal = lay_occluders(*empty, boxes, textures, np.random.default_rng(seed))
        changed = rgb.any(axis=2) | (thermal != 5)
        for x, y, width, height in boxes.astype(int):
            assert changed[y : y + height, x : x + width].mean() < 0.97
    assert not empty[0].any()
    assert covered(boxes, boxes[0])[0] == 1.0
