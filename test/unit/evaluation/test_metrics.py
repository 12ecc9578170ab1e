"""The metrics against hand-computed cases, loops that spell out the definitions, and properties.

Proves: definitions, thresholds (<= and >), NaN and empty boxes, bounds, order. Does not prove
agreement with a published toolkit; that needs their files.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rgbt_dualatt_ros.evaluation import metrics
from rgbt_dualatt_ros.evaluation.metrics import Values

QUICK = settings(max_examples=60, deadline=None)


def boxes_of(*rows: tuple[float, float, float, float]) -> Values:
    array = np.array(rows, np.float64).reshape(-1, 4)
    array.setflags(write=False)
    return array


def random_boxes(count: int) -> st.SearchStrategy[Values]:
    number = st.one_of(
        st.floats(-50, 150, width=32, allow_subnormal=False).filter(
            lambda x: x == 0 or abs(x) > 1e-3
        ),
        st.sampled_from([0.0, 10.0, math.nan, math.inf]),
    )
    return arrays(np.float64, (count, 4), elements=number)


TRUTH_AND_BOXES = st.integers(1, 12).flatmap(
    lambda count: st.tuples(random_boxes(count), random_boxes(count))
)


def is_box(row: Values) -> bool:
    return all(map(math.isfinite, row)) and row[2] > 0 and row[3] > 0


def overlap_by_hand(box: Values, truth: Values) -> float:
    if not is_box(truth):
        return math.nan
    if not is_box(box):
        return 0.0
    # Exact: a side of 1e-12 beside one of 100 is lost in floats.
    x, y, w, h = map(Fraction, box.tolist())
    true_x, true_y, true_w, true_h = map(Fraction, truth.tolist())
    width = min(x + w, true_x + true_w) - max(x, true_x)
    height = min(y + h, true_y + true_h) - max(y, true_y)
    shared = max(width, Fraction(0)) * max(height, Fraction(0))
    return float(shared / (w * h + true_w * true_h - shared))


def error_by_hand(box: Values, truth: Values) -> float:
    if not is_box(truth):
        return math.nan
    if not is_box(box):
        return math.inf
    across = (box[0] + box[2] / 2) - (truth[0] + truth[2] / 2)
    down = (box[1] + box[3] / 2) - (truth[1] + truth[3] / 2)
    return math.sqrt(across**2 + down**2)


@pytest.mark.parametrize(
    ("box", "truth", "overlap", "error"),
    [
        pytest.param((0, 0, 10, 10), (0, 0, 10, 10), 1.0, 0.0, id="equal"),
        pytest.param((0, 0, 10, 10), (5, 0, 10, 10), 1 / 3, 5.0, id="half shifted"),
        pytest.param((0, 0, 10, 10), (10, 0, 10, 10), 0.0, 10.0, id="touching"),
        pytest.param((2, 2, 4, 4), (0, 0, 10, 10), 0.16, math.hypot(1, 1), id="nested"),
        pytest.param((0, 0, 10, 10), (3, 4, 10, 10), 42 / 158, 5.0, id="three four five"),
        pytest.param((math.nan,) * 4, (0, 0, 10, 10), 0.0, math.inf, id="no answer"),
        pytest.param((0, 0, 0, 10), (0, 0, 10, 10), 0.0, math.inf, id="answer without area"),
        pytest.param((0, 0, -5, -5), (0, 0, 10, 10), 0.0, math.inf, id="negative size"),
        pytest.param((0, 0, 10, 10), (math.nan,) * 4, math.nan, math.nan, id="target absent"),
        pytest.param((0, 0, 10, 10), (0, 0, 0, 0), math.nan, math.nan, id="truth without area"),
        pytest.param((math.nan,) * 4, (math.nan,) * 4, math.nan, math.nan, id="both absent"),
    ],
)
def test_one_frame_by_hand(
    box: tuple[float, float, float, float],
    truth: tuple[float, float, float, float],
    overlap: float,
    error: float,
) -> None:
    np.testing.assert_allclose(metrics.overlaps(boxes_of(box), boxes_of(truth)), [overlap])
    np.testing.assert_allclose(metrics.center_errors(boxes_of(box), boxes_of(truth)), [error])


@QUICK
@given(TRUTH_AND_BOXES)
def test_errors_and_overlaps_agree_with_loops(pair: tuple[Values, Values]) -> None:
    boxes, truth = pair
    by_hand = [overlap_by_hand(*rows) for rows in zip(boxes, truth, strict=True)]
    np.testing.assert_allclose(metrics.overlaps(boxes, truth), by_hand, atol=1e-9)
    by_hand = [error_by_hand(*rows) for rows in zip(boxes, truth, strict=True)]
    np.testing.assert_allclose(metrics.center_errors(boxes, truth), by_hand, atol=1e-9)


@QUICK
@given(TRUTH_AND_BOXES)
def test_curves_agree_with_counting(pair: tuple[Values, Values]) -> None:
    errors, overlap = metrics.center_errors(*pair), metrics.overlaps(*pair)
    scored = [each for each in errors if not math.isnan(each)]
    if not scored:
        assert np.isnan(metrics.precision_curve(errors)).all()
        assert math.isnan(metrics.success_auc(overlap))
        return
    for threshold, rate in zip(range(51), metrics.precision_curve(errors), strict=True):
        assert rate == pytest.approx(sum(each <= threshold for each in scored) / len(scored))
    hits = [
        sum(each > step / 20 for each in overlap if not math.isnan(each)) for step in range(21)
    ]
    np.testing.assert_allclose(metrics.success_curve(overlap), np.divide(hits, len(scored)))
    assert metrics.success_auc(overlap) == pytest.approx(sum(hits) / 21 / len(scored))


@QUICK
@given(TRUTH_AND_BOXES)
def test_curves_are_bounded_and_monotone(pair: tuple[Values, Values]) -> None:
    precision = metrics.precision_curve(metrics.center_errors(*pair))
    success = metrics.success_curve(metrics.overlaps(*pair))
    if np.isnan(precision).any():
        return
    assert (np.diff(precision) >= 0).all()
    assert (np.diff(success) <= 0).all()
    assert 0 <= precision.min() <= precision.max() <= 1
    assert success[-1] == 0
    assert 0 <= success.max() <= 1


@QUICK
@given(TRUTH_AND_BOXES, st.randoms(use_true_random=False))
def test_order_of_frames_does_not_matter(pair: tuple[Values, Values], random: object) -> None:
    boxes, truth = pair
    order = list(range(len(boxes)))
    random.shuffle(order)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    np.testing.assert_array_equal(
        metrics.success_curve(metrics.overlaps(boxes, truth)),
        metrics.success_curve(metrics.overlaps(boxes[order], truth[order])),
    )
    np.testing.assert_array_equal(
        metrics.precision_curve(metrics.center_errors(boxes, truth)),
        metrics.precision_curve(metrics.center_errors(boxes[order], truth[order])),
    )


def test_perfect_boxes_reach_the_top_of_every_scale() -> None:
    truth = boxes_of((1.5, 2.25, 30, 40), (700.1, 3.3, 17.7, 91.3))
    assert metrics.precision_rate(metrics.center_errors(truth, truth), 0) == 1
    overlap = metrics.overlaps(truth, truth)
    np.testing.assert_array_equal(metrics.success_curve(overlap)[:-1], 1)
    assert metrics.success_auc(overlap) == pytest.approx(20 / 21)


def test_precision_counts_the_threshold_itself_and_success_does_not() -> None:
    errors = metrics.center_errors(boxes_of((0, 0, 10, 10)), boxes_of((3, 4, 10, 10)))
    assert metrics.precision_rate(errors, 5.0) == 1
    assert metrics.precision_rate(errors, 4.999) == 0
    three_tenths = metrics.overlaps(boxes_of((0, 0, 3, 1)), boxes_of((0, 0, 10, 1)))
    assert metrics.success_rate(three_tenths, 0.3) == 0
    assert metrics.success_rate(three_tenths, 0.2999) == 1


def test_trapezoid_follows_from_the_auc_as_the_docstring_says() -> None:
    overlap = np.array([0.0, 0.12, 0.5, 0.77, 1.0])
    curve = metrics.success_curve(overlap)
    trapezoid = float(np.sum((curve[1:] + curve[:-1]) / 2) * 0.05)
    assert (21 * metrics.success_auc(overlap) - curve[0] / 2) / 20 == pytest.approx(trapezoid)


def test_frames_without_truth_leave_the_rates_alone() -> None:
    boxes = boxes_of((0, 0, 10, 10), (50, 50, 10, 10), (0, 0, 10, 10))
    truth = boxes_of((0, 0, 10, 10), (math.nan,) * 4, (90, 0, 10, 10))
    assert metrics.precision_rate(metrics.center_errors(boxes, truth), 20) == 0.5
    assert metrics.success_rate(metrics.overlaps(boxes, truth), 0.5) == 0.5


def test_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(1, 4\) and \(2, 4\)"):
        metrics.overlaps(boxes_of((0, 0, 1, 1)), boxes_of((0, 0, 1, 1), (0, 0, 1, 1)))
