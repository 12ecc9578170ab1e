"""`~/detections` with a module that stands in for vision_msgs, which the wheels lack.

Proves: no package, no topic; what a detection holds; that a lost target is none. Not: that the
real messages have these fields, which are those of vision_msgs 4, from Humble on.
"""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus

pytestmark = pytest.mark.ros


def a_point(**fields: Any) -> SimpleNamespace:  # noqa: ANN401
    return SimpleNamespace(x=0.0, y=0.0, **fields)


def stand_in() -> ModuleType:
    """The classes that we use, with the fields that they have."""
    module = ModuleType("vision_msgs.msg")

    def make_detection(header: object, id: str) -> SimpleNamespace:
        center = SimpleNamespace(position=a_point(), theta=0.0)
        bbox = SimpleNamespace(center=center, size_x=0.0, size_y=0.0)
        return SimpleNamespace(header=header, id=id, bbox=bbox, results=[])

    def make_result() -> SimpleNamespace:
        return SimpleNamespace(hypothesis=SimpleNamespace(class_id="", score=0.0))

    vars(module).update(
        Detection2DArray=SimpleNamespace,
        Detection2D=make_detection,
        ObjectHypothesisWithPose=make_result,
    )
    return module


class TopicNode:
    """Stands in for a node and for its only publisher."""

    def __init__(self, listeners: int = 1) -> None:
        self.topics: list[str] = []
        self.published: list[Any] = []
        self._listeners = listeners

    def create_publisher(self, _kind: object, topic: str, _qos: object) -> TopicNode:
        """Itself."""
        self.topics.append(topic)
        return self

    def get_subscription_count(self) -> int:
        """As many as it was made with."""
        return self._listeners

    def publish(self, message: object) -> None:
        """Keep it."""
        self.published.append(message)


def publish(node: Any, prediction: Prediction | None) -> None:  # noqa: ANN401
    from rgbt_dualatt_ros.ros.detection_output import DetectionOutput

    queued = SimpleNamespace(pair=SimpleNamespace(rgb=SimpleNamespace(header="the header")))
    outcome: Any = SimpleNamespace(prediction=prediction, target_id=7, queued=queued)
    DetectionOutput(node).publish_if_wanted(outcome)


def predict(score: float = 0.0, status: TrackStatus = TrackStatus.TRACKING) -> Prediction:
    return Prediction(Box(10, 20, 30, 50), score, status, 0)


@pytest.fixture
def vision_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vision_msgs", ModuleType("vision_msgs"))
    monkeypatch.setitem(sys.modules, "vision_msgs.msg", stand_in())


def test_without_the_package_there_is_no_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vision_msgs", None)
    node = TopicNode()
    publish(node, predict())
    assert (node.topics, node.published) == ([], [])


@pytest.mark.usefixtures("vision_messages")
def test_a_detection_is_the_box_by_its_center() -> None:
    node = TopicNode()
    publish(node, predict())
    assert node.topics == ["~/detections"]
    (array,) = node.published
    (detection,) = array.detections
    assert array.header == detection.header == "the header"
    assert detection.id == "7"
    position = detection.bbox.center.position
    assert (position.x, position.y) == (25.0, 45.0)
    assert (detection.bbox.size_x, detection.bbox.size_y) == (30.0, 50.0)
    assert detection.results[0].hypothesis.class_id == "target"


@pytest.mark.usefixtures("vision_messages")
@pytest.mark.parametrize(
    ("score", "shown"), [(0.0, 0.5), (2.0, 0.880797), (-2.0, 0.119203), (-9e9, 0.0), (9e9, 1.0)]
)
def test_the_score_is_the_logistic_of_the_logit(score: float, shown: float) -> None:
    node = TopicNode()
    publish(node, predict(score))
    hypothesis = node.published[0].detections[0].results[0].hypothesis
    assert hypothesis.score == pytest.approx(shown, abs=1e-6)


@pytest.mark.usefixtures("vision_messages")
@pytest.mark.parametrize(
    ("prediction", "count"),
    [
        pytest.param(predict(status=TrackStatus.UNCERTAIN), 1, id="uncertain"),
        pytest.param(predict(status=TrackStatus.LOST), 0, id="lost"),
        pytest.param(None, 0, id="no target"),
    ],
)
def test_what_is_not_seen_is_no_detection(prediction: Prediction | None, count: int) -> None:
    node = TopicNode()
    publish(node, prediction)
    assert len(node.published[0].detections) == count


@pytest.mark.usefixtures("vision_messages")
def test_nobody_listens_nothing_is_sent() -> None:
    node = TopicNode(listeners=0)
    publish(node, predict())
    assert node.published == []
