"""Is one run better than another, or was it luck? A paired bootstrap interval over sequences.

Both runs were scored on the same sequences, so that the differences are drawn again, a sequence
at a time: what makes a sequence hard for both cancels. The interval tells how the difference would
vary over other sequences like these. It does not tell how it varies over seeds: give several runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.protocols.scoring import Scores
from rgbt_dualatt_ros.evaluation.protocols.seeds import by_sequence

RESAMPLES = 10_000
LEVEL = 0.95
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Interval:
    """How much the second is better than the first.

    Attributes:
        difference: second minus first, as the tables have it; NaN without a common sequence.
        low: lower end of the interval; NaN with fewer than two sequences.
        high: upper end, likewise.
        level: share of resamples inside, 0.95.
        sequences: how many were compared.
        better: sequences on which the second is ahead.
        worse: likewise behind.
    """

    difference: float
    low: float
    high: float
    level: float
    sequences: int
    better: int
    worse: int

    @property
    def is_clear(self) -> bool:
        """Whether zero lies outside: the difference is not just the choice of sequences."""
        return self.low > 0 or self.high < 0


def paired_interval(
    first: Values,
    second: Values,
    generator: np.random.Generator,
    weights: Values | None = None,
    *,
    resamples: int = RESAMPLES,
) -> Interval:
    """The difference of two runs in one figure, with its percentile interval.

    Args:
        first: `(S,)` a figure by sequence; pairs with NaN are left out.
        second: the same sequences in the same order.
        generator: for the resamples; the same state gives the same interval.
        weights: `(S,)` of the sequences in the mean: their frames where frames are pooled.
        resamples: how often the sequences are drawn again.
    """
    weights = np.ones(len(first)) if weights is None else weights
    if not first.shape == second.shape == weights.shape or first.ndim != 1:
        raise ValueError(f"must be (S,) all: {first.shape}, {second.shape}, {weights.shape}")
    gains = second - first
    is_pair = np.isfinite(gains) & (weights > 0)
    gains, weights = gains[is_pair], weights[is_pair].astype(np.float64)
    low = high = difference = float("nan")
    if len(gains):
        difference = float(np.average(gains, weights=weights))
    if len(gains) > 1:
        drawn = _resampled(gains, weights, generator, resamples)
        low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()
    better, worse = int((gains > 0).sum()), int((gains < 0).sum())
    return Interval(difference, low, high, LEVEL, len(gains), better, worse)


def compare(
    first: Sequence[Scores], second: Sequence[Scores], key: str, generator: np.random.Generator
) -> Interval:
    """How much better the second tracker is in the figure `key`, over the mean of its runs.

    Args:
        first: runs of one tracker, one a seed.
        second: runs of another under the same protocol.

    Raises:
        ConfigError: when they were scored by other rules or share no sequence.
    """
    if first[0].protocol != second[0].protocol:
        raise ConfigError(
            f"{first[0].protocol.name} and {second[0].protocol.name} are scored by different "
            "rules; compare runs of one protocol"
        )
    one, other = by_sequence(first, key), by_sequence(second, key)
    names = [name for name in one if name in other]
    if not names:
        raise ConfigError("the two runs have no sequence in common; compare runs of one data set")
    frames = [float(first[0].sequences[name].frames) for name in names]
    weights = np.array(frames) if first[0].protocol.pooling == "frames" else np.ones(len(names))
    before, after = (np.array([each[name] for name in names]) for each in (one, other))
    return paired_interval(before, after, generator, weights)


def _resampled(
    gains: Values, weights: Values, generator: np.random.Generator, resamples: int
) -> Values:
    """The mean gain of `resamples` draws of as many sequences, with replacement."""
    count = len(gains)
    parts = []
    for start in range(0, resamples, _AT_ONCE):
        size = (min(_AT_ONCE, resamples - start), count)
        drawn = generator.integers(0, count, size)
        parts.append((weights * gains)[drawn].sum(axis=1) / weights[drawn].sum(axis=1))
    return np.concatenate(parts)
