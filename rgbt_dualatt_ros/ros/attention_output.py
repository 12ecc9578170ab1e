"""The picture of where the classifier looks: asked of the tracker only when someone looks at it.

It costs the tracker about as much as a frame, so the pairs of a catching-up are left out and the
rate is limited.
"""

from __future__ import annotations

import logging

from rclpy.node import Node

from rgbt_dualatt_ros.core.config import AttentionImageConfig
from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.core.tracker import ExplainingTracker
from rgbt_dualatt_ros.ros.parameters import NodeSettings
from rgbt_dualatt_ros.ros.picture_publisher import PicturePublisher
from rgbt_dualatt_ros.ros.status_board import StatusBoard
from rgbt_dualatt_ros.ros.target_control import Outcome
from rgbt_dualatt_ros.visualization.heatmap import draw_attention

_LOG = logging.getLogger(__name__)


class AttentionOutput:
    """Publisher of `~/attention/local`, used by the worker's thread alone.

    The topic is there whatever the tracker, for the tracker is built later and viewers subscribe
    early; a tracker that cannot say where it looks leaves it empty, and one line in the log tells
    so as soon as someone listens.
    """

    def __init__(self, node: Node, settings: NodeSettings, board: StatusBoard) -> None:
        self._settings = settings
        self._board = board
        self._pictures = PicturePublisher(node, "~/attention/local")
        self._has_told_why_empty = False

    def publish_if_wanted(self, tracker: ExplainingTracker | None, outcome: Outcome) -> None:
        """Ask, draw and publish when there is a target, a listener, and it is time for a picture.

        An `RgbtError` of the tracker is logged, and tracking goes on.

        Args:
            tracker: None when it cannot say where it looks.
            outcome: what is known already about the pair.
        """
        prediction = outcome.prediction
        if prediction is None or outcome.kind == "late" or not self._pictures.has_listener:
            return
        if tracker is None:
            self._tell_why_empty()
            return
        config = self._settings.current(AttentionImageConfig, "attention_image")
        if not self._pictures.is_due(config.max_rate_hz):
            return
        try:
            maps = tracker.attention(outcome.frame, prediction.box)
            picture = draw_attention(outcome.frame, maps, prediction)
        except RgbtError as error:
            self._board.log_warning(f"no picture of the attention: {error}")
            return
        self._pictures.publish(picture, outcome.queued.pair.rgb.header)

    def _tell_why_empty(self) -> None:
        if not self._has_told_why_empty:
            self._has_told_why_empty = True
            _LOG.warning(
                "%s stays empty: this tracker cannot say where it looks", self._pictures.topic
            )
