"""The tracker that answers the first box.

Proves: the three verbs as the protocol words them. Not: anything about tracking.
"""

from __future__ import annotations

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.errors import FramePairError, InvalidBoxError, NotInitializedError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker


def blank_pair(width: int = 64, height: int = 48, stamp_ns: int = 0) -> FramePair:
    return FramePair(
        np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8), stamp_ns
    )


def test_answers_the_first_box_with_the_stamp_of_the_pair() -> None:
    tracker: Tracker = StaticTracker()
    tracker.initialize(blank_pair(), Box(1, 2, 3, 4))
    prediction = tracker.track(blank_pair(stamp_ns=7))
    assert prediction.box == Box(1, 2, 3, 4)
    assert prediction.stamp_ns == 7
    assert prediction.status is TrackStatus.TRACKING


def test_a_second_start_replaces_the_first_and_a_bad_one_does_not() -> None:
    tracker = StaticTracker()
    tracker.initialize(blank_pair(), Box(1, 2, 3, 4))
    tracker.initialize(blank_pair(), Box(5, 6, 7, 8))
    with pytest.raises(InvalidBoxError):
        tracker.initialize(blank_pair(), Box(100, 100, 7, 8))
    assert tracker.track(blank_pair()).box == Box(5, 6, 7, 8)


def test_tracking_without_a_target_is_an_error() -> None:
    tracker = StaticTracker()
    with pytest.raises(NotInitializedError):
        tracker.track(blank_pair())
    tracker.initialize(blank_pair(), Box(1, 2, 3, 4))
    tracker.reset()
    with pytest.raises(NotInitializedError):
        tracker.track(blank_pair())


def test_another_image_size_is_an_error() -> None:
    tracker = StaticTracker()
    tracker.initialize(blank_pair(), Box(1, 2, 3, 4))
    with pytest.raises(FramePairError, match="64x48 image; this pair is 32x48"):
        tracker.track(blank_pair(width=32))
