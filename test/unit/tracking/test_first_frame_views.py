"""Altered views of the first frame: all different, all valid images, the target still inside."""

from __future__ import annotations

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.tracker_config import SearchConfig
from rgbt_dualatt_ros.tracking.first_frame_views import alter, view_window


@pytest.mark.parametrize("index", range(8))
def test_a_view_keeps_the_form_and_its_input(index: int) -> None:
    rng = np.random.default_rng(0)
    crop = rng.integers(0, 256, (2, 32, 32, 3), np.uint8)
    crop.flags.writeable = False
    changed = alter(crop, index, rng)
    assert changed.shape == crop.shape
    assert changed.dtype == np.uint8


def test_most_views_look_different() -> None:
    rng = np.random.default_rng(0)
    crop = rng.integers(0, 256, (2, 32, 32, 3), np.uint8)
    views = [alter(crop, index, rng) for index in range(8)]
    assert sum(not np.array_equal(view, crop) for view in views) == 6


def test_windows_differ_and_show_the_target() -> None:
    rng, box = np.random.default_rng(0), Box(50, 60, 40, 30)
    windows = [view_window(box, SearchConfig(), rng) for _ in range(20)]
    assert len(set(windows)) == 20
    for window in windows:
        assert window.x < box.x
        assert window.y < box.y
        assert window.x + window.w > box.x + box.w
        assert window.y + window.h > box.y + box.h
