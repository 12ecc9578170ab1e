"""The statuses in `/diagnostics`.

Proves: values come under their own names, and when the learning is worth a warning. Not: that they
are published (integration/test_diagnostics_topic.py).
"""

from __future__ import annotations

from typing import Any

import pytest

from rgbt_dualatt_ros.core.explanation import LearningReport
from rgbt_dualatt_ros.ros.search_watch import SearchFigures

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


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        pytest.param(SearchFigures(), "global attention is off", id="off"),
        pytest.param(SearchFigures(is_global=True), "no map yet", id="no map"),
        pytest.param(
            SearchFigures(True, 4, 6.0, 66_000_000, 2, 3), "the map is 66.0 ms old", id="map"
        ),
    ],
)
def test_the_search_is_told(figures: SearchFigures, message: str) -> None:
    from rgbt_dualatt_ros.ros.diagnostics import search_diagnosis

    found = search_diagnosis("/tracker", figures)
    assert (found.name, found.message) == ("/tracker: search", message)
    values = {each.key: each.value for each in found.values}
    has_map = figures.age_ns is not None
    assert values == {
        "global_attention": "on" if figures.is_global else "off",
        "maps": "4" if has_map else "0",
        "map_rate_hz": "6.0" if has_map else "0.0",
        "map_age_ms": "66.0" if has_map else "",
        "map_age_pairs": "2" if has_map else "",
        "redetections": "3" if has_map else "0",
    }
