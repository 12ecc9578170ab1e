"""The sheet of attention pictures of a few moments.

Proves: the asked-for frames are shown, in order, of the place where the tracker was; reading stops
after the last one; what cannot be explained is left out. Not that it looks good.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.errors import InvalidBoxError
from rgbt_dualatt_ros.core.explanation import AttentionImages, LearningReport, SearchReport
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker
from rgbt_dualatt_ros.visualization.attention_sheet import (
    SIDE_PX,
    draw_attention_sheet,
    draw_close_up,
)

BOX = Box(30.0, 20.0, 10.0, 20.0)
HEIGHT, WIDTH = 90, 120


class LookingTracker(StaticTracker):
    """Looks all over the box, and cannot explain the frame of one stamp."""

    def __init__(self, dark_stamp_ns: int = -1) -> None:
        super().__init__()
        self._dark_stamp_ns = dark_stamp_ns
        self.asked: list[int] = []

    @property
    def learning(self) -> LearningReport:
        """Nothing was learnt."""
        return LearningReport()

    @property
    def search(self) -> SearchReport | None:
        """Nothing was searched."""
        return None

    def attention(self, pair: FramePair, box: Box) -> AttentionImages:
        """One in the box for the target, nothing for the background."""
        self.asked.append(pair.stamp_ns)
        if pair.stamp_ns == self._dark_stamp_ns:
            raise InvalidBoxError("not this one")
        return maps_of(box)


def maps_of(box: Box) -> AttentionImages:
    target = np.zeros((HEIGHT, WIDTH), np.float32)
    target[int(box.y) : int(box.y + box.h), int(box.x) : int(box.x + box.w)] = 1
    return AttentionImages(target, np.zeros((HEIGHT, WIDTH), np.float32))


def grey_pair(stamp_ns: int) -> FramePair:
    thermal = np.zeros((HEIGHT, WIDTH), np.uint8)
    return FramePair(np.full((HEIGHT, WIDTH, 3), 90, np.uint8), thermal, stamp_ns)


@pytest.mark.parametrize(
    ("frames", "rows"), [([], 1), ([3], 1), ([1, 4], 1), ([1, 2, 6], 2)], ids=str
)
def test_the_asked_for_frames_are_shown_and_no_more_are_read(frames: list[int], rows: int) -> None:
    tracker, read = LookingTracker(), []

    def pairs() -> Iterator[FramePair]:
        for index in range(9):
            read.append(index)
            yield grey_pair(index)

    sheet = draw_attention_sheet(tracker, pairs(), BOX, frames)
    assert sheet.shape == (rows * SIDE_PX, 4 * SIDE_PX, 3)
    assert tracker.asked == frames
    assert read == list(range(max(frames, default=0) + 1))


def test_what_cannot_be_explained_is_left_out() -> None:
    tracker = LookingTracker(dark_stamp_ns=2)
    sheet = draw_attention_sheet(tracker, map(grey_pair, range(5)), BOX, [1, 2, 4])
    assert tracker.asked == [1, 2, 4]
    assert sheet.shape[0] == SIDE_PX
    assert (sheet[SIDE_PX // 2, [10, -10]] == 90).all()


@pytest.mark.parametrize(
    "box",
    [
        pytest.param(BOX, id="inside"),
        pytest.param(Box(0.0, 0.0, 12.0, 12.0), id="corner"),
        pytest.param(Box(100.0, 60.0, 20.0, 30.0), id="other corner"),
        pytest.param(Box(0.0, 0.0, 120.0, 90.0), id="all"),
        pytest.param(Box(50.0, 50.0, 0.3, 0.3), id="nothing"),
    ],
)
def test_close_up_shows_the_surroundings_of_the_box(box: Box) -> None:
    prediction = Prediction(box, 1.0, TrackStatus.TRACKING, 0)
    picture = draw_close_up(grey_pair(0), maps_of(box), prediction, "frame 0")
    assert picture.shape == (SIDE_PX, 2 * SIDE_PX, 3)
    middle = picture[60:-60]
    if box.w > 1:
        left, right = middle[:, :SIDE_PX], middle[:, SIDE_PX:]
        assert (left != right).any(), "the map of the target is not in the picture"
