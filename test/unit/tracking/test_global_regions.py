"""Map to regions: the right places, order, limits and polarity, by hand and for any map."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.tracking.global_regions import Regions, Strength, find_regions

SIZE = ImageSize(640, 480)  # a cell of a map of 192 x 256 is 2.5 px wide and high
TARGET = Box(0, 0, 50, 100)  # 20 x 40 cells
PEAKS = GlobalAttentionConfig()
COMPONENTS = dataclasses.replace(PEAKS, regions="components")
RULES = pytest.mark.parametrize("config", [PEAKS, COMPONENTS], ids=["peaks", "components"])


def dark() -> Strength:
    return np.zeros((192, 256), np.float32)


def blob(strength: Strength, row: int, column: int, value: float, size: tuple[int, int]) -> None:
    """A rectangle of `size` (rows, columns) cells whose first cell is (row, column)."""
    strength[row : row + size[0], column : column + size[1]] = value


def middle_cell(regions: Regions) -> tuple[int, int]:
    """Row and column of the first region's middle."""
    x, y, w, h = regions.boxes[0]
    return int((y + h / 2) / 2.5), int((x + w / 2) / 2.5)


@RULES
def test_a_rectangle_becomes_a_box_of_the_targets_size_in_its_middle(
    config: GlobalAttentionConfig,
) -> None:
    strength = dark()
    blob(strength, 100, 40, 0.8, (40, 20))  # its middle: row 120, column 50
    regions = find_regions(strength, TARGET, SIZE, config)
    np.testing.assert_allclose(regions.boxes, [[125 - 25, 300 - 50, 50, 100]], atol=4)


@RULES
def test_the_strongest_comes_first_and_a_reversed_map_says_something_else(
    config: GlobalAttentionConfig,
) -> None:
    strength = dark()
    blob(strength, 20, 20, 0.5, (40, 20))
    blob(strength, 120, 180, 0.9, (40, 20))
    regions = find_regions(strength, TARGET, SIZE, config)
    assert regions.boxes[0, 0] > 320
    assert regions.boxes[1, 0] < 320
    assert regions.scores[1] / regions.scores[0] == pytest.approx(0.5 / 0.9, rel=1e-3)
    assert strength[middle_cell(regions)] == pytest.approx(0.9)
    assert strength[middle_cell(find_regions(1 - strength, TARGET, SIZE, config))] == 0


@RULES
@pytest.mark.parametrize("value", [0.0, 0.04])
def test_a_dark_map_has_no_regions(config: GlobalAttentionConfig, value: float) -> None:
    regions = find_regions(np.full((192, 256), value, np.float32), TARGET, SIZE, config)
    assert len(regions) == 0
    assert regions.boxes.shape == (0, 4)


def test_components_score_their_mean_times_the_root_of_their_area() -> None:
    strength = dark()
    blob(strength, 10, 10, 0.5, (40, 40))  # 100 x 100 px
    blob(strength, 100, 100, 1.0, (10, 10))  # 25 x 25 px
    scores = find_regions(strength, TARGET, SIZE, COMPONENTS).scores
    np.testing.assert_allclose(scores, [0.5 * 100, 1.0 * 25], rtol=1e-5)


def test_a_component_begins_at_the_threshold_and_touches_by_corners() -> None:
    strength = dark()
    blob(strength, 0, 0, 100 / 255, (20, 20))
    blob(strength, 20, 20, 100 / 255, (20, 20))  # touches the first by a corner
    blob(strength, 100, 100, 0.39, (20, 20))  # below 100 / 255 = .392
    regions = find_regions(strength, TARGET, SIZE, COMPONENTS)
    np.testing.assert_allclose(regions.boxes, [[50 - 25, 50 - 50, 50, 100]], atol=0.1)


