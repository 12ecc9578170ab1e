"""Trackers against the first one on the same sequences, and trackers by attribute.

A difference is taken sequence by sequence between means over seeds: what makes a sequence hard
for everybody cancels, so that small effects show that a table of means would hide. The interval is
that of protocols/bootstrap.py: how the difference would vary over other sequences like these.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.datasets.attribute_labels import (
    GTOT_LABELS,
    LASHER_LABELS,
    RGBT234_LABELS,
)
from rgbt_dualatt_ros.evaluation.protocols.bootstrap import paired_interval
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import TrackerScore, mean_of, spread_of

COMPARED = {"success_auc": "success AUC", "precision_20": "PR@20"}
"""Figures that are compared, with their headings."""
SAME_WITHIN = 0.005
"""Sequences that differ by less count as neither better nor worse."""
FEWEST_TO_TELL = 6
"""With fewer sequences nobody is called better: even if one is ahead on all five, that happens by
chance once in sixteen times."""
_SEED = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """One tracker minus the reference, in one figure.

    Attributes:
        mean: over the sequences that both were scored on, of the difference between means over
            seeds; NaN when there are none.
        standard_error: of that mean, from the scatter of the sequences; NaN with fewer than two.
        low: lower end of the 95 % interval, paired bootstrap over sequences; NaN likewise.
        high: its upper end.
        sequences: how many.
        better: sequences on which it is ahead by `SAME_WITHIN` or more.
        worse: likewise behind.
    """

    mean: float
    standard_error: float
    low: float
    high: float
    sequences: int
    better: int
    worse: int

    @property
    def is_clear(self) -> bool:
        """Whether it is more than the choice of sequences: zero lies outside of the interval."""
        return self.sequences >= FEWEST_TO_TELL and (self.low > 0 or self.high < 0)


def difference(score: TrackerScore, reference: TrackerScore, key: str) -> Difference:
    """`score` minus `reference` in the figure `key`."""
    names = dict.fromkeys(run.record.sequence for run in score.runs)
    here = [score.mean_on(name, key) for name in names]
    there = [reference.mean_on(name, key) for name in names]
    return difference_of(here, there)


def difference_of(values: Sequence[float], reference: Sequence[float]) -> Difference:
    """`values` minus `reference`, a figure by sequence each; pairs with NaN are left out."""
    second, first = np.array(values, np.float64), np.array(reference, np.float64)
    found = second - first
    found = found[np.isfinite(found)]
    count = len(found)
    interval = paired_interval(first, second, np.random.default_rng(_SEED))
    return Difference(
        interval.difference,
        float(found.std(ddof=1) / math.sqrt(count)) if count > 1 else math.nan,
        interval.low,
        interval.high,
        count,
        int((found >= SAME_WITHIN).sum()),
        int((found <= -SAME_WITHIN).sum()),
    )


def differences(scores: Sequence[TrackerScore]) -> dict[str, dict[str, Difference]]:
    """Every other tracker against the first, by its name and the key of the figure.

    Empty with one tracker, or when no two sequences can be compared.
    """
    found = {
        each.name: {key: difference(each, scores[0], key) for key in COMPARED}
        for each in scores[1:]
    }
    several = any(each.sequences > 1 for row in found.values() for each in row.values())
    return found if several else {}


def attribute_means(
    scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth], key: str
) -> dict[str, list[float]]:
    """By attribute the mean of every tracker over the sequences that have it.

    Empty when the sequences do not tell attributes apart.
    """
    names = labels_of(truths)
    if len(names) < 2:
        return {}
    return {
        label: [
            mean_of(each.mean_on(name, key) for name in sequences_with(label, truths))
            for each in scores
        ]
        for label in names
    }


def attribute_spreads(
    scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth], key: str
) -> dict[str, list[float]]:
    """By attribute how far the means of the seeds of every tracker lie apart.

    A sample standard deviation; NaN with fewer than two seeds.
    """
    return {
        label: [_spread_over(each, {*sequences_with(label, truths)}, key) for each in scores]
        for label in attribute_means(scores, truths, key)
    }


def _spread_over(score: TrackerScore, names: set[str], key: str) -> float:
    runs = [run for run in score.runs if run.record.sequence in names]
    return spread_of(
        mean_of(run.figures[key] for run in runs if run.record.seed == seed)
        for seed in score.seeds
    )


def labels_of(truths: Mapping[str, SequenceTruth]) -> list[str]:
    """Attributes of all sequences, in the order of the set's own tables where it is known.

    Every sequence has its labels in the order of its set, so they tell which set it is.
    """
    rows = [truth.attributes for truth in truths.values()]
    found = dict.fromkeys(label for row in rows for label in row)
    for order in (GTOT_LABELS, RGBT234_LABELS, LASHER_LABELS):
        if all(tuple(label for label in order if label in row) == row for row in rows):
            return [label for label in order if label in found]
    return [*found]


def sequences_with(label: str, truths: Mapping[str, SequenceTruth]) -> list[str]:
    """Names of the sequences that have an attribute."""
    return [name for name, truth in truths.items() if label in truth.attributes]
