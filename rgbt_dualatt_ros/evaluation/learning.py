"""How the learning of a tracker went over all its runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rgbt_dualatt_ros.core.explanation import LearningReport
from rgbt_dualatt_ros.evaluation.summary import TrackerScore, mean_of

LEARNING_NOTE = (
    "Steps of gradient descent over all runs; skipped: a loss was not finite; unattended: every "
    "attention map was zero. The losses and the spreads (sigma / mu of the maps of the target "
    "and background score, on target and on background samples) are those of the last step of "
    "each run, mean over the runs in which they are finite; 'not finite' counts the other runs."
)
_WITHOUT_MAPS = "cross entropy"


@dataclass(frozen=True, slots=True)
class LearningFigures:
    """Sums over the runs of one tracker, and means over their last steps.

    Attributes:
        runs: that said something of their learning.
        steps: of gradient descent.
        skipped: of these, left out because a loss was not finite.
        unattended: of these, without attention penalty because every map was 0.
        not_finite_runs: runs whose last losses or spreads are not all finite.
        last: mean of each loss and spread of the last step by its name in the tables.
    """

    runs: int
    steps: int
    skipped: int
    unattended: int
    not_finite_runs: int
    last: dict[str, float]


def learning_figures(score: TrackerScore) -> LearningFigures | None:
    """The figures of a tracker; None when it says nothing of its learning."""
    told = [run.record.learning for run in score.runs if run.record.learning is not None]
    if not told:
        return None
    last = [_last_step(each) for each in told]
    return LearningFigures(
        runs=len(told),
        steps=sum(each.steps for each in told),
        skipped=sum(each.skipped for each in told),
        unattended=sum(each.unattended for each in told),
        not_finite_runs=sum(not all(map(math.isfinite, each.values())) for each in last),
        last=_without_zeros({name: mean_of(each[name] for each in last) for name in last[0]}),
    )


def all_learning(scores: Sequence[TrackerScore]) -> dict[str, LearningFigures]:
    """The figures of those trackers that have some, by name."""
    found = {each.name: learning_figures(each) for each in scores}
    return {name: figures for name, figures in found.items() if figures is not None}


def _without_zeros(means: dict[str, float]) -> dict[str, float]:
    """NaN for the figures of maps that nobody took: a measured zero would be another matter."""
    of_maps = {name: value for name, value in means.items() if name != _WITHOUT_MAPS}
    return means if any(of_maps.values()) else {**means, **dict.fromkeys(of_maps, math.nan)}


def _last_step(report: LearningReport) -> dict[str, float]:
    names = ("target/target", "background/target", "target/background", "background/background")
    return {
        _WITHOUT_MAPS: report.classification_loss,
        "R target": report.target_penalty,
        "R background": report.background_penalty,
        **{f"spread {name}": value for name, value in zip(names, report.spreads, strict=True)},
    }
