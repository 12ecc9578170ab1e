"""Cameras that do what cameras do: wrong QoS, wrong formats, silence, stamps of zero.

Proves: the node goes on, counts, and its problem line names topic and cause. Not: the decoding
itself (unit/imaging), the synchroniser (unit/streaming).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

pytestmark = pytest.mark.ros

BOX = [10.0, 8.0, 20.0, 16.0]
PERIOD_NS = 33_000_000
FIRST_NS = 5_000_000_000
RGB = np.full((48, 64, 3), 90, np.uint8)


def send_bad_pair(harness: Any, stamp_ns: int, **images: Any) -> None:  # noqa: ANN401
    """Publish one pair and wait until the node has looked at it."""
    before = harness.finished
    harness.send(stamp_ns, **images)
    harness.spin_until(lambda: harness.finished > before, "the pair was not looked at")


@pytest.mark.parametrize(
    ("encoding", "pixels", "words"),
    [
        pytest.param("bayer_rggb8", RGB[:, :, 0], ["bayer_rggb8", "/rgb/image_raw"], id="bayer"),
        pytest.param("no such thing", RGB, ["no such thing", "/rgb/image_raw"], id="unknown"),
        pytest.param("mono16", RGB[:, :, 0], ["/rgb/image_raw"], id="too few bytes"),
    ],
)
def test_wrong_encoding_is_named_and_the_target_lives(
    start_node: Callable[..., Any],
    make_image: Callable[..., Any],
    encoding: str,
    pixels: NDArray[np.uint8],
    words: list[str],
) -> None:
    harness = start_node(target__box=BOX)
    harness.send_pairs(1)
    stamp_ns = FIRST_NS + PERIOD_NS
    send_bad_pair(harness, stamp_ns, rgb=make_image(stamp_ns, pixels, encoding))
    problem = harness.wait_for_problem(*words)
    assert "\n" not in problem
    assert harness.statuses[-1].pairs_rejected == 1
    harness.send_pairs(1, FIRST_NS + 2 * PERIOD_NS)
    assert harness.targets[-1].targets[0].id == 1
    assert harness.statuses[-1].problem == ""


def test_truncated_data_is_refused(
    start_node: Callable[..., Any], make_image: Callable[..., Any]
) -> None:
    harness = start_node(target__box=BOX)
    image = make_image(FIRST_NS, RGB, "rgb8")
    image.data = image.data[:100]
    send_bad_pair(harness, FIRST_NS, rgb=image)
    harness.wait_for_problem("/rgb/image_raw", "100")


def test_changing_encoding_is_no_obstacle(
    start_node: Callable[..., Any], make_image: Callable[..., Any]
) -> None:
    harness = start_node(target__box=BOX)
    harness.send_pairs(1)
    stamp_ns = FIRST_NS + PERIOD_NS
    counts = np.linspace(2900, 3100, 64 * 48).reshape(48, 64).astype(np.uint16)
    send_bad_pair(
        harness,
        stamp_ns,
        rgb=make_image(stamp_ns, RGB[:, :, 0].copy(), "mono8"),
        thermal=make_image(stamp_ns, counts, "mono16"),
    )
    assert harness.statuses[-1].pairs_rejected == 0
    assert len(harness.targets[-1].targets) == 1


def test_changing_size_is_refused_until_a_new_target_is_given(
    start_node: Callable[..., Any], make_image: Callable[..., Any]
) -> None:
    harness = start_node(target__box=BOX)
    harness.send_pairs(1)
    large = np.full((96, 128, 3), 90, np.uint8)
    stamp_ns = FIRST_NS + PERIOD_NS
    send_bad_pair(harness, stamp_ns, rgb=make_image(stamp_ns, large, "rgb8"))
    harness.wait_for_problem("64x48", "128x96")
    answer = harness.initialize(80.0, 50.0, 30.0, 30.0)
    assert answer.success, answer.message
    stamp_ns += PERIOD_NS
    send_bad_pair(harness, stamp_ns, rgb=make_image(stamp_ns, large, "rgb8"))
    assert harness.targets[-1].targets[0].id == 2


def test_nan_in_float_thermal_is_no_obstacle(
    start_node: Callable[..., Any], make_image: Callable[..., Any]
) -> None:
    harness = start_node(target__box=BOX)
    degrees = np.linspace(10, 40, 64 * 48, dtype=np.float32).reshape(48, 64)
    degrees[:, 10] = np.nan
    send_bad_pair(harness, FIRST_NS, thermal=make_image(FIRST_NS, degrees, "32FC1"))
    assert len(harness.targets[-1].targets) == 1


def test_images_without_stamp_are_explained(
    start_node: Callable[..., Any], make_image: Callable[..., Any]
) -> None:
    harness = start_node(input__silence_warning_s=0.3)
    for _ in range(4):
        harness.send(0, rgb=make_image(0, RGB, "rgb8"))
        harness.spin_for(0.05)
    harness.wait_for_problem("/rgb/image_raw have no stamp", "/thermal/image_raw have no stamp")
    harness.spin_until(lambda: harness.statuses[-1].unstamped > 0, "they are not counted")


@pytest.mark.parametrize("silent", ["rgb", "thermal"])
def test_one_silent_topic_is_named(
    start_node: Callable[..., Any], make_image: Callable[..., Any], silent: str
) -> None:
    harness = start_node(input__silence_warning_s=0.4)
    speaking = harness.thermal if silent == "rgb" else harness.rgb
    stamps = iter(range(FIRST_NS, FIRST_NS + 400 * PERIOD_NS, PERIOD_NS))

    def is_named() -> bool:
        pixels, encoding = (RGB[:, :, 0].copy(), "mono8") if silent == "rgb" else (RGB, "rgb8")
        speaking.publish(make_image(next(stamps), pixels, encoding))
        return f"/{silent}/image_raw has a publisher" in harness.statuses[-1].problem

    harness.spin_until(is_named, "the silent topic is not named")
    other = "thermal" if silent == "rgb" else "rgb"
    assert f"/{other}/" not in harness.statuses[-1].problem


def test_missing_publisher_is_named(start_node: Callable[..., Any]) -> None:
    harness = start_node(with_cameras=False, input__silence_warning_s=0.2)
    harness.wait_for_problem(
        "no publisher of images on /rgb/image_raw", "no publisher of images on /thermal/image_raw"
    )


def test_publisher_of_another_type_is_named(start_node: Callable[..., Any]) -> None:
    from std_msgs.msg import String

    harness = start_node(with_cameras=False, input__silence_warning_s=0.2)
    harness.client.create_publisher(String, "/rgb/image_raw", 1)
    harness.wait_for_problem("/rgb/image_raw (there is one of std_msgs/msg/String)")


def test_stamps_too_far_apart_are_measured(
    start_node: Callable[..., Any], make_image: Callable[..., Any]
) -> None:
    harness = start_node(input__silence_warning_s=0.3, sync__slop_ms=2.0)
    stamps = iter(range(FIRST_NS, FIRST_NS + 400 * PERIOD_NS, PERIOD_NS))

    def is_explained() -> bool:
        stamp_ns = next(stamps)
        thermal = make_image(stamp_ns - 12_000_000, RGB[:, :, 0].copy(), "mono8")
        harness.send(stamp_ns, thermal=thermal)
        return "differ by 12.0 ms" in harness.statuses[-1].problem

    harness.spin_until(is_explained, "the difference is not told")
    assert harness.statuses[-1].pairs_seen == 0


def test_reliable_subscription_gives_way_to_best_effort_cameras(
    start_node: Callable[..., Any],
) -> None:
    harness = start_node(with_cameras=False, input__reliability="reliable", target__box=BOX)
    # `camera` waits until its best-effort publisher is heard, which a reliable reader never does.
    harness.rgb = harness.camera("/rgb/image_raw")
    harness.thermal = harness.camera("/thermal/image_raw")
    harness.send_pairs(2)
    assert len(harness.targets) == 2


def test_incompatible_qos_is_named(start_node: Callable[..., Any]) -> None:
    from rclpy.qos import qos_profile_sensor_data
    from sensor_msgs.msg import Image

    from rgbt_dualatt_ros.ros.qos_events import PublisherEventCallbacks

    # What the user fixed by an override is not changed behind his back, but he is told.
    name = "qos_overrides./rgb/image_raw.subscription.reliability"
    harness = start_node(with_cameras=False, input__silence_warning_s=0.2, **{name: "reliable"})
    harness.client.create_publisher(
        Image,
        "/rgb/image_raw",
        qos_profile_sensor_data,
        event_callbacks=PublisherEventCallbacks(use_default_callbacks=False),
    )
    harness.wait_for_problem("/rgb/image_raw does not fit by its QoS (RELIABILITY)")


@pytest.mark.parametrize("suffix", ["", "/compressed"])
def test_compressed_images_are_found(start_node: Callable[..., Any], suffix: str) -> None:
    from sensor_msgs.msg import CompressedImage

    from rgbt_dualatt_ros.ros.messages import to_time

    harness = start_node(with_cameras=False, target__box=BOX)
    harness.rgb = harness.camera(f"/rgb/image_raw{suffix}", CompressedImage)
    harness.thermal = harness.camera(f"/thermal/image_raw{suffix}", CompressedImage)
    jpeg = cv2.imencode(".jpg", RGB)[1]
    png = cv2.imencode(".png", np.full((48, 64), 3000, np.uint16))[1]
    messages = [
        CompressedImage(format=form, data=data.tobytes())
        for form, data in (("jpeg", jpeg), ("png", png))
    ]
    for message in messages:
        message.header.stamp = to_time(FIRST_NS)
    send_bad_pair(harness, FIRST_NS, rgb=messages[0], thermal=messages[1])
    assert len(harness.targets) == 1
    assert harness.statuses[-1].problem == ""


def test_raw_images_win_though_compressed_ones_are_heard_first(
    start_node: Callable[..., Any],
) -> None:
    from sensor_msgs.msg import CompressedImage

    from rgbt_dualatt_ros.ros.messages import to_time

    harness = start_node(with_cameras=False)
    jpegs = harness.camera("/rgb/image_raw/compressed", CompressedImage)
    message = CompressedImage(format="jpeg", data=cv2.imencode(".jpg", RGB)[1].tobytes())
    message.header.stamp = to_time(FIRST_NS)
    jpegs.publish(message)
    harness.spin_until(lambda: harness.node._rgb.watch.received == 1, "no image is heard")
    harness.camera("/rgb/image_raw")
    harness.spin_until(lambda: jpegs.get_subscription_count() == 0, "it stays with the JPEGs")


def test_lost_images_are_noticed(
    start_node: Callable[..., Any], make_image: Callable[..., Any]
) -> None:
    harness = start_node(input__silence_warning_s=5.0)
    # A camera of 30 Hz of which every third or fourth image arrives, now and then two in a row.
    steps = [4, 1, 3, 4, 3, 1, 4, 3, 4, 3, 4, 1, 3, 4]
    stamp_ns = FIRST_NS
    for step in steps:
        stamp_ns += step * PERIOD_NS
        harness.send(stamp_ns, rgb=make_image(stamp_ns, RGB, "rgb8"))
        harness.spin_for(0.03)
    harness.wait_for_problem("of the images on /rgb/image_raw are missing", "rgbt-dualatt doctor")
