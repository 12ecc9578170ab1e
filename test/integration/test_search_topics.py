"""`~/attention/global`, `~/mosaic`, `~/markers` and the search in status and diagnostics.

Proves, over real topics: pictures under the colour image's header and only when someone looks, one
question to the tracker for all pictures of a pair, words in place of what there is not, what is
told of maps and of targets found again. Not: how the pictures look (unit/visualization/).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.explanation import (
    AttentionImages,
    GlobalAttentionMap,
    LearningReport,
    SearchReport,
)
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSet, ProposalSource
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker

pytestmark = pytest.mark.ros

BOX = [10.0, 8.0, 20.0, 16.0]
WIDTH, HEIGHT = 64, 48
LOCAL, GLOBAL, MOSAIC = "/tracker/attention/local", "/tracker/attention/global", "/tracker/mosaic"
TRACKING, LOST = TrackStatus.TRACKING, TrackStatus.LOST


class SearchingTracker(StaticTracker):
    """Computes a map on every other pair that it tracks; says the statuses it is given."""

    def __init__(
        self,
        strongest: float = 1.0,
        statuses: Sequence[TrackStatus] = (),
        regions: Sequence[Sequence[float]] = ((40, 20, 8, 8),),
    ) -> None:
        super().__init__()
        self._regions = np.array(regions, np.float32).reshape(-1, 4)
        self._strongest = strongest
        self._statuses = iter(statuses)
        self._tracked = 0
        self._attention: GlobalAttentionMap | None = None
        self.asked: list[int] = []

    @property
    def learning(self) -> LearningReport:
        """Nothing was learnt."""
        return LearningReport()

    @property
    def search(self) -> SearchReport | None:
        """A proposal of each source, and the newest map."""
        if not self._tracked:
            return None
        boxes = np.array([BOX], np.float32)
        proposals = [ProposalSet.of(boxes, source) for source in ProposalSource]
        return SearchReport(proposals[0] + proposals[1], self._attention)

    def attention(self, pair: FramePair, box: Box) -> AttentionImages:
        """Nothing anywhere."""
        self.asked.append(pair.stamp_ns)
        nothing = np.zeros(pair.thermal.shape, np.float32)
        assert box.area > 0
        return AttentionImages(nothing, nothing)

    def track(self, pair: FramePair) -> Prediction:
        """The first box."""
        if self._tracked % 2 == 0:
            strength = np.full((6, 8), self._strongest, np.float32)
            scores = np.ones(len(self._regions), np.float32)
            self._attention = GlobalAttentionMap(strength, self._regions, scores, pair.stamp_ns)
        self._tracked += 1
        status = next(self._statuses, TRACKING)
        return replace(super().track(pair), status=status)

    def reset(self) -> None:
        """Forget the map."""
        super().reset()
        self._tracked, self._attention = 0, None


@pytest.fixture
def start_looking(start_node: Callable[..., Any]) -> Callable[..., Any]:
    """Starts a node whose pictures are not limited in rate."""

    def start(tracker: Any, **parameters: Any) -> Any:  # noqa: ANN401
        return start_node(lambda _: tracker, attention_image__max_rate_hz=0.0, **parameters)

    return start


def look(harness: Any, topic: str) -> list[Any]:  # noqa: ANN401
    """Pictures from now on."""
    from sensor_msgs.msg import Image

    pictures: list[Any] = harness.listen(Image, topic)
    return pictures


def pixels_of(picture: Any) -> NDArray[np.uint8]:  # noqa: ANN401
    assert picture.encoding == "rgb8"
    data = np.frombuffer(picture.data, np.uint8)
    return data.reshape(picture.height, picture.width, 3)


def stamps_of(pictures: Sequence[Any]) -> list[int]:
    times = [each.header.stamp for each in pictures]
    return [time.sec * 10**9 + time.nanosec for time in times]


def test_the_global_picture_is_the_map_over_the_colour_image(
    start_looking: Callable[..., Any], stamps: Iterator[int]
) -> None:
    tracker = SearchingTracker()
    harness = start_looking(tracker, target__box=BOX)
    pictures = look(harness, GLOBAL)
    harness.send_until(stamps, lambda: len(pictures) >= 4)
    pixels = pixels_of(pictures[-1])
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    red, _, blue = pixels[-1, 0].astype(int)  # away from box, region and words
    assert red - blue > 30
    assert all(each.header in [target.header for target in harness.targets] for each in pictures)
    assert tracker.asked == [], "local attention was asked for though nobody looks at it"


def test_the_mosaic_has_its_panels_in_their_places(
    start_looking: Callable[..., Any], stamps: Iterator[int]
) -> None:
    # Without regions, whose plates would hide a panel as small as this.
    harness = start_looking(SearchingTracker(regions=()), target__box=BOX)
    pictures = look(harness, MOSAIC)
    harness.send_until(stamps, lambda: len(pictures) >= 4)
    pixels = pixels_of(pictures[-1])
    assert pixels.shape[1] == 2 * WIDTH
    assert pixels.shape[0] > 2 * HEIGHT
    quiet = HEIGHT - 6
    assert (pixels[quiet, : WIDTH - 3] == 90).all(), "colour"
    thermal = pixels[quiet, WIDTH + 3 : 2 * WIDTH].astype(int)
    assert (np.diff(thermal[:, 0]) >= 0).all(), "thermal"
    assert thermal[-1, 0] - thermal[0, 0] > 200, "thermal"
    assert (pixels[2 * HEIGHT - 1, : WIDTH - 3] == 90).all(), "local attention is nothing"
    warm = pixels[2 * HEIGHT - 1, WIDTH + 3 : WIDTH + 8].astype(int)
    assert (warm[:, 0] - warm[:, 2] > 30).all(), "global attention is everywhere"


def test_all_pictures_of_a_pair_share_one_question(
    start_looking: Callable[..., Any], stamps: Iterator[int]
) -> None:
    tracker = SearchingTracker()
    harness = start_looking(tracker, target__box=BOX)
    for _ in range(3):
        harness.send_pairs(1, next(stamps))
    assert tracker.asked == []
    shown = [look(harness, topic) for topic in (LOCAL, GLOBAL, MOSAIC)]
    first_ns = next(stamps)
    harness.send_pairs(1, first_ns)
    for _ in range(4):
        harness.send_pairs(1, next(stamps))
    harness.spin_until(lambda: all(len(each) >= 5 for each in shown), "a picture is missing")
    assert len(set(tracker.asked)) == len(tracker.asked) == 5
    for pictures in shown:
        assert stamps_of(pictures) == tracker.asked


def test_rate_limit_holds_for_all_pictures_together(
    start_node: Callable[..., Any], stamps: Iterator[int]
) -> None:
    tracker = SearchingTracker()
    harness = start_node(lambda _: tracker, target__box=BOX, attention_image__max_rate_hz=0.001)
    shown = [look(harness, topic) for topic in (GLOBAL, MOSAIC)]
    for _ in range(5):
        harness.send_pairs(1, next(stamps))
    harness.spin_until(lambda: all(shown), "no picture")
    assert [len(pictures) for pictures in shown] == [1, 1]
    assert len(tracker.asked) <= 1  # the first pair may have been shown before the mosaic's


def test_without_a_target_the_words_are_shown(
    start_looking: Callable[..., Any], stamps: Iterator[int]
) -> None:
    tracker = SearchingTracker()
    harness = start_looking(tracker)
    shown = [look(harness, topic) for topic in (GLOBAL, MOSAIC)]
    harness.send_until(stamps, lambda: all(shown))
    assert (pixels_of(shown[0][-1])[-1] == 30).all(), "the image is not dimmed"
    mosaic = pixels_of(shown[1][-1])
    assert (mosaic[HEIGHT - 6, : WIDTH - 3] == 90).all()
    assert (mosaic[2 * HEIGHT - 1, : WIDTH - 3] == 30).all()
    assert tracker.asked == []


def test_a_tracker_that_cannot_tell_has_a_mosaic_all_the_same(
    start_looking: Callable[..., Any], stamps: Iterator[int]
) -> None:
    harness = start_looking(StaticTracker(), target__box=BOX)
    pictures = look(harness, MOSAIC)
    harness.send_until(stamps, lambda: len(pictures) >= 3)
    mosaic = pixels_of(pictures[-1])
    assert (mosaic[2 * HEIGHT - 1, : WIDTH - 3] == 30).all()
    assert (mosaic[HEIGHT - 6, : WIDTH - 3] == 90).all()


def test_a_map_that_is_none_is_told_and_stops_nothing(
    start_looking: Callable[..., Any], stamps: Iterator[int], caplog: pytest.LogCaptureFixture
) -> None:
    harness = start_looking(SearchingTracker(strongest=7.0), target__box=BOX)
    package = logging.getLogger("rgbt_dualatt_ros")
    package.addHandler(caplog.handler)
    try:
        pictures = look(harness, GLOBAL)
        for _ in range(4):
            harness.send_pairs(1, next(stamps))
    finally:
        package.removeHandler(caplog.handler)
    told = [text for text in caplog.messages if "no picture for" in text]
    assert len(told) == 1
    assert told[0].startswith(
        f"no picture for {GLOBAL}: a global attention map must lie in [0, 1]"
    )
    assert len(harness.targets[-1].targets) == 1
    assert len(pictures) <= 1  # of the start, when there was no map yet


def test_markers_are_the_box_and_the_regions_in_px(
    start_looking: Callable[..., Any], stamps: Iterator[int]
) -> None:
    from visualization_msgs.msg import ImageMarker

    harness = start_looking(SearchingTracker(), target__box=BOX)
    markers = harness.listen(ImageMarker, "/tracker/markers")
    harness.send_until(stamps, lambda: len(markers) >= 3)
    marker = markers[-1]
    assert (marker.action, marker.type) == (ImageMarker.ADD, ImageMarker.LINE_LIST)
    points = [(each.x, each.y) for each in marker.points]
    assert len(points) == 16
    assert len(marker.outline_colors) == 8
    region, box = set(points[:8]), set(points[8:])
    assert region == {(40.0, 20.0), (48.0, 20.0), (48.0, 28.0), (40.0, 28.0)}
    assert box == {(10.0, 8.0), (30.0, 8.0), (30.0, 24.0), (10.0, 24.0)}
    assert marker.outline_colors[0] != marker.outline_colors[-1]
    assert marker.header in [target.header for target in harness.targets]
    assert harness.trigger("stop").success
    harness.send_until(stamps, lambda: markers[-1].action == ImageMarker.REMOVE)
    assert (markers[-1].ns, markers[-1].id) == (marker.ns, marker.id)


def test_status_tells_of_maps_and_of_targets_found_again(
    start_node: Callable[..., Any], stamps: Iterator[int]
) -> None:
    # The first one is that of the warm-up.
    tracker = SearchingTracker(statuses=[TRACKING, TRACKING, LOST, LOST, TRACKING])
    harness = start_node(lambda _: tracker, global_attention__enabled=True)
    first = harness.statuses[-1]
    assert (first.global_attention, first.map_age_ms, first.redetections) == (True, -1.0, 0)
    harness.send_pairs(1, next(stamps))
    assert harness.initialize(*BOX).success
    told = []
    for _ in range(4):
        harness.send_pairs(1, next(stamps))
        status = harness.statuses[-1]
        told.append((round(status.map_age_ms), status.map_age_pairs, status.redetections))
    assert told == [(0, 0, 0), (33, 1, 0), (0, 0, 0), (33, 1, 1)]
    assert harness.trigger("stop").success
    harness.spin_until(
        lambda: harness.statuses[-1].map_age_ms == -1.0, "the old target's map is told"
    )


@pytest.mark.parametrize("setting", ["on", "off"])
def test_diagnostics_tell_of_the_search(
    start_node: Callable[..., Any], stamps: Iterator[int], setting: str
) -> None:
    from diagnostic_msgs.msg import DiagnosticArray

    tracker = SearchingTracker()
    is_on = setting == "on"
    harness = start_node(lambda _: tracker, target__box=BOX, global_attention__enabled=is_on)
    heard = harness.listen(DiagnosticArray, "/diagnostics")
    for _ in range(3):
        harness.send_pairs(1, next(stamps))

    def values() -> dict[str, str]:
        found = [each for array in heard for each in array.status if "search" in each.name]
        return {each.key: each.value for each in found[-1].values} if found else {}

    harness.spin_until(lambda: values().get("maps") == "1", "the maps are not told")
    assert values()["global_attention"] == setting
    assert values()["map_age_pairs"] == "1"
