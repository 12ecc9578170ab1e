"""The real message_filters and cv_bridge, where they are installed (apt ROS 2); else skipped.

Proves: our use of them fits their interface, and cv_bridge sees what our codec sees wherever both
read an encoding. Not: that their own pairing is good (field notes in docs/ say where it is not).
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from rgbt_dualatt_ros.core.config import SyncConfig
from rgbt_dualatt_ros.core.errors import EncodingError
from rgbt_dualatt_ros.imaging.image_codec import decode_image, encode_image
from rgbt_dualatt_ros.ros.cv_bridge_codec import decode_with_cv_bridge
from rgbt_dualatt_ros.ros.message_filters_sync import MessageFiltersSynchronizer, subscribe
from rgbt_dualatt_ros.streaming.matched_pair import MatchedPair, Side

pytestmark = pytest.mark.ros

MS = 1_000_000
START = 10**12


@pytest.fixture
def image_type() -> Any:  # noqa: ANN401  rclpy messages have no types
    return pytest.importorskip("sensor_msgs.msg").Image


@pytest.fixture
def message_filters() -> Any:  # noqa: ANN401
    return pytest.importorskip("message_filters", reason="message_filters is not installed")


@pytest.fixture
def cv_bridge() -> Any:  # noqa: ANN401
    return pytest.importorskip("cv_bridge", reason="cv_bridge is not installed")


def stamped(image_type: Any, stamp_ns: int) -> Any:  # noqa: ANN401
    message = image_type()
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 10**9)
    return message


def feed(
    synchronizer: MessageFiltersSynchronizer,
    arrivals: list[tuple[Side, int]],
    image_type: Any,  # noqa: ANN401
) -> list[MatchedPair[Any]]:
    return [
        pair
        for side, stamp in arrivals
        for pair in synchronizer.add(side, stamp, stamped(image_type, stamp))
    ]


@pytest.mark.usefixtures("message_filters")
@pytest.mark.parametrize(("policy", "lag_ms"), [("exact", 0), ("approximate", 3)])
def test_pairs_and_loops(policy: str, lag_ms: int, image_type: Any) -> None:  # noqa: ANN401
    synchronizer = MessageFiltersSynchronizer(SyncConfig(policy=policy, slop_ms=10.0))
    stamps = range(START, START + 2000 * MS, 33 * MS)
    arrivals = []
    for stamp in stamps:
        arrivals += [(Side.RGB, stamp), (Side.THERMAL, stamp + lag_ms * MS)]
    first = feed(synchronizer, arrivals, image_type)
    second = feed(synchronizer, arrivals, image_type)
    assert [pair.stamp_ns for pair in first] == list(stamps)
    assert {pair.delta_ns for pair in first} == {-lag_ms * MS}
    assert len(second) == len(stamps)
    counts = synchronizer.counts
    assert (counts.paired, counts.unmatched, counts.time_jumps) == (2 * len(stamps), 0, 1)


@pytest.mark.usefixtures("message_filters")
def test_images_without_partner_are_counted(image_type: Any) -> None:  # noqa: ANN401
    synchronizer = MessageFiltersSynchronizer(SyncConfig(policy="exact", queue_size=4))
    alone = [(Side.RGB, START + index * MS) for index in range(10)]
    assert feed(synchronizer, alone, image_type) == []
    assert synchronizer.counts.rgb_unmatched == 6


@pytest.mark.usefixtures("message_filters")
def test_subscriber_hears_a_publisher(image_type: Any) -> None:  # noqa: ANN401
    rclpy = pytest.importorskip("rclpy")
    from rclpy.executors import SingleThreadedExecutor

    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node("listener", context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    heard: list[Any] = []
    subscription = subscribe(node, image_type, "images", heard.append, qos_profile=5)
    publisher = node.create_publisher(image_type, "images", 5)
    timer = node.create_timer(0.05, lambda: publisher.publish(stamped(image_type, START)))
    give_up = threading.Event()
    deadline = threading.Timer(20.0, give_up.set)
    deadline.start()
    try:
        while not heard:
            assert not give_up.is_set(), "nothing arrived in time"
            executor.spin_once(timeout_sec=0.1)
    finally:
        deadline.cancel()
        timer.cancel()
        node.destroy_subscription(subscription)
        executor.shutdown()
        node.destroy_node()
        rclpy.shutdown(context=context)


@pytest.mark.usefixtures("cv_bridge")
@pytest.mark.parametrize("encoding", ["rgb8", "bgr8", "32FC1"])
def test_cv_bridge_agrees_with_our_codec(encoding: str, image_type: Any) -> None:  # noqa: ANN401
    colour = np.random.default_rng(0).integers(0, 255, (6, 8, 3), np.uint8)
    picture = colour[..., 0].astype(np.float32) if encoding == "32FC1" else colour
    fields = encode_image(picture, encoding)
    message = message_of(fields, image_type)
    bridged = decode_with_cv_bridge(message, "/topic")
    ours = decode_image(message, "/topic")
    np.testing.assert_array_equal(bridged, ours)


@pytest.mark.usefixtures("cv_bridge")
def test_bayer_and_yuv_come_out_as_colour(image_type: Any) -> None:  # noqa: ANN401
    grey = encode_image(np.full((6, 8), 130, np.uint8), "mono8")
    bayer = message_of(grey, image_type, encoding="bayer_rggb8")
    decoded = decode_image(bayer, "/topic", decode_with_cv_bridge)
    assert decoded.shape == (6, 8, 3)
    np.testing.assert_array_equal(decoded, 130)
    yuv = message_of(grey, image_type, encoding="yuv422_yuy2", width=4)
    assert decode_image(yuv, "/topic", decode_with_cv_bridge).shape == (6, 4, 3)


@pytest.mark.usefixtures("cv_bridge")
def test_what_cv_bridge_does_not_know_is_one_error(image_type: Any) -> None:  # noqa: ANN401
    grey = encode_image(np.zeros((6, 8), np.uint8), "mono8")
    with pytest.raises(EncodingError, match=r"^/topic: .*martian"):
        decode_with_cv_bridge(message_of(grey, image_type, encoding="martian"), "/topic")


def message_of(fields: Any, image_type: Any, **changed: Any) -> Any:  # noqa: ANN401
    message = image_type()
    for name in ("height", "width", "encoding", "is_bigendian", "step", "data"):
        setattr(message, name, changed.get(name, getattr(fields, name)))
    return message
