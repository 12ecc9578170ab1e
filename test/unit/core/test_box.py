"""One box: what is refused and why. Does not cover arrays of boxes (test_box_array.py)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.errors import InvalidBoxError

SIZE = ImageSize(width=640, height=480)


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param((0, 0, 0, 5), id="no width"),
        pytest.param((0, 0, 5, -1), id="negative height"),
        pytest.param((math.nan, 0, 5, 5), id="NaN"),
        pytest.param((0, math.inf, 5, 5), id="infinite"),
        pytest.param((1, 2, 3), id="three numbers"),
        pytest.param((1, 2, 3, 4, 5), id="five numbers"),
    ],
)
def test_what_is_no_box_is_refused(numbers: tuple[float, ...]) -> None:
    with pytest.raises(InvalidBoxError, match="box"):
        Box.from_sequence(numbers)


def test_array_and_box_are_the_same_numbers() -> None:
    box = Box.from_sequence(np.array([1.5, 2, 30, 40], np.float32))
    np.testing.assert_array_equal(box.as_array(), np.array([1.5, 2, 30, 40], np.float32))
    assert box.center == (16.5, 22.0)
    assert box.area == 1200.0


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        pytest.param(Box(640, 10, 30, 30), "outside the 640x480 image", id="touches the edge"),
        pytest.param(Box(10, -30, 30, 30), "outside", id="above"),
        pytest.param(Box(100, 100, 7.9, 50), "too small: 7.9x50", id="narrow"),
        pytest.param(Box(635, 100, 50, 50), "too small: 5x50", id="little of it inside"),
        pytest.param(Box(-300, -300, 2000, 2000), "larger than the 640x480 image", id="all round"),
        pytest.param(Box(0, 100, 640.5, 50), "larger than", id="wider"),
        pytest.param(Box(100, 0, 50, 1e9), "larger than", id="higher"),
    ],
)
def test_unusable_box_is_refused_with_the_reason(box: Box, reason: str) -> None:
    with pytest.raises(InvalidBoxError, match=reason):
        box.check_usable(SIZE, min_side=8)


@given(x=st.floats(0, 600), y=st.floats(0, 440), w=st.floats(8.01, 640), h=st.floats(8.01, 480))
def test_box_with_enough_inside_is_usable(x: float, y: float, w: float, h: float) -> None:
    Box(x, y, w, h).check_usable(SIZE, min_side=8)


def test_box_of_the_whole_image_is_usable() -> None:
    Box(0, 0, 640, 480).check_usable(SIZE, min_side=8)
    Box(-100, 50, 640, 480).check_usable(SIZE, min_side=8)
