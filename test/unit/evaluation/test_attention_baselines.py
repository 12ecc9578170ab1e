"""What each baseline finds, and what it must not find."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.evaluation.attention_baselines import (
    Map,
    Method,
    baselines,
    correlation,
    net_method,
)
from rgbt_dualatt_ros.models.global_attention import Look, TargetCode

SIZE = ImageSize(64, 48)
NAMES = [
    "centre prior",
    "place of frame 1",
    "thermal brightness",
    "NCC thermal",
    "NCC colour",
    "NCC colour + thermal",
]


def _method(name: str) -> Method:
    return next(each for each in baselines(SIZE) if each.name == name)


def _noise(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 90, (96, 128), dtype=np.uint8)


def _pair(left: int, top: int, *, color: bool = True, thermal: bool = True) -> FramePair:
    """A patterned target of 24 x 16 px on noise; each image is 0 when asked for."""
    target = np.kron([[250, 130, 220], [120, 240, 160]], np.ones((8, 8))).astype(np.uint8)
    grey, warm = _noise(left), _noise(left + 1)
    grey[top : top + 16, left : left + 24] = target
    warm[top : top + 16, left : left + 24] = target
    rgb = np.stack([grey] * 3, axis=2)
    return FramePair(
        rgb if color else np.zeros_like(rgb), warm if thermal else np.zeros_like(warm)
    )


def _peak(strength: Map) -> tuple[int, int]:
    row, column = np.unravel_index(int(strength.argmax()), strength.shape)
    return int(column), int(row)


def _found(name: str, later: FramePair) -> Map:
    first = _pair(20, 30)
    return _method(name).learn(first, Box(20, 30, 24, 16))(later)


def test_there_are_six_of_the_usual_ones() -> None:
    assert [each.name for each in baselines(SIZE)] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_map_has_the_wanted_size_and_no_negative_number(name: str) -> None:
    strength = _found(name, _pair(80, 60))
    assert strength.shape == (48, 64)
    assert strength.dtype == np.float32
    assert strength.min() >= 0


@pytest.mark.parametrize("name", ["NCC thermal", "NCC colour", "NCC colour + thermal"])
def test_correlation_finds_the_target_where_it_went(name: str) -> None:
    assert _peak(_found(name, _pair(80, 60))) == (46, 34)  # centre (92, 68) at half size


def test_brightness_knows_nothing_of_the_target() -> None:
    later = _pair(80, 60)
    later.thermal[0:20, 0:30] = 255
    x, y = _peak(_found("thermal brightness", later))
    assert x < 15
    assert y < 10


def test_the_place_of_frame_1_stays() -> None:
    assert _peak(_found("place of frame 1", _pair(80, 60))) in {(15, 18), (16, 18), (15, 19)}


def test_the_centre_prior_is_in_the_middle() -> None:
    x, y = _peak(_found("centre prior", _pair(80, 60)))
    assert x in (31, 32)
    assert y in (23, 24)


def test_a_blank_image_gives_nothing_and_the_sum_lives_on_the_other() -> None:
    blank = _pair(80, 60, thermal=False)
    assert not _found("NCC thermal", blank).any()
    np.testing.assert_array_equal(
        _found("NCC colour + thermal", blank), _found("NCC colour", blank)
    )


def test_correlation_peaks_at_one_in_the_middle_of_the_part() -> None:
    image = np.random.default_rng(3).random((40, 50)).astype(np.float32)
    found = correlation(image, image[10:17, 20:29])
    assert _peak(found) == (24, 13)
    assert found[13, 24] == pytest.approx(1, abs=1e-4)
    assert found.shape == image.shape


def test_the_opposite_pattern_is_no_match() -> None:
    image = np.random.default_rng(4).random((40, 50)).astype(np.float32)
    assert correlation(1 - image, image[10:17, 20:29])[13, 24] == 0


def test_a_part_as_large_as_the_image_is_matched_too() -> None:
    image = np.random.default_rng(5).random((40, 50)).astype(np.float32)
    assert _peak(correlation(image, image)) == (25, 20)


def test_a_box_that_reaches_over_the_edge_is_cut() -> None:
    strength = _method("NCC thermal").learn(_pair(104, 80), Box(110, 84, 60, 40))(_pair(104, 80))
    x, y = _peak(strength)
    assert x > 54
    assert y > 40


class _CountingNet:
    def __init__(self) -> None:
        self.coded = 0

    def code_target(self, pair: FramePair, box: Box) -> TargetCode:
        del pair, box
        self.coded += 1
        return ()

    def look(self, pair: FramePair, code: TargetCode) -> Look:
        raise AssertionError(f"of frame {pair.stamp_ns} only the map is wanted, not for {code}")

    def attend(self, pair: FramePair, code: TargetCode) -> Map:
        del pair, code
        return np.ones((192, 256), np.float32)


def test_a_net_codes_the_target_once() -> None:
    net = _CountingNet()
    method = net_method("lite", net)
    search = method.learn(_pair(20, 30), Box(20, 30, 24, 16))
    for _ in range(3):
        assert search(_pair(80, 60)).shape == (192, 256)
    assert net.coded == 1
    assert method.is_centred
