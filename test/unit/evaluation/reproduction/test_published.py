"""The paper's figures: they agree with each other where the paper prints one twice."""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.evaluation.reproduction.published import (
    Published,
    published,
    published_gain,
    published_rows,
)


def value(found: Published | None) -> float:
    assert found is not None
    assert found.source
    return found.value


@pytest.mark.parametrize("figure", ["MPR", "MSR"])
def test_the_row_of_lambda_3_is_the_headline(figure: str) -> None:
    assert published("gtot", "lambda 3", figure) is not None
    assert value(published("gtot", "lambda 3", figure)) == value(published("gtot", "ours", figure))


@pytest.mark.parametrize("figure", ["MPR", "MSR"])
@pytest.mark.parametrize(("better", "base"), [("local", "baseline"), ("ours", "local")])
def test_rows_that_follow_from_gains_differ_by_them(better: str, base: str, figure: str) -> None:
    difference = value(published("gtot", better, figure)) - value(published("gtot", base, figure))
    assert difference == pytest.approx(
        value(published_gain("gtot", better, base, figure)), abs=1e-9
    )


def test_table_1_ends_at_9_and_is_of_gtot_alone() -> None:
    rows = [published("gtot", f"lambda {weight}", "MSR") for weight in range(11)]
    assert [each is None for each in rows] == [True, *[False] * 9, True]
    assert value(published("gtot", "lambda 5", "MPR")) == 0.835
    assert published("rgbt234", "lambda 3", "MPR") is None


def test_what_the_paper_does_not_say_is_not_there() -> None:
    assert published("rgbt234", "baseline", "MPR") is None
    assert published_gain("rgbt234", "ours", "local", "MSR") is None
    assert published("gtot", "ours", "PR@5") is None
    assert published("gtot", "ECO", "MPR") is None
    assert published_rows("gtot") == ("ECO",)
    assert published_rows("rgbt234") == ()


def test_the_sets_have_figures_of_their_own() -> None:
    assert value(published("rgbt234", "ours", "MPR")) == 0.787
    assert value(published("rgbt234", "ours", "MSR")) == 0.545
    assert value(published("rgbt234", "ours", "frames/s")) == 0.349
