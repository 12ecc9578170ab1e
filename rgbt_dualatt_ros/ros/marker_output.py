"""`~/markers`: the box and the regions of global attention as strokes over any colour image."""

from __future__ import annotations

from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Point
from rclpy.node import Node
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import ImageMarker

from rgbt_dualatt_ros.core.explanation import SearchReport
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.core.proposals import ProposalSource
from rgbt_dualatt_ros.core.tracker import ExplainingTracker
from rgbt_dualatt_ros.ros.qos import RESULTS
from rgbt_dualatt_ros.ros.target_control import Outcome
from rgbt_dualatt_ros.visualization.drawing import (
    STATUS_COLORS,
    Color,
    Stroke,
    predicted_strokes,
)
from rgbt_dualatt_ros.visualization.search_marks import SOURCE_COLORS, region_strokes

_WIDTH_PX = 2.0
# A viewer must not go on showing the box of a node that has ended.
_LIFETIME = Duration(sec=1)
_NAME = "target"


class MarkerOutput:
    """Publisher of one `ImageMarker` a pair, when someone listens; the worker's thread uses it.

    One message holds all strokes, for the type has no array, and viewers that keep the newest
    message of a topic would show one of several.
    """

    def __init__(self, node: Node) -> None:
        self._publisher = node.create_publisher(ImageMarker, "~/markers", RESULTS)

    def publish_if_wanted(self, tracker: ExplainingTracker | None, outcome: Outcome) -> None:
        """The strokes of a pair, or without a target the request to remove the last ones."""
        if self._publisher.get_subscription_count() == 0:
            return
        header = outcome.queued.pair.rgb.header
        search = None if tracker is None else tracker.search
        self._publisher.publish(to_image_marker(header, outcome.prediction, search))


def to_image_marker(
    header: Header, prediction: Prediction | None, search: SearchReport | None
) -> ImageMarker:
    """The predicted box, in the colour and line of its status, and the regions, in px.

    Args:
        header: of the colour image.
        prediction: None without a target.
        search: None when the tracker does not tell.
    """
    marker = ImageMarker(header=header, ns=_NAME, type=ImageMarker.LINE_LIST)
    if prediction is None:
        marker.action = ImageMarker.REMOVE
        return marker
    marker.action = ImageMarker.ADD
    marker.scale = _WIDTH_PX
    marker.lifetime = _LIFETIME
    if search is not None and search.attention is not None:
        color = SOURCE_COLORS[ProposalSource.GLOBAL]
        _add(marker, region_strokes(search.attention), color)
    _add(marker, predicted_strokes(prediction), STATUS_COLORS[prediction.status])
    marker.outline_color = marker.outline_colors[-1]  # for viewers that take one for all
    return marker


def _add(marker: ImageMarker, strokes: list[Stroke], color: Color) -> None:
    red, green, blue = (level / 255 for level in color)
    for start, end in strokes:
        for x, y in (start, end):
            marker.points.append(Point(x=float(x), y=float(y)))
        marker.outline_colors.append(ColorRGBA(r=red, g=green, b=blue, a=1.0))
