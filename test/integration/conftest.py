"""A tracker node with a test's own tracker, and somebody to talk to it, in one process."""

from __future__ import annotations

import array
import itertools
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker

rclpy = pytest.importorskip("rclpy")
pytest.importorskip("rgbt_dualatt")

PERIOD_NS = 33_000_000
FIRST_STAMP_NS = 5_000_000_000
WIDTH, HEIGHT = 64, 48

_DOMAINS = itertools.count(os.getpid())


class NodeHarness:
    """The node under test, and a client node that plays both cameras and the user."""

    def __init__(
        self,
        build_tracker: Callable[[Config], Tracker],
        parameters: dict[str, Any],
        *,
        with_cameras: bool = True,
    ) -> None:
        from rclpy.executors import SingleThreadedExecutor
        from rclpy.parameter import Parameter
        from rgbt_dualatt.msg import TrackedTargetArray, TrackerStatus

        from rgbt_dualatt_ros.ros.qos import RESULTS
        from rgbt_dualatt_ros.ros.tracker_node import TrackerNode

        domain_id = 1 + next(_DOMAINS) % 100
        # Contexts of their own, as two processes have: one context takes one type for a topic.
        self._contexts = [rclpy.Context(), rclpy.Context()]
        for context in self._contexts:
            rclpy.init(context=context, domain_id=domain_id)
        self._executors = [SingleThreadedExecutor(context=each) for each in self._contexts]
        self.client = rclpy.create_node("client", context=self._contexts[0])
        self._executors[0].add_node(self.client)
        self.targets: list[Any] = []
        self.statuses: list[Any] = []
        self.node: Any = None
        try:
            self.node = TrackerNode(
                build_tracker,
                context=self._contexts[1],
                parameter_overrides=[
                    Parameter(name, value=value) for name, value in parameters.items()
                ],
            )
        except Exception:
            self.close()
            raise
        self._executors[1].add_node(self.node)
        self.client.create_subscription(
            TrackedTargetArray, "/tracker/targets", self.targets.append, RESULTS
        )
        self.client.create_subscription(
            TrackerStatus, "/tracker/status", self.statuses.append, RESULTS
        )
        self.spin_until(lambda: bool(self.statuses), "the node says nothing")
        if with_cameras:
            self.rgb = self.camera("/rgb/image_raw")
            self.thermal = self.camera("/thermal/image_raw")
            self.wait_for_state(0)

    def camera(self, topic: str, message_type: Any = None, qos: Any = None) -> Any:  # noqa: ANN401
        """A publisher of images that the node has found; best effort as cameras are."""
        from rclpy.qos import qos_profile_sensor_data
        from sensor_msgs.msg import Image

        from rgbt_dualatt_ros.ros.qos_events import PublisherEventCallbacks

        publisher = self.client.create_publisher(
            message_type or Image,
            topic,
            qos or qos_profile_sensor_data,
            event_callbacks=PublisherEventCallbacks(use_default_callbacks=False),
        )
        self.spin_until(lambda: publisher.get_subscription_count() > 0, f"nobody hears {topic}")
        return publisher

    def listen(self, message_type: Any, topic: str) -> list[Any]:  # noqa: ANN401
        """What the node publishes there from now on, as it comes in."""
        heard: list[Any] = []
        self.client.create_subscription(message_type, topic, heard.append, 10)
        self.spin_until(
            lambda: self.node.count_subscribers(topic) == 1, f"nobody is found on {topic}"
        )
        return heard

    def wait_for_state(self, state: int) -> None:
        """Until the status says so."""
        self.spin_until(lambda: self.statuses[-1].state == state, f"state never was {state}")

    def wait_for_problem(self, *words: str, timeout_s: float = 8.0) -> str:
        """Until the problem line has all the words; gives the line."""
        self.spin_until(
            lambda: all(word in self.statuses[-1].problem for word in words),
            f"the problem line never had {words}",
            timeout_s,
        )
        return str(self.statuses[-1].problem)

    def spin_until(
        self, is_done: Callable[[], bool], complaint: str, timeout_s: float = 8.0
    ) -> None:
        """Run both nodes until a condition holds."""
        deadline = time.monotonic() + timeout_s
        while not is_done():
            last = self.statuses[-1] if self.statuses else None
            assert time.monotonic() < deadline, f"{complaint}; last status: {last}"
            self._spin_once()

    def spin_for(self, seconds: float) -> None:
        """Run both nodes for a while: only to show that nothing happens."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._spin_once()

    def _spin_once(self) -> None:
        # A spin runs one callback; a camera pair and its status are several.
        for timeout_s in (0.0, 0.0, 0.0, 0.005):
            for executor in self._executors:
                executor.spin_once(timeout_sec=timeout_s)

    def send(self, stamp_ns: int, **images: Any) -> None:  # noqa: ANN401  rgb, thermal messages
        """Publish one pair; images not given are plain ones."""
        self.rgb.publish(images.get("rgb") or image_message(stamp_ns, plain_rgb(), "rgb8"))
        self.thermal.publish(
            images.get("thermal") or image_message(stamp_ns, plain_thermal(), "mono8")
        )

    def send_pairs(self, count: int, first_ns: int = FIRST_STAMP_NS) -> list[int]:
        """Publish pairs, each after the one before was processed or refused; their stamps."""
        stamps = [first_ns + index * PERIOD_NS for index in range(count)]
        for stamp_ns in stamps:
            before = self.finished
            self.send(stamp_ns)
            self.spin_until(lambda: self.finished > before, "a pair was not looked at")  # noqa: B023
        return stamps

    def send_until(self, stamps: Iterator[int], is_done: Callable[[], bool]) -> None:
        """Publish a pair with each of `stamps` until a condition holds."""

        def send_one_more() -> bool:
            self.send_pairs(1, next(stamps))
            return is_done()

        self.spin_until(send_one_more, "it never came")

    @property
    def finished(self) -> int:
        """Pairs that the node has used or refused."""
        status = self.statuses[-1]
        return int(status.pairs_processed + status.pairs_rejected)

    def call(self, service_type: Any, name: str, request: Any) -> Any:  # noqa: ANN401
        """The answer of one of the node's services."""
        client = self.client.create_client(service_type, name)
        self.spin_until(client.service_is_ready, f"there is no service {name}")
        future = client.call_async(request)
        self.spin_until(future.done, f"{name} did not answer", timeout_s=20.0)
        self.client.destroy_client(client)
        return future.result()

    def initialize(self, x: float, y: float, w: float, h: float, stamp_ns: int = 0) -> Any:  # noqa: ANN401
        """The answer of `~/initialize`."""
        from rgbt_dualatt.srv import Initialize

        from rgbt_dualatt_ros.ros.messages import to_time

        request = Initialize.Request(x=x, y=y, width=w, height=h, stamp=to_time(stamp_ns))
        return self.call(Initialize, "/tracker/initialize", request)

    def trigger(self, name: str) -> Any:  # noqa: ANN401
        """The answer of `~/stop` or `~/reset`."""
        from std_srvs.srv import Trigger

        return self.call(Trigger, f"/tracker/{name}", Trigger.Request())

    def close(self) -> None:
        """End both nodes; the worker must end in time."""
        has_ended = self.node is None or self.node.close()
        for executor in self._executors:
            executor.shutdown()
        self.client.destroy_node()
        for context in self._contexts:
            rclpy.shutdown(context=context)
        assert has_ended, "the worker did not end"


