"""Learning figures of a tracker over its runs; how they are shown is tested with the report."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import cast

from rgbt_dualatt_ros.core.explanation import LearningReport
from rgbt_dualatt_ros.evaluation.learning import learning_figures
from rgbt_dualatt_ros.evaluation.summary import TrackerScore


def score_of(*reports: LearningReport | None) -> TrackerScore:
    runs = [SimpleNamespace(record=SimpleNamespace(learning=each)) for each in reports]
    return cast("TrackerScore", SimpleNamespace(runs=runs))


ATTENTIVE = LearningReport(50, 1, 2, 0.2, 3.0, 4.0, (0.2, 0.3, 0.25, 0.2))


def test_steps_are_summed_and_last_losses_averaged() -> None:
    figures = learning_figures(score_of(ATTENTIVE, LearningReport(30, 0, 0, 0.4, 1.0, 2.0), None))
    assert figures is not None
    assert (figures.runs, figures.steps, figures.skipped, figures.unattended) == (2, 80, 1, 2)
    assert math.isclose(figures.last["cross entropy"], 0.3)
    assert figures.last["R target"] == 2.0


def test_maps_that_were_never_taken_are_no_zeros() -> None:
    figures = learning_figures(score_of(LearningReport(50, 0, 0, 0.2)))
    assert figures is not None
    assert figures.last.pop("cross entropy") == 0.2
    assert all(map(math.isnan, figures.last.values()))
    assert figures.not_finite_runs == 0


def test_a_tracker_that_says_nothing_has_no_figures() -> None:
    assert learning_figures(score_of(None)) is None
