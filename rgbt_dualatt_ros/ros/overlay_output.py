"""The picture with the box drawn in: only when someone looks, and not more often than asked."""

from __future__ import annotations

import time

from rclpy.node import Node
from sensor_msgs.msg import Image

from rgbt_dualatt_ros.core.config import OverlayConfig
from rgbt_dualatt_ros.core.time_units import NS_PER_S
from rgbt_dualatt_ros.ros.messages import to_rgb_image
from rgbt_dualatt_ros.ros.parameters import NodeSettings
from rgbt_dualatt_ros.ros.qos import PICTURES
from rgbt_dualatt_ros.ros.target_control import Outcome
from rgbt_dualatt_ros.visualization.overlay import draw_prediction


class OverlayOutput:
    """Publisher of `~/overlay`, used by the worker's thread; its settings may change meanwhile."""

    def __init__(self, node: Node, settings: NodeSettings) -> None:
        self._settings = settings
        self._publisher = node.create_publisher(Image, "~/overlay", PICTURES)
        self._last_ns = 0

    def publish_if_wanted(self, outcome: Outcome) -> None:
        """Draw and publish when there is a listener and the last picture is old enough."""
        if self._publisher.get_subscription_count() == 0:
            return
        config = self._settings.current(OverlayConfig, "overlay")
        now_ns = time.monotonic_ns()
        if config.max_rate_hz and (now_ns - self._last_ns) * config.max_rate_hz < NS_PER_S:
            return
        self._last_ns = now_ns
        picture = draw_prediction(outcome.frame, outcome.prediction, config.panels)
        self._publisher.publish(to_rgb_image(picture, outcome.queued.pair.rgb.header))
