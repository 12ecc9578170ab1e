"""Boxes by stamp.

Proves: equal stamps first, the nearest within half a period next, nothing beyond. Not: bags.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rgbt_dualatt_ros.bags.truth_lookup import TruthLookup


def row(x: float) -> NDArray[np.float32]:
    return np.array([x, 2, 3, 4], np.float32)


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        pytest.param([100, 200, 300], [1, 2, 3], id="equal"),
        pytest.param([90, 190, 290], [1, 2, 3], id="before"),
        pytest.param([149, 249, 349], [1, 2, 3], id="after"),
        pytest.param([0, 200, 300, 400], [np.nan, 2, 3, np.nan], id="beyond the ends"),
        pytest.param([300, 200, 100], [3, 2, 1], id="any order"),
    ],
)
def test_nearest_within_half_a_period(stamps: list[int], expected: list[float]) -> None:
    truth = TruthLookup([(100, row(1)), (200, row(2)), (300, row(3))])
    np.testing.assert_array_equal(truth.at(np.array(stamps))[:, 0], expected)


def test_no_boxes_are_rows_of_nan() -> None:
    assert np.isnan(TruthLookup([]).at(np.array([1, 2]))).all()
    assert TruthLookup([]).at(np.array([], np.int64)).shape == (0, 4)


def test_a_single_image_wants_its_own_stamp() -> None:
    truth = TruthLookup([(100, row(1))])
    assert truth.at(np.array([100]))[0, 0] == 1
    assert np.isnan(truth.at(np.array([101]))).all()


def test_the_later_of_two_boxes_counts() -> None:
    truth = TruthLookup([(100, row(1)), (100, row(2))])
    assert truth.at(np.array([100]))[0, 0] == 2


@settings(deadline=None, max_examples=60)
@given(
    stamps=st.lists(st.integers(0, 10_000), min_size=2, max_size=12, unique=True),
    boxes=st.lists(st.integers(0, 10_000), min_size=1, max_size=12, unique=True),
)
def test_agrees_with_looking_at_every_box(stamps: list[int], boxes: list[int]) -> None:
    truth = TruthLookup([(stamp, row(stamp)) for stamp in boxes])
    found = truth.at(np.array(stamps))[:, 0]
    limit = np.median(np.abs(np.diff(stamps))) / 2
    for stamp, x in zip(stamps, found.tolist(), strict=True):
        distance = min(abs(box - stamp) for box in boxes)
        if distance > limit:
            assert np.isnan(x)
        else:
            assert abs(x - stamp) == distance