def test_a_component_is_centred_where_it_is_strongest() -> None:
    strength = dark()
    blob(strength, 50, 50, 0.5, (20, 10))
    blob(strength, 50, 60, 1.0, (20, 10))
    (box,) = find_regions(strength, TARGET, SIZE, COMPONENTS).boxes
    centroid = (0.5 * 55 + 1.0 * 65) / 1.5  # in cells; the plain middle would be 60
    assert box[0] + 25 == pytest.approx(centroid * 2.5, abs=0.1)


@pytest.mark.parametrize(
    ("cells", "target", "kept"),
    [
        ((1, 1), Box(0, 0, 8, 8), False),  # 6 px² < 12
        ((1, 2), Box(0, 0, 8, 8), True),  # 12.5 px²
        ((6, 6), TARGET, False),  # 225 px² < .05 x 5000
        ((7, 6), TARGET, True),  # 262 px²
    ],
)
def test_small_components_are_dropped(cells: tuple[int, int], target: Box, kept: bool) -> None:
    strength = dark()
    blob(strength, 50, 50, 1.0, cells)
    assert len(find_regions(strength, target, SIZE, COMPONENTS)) == kept


def test_peaks_lie_apart_where_components_merge() -> None:
    """Two people side by side, joined by a bridge: one component, two peaks."""
    strength = dark()
    blob(strength, 60, 60, 0.5, (40, 60))
    blob(strength, 60, 60, 0.9, (40, 20))
    blob(strength, 60, 100, 0.8, (40, 20))
    assert len(find_regions(strength, TARGET, SIZE, COMPONENTS)) == 1
    boxes = find_regions(strength, TARGET, SIZE, PEAKS).boxes
    np.testing.assert_allclose(boxes[:2, 0], [150, 250], atol=13)


def test_a_peak_on_the_legs_is_centred_on_the_body() -> None:
    strength = dark()
    blob(strength, 60, 60, 0.6, (40, 20))  # the body: rows 60 to 99
    blob(strength, 92, 66, 0.9, (6, 6))  # the peak: its feet
    (box, *_) = find_regions(strength, TARGET, SIZE, PEAKS).boxes
    middle = box[:2] + box[2:] / 2
    np.testing.assert_allclose(middle, [70 * 2.5, 80 * 2.5], atol=12)


@RULES
def test_only_the_best_are_kept(config: GlobalAttentionConfig) -> None:
    strength = dark()
    for index in range(5):
        blob(strength, 10, 10 + 50 * index, 0.5 + 0.1 * index, (30, 20))
    fewer = dataclasses.replace(config, max_regions=3)
    regions = find_regions(strength, Box(0, 0, 50, 75), SIZE, fewer)
    assert len(regions) == 3
    assert list(regions.boxes[:, 0]) == sorted(regions.boxes[:, 0], reverse=True)


@RULES
@given(
    seed=st.integers(0, 2**16),
    width=st.floats(8, 640),
    height=st.floats(8, 480),
    grain=st.sampled_from([1, 7, 40]),
)
def test_any_map_gives_regions_in_order_with_centres_in_the_image(
    config: GlobalAttentionConfig, seed: int, width: float, height: float, grain: int
) -> None:
    cells = np.random.default_rng(seed).random((192 // grain + 1, 256 // grain + 1))
    strength = cells.astype(np.float32).repeat(grain, 0).repeat(grain, 1)[:192, :256]
    before = strength.copy()
    regions = find_regions(strength, Box(0, 0, width, height), SIZE, config)
    np.testing.assert_array_equal(strength, before)
    assert len(regions) <= config.max_regions
    assert regions.boxes.dtype == regions.scores.dtype == np.float32
    assert np.all(np.diff(regions.scores) <= 0)
    assert math.isfinite(float(regions.boxes.sum()))
    middles = regions.boxes[:, :2] + regions.boxes[:, 2:] / 2
    assert np.all((middles >= 0) & (middles <= [640, 480]))
    np.testing.assert_allclose(regions.boxes[:, 2:], [[width, height]] * len(regions), rtol=1e-4)