def plain_rgb(height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.uint8]:
    return np.full((height, width, 3), 90, np.uint8)


def plain_thermal(height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.uint8]:
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    return np.tile(ramp, (height, 1))


def image_message(stamp_ns: int, pixels: NDArray[Any], encoding: str) -> Any:  # noqa: ANN401
    from sensor_msgs.msg import Image

    from rgbt_dualatt_ros.ros.messages import to_time

    height, width = pixels.shape[:2]
    message = Image(height=height, width=width, encoding=encoding, step=pixels.strides[0])
    message.header.stamp = to_time(stamp_ns)
    message.header.frame_id = "rgb_optical_frame"
    message.data = array.array("B", pixels.tobytes())
    return message


MakeHarness = Callable[..., NodeHarness]


@pytest.fixture
def start_node() -> Iterator[MakeHarness]:
    """Starts nodes with given parameters and ends them after the test."""
    started: list[NodeHarness] = []

    def start(
        build_tracker: Callable[[Config], Tracker] = lambda _: StaticTracker(),
        *,
        with_cameras: bool = True,
        **parameters: Any,  # noqa: ANN401
    ) -> NodeHarness:
        named = {name.replace("__", "."): value for name, value in parameters.items()}
        harness = NodeHarness(build_tracker, named, with_cameras=with_cameras)
        started.append(harness)
        return harness

    yield start
    for harness in started:
        harness.close()


@pytest.fixture
def stamps() -> Iterator[int]:
    """Stamps of one pair after the other."""
    return itertools.count(FIRST_STAMP_NS, PERIOD_NS)


@pytest.fixture
def make_image() -> Callable[..., Any]:
    """Builds an Image message from a stamp, pixels and an encoding."""
    return image_message
