"""The paired bootstrap interval against cases that can be worked out by hand.

Proves: the difference is the tables' own, the interval covers as often as it says, seeds count.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.protocols import standard
from rgbt_dualatt_ros.evaluation.protocols.bootstrap import compare, paired_interval
from rgbt_dualatt_ros.evaluation.protocols.protocol import Protocol
from rgbt_dualatt_ros.evaluation.protocols.scoring import Scores, score

TRUE = np.array([[100.0, 100.0, 10.0, 10.0]])


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def run(protocol: Protocol, **hits: tuple[int, int]) -> Scores:
    """By sequence how many frames are hits, of how many."""
    truths, results = {}, {}
    for name, (good, frames) in hits.items():
        truths[name] = {"visible": TRUE.repeat(frames, 0), "infrared": TRUE.repeat(frames, 0)}
        results[name] = TRUE.repeat(frames, 0) + [300.0, 0, 0, 0] * (
            np.arange(frames)[:, None] >= good
        )
    return score(protocol, truths, results)  # type: ignore[arg-type]  # keys are kinds of truth


def test_a_constant_gain_has_an_interval_of_no_width() -> None:
    interval = paired_interval(np.array([0.1, 0.5, 0.9]), np.array([0.3, 0.7, 1.1]), generator())
    assert (interval.difference, interval.low, interval.high) == pytest.approx((0.2, 0.2, 0.2))
    assert (interval.sequences, interval.better, interval.worse) == (3, 3, 0)
    assert interval.is_clear


def test_three_sequences_against_all_27_draws() -> None:
    gains = np.array([-0.3, 0.0, 0.9])
    draws = sorted(float(np.mean(each)) for each in itertools.product(gains, repeat=3))
    interval = paired_interval(np.zeros(3), gains, generator(), resamples=40_000)
    assert interval.difference == pytest.approx(0.2)
    # The extreme draws have a share of 1/27 = 3.7 % each, more than the 2.5 % outside.
    assert interval.low == pytest.approx(draws[0])
    assert interval.high == pytest.approx(draws[-1])
    assert not interval.is_clear


def test_weights_are_the_frames_of_the_pooled_mean() -> None:
    interval = paired_interval(
        np.zeros(2), np.array([1.0, 0.0]), generator(), np.array([1.0, 3.0])
    )
    assert interval.difference == pytest.approx(0.25)
    assert (interval.low, interval.high) == (0.0, 1.0)


def test_the_interval_covers_the_true_gain_as_often_as_it_says() -> None:
    rng = generator(7)
    gains = rng.normal(0.02, 0.1, (300, 40))
    found = [paired_interval(np.zeros(40), each, rng, resamples=400) for each in gains]
    covered = np.mean([each.low <= 0.02 <= each.high for each in found])
    assert 0.90 < covered < 0.98


def test_the_same_generator_gives_the_same_interval_and_another_nearly() -> None:
    gains = generator(1).normal(0, 1, 30)
    first, again, other = (paired_interval(np.zeros(30), gains, generator(s)) for s in (3, 3, 4))
    assert first == again
    assert first != other
    assert first.low == pytest.approx(other.low, abs=0.05)


def test_turning_the_runs_round_turns_the_interval_round() -> None:
    one, other = generator(1).random((2, 20))
    forth, back = (
        paired_interval(one, other, generator()),
        paired_interval(other, one, generator()),
    )
    assert (forth.difference, forth.low, forth.high) == pytest.approx(
        (-back.difference, -back.high, -back.low), abs=1e-9
    )


@pytest.mark.parametrize("values", [np.array([np.nan, 0.5]), np.array([0.5])])
def test_one_pair_has_a_difference_but_no_interval(values: Values) -> None:
    interval = paired_interval(np.zeros(len(values)), values, generator())
    assert (interval.sequences, interval.difference) == (1, 0.5)
    assert np.isnan(interval.low)
    assert not interval.is_clear


def test_arrays_must_fit() -> None:
    with pytest.raises(ValueError, match=r"must be \(S,\) all"):
        paired_interval(np.zeros(2), np.zeros(3), generator())


@pytest.mark.parametrize("protocol", [standard.GTOT, standard.RGBT234])
def test_runs_are_compared_by_the_difference_of_their_tables(protocol: Protocol) -> None:
    first = run(protocol, a=(1, 2), b=(9, 10), c=(0, 4))
    second = run(protocol, a=(2, 2), b=(5, 10), c=(4, 4))
    interval = compare([first], [second], "MPR", generator())
    expected = second.overall.figures["MPR"] - first.overall.figures["MPR"]
    assert interval.difference == pytest.approx(expected)
    assert (interval.better, interval.worse) == (2, 1)


def test_several_runs_of_a_tracker_count_by_their_mean() -> None:
    seeds = [run(standard.RGBT234, a=(0, 2), b=(1, 2)), run(standard.RGBT234, a=(2, 2), b=(1, 2))]
    other = [run(standard.RGBT234, a=(1, 2), b=(2, 2))]
    interval = compare(seeds, other, "MPR", generator())
    assert interval.difference == pytest.approx(0.25)
    assert (interval.better, interval.worse) == (1, 0)


def test_runs_that_cannot_be_compared_are_refused() -> None:
    one = [run(standard.RGBT234, a=(1, 1))]
    with pytest.raises(ConfigError, match="GTOT are scored by different rules"):
        compare(one, [run(standard.GTOT, a=(1, 1))], "MPR", generator())
    with pytest.raises(ConfigError, match="no sequence in common"):
        compare(one, [run(standard.RGBT234, b=(1, 1))], "MPR", generator())
