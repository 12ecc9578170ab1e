"""Frames and targets as the planes that the global nets see: order, size, crops at the border."""

from __future__ import annotations

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.models.pair_planes import frame_planes, target_planes


def flat_pair(width: int, height: int) -> FramePair:
    """Red 10, green 20, blue 30, thermal 40 everywhere."""
    rgb = np.empty((height, width, 3), np.uint8)
    rgb[:] = (10, 20, 30)
    return FramePair(rgb, np.full((height, width), 40, np.uint8))


def numbered_pair(width: int, height: int) -> FramePair:
    """Red is the column, green the row of each pixel."""
    rows, columns = np.mgrid[:height, :width]
    rgb = np.dstack([columns, rows, columns * 0]).astype(np.uint8)
    return FramePair(rgb, columns.astype(np.uint8))


@pytest.mark.parametrize(
    ("width", "height"),
    [(256, 192), (640, 480), (80, 300), (40, 20), (1, 1)],
    ids=["as is", "larger", "narrow", "smaller", "a pixel"],
)
def test_planes_are_red_green_blue_thermal_in_input_size(width: int, height: int) -> None:
    planes = frame_planes(flat_pair(width, height))
    assert planes.shape == (4, 192, 256)
    assert planes.dtype == np.uint8
    assert [int(plane.min()) for plane in planes] == [10, 20, 30, 40]
    assert [int(plane.max()) for plane in planes] == [10, 20, 30, 40]


def test_a_pair_of_input_size_stays_as_it_is() -> None:
    pair = numbered_pair(256, 192)
    planes = frame_planes(pair)
    np.testing.assert_array_equal(planes[:3], pair.rgb.transpose(2, 0, 1))
    np.testing.assert_array_equal(planes[3], pair.thermal)


def test_shrinking_averages() -> None:
    """Stripes of one pixel become grey; taking every second pixel would leave black or white."""
    rgb = np.zeros((384, 512, 3), np.uint8)
    rgb[:, ::2] = 200
    assert set(np.unique(frame_planes(FramePair(rgb, rgb[..., 0])))) == {100}


@pytest.mark.parametrize(
    ("box", "columns", "rows"),
    [
        pytest.param(Box(10, 20, 30, 40), (10, 39), (20, 59), id="inside"),
        pytest.param(Box(10.4, 20.6, 29.2, 39.0), (10, 39), (20, 59), id="every pixel it touches"),
        pytest.param(Box(-5, -6, 15, 26), (0, 9), (0, 19), id="over the first corner"),
        pytest.param(Box(90, 70, 50, 50), (90, 99), (70, 79), id="over the last corner"),
        pytest.param(Box(-10, -10, 200, 200), (0, 99), (0, 79), id="larger than the image"),
        pytest.param(Box(5.2, 7.3, 0.1, 0.1), (5, 6), (7, 8), id="less than a pixel"),
        pytest.param(Box(150, 40, 10, 10), (99, 99), (40, 49), id="outside, the nearest edge"),
    ],
)
def test_a_target_is_what_lies_in_its_box(
    box: Box, columns: tuple[int, int], rows: tuple[int, int]
) -> None:
    planes = target_planes(numbered_pair(100, 80), box)
    assert planes.shape == (4, 192, 256)
    assert (int(planes[0].min()), int(planes[0].max())) == columns
    assert (int(planes[1].min()), int(planes[1].max())) == rows
    np.testing.assert_array_equal(planes[3], planes[0])
