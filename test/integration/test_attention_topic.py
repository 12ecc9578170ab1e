"""`~/attention/local` over real topics, with a tracker that counts how often it is asked.

Proves: nobody listens, nobody pays; asked once a picture, with the pair and box just published; an
error in the explanation or a tracker without one stops nothing. Not: what the maps mean (unit/).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.errors import InvalidBoxError
from rgbt_dualatt_ros.core.explanation import AttentionImages, LearningReport, SearchReport
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker

pytestmark = pytest.mark.ros

BOX = [10.0, 8.0, 20.0, 16.0]
WIDTH, HEIGHT = 64, 48
TOPIC = "/tracker/attention/local"


class LookingTracker(StaticTracker):
    """Looks at one pixel for each class, and notes who asks for what."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int, Box]] = []
        self.threads: set[str] = set()

    @property
    def learning(self) -> LearningReport:
        """Nothing was learnt."""
        return LearningReport()

    @property
    def search(self) -> SearchReport | None:
        """Nothing was searched."""
        return None

    def attention(self, pair: FramePair, box: Box) -> AttentionImages:
        """All of the image for the target, nothing for the background."""
        self.asked.append((pair.stamp_ns, box))
        self.threads.add(threading.current_thread().name)
        shape = pair.thermal.shape
        return AttentionImages(np.ones(shape, np.float32), np.zeros(shape, np.float32))


class BlindTracker(LookingTracker):
    """Can be asked, but never answers."""

    def attention(self, pair: FramePair, box: Box) -> AttentionImages:
        """Refuse."""
        super().attention(pair, box)
        raise InvalidBoxError("the box cannot be explained")


class Viewer:
    """Somebody who looks at the pictures."""

    def __init__(self, harness: Any) -> None:  # noqa: ANN401
        from sensor_msgs.msg import Image

        self._harness = harness
        self.pictures: list[Any] = []
        self._subscription = harness.client.create_subscription(
            Image, TOPIC, self.pictures.append, 10
        )
        harness.spin_until(
            lambda: harness.node.count_subscribers(TOPIC) == 1, "the viewer is not found"
        )

    def leave(self) -> None:
        """Look no more."""
        self._harness.client.destroy_subscription(self._subscription)
        self._harness.spin_until(
            lambda: self._harness.node.count_subscribers(TOPIC) == 0, "the viewer stays"
        )


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What the package says; the node takes it away from where caplog listens."""
    package = logging.getLogger("rgbt_dualatt_ros")
    package.addHandler(caplog.handler)
    yield caplog
    package.removeHandler(caplog.handler)


def test_asked_only_when_someone_looks_and_once_a_picture(
    start_node: Callable[..., Any], stamps: Iterator[int]
) -> None:
    tracker = LookingTracker()
    harness = start_node(lambda _: tracker, target__box=BOX, attention_image__max_rate_hz=0.0)
    for _ in range(3):
        harness.send_pairs(1, next(stamps))
    assert tracker.asked == []
    viewer = Viewer(harness)
    harness.send_until(stamps, lambda: len(viewer.pictures) >= 3)
    harness.spin_until(lambda: len(viewer.pictures) == len(tracker.asked), "one was not shown")
    headers = [each.header for each in viewer.pictures]
    shown_ns = [each.stamp.sec * 10**9 + each.stamp.nanosec for each in headers]
    assert tracker.asked == [(stamp_ns, Box(*BOX)) for stamp_ns in shown_ns]
    assert len(set(shown_ns)) == len(shown_ns), "a pair was explained twice"
    assert all(each in [target.header for target in harness.targets] for each in headers)
    assert tracker.threads == {"tracker"}
    viewer.leave()
    asked = len(tracker.asked)
    harness.send_until(stamps, lambda: len(harness.targets) >= asked + 6)
    assert len(tracker.asked) == asked


def test_picture_has_two_panels_of_the_image(
    start_node: Callable[..., Any], stamps: Iterator[int]
) -> None:
    harness = start_node(
        lambda _: LookingTracker(), target__box=BOX, attention_image__max_rate_hz=0.0
    )
    viewer = Viewer(harness)
    harness.send_until(stamps, lambda: bool(viewer.pictures))
    picture = viewer.pictures[0]
    assert (picture.width, picture.height, picture.encoding) == (2 * WIDTH, HEIGHT, "rgb8")
    pixels = np.frombuffer(picture.data, np.uint8).reshape(HEIGHT, 2 * WIDTH, 3)
    # The last row is below the box and the captions; the colour image is plain grey of 90.
    assert (pixels[-1, :WIDTH] != 90).all(axis=1).all()
    assert (pixels[-1, WIDTH:] == 90).all()


def test_nothing_to_explain_without_a_target(
    start_node: Callable[..., Any], stamps: Iterator[int]
) -> None:
    tracker = LookingTracker()
    harness = start_node(lambda _: tracker, attention_image__max_rate_hz=0.0)
    Viewer(harness)
    for _ in range(3):
        harness.send_pairs(1, next(stamps))
    assert tracker.asked == []
    assert harness.initialize(*BOX).success
    harness.send_until(stamps, lambda: bool(tracker.asked))


def test_rate_is_limited_and_may_change_while_the_node_runs(
    start_node: Callable[..., Any], stamps: Iterator[int]
) -> None:
    from rclpy.parameter import Parameter

    tracker = LookingTracker()
    harness = start_node(lambda _: tracker, target__box=BOX, attention_image__max_rate_hz=0.001)
    Viewer(harness)
    harness.send_until(stamps, lambda: bool(tracker.asked))
    for _ in range(5):
        harness.send_pairs(1, next(stamps))
    assert len(tracker.asked) == 1
    parameter = Parameter("attention_image.max_rate_hz", value=0.0)
    assert harness.node.set_parameters([parameter])[0].successful
    harness.send_until(stamps, lambda: len(tracker.asked) >= 4)


def test_explanation_that_fails_stops_nothing(
    start_node: Callable[..., Any], stamps: Iterator[int], said: pytest.LogCaptureFixture
) -> None:
    tracker = BlindTracker()
    harness = start_node(lambda _: tracker, target__box=BOX, attention_image__max_rate_hz=0.0)
    viewer = Viewer(harness)
    harness.send_until(stamps, lambda: len(tracker.asked) >= 4)
    assert viewer.pictures == []
    assert len(harness.targets[-1].targets) == 1
    assert harness.statuses[-1].pairs_rejected == 0
    told = [text for text in said.messages if "cannot be explained" in text]
    assert told == ["no picture of the attention: the box cannot be explained"]


def test_tracker_that_cannot_explain_itself_says_so_once(
    start_node: Callable[..., Any], stamps: Iterator[int], said: pytest.LogCaptureFixture
) -> None:
    harness = start_node(target__box=BOX)
    harness.send_pairs(1, next(stamps))
    assert not [text for text in said.messages if TOPIC in text]
    viewer = Viewer(harness)
    for _ in range(4):
        harness.send_pairs(1, next(stamps))
    told = [text for text in said.messages if TOPIC in text]
    assert told == [f"{TOPIC} stays empty: this tracker cannot say where it looks"]
    assert viewer.pictures == []
