"""The pictures of attention, local and global, and the mosaic: made only when someone looks.

Local attention is a question that costs the tracker about a frame. So it is asked once for all the
pictures of a pair, which have one pace, and the pairs of a catching-up are left out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from rclpy.node import Node

from rgbt_dualatt_ros.core.config import AttentionImageConfig
from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.core.explanation import AttentionImages
from rgbt_dualatt_ros.core.tracker import ExplainingTracker
from rgbt_dualatt_ros.ros.pace import Pace
from rgbt_dualatt_ros.ros.parameters import NodeSettings
from rgbt_dualatt_ros.ros.picture_publisher import PicturePublisher
from rgbt_dualatt_ros.ros.search_watch import SearchFigures
from rgbt_dualatt_ros.ros.status_board import StatusBoard
from rgbt_dualatt_ros.ros.target_control import Outcome
from rgbt_dualatt_ros.visualization.drawing import RgbImage
from rgbt_dualatt_ros.visualization.global_heatmap import draw_global_attention
from rgbt_dualatt_ros.visualization.heatmap import draw_attention
from rgbt_dualatt_ros.visualization.mosaic import draw_mosaic
from rgbt_dualatt_ros.visualization.searched_pair import SearchedPair

_LOG = logging.getLogger(__name__)
_NO_TARGET = "no target"


class AttentionOutput:
    """Publishers of `~/attention/local`, `~/attention/global` and `~/mosaic`.

    Used by the worker's thread alone. The topics are there whatever the tracker, for the tracker
    is built later and viewers subscribe early. With one that cannot say where it looks the
    pictures say so in words; `~/attention/local`, which is nothing but the answer, stays empty,
    and one line in the log tells so as soon as someone listens.
    """

    def __init__(self, node: Node, settings: NodeSettings, board: StatusBoard) -> None:
        self._settings = settings
        self._board = board
        self._local = PicturePublisher(node, "~/attention/local")
        self._global = PicturePublisher(node, "~/attention/global")
        self._mosaic = PicturePublisher(node, "~/mosaic")
        self._pace = Pace()
        self._has_told_why_empty = False

    def publish_if_wanted(self, tracker: ExplainingTracker | None, outcome: Outcome) -> None:
        """Ask, draw and publish when there is a listener and it is time for pictures.

        An `RgbtError` of the tracker is logged, and tracking goes on.

        Args:
            tracker: None when it cannot say where it looks.
            outcome: what is known already about the pair.
        """
        if outcome.kind == "late":
            return
        wants_local = self._local.has_listener and outcome.prediction is not None
        if tracker is None and wants_local:
            self._tell_why_empty()
            wants_local = False
        wants_global, wants_mosaic = self._global.has_listener, self._mosaic.has_listener
        if not (wants_local or wants_global or wants_mosaic):
            return
        config = self._settings.current(AttentionImageConfig, "attention_image")
        if not self._pace.is_due(config.max_rate_hz):
            return
        maps = self._ask(tracker, outcome) if wants_local or wants_mosaic else None
        searched = _searched(tracker, outcome, maps, self._board.search)
        frame, prediction = outcome.frame, outcome.prediction
        if wants_local and maps is not None:
            self._publish(self._local, partial(draw_attention, frame, maps, prediction), outcome)
        if wants_global:
            self._publish(self._global, partial(draw_global_attention, searched), outcome)
        if wants_mosaic:
            self._publish(self._mosaic, partial(draw_mosaic, searched), outcome)

    def _ask(self, tracker: ExplainingTracker | None, outcome: Outcome) -> AttentionImages | None:
        if tracker is None or outcome.prediction is None:
            return None
        try:
            return tracker.attention(outcome.frame, outcome.prediction.box)
        except RgbtError as error:
            self._board.log_warning(f"no picture of the attention: {error}")
            return None

    def _publish(
        self, publisher: PicturePublisher, draw: Callable[[], RgbImage], outcome: Outcome
    ) -> None:
        try:
            picture = draw()
        except RgbtError as error:
            self._board.log_warning(f"no picture for {publisher.topic}: {error}")
            return
        publisher.publish(picture, outcome.queued.pair.rgb.header)

    def _tell_why_empty(self) -> None:
        if not self._has_told_why_empty:
            self._has_told_why_empty = True
            _LOG.warning(
                "%s stays empty: this tracker cannot say where it looks", self._local.topic
            )


def _searched(
    tracker: ExplainingTracker | None,
    outcome: Outcome,
    maps: AttentionImages | None,
    figures: SearchFigures | None,
) -> SearchedPair:
    """What is drawn, with words for what there is not."""
    without_local, without_global = "cannot be told here", "no map yet"
    if outcome.prediction is None:
        without_local = without_global = _NO_TARGET
    elif tracker is None:
        without_local = without_global = "this tracker cannot tell"
    elif figures is None or not figures.is_global:
        without_global = "global attention is off"
    return SearchedPair(
        outcome.frame,
        outcome.prediction,
        None if tracker is None else tracker.search,
        maps,
        without_local,
        without_global,
        0 if figures is None else figures.age_pairs,
    )
