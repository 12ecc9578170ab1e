"""The protocols as values, and the convention that tables print below their figures.

Proves: a benchmark gets its own rules, the text names the thresholds that are computed with.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets.benchmark_kinds import KINDS
from rgbt_dualatt_ros.evaluation.protocols import standard
from rgbt_dualatt_ros.evaluation.protocols.convention import convention
from rgbt_dualatt_ros.evaluation.protocols.protocol import Curve, Figure

CURVE = Curve("c", "overlap", (0.0, 0.5, 1.0), is_strict=True)


@pytest.mark.parametrize(
    ("benchmark", "expected"),
    [
        ("GTOT", standard.GTOT),
        ("rgbt-210", standard.RGBT210),
        ("RGBT234", standard.RGBT234),
        ("lasher/test", standard.LASHER),
        ("otb", standard.OTB),
        ("vtuav/test_ST", standard.VTUAV),
    ],
)
def test_a_benchmark_has_its_own_protocol(benchmark: str, expected: object) -> None:
    assert standard.protocol_of(benchmark) is expected


@pytest.mark.parametrize("benchmark", [kind.key for kind in KINDS])
def test_every_benchmark_can_be_scored_under_its_name(benchmark: str) -> None:
    protocol = standard.protocol_of(benchmark)
    assert protocol.name.lower().replace("-", "").startswith(benchmark)


def test_an_unknown_benchmark_is_named() -> None:
    with pytest.raises(ConfigError, match="rgbt235"):
        standard.protocol_of("rgbt235")


def test_attributes_are_as_many_as_the_papers_have() -> None:
    counts = [len(each.attributes) for each in standard.PROTOCOLS]
    assert counts == [7, 12, 12, 19, 0, 0, 0]


def test_only_what_the_package_knows_can_be_scored_as_in_it() -> None:
    protocol = standard.as_in_package(standard.GTOT)
    assert (protocol.rounding, protocol.precision) == ("half_even", "single")
    assert protocol.figures == standard.GTOT.figures
    with pytest.raises(ConfigError, match="it knows GTOT"):
        standard.as_in_package(standard.OTB)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0.0, 0.5, 0.6, 1.0], [0.75, 0.5, 0.0]), ([0.5, np.nan], [1.0, 0.0, 0.0])],
)
def test_a_strict_curve_leaves_out_the_threshold_itself(
    values: list[float], expected: list[float]
) -> None:
    assert CURVE.rates(np.array(values)).tolist() == expected


def test_a_curve_that_is_not_strict_includes_it() -> None:
    curve = Curve("c", "error", (0.0, 5.0), is_strict=False)
    assert curve.rates(np.array([0.0, 5.0, 5.1, np.inf])).tolist() == [0.25, 0.5]


def test_nothing_scored_is_no_number() -> None:
    assert np.isnan(CURVE.rates(np.array([np.nan]))).all()
    assert np.isnan(Figure("f", CURVE, "mean").of(CURVE.rates(np.array([np.nan]))))


def test_three_reductions_of_a_curve_by_hand() -> None:
    rates = np.array([1.0, 0.5, 0.0])
    assert Figure("f", CURVE, "at", 0.5).of(rates) == 0.5
    assert Figure("f", CURVE, "mean").of(np.array([1.0, 0.5, 0.3])) == pytest.approx(0.6)
    assert Figure("f", CURVE, "trapezoid").of(np.array([1.0, 0.5, 0.4])) == pytest.approx(0.6)


def test_a_figure_must_be_read_at_one_of_its_thresholds() -> None:
    with pytest.raises(ValueError, match=r"0\.7 is no threshold"):
        Figure("f", CURVE, "at", 0.7)
    with pytest.raises(KeyError, match="GTOT has no figure 'PR'"):
        standard.GTOT.figure("PR")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "GTOT",
            [
                "centre error < 5 px",
                "area by trapezoids",
                "0, 0.05, ..., 1 (21",
                "pooled",
                "rounded",
            ],
        ),
        ("RGBT234", ["centre error <= 20 px", "plain mean", "better of the visible and infrared"]),
        ("RGBT210", ["the truth is init", "first box of a result is the truth's"]),
        ("LasHeR", ["sizes of the truth <= 0.2", "value <= 0 is a hit", "replaced by the one"]),
        ("one-pass", ["without a true box are not scored", "without area is a miss"]),
    ],
)
def test_the_convention_names_thresholds_and_rules(name: str, words: list[str]) -> None:
    protocol = next(each for each in standard.PROTOCOLS if each.name == name)
    text = convention(protocol)
    assert not [word for word in words if word not in text]
    assert "\n" not in text


def test_the_convention_follows_every_rule() -> None:
    plain = convention(standard.LASHER)
    changes = {
        "rounding": "half_even",
        "precision": "single",
        "leaves_out_missing": True,
        "replaces_nan": False,
        "is_first_given": False,
        "pooling": "frames",
        "empty_result": "missed",
        "invalid_truth": "as_written",
        "takes_nearest": True,
    }
    texts = {convention(replace(standard.LASHER, **{key: new})) for key, new in changes.items()}  # type: ignore[arg-type]  # each has its own type
    assert len(texts - {plain}) == len(changes)
