"""Which maps teach RegionSearch who is who: each with the box of its own frame, in step or late.

Not: what is made of it (test_region_search.py).
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.tracker_config import StatusConfig
from rgbt_dualatt_ros.models.global_attention import Look, TargetCode
from rgbt_dualatt_ros.tracking.identity import Identity
from rgbt_dualatt_ros.tracking.region_search import RegionSearch
from rgbt_dualatt_ros.tracking.track_confidence import TrackConfidence
from rgbt_dualatt_ros.tracking.track_state import TrackState

SIZE = ImageSize(640, 480)  # a cell of the features is 20 px wide and high
CONFIG = GlobalAttentionConfig(enabled=True, when="every_frame")
THREADED = dataclasses.replace(CONFIG, asynchronous="on")
HERE, THERE, YONDER = Box(80, 100, 80, 80), Box(400, 320, 80, 80), Box(480, 60, 80, 80)
OWN, TWIN, TREE = (2.0, 2.0, 0.0, 0.0), (2.0, 1.2, 1.2, 0.0), (0.0, 0.0, 0.0, 2.0)
# The map takes the twin for the target.
STRENGTHS: dict[tuple[float, ...], float] = {OWN: 0.85, TWIN: 0.95, TREE: 0.5}
REFERENCE = 8.0
WAIT_S = 10.0
Scene = Sequence[tuple[Box, tuple[float, ...]]]


class _World:
    """Remembers scenes by their stamp, and is the net that looks at them."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []
        self.looked: list[int] = []

    def pair(self, *scene: tuple[Box, tuple[float, ...]]) -> FramePair:
        self.scenes.append(scene)
        rgb = np.zeros((SIZE.height, SIZE.width, 3), np.uint8)
        return FramePair(rgb, rgb[..., 0], stamp_ns=len(self.scenes) - 1)

    def code_target(self, pair: FramePair, box: Box) -> TargetCode:
        del pair, box
        return []

    def look(self, pair: FramePair, code: TargetCode) -> Look:
        del code
        self.looked.append(pair.stamp_ns)
        features = 0.1 * np.random.default_rng(pair.stamp_ns).normal(size=(4, 24, 32))
        strength = np.zeros((192, 256), np.float32)
        for box, kind in self.scenes[pair.stamp_ns]:
            left, top = round(box.x / 20), round(box.y / 20)
            right, bottom = left + round(box.w / 20), top + round(box.h / 20)
            features[:, top:bottom, left:right] += np.array(kind)[:, None, None]
            strength[8 * top : 8 * bottom, 8 * left : 8 * right] = STRENGTHS[kind]
        return Look(strength, features.astype(np.float32), 4.0, 8.0)

    def attend(self, pair: FramePair, code: TargetCode) -> NDArray[np.float32]:
        return self.look(pair, code).strength


class _SlowWorld(_World):
    """In its thread every look waits for leave, and says that it has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.has_begun, self.leave = threading.Semaphore(0), threading.Semaphore(0)

    def look(self, pair: FramePair, code: TargetCode) -> Look:
        if threading.current_thread() is not threading.main_thread():
            self.has_begun.release()
            assert self.leave.acquire(timeout=WAIT_S)
        return super().look(pair, code)


@pytest.fixture
def world() -> _World:
    return _World()


@pytest.fixture
def slow() -> Iterator[_SlowWorld]:
    world = _SlowWorld()
    yield world
    world.leave.release(100)


def search_of(world: _World, config: GlobalAttentionConfig = CONFIG) -> RegionSearch:
    confidence = TrackConfidence(StatusConfig())
    confidence.restart(REFERENCE)
    return RegionSearch(world, config, confidence)


def step(search: RegionSearch, pair: FramePair, box: Box) -> bool:
    """A frame of a trusted target at `box`; whether that was a mistake, else it is learnt."""
    state = TrackState.start(SIZE, box)
    search.begin(pair, state)
    is_mistaken = search.is_mistaken(box, state)
    if not is_mistaken:
        search.trust(pair, box)
    return is_mistaken


def away(box: Box = HERE, frames: int = 9, *, has_clue: bool = False) -> TrackState:
    """Lost since `frames`; a clue is followed at `box`."""
    state = TrackState.start(SIZE, HERE)
    return dataclasses.replace(
        state, box=box, status=TrackStatus.LOST, doubtful_frames=frames, has_clue=has_clue
    )


def test_the_report_is_of_the_newest_map(world: _World) -> None:
    search = search_of(world)
    assert search.report is None
    search.start(world.pair((HERE, OWN)), HERE)
    assert search.report is None
    step(search, world.pair((HERE, OWN), (THERE, TREE)), HERE)
    report = search.report
    assert report is not None
    assert report.stamp_ns == 1
    np.testing.assert_allclose(report.regions, [HERE.as_array(), THERE.as_array()], atol=6)
    np.testing.assert_allclose(report.scores, [0.85, 0.5], atol=0.01)
    search.forget()
    assert search.report is None


Learnt = list[tuple[Box, int]]


@pytest.fixture
def learnt(monkeypatch: pytest.MonkeyPatch) -> Learnt:
    """Which box was learnt, and in which column of cells the strongest of the map is."""
    found: Learnt = []
    learn = Identity.learn

    def spy(self: Identity, look: Look, target: Box, others: Boxes, size: ImageSize) -> None:
        found.append((target, int(np.argmax(look.strength.max(axis=0))) // 8))
        learn(self, look, target, others, size)

    monkeypatch.setattr(Identity, "learn", spy)
    return found


def test_a_map_in_step_is_learnt_once_with_its_frame(world: _World, learnt: Learnt) -> None:
    search = search_of(world)
    places = [Box(80 + 40 * frame, 100, 80, 80) for frame in range(4)]
    search.start(world.pair((places[0], OWN)), places[0])
    for place in places[1:]:
        step(search, world.pair((place, OWN)), place)
    assert learnt == [(place, round(place.x / 20)) for place in places]


def test_a_map_from_the_thread_is_learnt_with_the_box_of_its_own_frame(
    slow: _SlowWorld, learnt: Learnt
) -> None:
    search = search_of(slow, THREADED)
    places = [Box(80 + 40 * frame, 100, 80, 80) for frame in range(4)]
    search.start(slow.pair((places[0], OWN)), places[0])
    step(search, slow.pair((places[1], OWN)), places[1])
    assert slow.has_begun.acquire(timeout=WAIT_S)  # the map of frame 1
    step(search, slow.pair((places[2], OWN)), places[2])
    assert len(learnt) == 1
    slow.leave.release()
    assert slow.has_begun.acquire(timeout=WAIT_S)  # that of frame 2, so the first is done
    step(search, slow.pair((places[3], OWN)), places[3])
    assert learnt == [(place, round(place.x / 20)) for place in places[:2]]
    slow.leave.release(100)
    search.forget()


def test_a_map_from_the_thread_of_a_doubtful_frame_is_not_learnt(
    slow: _SlowWorld, learnt: Learnt
) -> None:
    search = search_of(slow, THREADED)
    search.start(slow.pair((HERE, OWN)), HERE)
    search.begin(slow.pair((THERE, TWIN)), away())
    assert slow.has_begun.acquire(timeout=WAIT_S)
    step(search, slow.pair((HERE, OWN)), HERE)
    slow.leave.release()
    assert slow.has_begun.acquire(timeout=WAIT_S)
    step(search, slow.pair((HERE, OWN)), HERE)
    assert search.report is not None
    assert search.report.stamp_ns == 1
    assert [target for target, _ in learnt] == [HERE]
    slow.leave.release(100)
    search.forget()
