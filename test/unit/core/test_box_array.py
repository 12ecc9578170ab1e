"""Box algebra: conversions undo each other, overlap agrees with counting pixels, clipping holds.

Proves the arithmetic in continuous coordinates; what an annotation format means is the readers'
matter.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.box_array import (
    Boxes,
    center_distance,
    clip_to_image,
    cxcywh_to_xywh,
    iou,
    xywh_to_cxcywh,
    xywh_to_xyxy,
    xyxy_to_xywh,
)

GRID = 40  # px, side of the image in which pixels are counted


@st.composite
def boxes_on_grid(draw: st.DrawFn) -> Boxes:
    """`(N, 4)` boxes with whole corners inside a GRID x GRID image."""
    count = draw(st.integers(1, 6))
    low = draw(hnp.arrays(np.int64, (count, 2), elements=st.integers(0, GRID - 1)))
    high = draw(hnp.arrays(np.int64, (count, 2), elements=st.integers(1, GRID)))
    corners = np.concatenate([np.minimum(low, high - 1), np.maximum(high, low + 1)], axis=1)
    corners[:, 2:] = np.maximum(corners[:, 2:], corners[:, :2] + 1)
    return xyxy_to_xywh(corners.astype(np.float32))


def boxes_anywhere(largest: float = 1e4) -> st.SearchStrategy[Boxes]:
    """`(N, 4)` boxes, also far outside any image."""
    place = st.floats(-largest, largest, width=32)
    side = st.floats(0.5, largest, width=32)
    return st.lists(st.tuples(place, place, side, side), min_size=1, max_size=6).map(
        lambda rows: np.array(rows, np.float32)
    )


def covered(box: NDArray[np.float32]) -> NDArray[np.bool_]:
    """`(GRID, GRID)` mask of the pixels inside a box."""
    x, y, w, h = box
    centers = np.arange(GRID) + 0.5
    inside_x = (centers > x) & (centers < x + w)
    inside_y = (centers > y) & (centers < y + h)
    return np.outer(inside_y, inside_x)


def overlap_by_counting(boxes: Boxes, others: Boxes) -> list[float]:
    """Overlap of each row by counting pixels: the oracle."""
    masks = [(covered(a), covered(b)) for a, b in zip(boxes, others, strict=True)]
    return [float((a & b).sum() / (a | b).sum()) for a, b in masks]


@given(boxes=boxes_on_grid(), others=boxes_on_grid())
def test_overlap_agrees_with_counting_pixels(boxes: Boxes, others: Boxes) -> None:
    count = min(len(boxes), len(others))
    expected = overlap_by_counting(boxes[:count], others[:count])
    np.testing.assert_allclose(iou(boxes[:count], others[:count]), expected, atol=1e-6)


@given(boxes=boxes_anywhere(), others=boxes_anywhere())
def test_overlap_is_symmetric_and_bounded(boxes: Boxes, others: Boxes) -> None:
    one_way, back = iou(boxes[:1], others), iou(others, boxes[:1])
    np.testing.assert_array_equal(one_way, back)
    assert one_way.shape == (len(others),)
    assert one_way.dtype == np.float32
    assert ((one_way >= 0) & (one_way <= 1.0001)).all()
    np.testing.assert_allclose(iou(boxes, boxes), 1, rtol=1e-3)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param([10, 0, 10, 10], 0.0, id="touching edges share nothing"),
        pytest.param([5, 0, 10, 10], 1 / 3, id="half shifted"),
        pytest.param([2, 2, 5, 5], 0.25, id="inside"),
        pytest.param([0, 0, 0, 0], 0.0, id="without area"),
        pytest.param([np.nan, 0, 10, 10], np.nan, id="NaN: not known, not 0"),
    ],
)
def test_overlap_of_known_boxes(other: list[float], expected: float) -> None:
    found = iou(np.array([[0, 0, 10, 10]], np.float32), np.array([other], np.float32))
    np.testing.assert_allclose(found, [expected], rtol=1e-6)


@given(boxes=boxes_anywhere(1000))
def test_conversions_undo_each_other(boxes: Boxes) -> None:
    np.testing.assert_allclose(xyxy_to_xywh(xywh_to_xyxy(boxes)), boxes, atol=1e-3)
    np.testing.assert_allclose(cxcywh_to_xywh(xywh_to_cxcywh(boxes)), boxes, atol=1e-3)


def test_conversions_of_a_known_box() -> None:
    box = np.array([[10, 20, 30, 40]], np.float32)
    np.testing.assert_array_equal(xywh_to_xyxy(box), [[10, 20, 40, 60]])
    np.testing.assert_array_equal(xywh_to_cxcywh(box), [[25, 40, 30, 40]])


def test_center_distance_ignores_size() -> None:
    boxes = np.array([[0, 0, 10, 10], [3, 4, 10, 10]], np.float32)
    np.testing.assert_allclose(center_distance(boxes, np.array([[4, 4, 2, 2]])), [0, 5])


@given(
    boxes=boxes_anywhere(),
    width=st.integers(1, 2000),
    height=st.integers(1, 2000),
    min_side=st.floats(1, 50),
)
def test_clipped_boxes_lie_inside_and_keep_a_size(
    boxes: Boxes, width: int, height: int, min_side: float
) -> None:
    before = boxes.copy()
    clipped = clip_to_image(boxes, ImageSize(width, height), min_side)
    np.testing.assert_array_equal(boxes, before)
    assert (clipped[:, :2] >= 0).all()
    assert (clipped[:, :2] + clipped[:, 2:] <= np.array([width, height]) * 1.000001).all()
    assert (clipped[:, 2:] >= np.minimum(min_side, [width, height]) - 1e-3).all()


@given(boxes=boxes_on_grid())
def test_a_box_inside_is_not_changed_by_clipping(boxes: Boxes) -> None:
    np.testing.assert_array_equal(clip_to_image(boxes, ImageSize(GRID, GRID), 1), boxes)
