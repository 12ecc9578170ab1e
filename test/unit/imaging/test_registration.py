"""Thermal images land on the pixels of the colour image.

Proves: scaling and homography against OpenCV's own warp and against a hand-made shift; what the
thermal camera does not see is 0; wrong matrices are refused. Not: how good a calibration is.
"""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.config import RegistrationConfig
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.imaging.registration import Registration

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
TILTED = (2.1, 0.1, -20.0, 0.05, 1.9, 8.0, 1e-4, 2e-4, 1.0)


def smooth(height: int, width: int) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[:height, :width]
    wave = 128 + 60 * np.sin(rows / 9) + 60 * np.cos(columns / 7)
    return np.asarray(wave.astype(np.uint8))


def test_equal_size_without_homography_is_the_image_itself() -> None:
    thermal = smooth(24, 32)
    registered = Registration(RegistrationConfig()).to_rgb(thermal, ImageSize(32, 24))
    assert registered is thermal


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(ImageSize(64, 48), id="larger"),
        pytest.param(ImageSize(16, 12), id="smaller"),
        pytest.param(ImageSize(64, 12), id="wider and lower"),
    ],
)
def test_scaling_keeps_the_picture_in_place(size: ImageSize) -> None:
    thermal = np.zeros((24, 32), np.uint8)
    thermal[12:, 16:] = 200
    registered = Registration(RegistrationConfig()).to_rgb(thermal, size)
    assert registered.shape == (size.height, size.width)
    assert registered.dtype == np.uint8
    columns = registered[-1].astype(int)
    rows = registered[:, -1].astype(int)
    assert abs(int(np.argmax(columns > 100)) - size.width // 2) <= 1
    assert abs(int(np.argmax(rows > 100)) - size.height // 2) <= 1


def test_homography_agrees_with_opencv() -> None:
    thermal = smooth(120, 160)
    registered = Registration(RegistrationConfig(homography=TILTED)).to_rgb(
        thermal, ImageSize(320, 240)
    )
    matrix = np.reshape(TILTED, (3, 3))
    expected = cv2.warpPerspective(thermal, matrix, (320, 240), flags=cv2.INTER_LINEAR)
    inside = cv2.warpPerspective(np.full_like(thermal, 255), matrix, (320, 240)) == 255
    assert inside.mean() > 0.5
    difference = np.abs(registered.astype(int) - expected)[inside]
    assert difference.max() <= 3, "the fixed-point tables round to 1/32 px"


def test_a_shift_moves_pixels_by_whole_numbers() -> None:
    thermal = smooth(24, 32)
    shift = (1.0, 0.0, 5.0, 0.0, 1.0, 2.0, 0.0, 0.0, 1.0)
    registered = Registration(RegistrationConfig(homography=shift)).to_rgb(
        thermal, ImageSize(32, 24)
    )
    np.testing.assert_array_equal(registered[2:, 5:], thermal[:-2, :-5])
    assert not registered[:2].any()
    assert not registered[:, :5].any()


@pytest.mark.parametrize("scale", [1.0, -3.0, 1e-6])
def test_a_homography_has_no_scale_of_its_own(scale: float) -> None:
    scaled = tuple(scale * number for number in TILTED)
    thermal = smooth(60, 80)
    size = ImageSize(160, 120)
    np.testing.assert_array_equal(
        Registration(RegistrationConfig(homography=scaled)).to_rgb(thermal, size),
        Registration(RegistrationConfig(homography=TILTED)).to_rgb(thermal, size),
    )


def test_nothing_is_seen_behind_the_horizon() -> None:
    # The horizon lies at colour column 50: right of it, the formula would show a mirror image.
    to_thermal = np.array([[-1.0, 0, 30], [0, -1, 30], [-0.02, 0, 1]])
    homography = np.linalg.inv(to_thermal).ravel().tolist()
    registration = Registration(RegistrationConfig(homography=tuple(homography)))
    registered = registration.to_rgb(np.full((100, 100), 255, np.uint8), ImageSize(100, 100))
    assert registered[10, 10] == 255
    assert not registered[:, 50:].any()


def test_another_size_gets_its_own_tables() -> None:
    registration = Registration(RegistrationConfig(homography=IDENTITY))
    thermal = smooth(24, 32)
    for size in (ImageSize(32, 24), ImageSize(16, 12), ImageSize(32, 24)):
        registered = registration.to_rgb(thermal, size)
        np.testing.assert_array_equal(registered, thermal[: size.height, : size.width])


@pytest.mark.parametrize(
    ("homography", "words"),
    [
        pytest.param((1.0, 2.0), "nine", id="two numbers"),
        pytest.param((*IDENTITY, 1.0), "nine", id="ten numbers"),
        pytest.param((*IDENTITY[:8], float("nan")), "nine finite", id="not a number"),
        pytest.param((0.0,) * 9, "no inverse", id="zeros"),
        pytest.param((1.0, 2.0, 3.0, 2.0, 4.0, 6.0, 0.0, 0.0, 1.0), "no inverse", id="flat"),
    ],
)
def test_wrong_matrices_are_refused(homography: tuple[float, ...], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Registration(RegistrationConfig(homography=homography))
