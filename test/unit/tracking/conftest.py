"""A made-up world for the tests of RegionSearch: scenes, and the net that looks at them."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.tracker_config import StatusConfig
from rgbt_dualatt_ros.models.global_attention import Look, TargetCode
from rgbt_dualatt_ros.tracking.map_thread import DoneMap, _Exchange
from rgbt_dualatt_ros.tracking.region_search import RegionSearch
from rgbt_dualatt_ros.tracking.track_confidence import TrackConfidence
from rgbt_dualatt_ros.tracking.track_state import TrackState

SIZE = ImageSize(640, 480)  # a cell of the features is 20 px wide and high
WAIT_S = 10.0
HERE = Box(80, 100, 80, 80)
FEATURES = {
    "own": (2.0, 2.0, 0.0, 0.0),
    "unseen": (2.0, 2.0, 0.0, 0.0),
    "twin": (2.0, 1.2, 1.2, 0.0),
    "tree": (0.0, 0.0, 0.0, 2.0),
    "faint": (1.4, 1.4, 0.0, 0.0),
    "between": (1.0, 1.0, 0.0, 0.0),
    "ditch": (-1.0, -1.0, 0.0, 0.0),
}
# The map takes the twin for the target, and shows nothing where the target is unseen.
STRENGTHS = {
    "own": 0.85,
    "unseen": 0.0,
    "twin": 0.95,
    "tree": 0.5,
    "faint": 0.6,
    "between": 0.4,
    "ditch": 0.2,
}
Thing = tuple[Box, str]
"""Where it is, and what: of `FEATURES`."""


class RegionWorld:
    """Remembers scenes by their stamp, and is the net that looks at them.

    Both images are black, so that features alone tell what is what.

    Attributes:
        config: of the searches it makes; its numbers go with the likenesses of `FEATURES`.
        looked: stamps of the pairs that it made a map of, in order.
    """

    reference = 8.0  # what a trusted target scores

    def __init__(self) -> None:
        self.config = GlobalAttentionConfig(
            enabled=True,
            when="every_frame",
            rival=0.25,
            accept_likeness=0.1,
            plain_likeness=0.5,
            margin=0.15,
            mistaken_lead=0.5,
            brief_doubt=4,
            resume_likeness=0.3,
            unlike_below=-0.3,
        )
        self.scenes: list[Sequence[Thing]] = []
        self.looked: list[int] = []

    def pair(self, *scene: Thing) -> FramePair:
        """The next one; it shows `scene`."""
        self.scenes.append(scene)
        rgb = np.zeros((SIZE.height, SIZE.width, 3), np.uint8)
        return FramePair(rgb, rgb[..., 0], stamp_ns=len(self.scenes) - 1)

    def code_target(self, pair: FramePair, box: Box) -> TargetCode:
        """Nothing: the map is told what is where."""
        del pair, box
        return []

    def look(self, pair: FramePair, code: TargetCode) -> Look:
        """What is there, without a mistake but the twin's strength."""
        del code
        self.looked.append(pair.stamp_ns)
        features = 0.1 * np.random.default_rng(pair.stamp_ns).normal(size=(4, 24, 32))
        strength = np.zeros((192, 256), np.float32)
        for box, kind in self.scenes[pair.stamp_ns]:
            left, top = round(box.x / 20), round(box.y / 20)
            right, bottom = left + round(box.w / 20), top + round(box.h / 20)
            features[:, top:bottom, left:right] += np.array(FEATURES[kind])[:, None, None]
            strength[8 * top : 8 * bottom, 8 * left : 8 * right] = STRENGTHS[kind]
        return Look(strength, features.astype(np.float32), 4.0, 8.0)

    def attend(self, pair: FramePair, code: TargetCode) -> NDArray[np.float32]:
        """The map alone."""
        return self.look(pair, code).strength

    def search(self, **changes: object) -> RegionSearch:
        """One without target; `changes` are to the settings."""
        confidence = TrackConfidence(StatusConfig())
        confidence.restart(self.reference)
        config = dataclasses.replace(self.config, **changes)  # type: ignore[arg-type]
        return RegionSearch(self, config, confidence)

    def followed(self, *scene: Thing, frames: int = 6, **changes: object) -> RegionSearch:
        """One whose target, the first of `scene`, was trusted for some frames."""
        search, box = self.search(**changes), scene[0][0]
        search.start(self.pair(*scene), box)
        for _ in range(frames):
            assert not self.step(search, self.pair(*scene), box)
        return search

    def step(self, search: RegionSearch, pair: FramePair, box: Box) -> bool:
        """A frame of a trusted target at `box`; whether that was a mistake, else it is learnt."""
        search.begin(pair, TrackState.start(SIZE, box))
        is_mistaken = search.is_mistaken(box)
        if not is_mistaken:
            search.trust(box)
        return is_mistaken

    def away(
        self,
        box: Box = HERE,
        frames: int = 9,
        *,
        has_clue: bool = False,
        status: TrackStatus = TrackStatus.LOST,
    ) -> TrackState:
        """Doubtful since `frames`; the last best place, a clue perhaps, is `box`."""
        return dataclasses.replace(
            TrackState.start(SIZE, HERE),
            box=box,
            status=status,
            doubtful_frames=frames,
            has_clue=has_clue,
        )


class SlowWorld(RegionWorld):
    """In its thread every look waits for leave, and says that it has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.config = dataclasses.replace(self.config, asynchronous="on")
        self.has_begun, self.leave = threading.Semaphore(0), threading.Semaphore(0)
        self.given = threading.Semaphore(0)

    def look(self, pair: FramePair, code: TargetCode) -> Look:
        """The same, when it may."""
        if threading.current_thread() is not threading.main_thread():
            self.has_begun.release()
            assert self.leave.acquire(timeout=WAIT_S)
        return super().look(pair, code)

    def wait(self) -> None:
        """Until a look has begun that nobody has waited for."""
        assert self.has_begun.acquire(timeout=WAIT_S)

    def finish(self) -> None:
        """The look that was waited for comes to its end; the search may take its map."""
        self.leave.release()
        assert self.given.acquire(timeout=WAIT_S)


@pytest.fixture
def world() -> RegionWorld:
    """A search and what it sees, map by map."""
    return RegionWorld()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowWorld]:
    """The same with a thread for its maps, each of which takes until it may end."""
    world, give = SlowWorld(), _Exchange.give

    def give_and_tell(self: _Exchange, done: DoneMap) -> None:
        give(self, done)
        world.given.release()

    monkeypatch.setattr(_Exchange, "give", give_and_tell)
    yield world
    world.leave.release(100)
