"""The sequences on which the first tracker did worst: where a person should look first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.evaluation.summary import TrackerScore
from rgbt_dualatt_ros.evaluation.upper_bounds import is_bound

WORST = 3
"""How many the page shows."""
_KEY = "success_auc"


@dataclass(frozen=True, slots=True)
class Worst:
    """One of them.

    Attributes:
        sequence: its name.
        auc: success AUC of the first tracker, mean over seeds.
        best: another tracker that is better there; empty when none is.
        best_auc: of that one; NaN without.
    """

    sequence: str
    auc: float
    best: str
    best_auc: float


def by_success(scores: Sequence[TrackerScore]) -> list[str]:
    """Names of the sequences that the first tracker was scored on, the worst first."""
    first = scores[0]
    names = dict.fromkeys(run.record.sequence for run in first.runs)
    figures = {name: first.mean_on(name, _KEY) for name in names}
    known = [name for name in figures if math.isfinite(figures[name])]
    return sorted(known, key=lambda name: figures[name])


def worst_sequences(scores: Sequence[TrackerScore], count: int = WORST) -> list[Worst]:
    """At most `count` of them and never more than half of all, the worst first."""
    names = by_success(scores)
    return [_worst(name, scores) for name in names[: min(count, len(names) // 2)]]


def strip_frames(frames: int, count: int) -> list[int]:
    """At most `count` frames at equal steps, the first and the last among them."""
    return sorted({*np.linspace(0, frames - 1, min(count, frames)).round().astype(int).tolist()})


def _worst(name: str, scores: Sequence[TrackerScore]) -> Worst:
    auc = scores[0].mean_on(name, _KEY)
    others = {
        each.name: each.mean_on(name, _KEY) for each in scores[1:] if not is_bound(each.name)
    }
    better = {other: value for other, value in others.items() if value > auc}
    best = max(better, key=lambda other: better[other], default="")
    return Worst(name, auc, best, better.get(best, math.nan))
