"""Our types to ROS messages and back; the only place where boxes and times change their form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from rgbt_dualatt.msg import TargetBox, TrackedTarget, TrackedTargetArray
from rgbt_dualatt.srv import Initialize
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSource
from rgbt_dualatt_ros.core.time_units import NS_PER_S
from rgbt_dualatt_ros.imaging.image_codec import encode_image


class HasBox(Protocol):
    """A message with x, y, width, height: TargetBox, TrackedTarget, Initialize.Request."""

    x: float
    y: float
    width: float
    height: float


class HasTime(Protocol):
    """A time as messages hold it, those of rclpy and of rosbags alike."""

    sec: int
    nanosec: int


@dataclass(frozen=True, slots=True)
class NumberedPrediction:
    """A prediction and the number of the target it is about."""

    target_id: int
    prediction: Prediction


def to_ns(time: HasTime) -> int:
    """Nanoseconds of a message's time."""
    return time.sec * NS_PER_S + time.nanosec


def to_time(stamp_ns: int) -> Time:
    """A message's time from nanoseconds, which must not be negative."""
    return Time(sec=stamp_ns // NS_PER_S, nanosec=stamp_ns % NS_PER_S)


def to_box(message: HasBox) -> Box:
    """The box of a message.

    Raises:
        InvalidBoxError: when its numbers are no box.
    """
    return Box(float(message.x), float(message.y), float(message.width), float(message.height))


def to_prediction(message: TrackedTarget, stamp_ns: int) -> Prediction:
    """What a message says of one target, in the pair with that stamp."""
    return Prediction(
        to_box(message),
        message.score,
        TrackStatus(message.status),
        stamp_ns,
        ProposalSource(message.source),
    )


def to_target_box(box: Box, header: Header) -> TargetBox:
    """The message that asks the node to start with `box`."""
    return TargetBox(header=header, **_box_fields(box))


def to_target_array(
    header: Header, thermal_stamp: Time, found: Iterable[NumberedPrediction]
) -> TrackedTargetArray:
    """The targets found in one pair, under the unchanged header of its colour image."""
    targets = [_to_tracked_target(each) for each in found]
    return TrackedTargetArray(header=header, thermal_stamp=thermal_stamp, targets=targets)


def to_rgb_image(picture: NDArray[np.uint8], header: Header) -> Image:
    """An `rgb8` image message of a `(H, W, 3)` picture."""
    fields = encode_image(picture, "rgb8")
    message = Image(
        header=header,
        height=fields.height,
        width=fields.width,
        encoding=fields.encoding,
        is_bigendian=fields.is_bigendian,
        step=fields.step,
    )
    message.data = fields.data
    return message


def _to_tracked_target(found: NumberedPrediction) -> TrackedTarget:
    prediction = found.prediction
    return TrackedTarget(
        id=found.target_id,
        score=float(prediction.score),
        status=int(prediction.status),
        source=int(prediction.source),
        **_box_fields(prediction.box),
    )


def to_start_request(box: Box, stamp_ns: int) -> Initialize.Request:
    """The request to start with `box`; stamp 0 means the newest pair."""
    return Initialize.Request(stamp=to_time(stamp_ns), **_box_fields(box))


def _box_fields(box: Box) -> dict[str, Any]:
    # rclpy sends a whole number in a field of floats as 0.
    fields = {"x": box.x, "y": box.y, "width": box.w, "height": box.h}
    return {name: float(value) for name, value in fields.items()}
