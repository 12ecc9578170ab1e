"""A topic of pictures: drawn only when someone looks, and not more often than asked."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from rgbt_dualatt_ros.core.time_units import NS_PER_S
from rgbt_dualatt_ros.ros.messages import to_rgb_image
from rgbt_dualatt_ros.ros.qos import PICTURES


class PicturePublisher:
    """Publisher of one picture topic; one thread uses it."""

    def __init__(self, node: Node, topic: str) -> None:
        self._publisher = node.create_publisher(Image, topic, PICTURES)
        self._last_ns: int | None = None  # the clock starts with the machine, not with us

    @property
    def topic(self) -> str:
        """Full name, for people."""
        return str(self._publisher.topic_name)

    @property
    def has_listener(self) -> bool:
        """Whether someone looks."""
        return bool(self._publisher.get_subscription_count() > 0)

    def is_due(self, max_rate_hz: float) -> bool:
        """Whether the last picture is old enough; if so, the next one counts as made now.

        Args:
            max_rate_hz: pictures per second at most; 0 means all.
        """
        now_ns = time.monotonic_ns()
        last_ns = self._last_ns
        if last_ns is not None and max_rate_hz and (now_ns - last_ns) * max_rate_hz < NS_PER_S:
            return False
        self._last_ns = now_ns
        return True

    def publish(self, picture: NDArray[np.uint8], header: Header) -> None:
        """Send a `(H, W, 3)` picture under the header of the image it was drawn on."""
        self._publisher.publish(to_rgb_image(picture, header))
