"""The search window: what it cuts, how coordinates change, what lies beyond the image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.tracker_config import SearchConfig
from rgbt_dualatt_ros.models.backbone import STRIDE
from rgbt_dualatt_ros.tracking.search_window import SearchWindow

CONFIG = SearchConfig(extent=3.0, target_side=64)


def test_the_target_fills_its_share_of_the_crop() -> None:
    window = SearchWindow.around(Box(100, 100, 50, 80), CONFIG)
    assert (window.w, window.h, window.side) == (150, 240, 192)
    assert (window.x + window.w / 2, window.y + window.h / 2) == (125, 140)


def test_tiny_targets_are_enlarged_by_the_limit_only() -> None:
    window = SearchWindow.around(Box(100, 100, 8, 50), SearchConfig(max_zoom=2.0))
    assert window.side / window.w == pytest.approx(2.0)
    assert window.h == 150


def test_a_window_of_the_crops_own_size_copies_pixels() -> None:
    image = np.random.default_rng(0).integers(0, 256, (200, 260, 3), np.uint8)
    image.flags.writeable = False
    window = SearchWindow(30, 4, 192, 192, 192)
    np.testing.assert_array_equal(window.cut(image), image[4:196, 30:222])


@pytest.mark.parametrize(
    ("x", "y"), [(-40, 10), (200, 10), (10, -70), (10, 150)], ids=["left", "right", "top", "below"]
)
def test_the_images_edge_goes_on(x: int, y: int) -> None:
    """No grey frame: a target at the border would be learned as the thing beside it."""
    image = np.random.default_rng(0).integers(0, 256, (200, 260), np.uint8)
    crop = SearchWindow(x, y, 96, 96, 96).cut(image)
    rows = np.clip(np.arange(y, y + 96), 0, 199)
    columns = np.clip(np.arange(x, x + 96), 0, 259)
    np.testing.assert_array_equal(crop, image[rows[:, None], columns])


@given(
    x=st.integers(-300, 300),
    y=st.integers(-300, 300),
    w=st.integers(2, 500),
    h=st.integers(2, 500),
)
def test_every_window_gives_a_full_crop(x: int, y: int, w: int, h: int) -> None:
    image = np.full((120, 160, 3), 77, np.uint8)
    crop = SearchWindow(x, y, w, h, 32).cut(image)
    assert crop.shape == (32, 32, 3)
    assert crop.dtype == np.uint8
    assert set(np.unique(crop)) <= {77, 128}


def test_corners_on_the_map_follow_the_boxes() -> None:
    window = SearchWindow(10, 20, 96, 48, 192)  # scale 2 and 4
    boxes = np.array([[10, 20, 96, 48], [34, 32, 8, 4]], np.float32)
    boxes.flags.writeable = False
    offset = (STRIDE / 2 - 0.5) / STRIDE
    expected = np.array([[0, 0, 24, 24], [6, 6, 8, 8]]) + offset
    np.testing.assert_allclose(window.to_map(boxes, 1.0), expected, rtol=1e-6)
    grown = np.array([[-6, -6, 30, 30], [5.5, 5.5, 8.5, 8.5]]) + offset
    np.testing.assert_allclose(window.to_map(boxes, 1.5), grown, rtol=1e-6)


def test_the_visible_part_ends_with_the_image() -> None:
    window = SearchWindow(-10, 50, 100, 100, 32)
    assert window.visible(ImageSize(60, 120)) == Box(0, 50, 60, 70)
