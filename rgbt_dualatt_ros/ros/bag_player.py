"""Plays the images of a bag over DDS, as the cameras sent them: same bytes, same gaps of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSHistoryPolicy, QoSProfile, QoSReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image

from rgbt_dualatt_ros.bags.bag_reader import BagReader
from rgbt_dualatt_ros.bags.bag_topics import COMPRESSED_TYPE, BagTopics, find_image_topic
from rgbt_dualatt_ros.core.time_units import NS_PER_S

# Reliable is heard by best-effort subscriptions too; ten images are a third of a second.
_CAMERA_QOS = QoSProfile(
    depth=10,
    history=QoSHistoryPolicy.KEEP_LAST,
    reliability=QoSReliabilityPolicy.RELIABLE,
)


class BagPlayer:
    """Publishes both image topics of an open bag.

    Attributes:
        sent_ns: monotonic time of publishing by the stamp of the colour image.
        largest_delay_ns: how far playing fell behind the bag's own time, at worst.
    """

    def __init__(self, node: Node, reader: BagReader, topics: BagTopics) -> None:
        self._reader = reader
        where = str(reader.path)
        self._rgb = find_image_topic(topics.rgb, reader.topics, where)
        self._thermal = find_image_topic(topics.thermal, reader.topics, where)
        self._publishers = {
            topic: _publisher(node, topic, reader.topics[topic])
            for topic in (self._rgb, self._thermal)
        }
        self.sent_ns: dict[int, int] = {}
        self.largest_delay_ns = 0

    @property
    def image_count(self) -> int:
        """Images of both topics in the bag."""
        return sum(self._reader.message_count(topic) for topic in self._publishers)

    def is_heard(self) -> bool:
        """Whether both topics have a subscription."""
        return all(each.get_subscription_count() > 0 for each in self._publishers.values())

    def play(self, rate: float, on_image: Callable[[], None]) -> None:
        """Publish all images, once, `rate` times as fast as they were recorded.

        Args:
            on_image: called after every image; may raise to end the play.
        """
        first_log_ns: int | None = None
        begin_ns = time.monotonic_ns()
        for raw in self._reader.raw_messages(tuple(self._publishers)):
            first_log_ns = raw.log_time_ns if first_log_ns is None else first_log_ns
            due_ns = begin_ns + round((raw.log_time_ns - first_log_ns) / rate)
            ahead_ns = due_ns - time.monotonic_ns()
            if ahead_ns > 0:
                time.sleep(ahead_ns / NS_PER_S)
            self.largest_delay_ns = max(self.largest_delay_ns, -ahead_ns)
            if raw.topic == self._rgb:
                self.sent_ns[raw.stamp_ns] = time.monotonic_ns()
            # The bytes of the bag are what DDS sends; nothing is decoded on the way.
            self._publishers[raw.topic].publish(raw.data)
            on_image()


def _publisher(node: Node, topic: str, message_type: str) -> Publisher[Any]:
    found = CompressedImage if message_type == COMPRESSED_TYPE else Image
    return node.create_publisher(found, topic, _CAMERA_QOS)
