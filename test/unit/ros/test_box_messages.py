"""Boxes in messages, as they arrive at the other end.

Proves: whole numbers arrive, too; rclpy by itself sends an int in a field of floats as 0.
"""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus

pytestmark = pytest.mark.ros

BOX = Box(10, 20, 30, 40)


def test_a_box_of_whole_numbers_arrives() -> None:
    from rclpy.serialization import deserialize_message, serialize_message
    from std_msgs.msg import Header

    from rgbt_dualatt_ros.ros import messages

    found = messages.NumberedPrediction(3, Prediction(BOX, 2, TrackStatus.TRACKING, 0))
    header = Header()
    targets = messages.to_target_array(header, header.stamp, [found])
    for message in (
        messages.to_target_box(BOX, header),
        messages.to_start_request(BOX, 0),
        targets,
    ):
        arrived = deserialize_message(serialize_message(message), type(message))
        box = arrived.targets[0] if message is targets else arrived
        assert messages.to_box(box) == BOX
    arrived = deserialize_message(serialize_message(targets), type(targets))
    assert arrived.targets[0].score == 2.0
