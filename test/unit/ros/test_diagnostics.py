"""The statuses in `/diagnostics`.

Proves: values come under their own names, and when the learning is worth a warning. Not: that they
are published (integration/test_diagnostics_topic.py).
"""

from __future__ import annotations

from typing import Any

import pytest

from rgbt_dualatt_ros.core.explanation import LearningReport

pytestmark = pytest.mark.ros


def diagnose(report: LearningReport) -> Any:  # noqa: ANN401  DiagnosticStatus
    from rgbt_dualatt_ros.ros.diagnostics import learning_diagnosis

    return learning_diagnosis("/robot/tracker", report)


def test_every_value_has_its_own_name() -> None:
    report = LearningReport(120, 1, 2, 0.25, 3.5, 4.5, (0.5, 0.6, 0.7, 0.8))
    found = diagnose(report)
    assert found.name == "/robot/tracker: learning"
    assert {each.key: float(each.value) for each in found.values} == {
        "steps": 120,
        "skipped": 1,
        "unattended": 2,
        "classification_loss": 0.25,
        "target_penalty": 3.5,
        "background_penalty": 4.5,
        "spread_of_target_score_on_target": 0.5,
        "spread_of_background_score_on_target": 0.6,
        "spread_of_target_score_on_background": 0.7,
        "spread_of_background_score_on_background": 0.8,
    }


@pytest.mark.parametrize(
    ("steps", "skipped", "is_worrying"),
    [
        pytest.param(0, 0, False, id="nothing yet"),
        pytest.param(50, 3, False, id="three are few"),
        pytest.param(50, 4, True, id="four of fifty"),
        pytest.param(400, 4, False, id="one in a hundred"),
        pytest.param(399, 4, True, id="more than one in a hundred"),
        pytest.param(10_000, 100, False, id="one in a hundred of many"),
        pytest.param(10_000, 101, True, id="more of many"),
    ],
)
def test_many_steps_left_out_are_a_warning(steps: int, skipped: int, is_worrying: bool) -> None:
    from diagnostic_msgs.msg import DiagnosticStatus

    found = diagnose(LearningReport(steps, skipped))
    assert found.level == (DiagnosticStatus.WARN if is_worrying else DiagnosticStatus.OK)
    assert (f"{skipped} of {steps} steps" in found.message) == is_worrying
