"""Several runs of one tracker, each with its own seed: mean and spread of every figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.evaluation.protocols.scoring import Group, Scores


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over the runs of a tracker.

    Attributes:
        mean: NaN when nothing was scored.
        deviation: sample standard deviation over the runs; NaN with one run.
        runs: how many.
    """

    mean: float
    deviation: float
    runs: int


def spread(values: Sequence[float]) -> Spread:
    """Mean and sample standard deviation; values that are NaN make both NaN."""
    array = np.array(values, np.float64)
    if not len(array):
        return Spread(math.nan, math.nan, 0)
    deviation = float(array.std(ddof=1)) if len(array) > 1 else math.nan
    return Spread(float(array.mean()), deviation, len(array))


def spreads(runs: Sequence[Scores], part: Callable[[Scores], Group]) -> Mapping[str, Spread]:
    """Every figure over the runs, of one part of the scores.

    Args:
        runs: of one tracker under one protocol.
        part: which group of a run is meant, such as `lambda scores: scores.overall`.
    """
    groups = [part(run) for run in runs]
    keys = [figure.key for figure in runs[0].protocol.figures] if runs else []
    return {key: spread([group.figures[key] for group in groups]) for key in keys}


def by_sequence(runs: Sequence[Scores], key: str) -> dict[str, float]:
    """A figure of each sequence: its mean over the runs."""
    return {
        name: spread([run.sequences[name].figures[key] for run in runs]).mean
        for name in runs[0].sequences
    }
