"""`~/detections` for nodes that read vision_msgs, where that package is installed."""

from __future__ import annotations

import math
from importlib import import_module
from types import ModuleType

from rclpy.node import Node
from std_msgs.msg import Header

from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.ros.messages import NumberedPrediction
from rgbt_dualatt_ros.ros.qos import RESULTS
from rgbt_dualatt_ros.ros.target_control import Outcome

_CLASS = "target"


class DetectionOutput:
    """Publisher of one `Detection2DArray` a pair; without vision_msgs there is no such topic."""

    def __init__(self, node: Node) -> None:
        self._messages = _vision_messages()
        self._publisher = None
        if self._messages is not None:
            kind = self._messages.Detection2DArray
            self._publisher = node.create_publisher(kind, "~/detections", RESULTS)

    def publish_if_wanted(self, outcome: Outcome) -> None:
        """The box as a detection when it is seen; a lost target is no detection."""
        publisher, messages = self._publisher, self._messages
        if messages is None or publisher is None or publisher.get_subscription_count() == 0:
            return
        found, prediction = [], outcome.prediction
        if prediction is not None and prediction.status is not TrackStatus.LOST:
            found = [NumberedPrediction(outcome.target_id, prediction)]
        header = outcome.queued.pair.rgb.header
        detections = [_to_detection(messages, header, each) for each in found]
        publisher.publish(messages.Detection2DArray(header=header, detections=detections))


def _vision_messages() -> ModuleType | None:
    try:
        return import_module("vision_msgs.msg")
    except ImportError:
        return None


def _to_detection(messages: ModuleType, header: Header, found: NumberedPrediction) -> object:
    """A `Detection2D`: centre and size in px, and the score as a number in [0, 1].

    The score is a logit; its logistic keeps the order, and is not calibrated.
    """
    prediction, box = found.prediction, found.prediction.box
    detection = messages.Detection2D(header=header, id=str(found.target_id))
    detection.bbox.center.position.x, detection.bbox.center.position.y = box.center
    detection.bbox.size_x, detection.bbox.size_y = float(box.w), float(box.h)
    result = messages.ObjectHypothesisWithPose()
    result.hypothesis.class_id = _CLASS
    result.hypothesis.score = 0.5 * (1 + math.tanh(prediction.score / 2))  # never overflows
    detection.results = [result]
    return detection
