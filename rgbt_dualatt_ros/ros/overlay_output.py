"""The picture with the box drawn in: only when someone looks, and not more often than asked."""

from __future__ import annotations

from rclpy.node import Node

from rgbt_dualatt_ros.core.config import OverlayConfig
from rgbt_dualatt_ros.ros.pace import Pace
from rgbt_dualatt_ros.ros.parameters import NodeSettings
from rgbt_dualatt_ros.ros.picture_publisher import PicturePublisher
from rgbt_dualatt_ros.ros.target_control import Outcome
from rgbt_dualatt_ros.visualization.overlay import draw_prediction


class OverlayOutput:
    """Publisher of `~/overlay`, used by the worker's thread; its settings may change meanwhile."""

    def __init__(self, node: Node, settings: NodeSettings) -> None:
        self._settings = settings
        self._pictures = PicturePublisher(node, "~/overlay")
        self._pace = Pace()

    def publish_if_wanted(self, outcome: Outcome) -> None:
        """Draw and publish when there is a listener and the last picture is old enough."""
        if not self._pictures.has_listener:
            return
        config = self._settings.current(OverlayConfig, "overlay")
        if self._pace.is_due(config.max_rate_hz):
            picture = draw_prediction(outcome.frame, outcome.prediction, config.panels)
            self._pictures.publish(picture, outcome.queued.pair.rgb.header)
