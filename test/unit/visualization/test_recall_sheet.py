"""The sheet of moments: truth, regions and map are seen, the inputs stay as they are."""

from __future__ import annotations

import numpy as np

from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.visualization.drawing import RgbImage
from rgbt_dualatt_ros.visualization.recall_sheet import PANEL, draw_recall_panel, recall_sheet

PAIR = FramePair(np.full((120, 160, 3), 100, np.uint8), np.full((120, 160), 50, np.uint8))
TRUTH = np.array([20, 20, 40, 30], np.float32)


def _panel(pair: FramePair = PAIR, regions: int = 1, strength: float = 0.0) -> RgbImage:
    boxes = np.array([[80 + 10 * index, 60, 30, 30] for index in range(regions)], np.float32)
    attention = np.full((12, 16), strength, np.float32)
    return draw_recall_panel(pair, attention, TRUTH, boxes.reshape(-1, 4), "street 3")


def test_a_panel_has_its_size_and_leaves_the_pair_alone() -> None:
    before = PAIR.rgb.copy()
    assert _panel().shape == (PANEL[1], PANEL[0], 3)
    np.testing.assert_array_equal(PAIR.rgb, before)


def test_truth_and_regions_have_colours_of_their_own() -> None:
    panel = _panel(regions=2)
    for color in ((60, 205, 95), (255, 77, 77), (255, 176, 32)):
        assert (panel == color).all(axis=2).any(), color
    assert not (_panel(regions=0) == (255, 77, 77)).all(axis=2).any()


def test_a_map_covers_the_image_and_no_map_does_not() -> None:
    assert tuple(_panel()[100, 290]) == (100, 100, 100)
    assert tuple(_panel(strength=0.2)[100, 290]) != (100, 100, 100)


def test_without_colour_the_thermal_image_is_shown() -> None:
    dark = FramePair(np.zeros_like(PAIR.rgb), PAIR.thermal)
    assert tuple(_panel(dark)[100, 290]) == (50, 50, 50)


def test_short_rows_are_filled_up() -> None:
    panel = _panel()
    sheet = recall_sheet([[panel, panel], [panel]])
    assert sheet.shape == (2 * PANEL[1], 2 * PANEL[0], 3)
    assert not sheet[PANEL[1] :, PANEL[0] :].any()
