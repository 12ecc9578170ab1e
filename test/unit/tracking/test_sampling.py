"""Random boxes: counts, ranges, starvation, untouched inputs (house.md section 7)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes, iou, xywh_to_cxcywh
from rgbt_dualatt_ros.tracking.sampling import (
    Spread,
    draw_anywhere,
    draw_gaussian,
    draw_in_overlap_range,
    draw_uniform,
    keep_centers_inside,
    keep_inside,
    whole_image,
)

BOXES = st.builds(
    Box,
    st.floats(-50, 500),
    st.floats(-50, 500),
    st.floats(4, 200),
    st.floats(4, 200),
)
SPREADS = st.builds(Spread, st.floats(0, 2), st.floats(1, 2), st.floats(1, 1.5))


@pytest.mark.parametrize("draw", [draw_gaussian, draw_uniform])
@given(box=BOXES, spread=SPREADS, count=st.integers(0, 40), seed=st.integers(0, 9))
def test_draws_stay_within_one_spread(
    draw: object, box: Box, spread: Spread, count: int, seed: int
) -> None:
    assert callable(draw)
    boxes = draw(box, count, spread, np.random.default_rng(seed))
    assert boxes.shape == (count, 4)
    assert boxes.dtype == np.float32
    centers = xywh_to_cxcywh(boxes)
    reach = spread.shift * (box.w + box.h) / 2 + 1e-2
    assert (np.abs(centers[:, 0] - box.center[0]) <= reach).all()
    assert (np.abs(centers[:, 1] - box.center[1]) <= reach).all()
    largest = spread.scale * spread.aspect**0.5 * 1.001
    for side, own in ((boxes[:, 2], box.w), (boxes[:, 3], box.h)):
        assert (side <= own * largest).all()
        assert (side >= own / largest).all()


def test_same_seed_same_boxes() -> None:
    box, spread = Box(10, 20, 30, 40), Spread(0.5, 1.2)
    first, again = (draw_gaussian(box, 9, spread, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, again)


@given(box=BOXES, spread=SPREADS, region=BOXES, seed=st.integers(0, 9))
def test_kept_boxes_lie_inside_the_region(
    box: Box, spread: Spread, region: Box, seed: int
) -> None:
    drawn = draw_uniform(box, 12, spread, np.random.default_rng(seed))
    drawn.flags.writeable = False
    kept = keep_inside(drawn, region)
    assert (kept[:, :2] >= np.array([region.x, region.y]) - 1e-3).all()
    corner = np.array([region.x + region.w, region.y + region.h])
    assert (kept[:, :2] + kept[:, 2:] <= corner + 1e-3).all()
    assert (kept[:, 2:] > 0).all()


def test_boxes_already_inside_do_not_move() -> None:
    boxes = np.array([[1, 2, 3, 4]], np.float32)
    np.testing.assert_array_equal(keep_inside(boxes, whole_image(ImageSize(10, 10))), boxes)


@given(low=st.floats(0, 0.9), width=st.floats(0.05, 0.5), seed=st.integers(0, 9))
def test_every_drawn_box_has_the_wanted_overlap(low: float, width: float, seed: int) -> None:
    target, rng = Box(100, 100, 40, 60), np.random.default_rng(seed)

    def draw(count: int) -> Boxes:
        return draw_uniform(target, count, Spread(1.0, 1.5), rng)

    found = draw_in_overlap_range(draw, target, (low, low + width), 30)
    overlaps = iou(found, target.as_array()[None])
    assert len(found) <= 30
    assert ((overlaps >= low) & (overlaps <= low + width)).all()


def test_an_impossible_range_ends_with_what_was_found() -> None:
    """MDNet's generator gives fewer without a word; here the caller is told to expect it."""
    target, rng, asked = Box(0, 0, 40, 40), np.random.default_rng(0), []

    def draw(count: int) -> Boxes:
        asked.append(count)
        return draw_uniform(target, count, Spread(0.01, 1.01), rng)

    found = draw_in_overlap_range(draw, target, (0.0, 0.1), 10)
    assert found.shape == (0, 4)
    assert asked == [20, 40, 80]


def test_nothing_is_drawn_when_nothing_is_wanted() -> None:
    def draw(count: int) -> Boxes:
        raise AssertionError(f"drew {count}")

    assert len(draw_in_overlap_range(draw, Box(0, 0, 5, 5), (0, 1), 0)) == 0


def test_boxes_from_anywhere_reach_every_corner_of_the_region() -> None:
    box, region = Box(90, 60, 20, 30), Box(0, 0, 200, 150)
    drawn = draw_anywhere(box, 4000, Spread(5.0, 1.2, 1.1), region, np.random.default_rng(0))
    centers = xywh_to_cxcywh(drawn)[:, :2]
    np.testing.assert_allclose(centers.min(axis=0), [10, 15], atol=1e-3)
    np.testing.assert_allclose(centers.max(axis=0), [190, 135], atol=1e-3)
    quarter = (centers[:, 0] < 100) & (centers[:, 1] < 75)
    assert 0.2 < quarter.mean() < 0.3
    largest = 1.2 * 1.1**0.5 * 1.001
    assert (drawn[:, 2] <= 20 * largest).all()
    assert (drawn[:, 2] >= 20 / largest).all()


def test_a_box_larger_than_the_region_is_drawn_at_its_own_place() -> None:
    drawn = draw_anywhere(
        Box(0, 0, 300, 300), 7, Spread(0.0, 1.0), Box(0, 0, 200, 150), np.random.default_rng(0)
    )
    np.testing.assert_allclose(drawn, np.tile([0, 0, 300, 300], (7, 1)), atol=1e-3)


@given(box=BOXES, spread=SPREADS, region=BOXES, seed=st.integers(0, 9))
def test_only_the_centres_need_to_lie_inside(
    box: Box, spread: Spread, region: Box, seed: int
) -> None:
    drawn = draw_uniform(box, 12, spread, np.random.default_rng(seed))
    drawn.flags.writeable = False
    kept = xywh_to_cxcywh(keep_centers_inside(drawn, region))
    assert (kept[:, 0] >= region.x - 0.01).all()
    assert (kept[:, 0] <= region.x + region.w + 0.01).all()
    assert (kept[:, 1] >= region.y - 0.01).all()
    assert (kept[:, 1] <= region.y + region.h + 0.01).all()
    assert (kept[:, 2:] <= np.array([region.w, region.h], np.float32)).all()


def test_a_box_over_the_edge_is_left_there() -> None:
    over = np.array([[-8, 20, 20, 20]], np.float32)
    np.testing.assert_array_equal(keep_centers_inside(over, Box(0, 0, 200, 150)), over)
