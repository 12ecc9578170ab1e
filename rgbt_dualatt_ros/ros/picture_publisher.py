"""A topic of pictures, which are drawn only when someone looks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from rgbt_dualatt_ros.ros.messages import to_rgb_image
from rgbt_dualatt_ros.ros.qos import PICTURES


class PicturePublisher:
    """Publisher of one picture topic; one thread uses it."""

    def __init__(self, node: Node, topic: str) -> None:
        self._publisher = node.create_publisher(Image, topic, PICTURES)

    @property
    def topic(self) -> str:
        """Full name, for people."""
        return str(self._publisher.topic_name)

    @property
    def has_listener(self) -> bool:
        """Whether someone looks."""
        return bool(self._publisher.get_subscription_count() > 0)

    def publish(self, picture: NDArray[np.uint8], header: Header) -> None:
        """Send a `(H, W, 3)` picture under the header of the image it was drawn on."""
        self._publisher.publish(to_rgb_image(picture, header))
