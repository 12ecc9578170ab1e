"""A tracker slower than the cameras: which pairs it gets, and that the node stays awake meanwhile.

Proves: the newest pair is next and drops are counted (mode latest), or all come in order (mode
every); the callbacks never wait for the tracker. Not: how fast a real tracker is (benchmark/).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker

pytestmark = pytest.mark.ros

BOX = [10.0, 8.0, 20.0, 16.0]
PERIOD_NS = 33_000_000
FIRST_NS = 5_000_000_000


class HeldTracker(StaticTracker):
    """Waits in `track` until the test lets it go; no real time is involved."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go = threading.Event()
        self.may_go.set()
        self.is_held = threading.Event()
        self.tracked_ns: list[int] = []

    def track(self, pair: FramePair) -> Prediction:
        """Wait, then answer."""
        self.is_held.set()
        assert self.may_go.wait(20.0)
        self.tracked_ns.append(pair.stamp_ns)
        return super().track(pair)


def hold_and_send(harness: Any, tracker: HeldTracker, count: int) -> list[int]:  # noqa: ANN401
    """Hold the tracker in the second pair while `count` more are sent; all stamps from there."""
    harness.send_pairs(1)
    tracker.may_go.clear()
    tracker.is_held.clear()
    stamps = [FIRST_NS + index * PERIOD_NS for index in range(1, count + 2)]
    harness.send(stamps[0])
    harness.spin_until(tracker.is_held.is_set, "the tracker was not asked")
    tracker.tracked_ns.clear()
    for seen, stamp_ns in enumerate(stamps[1:], start=3):
        harness.send(stamp_ns)
        harness.spin_until(
            lambda: harness.statuses[-1].pairs_seen == seen,  # noqa: B023
            "the pair was not seen while the tracker was busy",
        )
    return stamps


def test_newest_pair_is_next_and_the_others_are_counted(start_node: Callable[..., Any]) -> None:
    tracker = HeldTracker()
    harness = start_node(lambda _: tracker, target__box=BOX)
    stamps = hold_and_send(harness, tracker, count=3)
    tracker.may_go.set()
    harness.spin_until(lambda: harness.finished == 3, "the newest pair was not processed")
    assert tracker.tracked_ns == [stamps[0], stamps[-1]]
    status = harness.statuses[-1]
    assert (status.pairs_seen, status.pairs_dropped) == (5, 2)


def test_every_pair_comes_in_order(start_node: Callable[..., Any]) -> None:
    tracker = HeldTracker()
    harness = start_node(lambda _: tracker, target__box=BOX, sync__mode="every")
    stamps = hold_and_send(harness, tracker, count=3)
    tracker.may_go.set()
    harness.spin_until(lambda: harness.finished == 5, "not all pairs were processed")
    assert tracker.tracked_ns == stamps
    assert harness.statuses[-1].pairs_dropped == 0


def test_service_called_while_the_tracker_is_busy(start_node: Callable[..., Any]) -> None:
    from rgbt_dualatt.srv import Initialize

    tracker = HeldTracker()
    harness = start_node(lambda _: tracker, target__box=BOX)
    client = harness.client.create_client(Initialize, "/tracker/initialize")
    harness.spin_until(client.service_is_ready, "no service")
    stamps = hold_and_send(harness, tracker, count=1)
    future = client.call_async(Initialize.Request(x=1.0, y=2.0, width=30.0, height=20.0))
    harness.send(stamps[-1] + PERIOD_NS)
    harness.spin_until(
        lambda: harness.statuses[-1].pairs_seen == 4, "the waiting service blocks the images"
    )
    assert not future.done()
    tracker.may_go.set()
    harness.spin_until(future.done, "the service was forgotten")
    assert future.result().success


def test_jump_is_seen_though_its_first_pair_was_replaced(start_node: Callable[..., Any]) -> None:
    tracker = HeldTracker()
    harness = start_node(lambda _: tracker, target__box=BOX)
    harness.send_pairs(1, FIRST_NS + 10**10)
    tracker.may_go.clear()
    tracker.is_held.clear()
    harness.send(FIRST_NS + 10**10 + PERIOD_NS)
    harness.spin_until(tracker.is_held.is_set, "the tracker was not asked")
    for index in range(3):
        harness.send(FIRST_NS + index * PERIOD_NS)
    harness.spin_until(lambda: harness.statuses[-1].pairs_seen == 5, "not all pairs were seen")
    tracker.may_go.set()
    harness.spin_until(lambda: harness.finished == 3, "the newest pair was not processed")
    assert list(harness.targets[-1].targets) == []


def test_pairs_before_the_tracker_is_ready_are_counted(start_node: Callable[..., Any]) -> None:
    may_build = threading.Event()

    def build_slowly(_: Any) -> StaticTracker:  # noqa: ANN401
        assert may_build.wait(20.0)
        return StaticTracker()

    harness = start_node(build_slowly, with_cameras=False)
    harness.wait_for_state(4)
    harness.rgb = harness.camera("/rgb/image_raw")
    harness.thermal = harness.camera("/thermal/image_raw")
    for index in range(3):
        harness.send(FIRST_NS + index * PERIOD_NS)
    harness.spin_until(lambda: harness.statuses[-1].pairs_seen == 3, "not all pairs were seen")
    may_build.set()
    harness.spin_until(lambda: harness.finished == 1, "the last pair was not processed")
    assert harness.statuses[-1].pairs_dropped == 2
