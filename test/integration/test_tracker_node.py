"""The node over real topics, with StaticTracker: wiring, headers, starting and stopping a target.

Proves: what goes in comes out under the right header, requests are answered or refused with the
reason. Not: tracking quality (end_to_end/), speed (benchmark/), bad images (test_bad_input.py).
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker

pytestmark = pytest.mark.ros

BOX = [10.0, 8.0, 20.0, 16.0]
PERIOD_NS = 33_000_000
FIRST_NS = 5_000_000_000


class BrokenTracker(StaticTracker):
    """Fails at the third frame as no tracker should."""

    def __init__(self) -> None:
        super().__init__()
        self._tracked = 0

    def track(self, pair: FramePair) -> Prediction:
        """Answer twice, then fail."""
        self._tracked += 1
        if self._tracked == 3:
            raise TypeError("a bug in the tracker")
        return super().track(pair)


def box_of(target: Any) -> list[float]:  # noqa: ANN401
    return [target.x, target.y, target.width, target.height]


def test_header_is_copied_and_box_comes_from_parameter(start_node: Callable[..., Any]) -> None:
    harness = start_node(target__box=BOX)
    stamps = harness.send_pairs(3)
    found = harness.targets
    assert [each.header.stamp.sec * 10**9 + each.header.stamp.nanosec for each in found] == stamps
    assert {each.header.frame_id for each in found} == {"rgb_optical_frame"}
    assert [box_of(each.targets[0]) for each in found] == [BOX] * 3
    assert [each.targets[0].id for each in found] == [1] * 3
    status = harness.statuses[-1]
    assert (status.pairs_seen, status.pairs_processed, status.state) == (3, 3, 1)
    assert status.header == found[-1].header
    assert status.problem == ""


def test_nothing_is_tracked_before_a_target_is_set(start_node: Callable[..., Any]) -> None:
    harness = start_node()
    harness.send_pairs(2)
    assert [list(each.targets) for each in harness.targets] == [[], []]
    assert harness.statuses[-1].state == 0


def test_service_starts_and_starts_again(start_node: Callable[..., Any]) -> None:
    harness = start_node()
    harness.send_pairs(1)
    first = harness.initialize(*BOX)
    assert (first.success, first.id) == (True, 1)
    harness.send_pairs(1, FIRST_NS + PERIOD_NS)
    second = harness.initialize(1.0, 2.0, 30.0, 20.0)
    assert (second.success, second.id) == (True, 2)
    harness.send_pairs(1, FIRST_NS + 2 * PERIOD_NS)
    last = harness.targets[-1].targets[0]
    assert (last.id, box_of(last)) == (2, [1.0, 2.0, 30.0, 20.0])


def test_service_before_any_image_is_refused(start_node: Callable[..., Any]) -> None:
    harness = start_node()
    answer = harness.initialize(*BOX)
    assert (answer.success, answer.id) == (False, 0)
    assert "no frame pair has arrived yet" in answer.message


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        pytest.param((100.0, 5.0, 10.0, 10.0), "outside the 64x48 image", id="outside"),
        pytest.param((60.0, 5.0, 30.0, 20.0), "too small: 4x20", id="mostly outside"),
        pytest.param((5.0, 5.0, 0.0, 10.0), "positive w, h", id="zero width"),
        pytest.param((float("nan"), 5.0, 10.0, 10.0), "finite x, y", id="nan"),
    ],
)
def test_unusable_box_is_refused_and_the_old_target_stays(
    start_node: Callable[..., Any], box: tuple[float, float, float, float], reason: str
) -> None:
    harness = start_node(target__box=BOX)
    harness.send_pairs(1)
    answer = harness.initialize(*box)
    assert not answer.success
    assert reason in answer.message
    harness.send_pairs(1, FIRST_NS + PERIOD_NS)
    assert box_of(harness.targets[-1].targets[0]) == BOX


def test_service_starts_on_an_older_image(start_node: Callable[..., Any]) -> None:
    harness = start_node(target__history_pairs=3)
    stamps = harness.send_pairs(5)
    kept = harness.initialize(*BOX, stamp_ns=stamps[2])
    assert kept.success, kept.message
    too_old = harness.initialize(*BOX, stamp_ns=stamps[0])
    assert not too_old.success
    assert "older than the oldest pair kept" in too_old.message


def test_service_waits_for_an_image_that_is_still_to_come(start_node: Callable[..., Any]) -> None:
    from rgbt_dualatt.srv import Initialize

    from rgbt_dualatt_ros.ros.messages import to_time

    harness = start_node()
    harness.send_pairs(1)
    client = harness.client.create_client(Initialize, "/tracker/initialize")
    harness.spin_until(client.service_is_ready, "no service")
    coming = FIRST_NS + 2 * PERIOD_NS
    request = Initialize.Request(x=10.0, y=8.0, width=20.0, height=16.0, stamp=to_time(coming))
    future = client.call_async(request)
    harness.spin_for(0.2)
    assert not future.done()
    harness.send_pairs(2, FIRST_NS + PERIOD_NS)
    harness.spin_until(future.done, "no answer after the image")
    assert future.result().success
    assert [len(each.targets) for each in harness.targets] == [0, 0, 1]


def test_service_without_answer_in_time_says_why(start_node: Callable[..., Any]) -> None:
    harness = start_node(target__answer_timeout_s=0.5)
    harness.send_pairs(1)
    answer = harness.initialize(*BOX, stamp_ns=FIRST_NS + 10**9)
    assert not answer.success
    assert "no answer within 0.5 s" in answer.message
    # The asker was told no, so nothing may be started later.
    harness.send_pairs(1, FIRST_NS + 10**9)
    assert list(harness.targets[-1].targets) == []


def test_service_before_the_tracker_is_built_says_so(start_node: Callable[..., Any]) -> None:
    may_build = threading.Event()

    def build_slowly(_: Config) -> Tracker:
        assert may_build.wait(20.0)
        return StaticTracker()

    harness = start_node(build_slowly, with_cameras=False, target__answer_timeout_s=0.3)
    answer = harness.initialize(*BOX)
    may_build.set()
    assert not answer.success
    assert "still being built" in answer.message


def test_topic_starts_on_the_next_pair(start_node: Callable[..., Any]) -> None:
    from rgbt_dualatt.msg import TargetBox

    from rgbt_dualatt_ros.ros.messages import to_target_box
    from rgbt_dualatt_ros.ros.qos import REQUESTS

    harness = start_node()
    publisher = harness.client.create_publisher(TargetBox, "/tracker/set_target", REQUESTS)
    harness.spin_until(lambda: publisher.get_subscription_count() > 0, "nobody hears")
    publisher.publish(to_target_box(Box(*BOX), TargetBox().header))
    stamps = itertools.count(FIRST_NS, PERIOD_NS)

    def is_started() -> bool:
        harness.send_pairs(1, next(stamps))
        return bool(harness.targets[-1].targets)

    harness.spin_until(is_started, "the box is not taken")
    harness.send_pairs(1, next(stamps))
    assert [box_of(each.targets[0]) for each in harness.targets[-2:]] == [BOX, BOX]


def test_stop_forgets_and_reset_begins_again(start_node: Callable[..., Any]) -> None:
    harness = start_node(target__box=BOX)
    harness.send_pairs(1)
    assert harness.trigger("stop").success
    harness.wait_for_state(0)
    harness.send_pairs(1, FIRST_NS + PERIOD_NS)
    assert list(harness.targets[-1].targets) == []
    answer = harness.trigger("reset")
    assert answer.success
    assert "target.box" in answer.message
    harness.send_pairs(1, FIRST_NS + 2 * PERIOD_NS)
    assert harness.targets[-1].targets[0].id == 2


@pytest.mark.parametrize(
    ("policy", "ids"),
    [
        pytest.param("reset", [1, 1, None, None], id="reset"),
        pytest.param("reinitialize", [1, 1, 2, 2], id="reinitialize"),
        pytest.param("keep", [1, 1, 1, 1], id="keep"),
    ],
)
def test_looped_stamps(start_node: Callable[..., Any], policy: str, ids: list[int | None]) -> None:
    harness = start_node(target__box=BOX, sync__on_time_jump=policy)
    harness.send_pairs(2, FIRST_NS + 10**9)
    harness.send_pairs(2, FIRST_NS)
    found = [each.targets[0].id if each.targets else None for each in harness.targets]
    assert found == ids
    assert harness.statuses[-1].time_jumps == 1


def test_sim_clock_jumping_back_counts_once(start_node: Callable[..., Any]) -> None:
    from rosgraph_msgs.msg import Clock

    from rgbt_dualatt_ros.ros.messages import to_time

    harness = start_node(target__box=BOX, use_sim_time=True)
    clock = harness.client.create_publisher(Clock, "/clock", 10)
    harness.spin_until(lambda: clock.get_subscription_count() > 0, "nobody hears the clock")

    def set_clock(now_ns: int) -> None:
        clock.publish(Clock(clock=to_time(now_ns)))
        harness.spin_until(
            lambda: harness.node.get_clock().now().nanoseconds == now_ns, "the clock is not set"
        )

    set_clock(FIRST_NS + 10**10)
    harness.send_pairs(2, FIRST_NS + 10**10)
    assert abs(harness.statuses[-1].pipeline_latency_ms) < 100
    set_clock(FIRST_NS)
    harness.send_pairs(1, FIRST_NS)
    assert list(harness.targets[-1].targets) == []
    assert harness.statuses[-1].time_jumps == 1


def test_status_comes_without_images(start_node: Callable[..., Any]) -> None:
    harness = start_node(with_cameras=False)
    before = len(harness.statuses)
    harness.spin_until(lambda: len(harness.statuses) >= before + 2, "status stopped", 3.0)
    assert harness.statuses[-1].header.stamp.sec > 0


def test_overlay_only_when_someone_looks(start_node: Callable[..., Any]) -> None:
    from sensor_msgs.msg import Image

    harness = start_node(target__box=BOX, overlay__max_rate_hz=0.0, overlay__panels="rgb")
    harness.send_pairs(1)
    assert harness.node.count_publishers("/tracker/overlay") == 1
    pictures: list[Any] = []
    subscription = harness.client.create_subscription(
        Image, "/tracker/overlay", pictures.append, 1
    )
    stamps = itertools.count(FIRST_NS + PERIOD_NS, PERIOD_NS)

    def is_drawn() -> bool:
        harness.send_pairs(1, next(stamps))
        return len(pictures) >= 2

    harness.spin_until(is_drawn, "no picture")
    picture = pictures[-1]
    assert (picture.width, picture.height, picture.encoding) == (64, 48, "rgb8")
    assert picture.header in [each.header for each in harness.targets]
    pixels = np.frombuffer(picture.data, np.uint8).reshape(48, 64, 3)
    assert (pixels != 90).any(), "nothing is drawn into the picture"
    harness.client.destroy_subscription(subscription)


def test_bug_in_the_tracker_ends_the_node(start_node: Callable[..., Any]) -> None:
    harness = start_node(lambda _: BrokenTracker(), target__box=BOX)
    # The warm-up tracks once before the first pair.
    harness.send_pairs(2)
    harness.send(FIRST_NS + 2 * PERIOD_NS)
    harness.spin_until(harness.node.ended.done, "the node goes on")
    assert isinstance(harness.node.error, TypeError)
    harness.wait_for_state(5)
    assert "a bug in the tracker" in harness.statuses[-1].problem


def test_tracker_that_cannot_be_built_ends_the_node(start_node: Callable[..., Any]) -> None:
    def fail(_: Config) -> Tracker:
        raise ConfigError("no such device")

    harness = start_node(fail, with_cameras=False)
    harness.spin_until(harness.node.ended.done, "the node goes on")
    assert isinstance(harness.node.error, ConfigError)
