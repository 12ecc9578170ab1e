"""Where a target that is not trusted is looked for when no map says where it may be.

Not: what is found there (test_target_search.py), the places of the spiral (test_lost_search.py).
"""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.tracker_config import SearchConfig, TrackerConfig
from rgbt_dualatt_ros.tracking.region_search import RegionSearch
from rgbt_dualatt_ros.tracking.target_search import SearchTools, TargetSearch
from rgbt_dualatt_ros.tracking.track_state import TrackState

PLACE = Box(200, 150, 40, 40)
PAIR = FramePair(np.zeros((480, 640, 3), np.uint8), np.zeros((480, 640), np.uint8))


class _Covered:
    """A reader that sees nothing wherever it looks, and keeps where that was."""

    def __init__(self) -> None:
        self.places: list[Box] = []

    def read_frame(self, pair: FramePair, place: Box) -> SimpleNamespace:
        del pair
        self.places.append(place)
        return SimpleNamespace(sees=np.zeros(2, bool))


class _Regions:
    """Has no candidate; its maps are late, or there are none like the target."""

    def __init__(self, *, is_blind: bool) -> None:
        self.is_blind = is_blind

    def begin(self, pair: FramePair, state: TrackState) -> None:
        """Nothing comes."""

    def candidate(self, state: TrackState) -> None:
        """None."""

    def is_nowhere(self, state: TrackState) -> bool:
        """Not known."""
        del state
        return False


def places_of(
    regions: _Regions | None, status: TrackStatus, *, elsewhere: bool = True
) -> list[Box]:
    reader = _Covered()
    tools = cast("SearchTools", SimpleNamespace(reader=reader))
    config = TrackerConfig(search=SearchConfig(elsewhere=elsewhere, patience=2))
    search = TargetSearch(config, tools, cast("RegionSearch | None", regions))
    start = TrackState.start(ImageSize(640, 480), PLACE)
    rng: Any = np.random.default_rng(0)
    for frames in range(1, 9):
        state = dataclasses.replace(start, status=status, doubtful_frames=frames)
        assert search.find(PAIR, state, rng, lambda: None) is None
    return reader.places


@pytest.mark.parametrize("status", [TrackStatus.UNCERTAIN, TrackStatus.LOST])
def test_while_maps_are_late_it_is_looked_for_as_without_any(status: TrackStatus) -> None:
    places = places_of(_Regions(is_blind=True), status)
    assert places == places_of(None, status)
    assert len(set(places)) > 2


@pytest.mark.parametrize(
    ("is_blind", "elsewhere", "status"),
    [
        (False, True, TrackStatus.LOST),
        (True, False, TrackStatus.LOST),
        (True, True, TrackStatus.TRACKING),
    ],
    ids=["maps show where it is not", "the settings forbid it", "trusted"],
)
def test_else_at_its_last_place_alone(
    status: TrackStatus, *, is_blind: bool, elsewhere: bool
) -> None:
    places = places_of(_Regions(is_blind=is_blind), status, elsewhere=elsewhere)
    assert set(places) == {PLACE}
