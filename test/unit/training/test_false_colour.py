"""Colours made up for thermal images."""

from __future__ import annotations

import numpy as np
import pytest

from rgbt_dualatt_ros.training.global_attention.false_colour import dress, false_colours
from rgbt_dualatt_ros.training.global_attention.textures import Textures


@pytest.fixture(scope="module")
def textures() -> Textures:
    return Textures()


def test_equal_heat_at_an_equal_place_gets_an_equal_colour(textures: Textures) -> None:
    one = np.tile(np.arange(160, dtype=np.uint8), (120, 1))
    other = one.copy()
    other[:60] = other[:60, ::-1]
    first, second = false_colours((one, other), textures, np.random.default_rng(0))
    np.testing.assert_array_equal(first[60:], second[60:])
    assert (first[:60] != second[:60]).any()


def test_two_draws_differ(textures: Textures) -> None:
    grey = np.tile(np.arange(160, dtype=np.uint8), (120, 1))
    rng = np.random.default_rng(0)
    one, _ = false_colours((grey, grey), textures, rng)
    other, _ = false_colours((grey, grey), textures, rng)
    assert np.abs(one.astype(float) - other.astype(float)).mean() > 10


def test_clothes_have_one_colour_in_both_and_cover_only_the_warm(textures: Textures) -> None:
    for seed in range(10):
        images = tuple(
            (np.full((60, 80, 3), 120, np.uint8), np.full((60, 80), 40, np.uint8))
            for _ in range(2)
        )
        images[0][1][15:45, 20:32] = 200
        images[1][1][20:50, 50:62] = 200
        boxes = np.array([[18, 13, 16, 34], [48, 18, 16, 34]], np.float32)
        dress(images, boxes, textures, np.random.default_rng(seed))
        one, other = images[0][0][15:45, 20:32], images[1][0][20:50, 50:62]
        np.testing.assert_array_equal(one, other)
        assert (one != 120).any(axis=2).mean() > 0.6
        outside = images[0][0].copy()
        outside[13:47, 18:34] = 120
        assert (outside == 120).all()
