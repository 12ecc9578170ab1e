"""Errors and overlaps by hand, and their bounds for any box at all.

Proves: definitions, boxes without area, numbers that are none, single precision at thresholds.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rgbt_dualatt_ros.evaluation import metrics
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.protocols.frame_measures import center_errors, overlaps

TRUE = np.array([[10.0, 20.0, 30.0, 40.0]])
ANY_BOXES = arrays(np.float64, (4, 4), elements=st.floats(width=64, allow_nan=True))
GOOD_BOXES = arrays(
    np.float64, (4, 4), elements=st.floats(1, 500, width=32, allow_subnormal=False)
)


@pytest.mark.parametrize(
    ("box", "error", "overlap"),
    [
        ((10, 20, 30, 40), 0, 1),
        ((13, 24, 30, 40), 5, 27 * 36 / (2 * 1200 - 27 * 36)),
        ((10, 20, 60, 40), 15, 0.5),
        ((40, 20, 30, 40), 30, 0),
        ((25, 40, 0, 0), 0, 0),
        ((25, 20, 0, 40), 0, 0),
        ((55, 20, -60, 40), 0, 0),
        ((0, 0, 0, 0), math.hypot(25, 40), 0),
        ((math.nan, 20, 30, 40), math.inf, 0),
        ((10, 20, math.inf, 40), math.inf, 0),
        ((-math.inf, 20, math.inf, 40), math.inf, 0),
    ],
)
@pytest.mark.parametrize("number", [np.float32, np.float64])
def test_one_box_by_hand(
    box: tuple[float, ...], error: float, overlap: float, number: type[np.floating]
) -> None:
    boxes, truth = np.array([box], number), TRUE.astype(number)
    assert center_errors(boxes, truth)[0] == pytest.approx(error, rel=1e-6)
    assert overlaps(boxes, truth)[0] == pytest.approx(overlap, rel=1e-6)


def test_normalized_error_is_in_widths_and_heights_of_the_truth() -> None:
    boxes = np.array([[13.0, 36.0, 30.0, 40.0]])
    assert center_errors(boxes, TRUE, in_sizes=True)[0] == pytest.approx(math.hypot(0.1, 0.4))
    wider = np.array([[10.0, 20.0, 60.0, 80.0]])
    assert center_errors(wider, TRUE, in_sizes=True)[0] == pytest.approx(math.hypot(0.5, 0.5))
    flat = np.array([[10.0, 20.0, 0.0, 40.0]])
    assert center_errors(TRUE, flat, in_sizes=True)[0] == math.inf


def test_in_single_precision_three_tenths_is_more_than_a_threshold_of_it() -> None:
    truth = np.array([[0.0, 0.0, 10.0, 1.0]])
    box = np.array([[0.0, 0.0, 3.0, 1.0]])
    assert overlaps(box, truth)[0] <= 0.3
    assert overlaps(box.astype(np.float32), truth.astype(np.float32)).astype(float)[0] > 0.3


def test_a_box_never_overlaps_itself_by_more_than_one() -> None:
    boxes = np.random.default_rng(0).uniform(0, 100, (100, 4))
    assert overlaps(boxes, boxes).max() == 1  # x + w - x may be more than w


@given(ANY_BOXES, ANY_BOXES)
def test_nothing_is_out_of_bounds_or_nan(boxes: Values, truth: Values) -> None:
    shares = overlaps(boxes, truth)
    assert ((shares >= 0) & (shares <= 1)).all()
    for in_sizes in (False, True):
        assert (center_errors(boxes, truth, in_sizes=in_sizes) >= 0).all()


@given(GOOD_BOXES, GOOD_BOXES)
def test_boxes_are_measured_as_in_our_own_metrics(boxes: Values, truth: Values) -> None:
    assert overlaps(boxes, truth) == pytest.approx(metrics.overlaps(boxes, truth), abs=1e-12)
    assert center_errors(boxes, truth) == pytest.approx(metrics.center_errors(boxes, truth))


@given(GOOD_BOXES, GOOD_BOXES)
def test_single_precision_is_near_double(boxes: Values, truth: Values) -> None:
    boxes, truth = boxes.round(), truth.round()
    small = boxes.astype(np.float32), truth.astype(np.float32)
    assert overlaps(*small) == pytest.approx(overlaps(boxes, truth), abs=1e-6)
    assert center_errors(*small) == pytest.approx(center_errors(boxes, truth), rel=1e-6)


def test_arguments_stay_as_they_are() -> None:
    boxes, truth = TRUE * 2, TRUE.copy()
    boxes.setflags(write=False)
    truth.setflags(write=False)
    center_errors(boxes, truth, in_sizes=True)
    overlaps(boxes, truth)
