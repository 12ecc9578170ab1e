"""`/diagnostics` over real topics: the problem line, and the learning of the tracker.

Proves: a problem is a warning, the learning is told as the worker hears it from the tracker. Not:
names and levels of the values (unit/ros/test_diagnostics.py).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.explanation import AttentionImages, LearningReport, SearchReport
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker

pytestmark = pytest.mark.ros

BOX = [10.0, 8.0, 20.0, 16.0]


def test_diagnostics_tell_the_problem(start_node: Callable[..., Any]) -> None:
    from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

    harness = start_node(with_cameras=False, input__silence_warning_s=0.2)
    heard: list[Any] = []
    harness.client.create_subscription(DiagnosticArray, "/diagnostics", heard.append, 10)
    harness.spin_until(
        lambda: bool(heard) and heard[-1].status[0].level == DiagnosticStatus.WARN, "no warning"
    )
    assert "no publisher of images on /rgb/image_raw" in heard[-1].status[0].message


class LearningTracker(StaticTracker):
    """Learns one step in each frame, as it says; only the worker may ask."""

    def __init__(self) -> None:
        super().__init__()
        self._steps = 0
        self.asked_by: set[str] = set()

    @property
    def learning(self) -> LearningReport:
        """The steps so far."""
        self.asked_by.add(threading.current_thread().name)
        return LearningReport(steps=self._steps, classification_loss=0.5)

    @property
    def search(self) -> SearchReport | None:
        """Nothing was searched."""
        return None

    def attention(self, pair: FramePair, box: Box) -> AttentionImages:
        """Nobody listens to the pictures in these tests, so nobody may ask for one."""
        raise AssertionError(f"{box} of {pair.stamp_ns} was asked for though nobody listens")

    def track(self, pair: FramePair) -> Prediction:
        """Answer, and learn."""
        self._steps += 1
        return super().track(pair)

    def reset(self) -> None:
        """Forget what was learnt."""
        super().reset()
        self._steps = 0


def listen_to_learning(harness: Any) -> list[dict[str, str]]:  # noqa: ANN401
    """What the node says of its learning, as it comes in."""
    from diagnostic_msgs.msg import DiagnosticArray

    heard: list[dict[str, str]] = []

    def take(message: Any) -> None:  # noqa: ANN401
        found = [each for each in message.status if each.name == "/tracker: learning"]
        heard.extend({each.key: each.value for each in status.values} for status in found)

    harness.client.create_subscription(DiagnosticArray, "/diagnostics", take, 10)
    return heard


def test_diagnostics_follow_the_learning(start_node: Callable[..., Any]) -> None:
    tracker = LearningTracker()
    harness = start_node(lambda _: tracker, target__box=BOX)
    heard = listen_to_learning(harness)
    harness.spin_until(lambda: bool(heard) and heard[-1]["steps"] == "0", "nothing is said")
    harness.send_pairs(4)  # the first one only starts
    harness.spin_until(lambda: heard[-1]["steps"] == "3", "the steps are not told")
    assert heard[-1]["classification_loss"] == "0.5"
    assert harness.trigger("stop").success
    harness.spin_until(lambda: heard[-1]["steps"] == "0", "the old target's learning is told")
    assert tracker.asked_by == {"tracker"}, "the tracker is the worker's own"


def test_tracker_that_does_not_learn_has_no_such_diagnosis(
    start_node: Callable[..., Any],
) -> None:
    from diagnostic_msgs.msg import DiagnosticArray

    harness = start_node(target__box=BOX)
    names: list[list[str]] = []
    harness.client.create_subscription(
        DiagnosticArray,
        "/diagnostics",
        lambda message: names.append([each.name for each in message.status]),
        10,
    )
    harness.send_pairs(2)
    harness.spin_until(lambda: len(names) >= 2, "no diagnostics")
    assert names[-1] == ["/tracker: tracking"]
