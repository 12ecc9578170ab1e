"""What the node published, with the time of its arrival."""

from __future__ import annotations

import time
from dataclasses import dataclass

from rclpy.node import Node
from rclpy.serialization import serialize_message
from rgbt_dualatt.msg import TrackedTargetArray, TrackerStatus

from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.core.time_units import NS_PER_MS
from rgbt_dualatt_ros.ros.answer_bag import PublishedMessage
from rgbt_dualatt_ros.ros.messages import to_ns, to_prediction
from rgbt_dualatt_ros.ros.qos import RECORDED
from rgbt_dualatt_ros.ros.status_board import NodeState


@dataclass(frozen=True, slots=True)
class HeardPrediction:
    """A published prediction and when it arrived, monotonic clock."""

    prediction: Prediction
    arrival_ns: int


class TargetRecorder:
    """Listens to `~/targets` and `~/status` of one node; read it from any thread.

    Attributes:
        predictions: of the first target of every message that had one, in order of arrival.
        last_status: None before the first.
        last_problem: the newest that was not empty; a node shows some for a while only.
        status_count: statuses heard.
        processing_ns: time in the tracker by the stamp of the pair.
        published: every message, serialised.
    """

    def __init__(self, node: Node, tracker_name: str) -> None:
        self.predictions: list[HeardPrediction] = []
        self.last_status: TrackerStatus | None = None
        self.last_problem = ""
        self.status_count = 0
        self.processing_ns: dict[int, int] = {}
        self.published: list[PublishedMessage] = []
        self._targets_topic = f"{tracker_name}/targets"
        self._status_topic = f"{tracker_name}/status"
        node.create_subscription(
            TrackedTargetArray, self._targets_topic, self._hear_targets, RECORDED
        )
        node.create_subscription(TrackerStatus, self._status_topic, self._hear_status, RECORDED)

    @property
    def is_node_ready(self) -> bool:
        """Whether the node has a tracker and looks at images."""
        return self.last_status is not None and self.last_status.state != NodeState.STARTING

    @property
    def pairs_finished(self) -> int:
        """Pairs that the node has used, refused or given up."""
        status = self.last_status
        if status is None:
            return 0
        return int(status.pairs_processed + status.pairs_rejected + status.pairs_dropped)

    @property
    def is_node_idle(self) -> bool:
        """Whether the node has finished all the pairs it has seen."""
        return self.last_status is None or self.pairs_finished >= self.last_status.pairs_seen

    def _keep(self, topic: str, message: TrackedTargetArray | TrackerStatus) -> None:
        stamp_ns = to_ns(message.header.stamp)
        name = type(message).__name__
        self.published.append(
            PublishedMessage(topic, name, stamp_ns, bytes(serialize_message(message)))
        )

    def _hear_targets(self, message: TrackedTargetArray) -> None:
        arrival_ns = time.monotonic_ns()
        self._keep(self._targets_topic, message)
        if message.targets:
            prediction = to_prediction(message.targets[0], to_ns(message.header.stamp))
            self.predictions.append(HeardPrediction(prediction, arrival_ns))

    def _hear_status(self, message: TrackerStatus) -> None:
        self._keep(self._status_topic, message)
        if self.last_status is None or message.pairs_processed > self.last_status.pairs_processed:
            stamp_ns = to_ns(message.header.stamp)
            self.processing_ns[stamp_ns] = round(message.processing_ms * NS_PER_MS)
        self.last_status = message
        self.last_problem = message.problem or self.last_problem
        self.status_count += 1
