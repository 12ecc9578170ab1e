"""The search with global attention, on squares of noise and a net that is told the truth.

Proves: jumps and returns are found, an absent target is LOST, what was seen beside the target or
looks otherwise is not taken for it, both kinds of proposals are scored together.
Not: what a real net sees (docs/evaluation.md).
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes, iou
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.core.learning_config import FirstFrameConfig, LearningConfig
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSource
from rgbt_dualatt_ros.core.tracker_config import (
    FeatureConfig,
    HeadConfig,
    ProposalConfig,
    SearchConfig,
    StatusConfig,
    TrackerConfig,
)
from rgbt_dualatt_ros.models.backbone import BackboneShape, random_backbone
from rgbt_dualatt_ros.models.global_attention import Look, TargetCode
from rgbt_dualatt_ros.tracking.dual_attention_tracker import DualAttentionTracker
from rgbt_dualatt_ros.tracking.feature_map import MapReader
from rgbt_dualatt_ros.tracking.identity import Identity
from rgbt_dualatt_ros.tracking.map_thread import DoneMap, _Exchange
from rgbt_dualatt_ros.tracking.region_search import RegionSearch

HEIGHT, WIDTH, SIDE = 200, 320, 40
GLOBAL = GlobalAttentionConfig(enabled=True, proposals_per_region=24)
CONFIG = TrackerConfig(
    device="cpu",
    search=SearchConfig(target_side=48),
    features=FeatureConfig(components=12),
    proposals=ProposalConfig(per_frame=96),
    head=HeadConfig(hidden=32),
    first_frame=FirstFrameConfig(positives=200, negatives=400, views=4, iterations=40),
    learning=LearningConfig(positives_per_frame=20, negatives_per_frame=40, mining_pool=128),
    status=StatusConfig(lost_after=6),
    global_attention=GLOBAL,
)
NET = BackboneShape(stem=8, middle=16, trunk=24, features=24)
HERE, THERE, YONDER = Box(40, 60, SIDE, SIDE), Box(240, 120, SIDE, SIDE), Box(240, 20, SIDE, SIDE)
Scene = Sequence[tuple[Box, int]]
"""What is shown: places, and whose square is there."""
T, U, L = TrackStatus.TRACKING, TrackStatus.UNCERTAIN, TrackStatus.LOST
OWN, TWIN, OTHER = 3, 5, 7
TINTS = {OWN: (60, -40, -40), TWIN: (60, -10, 20), OTHER: (-60, 0, 60)}
HEATS = {OWN: 130, TWIN: 130, OTHER: 20}
WEAVE = {OWN: 3, TWIN: 3, OTHER: 8}  # the classifier sees little else


def textures(seed: int, shape: tuple[int, ...], grain: int) -> NDArray[np.uint8]:
    rows, columns = -(-shape[0] // grain), -(-shape[1] // grain)
    cells = np.random.default_rng(seed).integers(40, 216, (rows, columns, *shape[2:]), np.uint8)
    return cells.repeat(grain, axis=0).repeat(grain, axis=1)[: shape[0], : shape[1]]


# Of greys: among all colours a twin would look like what surrounds it.
GROUND = textures(1, (HEIGHT, WIDTH, 1), 13).repeat(3, axis=2)
COOL = textures(2, (HEIGHT, WIDTH), 17) // 3


def features_of(pair: FramePair) -> NDArray[np.float32]:
    """Means of colour and heat in the cells of the net's input, over their usual spread."""
    seen = np.concatenate([pair.rgb, pair.thermal[..., None]], axis=2).astype(np.float32)
    means = cv2.resize(seen, (32, 24), interpolation=cv2.INTER_AREA).transpose(2, 0, 1)
    spread = means.std(axis=(1, 2), keepdims=True)
    return np.asarray((means - means.mean(axis=(1, 2), keepdims=True)) / spread, np.float32)


class _Film:
    """Draws scenes, and is the net: its map is told where squares are, its features see them."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []
        self.junk: Scene = ()
        self.stamps: dict[int, int] = {}
        self.looks: list[Look] = []  # alive, so that no two have one id

    def pair(self, scene: Scene) -> FramePair:
        rgb, thermal = GROUND.copy(), COOL.copy()
        for box, whose in scene:
            x, y = round(box.x), round(box.y)
            square = textures(WEAVE[whose], (SIDE, SIDE, 3), 8) + np.array(TINTS[whose])
            rgb[y : y + SIDE, x : x + SIDE] = square.clip(0, 255).astype(np.uint8)
            warm = HEATS[whose] + textures(WEAVE[whose] + 1, (SIDE, SIDE), 10) // 3
            thermal[y : y + SIDE, x : x + SIDE] = warm
        self.scenes.append(scene)
        return FramePair(rgb, thermal, stamp_ns=len(self.scenes) - 1)

    def code_target(self, pair: FramePair, box: Box) -> TargetCode:
        del pair, box
        return []

    def look(self, pair: FramePair, code: TargetCode) -> Look:
        del code
        strength = np.zeros((192, 256), np.float32)
        for box, whose in [*self.scenes[pair.stamp_ns], *self.junk]:
            x, y = round(box.x * 256 / WIDTH), round(box.y * 192 / HEIGHT)
            w, h = round(box.w * 256 / WIDTH), round(box.h * 192 / HEIGHT)
            strength[y : y + h, x : x + w] = 0.9 if whose == OWN else 0.8
        self.looks.append(Look(strength, features_of(pair), first=4.0, step=8.0))
        self.stamps[id(self.looks[-1])] = pair.stamp_ns
        return self.looks[-1]

    def attend(self, pair: FramePair, code: TargetCode) -> NDArray[np.float32]:
        return self.look(pair, code).strength


@pytest.fixture
def film() -> _Film:
    return _Film()


def tracker_of(film: _Film | None, **changes: object) -> DualAttentionTracker:
    given = dataclasses.replace(GLOBAL, **changes)  # type: ignore[arg-type]  # of its own fields
    config = dataclasses.replace(CONFIG, global_attention=given)
    device = torch.device("cpu")
    reader = MapReader(random_backbone(NET, 0), config, device)
    return DualAttentionTracker(config, reader, device, film)


def started(film: _Film, scene: Scene = ((HERE, OWN),), **changes: object) -> DualAttentionTracker:
    """A tracker that has followed the first box of `scene` for eight frames."""
    tracker = tracker_of(film, **changes)
    tracker.initialize(film.pair(scene), scene[0][0])
    assert {each.status for each in show(tracker, film, scene, 8)} == {T}
    return tracker


def show(
    tracker: DualAttentionTracker, film: _Film, scene: Scene, frames: int
) -> list[Prediction]:
    return [tracker.track(film.pair(scene)) for _ in range(frames)]


def overlap(prediction: Prediction, box: Box) -> float:
    return float(iou(prediction.box.as_array()[None], box.as_array()[None])[0])


def test_a_target_that_jumps_across_the_image_is_found_within_four_frames(film: _Film) -> None:
    predictions = show(started(film), film, [(THERE, OWN)], 4)
    assert predictions[0].status is U
    assert predictions[-1].status is T
    assert overlap(predictions[-1], THERE) > 0.5
    assert ProposalSource.GLOBAL in {each.source for each in predictions}


def test_without_a_map_that_takes_longer(film: _Film) -> None:
    tracker = tracker_of(None)
    tracker.initialize(film.pair([(HERE, OWN)]), HERE)
    show(tracker, film, [(HERE, OWN)], 8)
    predictions = show(tracker, film, [(THERE, OWN)], 4)
    assert T not in {each.status for each in predictions}
    assert {each.source for each in predictions} == {ProposalSource.LOCAL}


def test_the_papers_gate_forbids_that(film: _Film) -> None:
    predictions = show(started(film, gate="paper"), film, [(THERE, OWN)], 4)
    assert T not in {each.status for each in predictions}
    assert {each.source for each in predictions} == {ProposalSource.LOCAL}


def test_an_absent_target_is_lost_though_the_map_shows_something(film: _Film) -> None:
    tracker = started(film)
    film.junk = [(YONDER, OWN), (THERE, OWN)]
    predictions = show(tracker, film, [], 12)
    assert T not in {each.status for each in predictions}
    assert predictions[-1].status is L
    assert overlap(predictions[-1], HERE) > 0.6  # the last trusted place
    assert tracker.search is not None
    assert len(tracker.search.proposals.boxes) == 0  # nothing there is like it: none is scored
    assert show(tracker, film, [(THERE, OWN)], 8)[-1].status is T


def test_what_looks_otherwise_is_not_taken_for_the_target(film: _Film) -> None:
    assert T not in {each.status for each in show(started(film), film, [(THERE, OTHER)], 12)}


def test_a_twin_that_was_seen_beside_the_target_is_not_taken_for_it(film: _Film) -> None:
    tracker = started(film, [(HERE, OWN), (THERE, TWIN)])
    predictions = show(tracker, film, [(THERE, TWIN)], 12)
    assert T not in {each.status for each in predictions}
    assert predictions[-1].status is L
    back = show(tracker, film, [(YONDER, OWN), (THERE, TWIN)], 6)
    assert back[-1].status is T
    assert overlap(back[-1], YONDER) > 0.5


def test_a_twin_that_was_never_seen_is_told_by_its_colour_alone(film: _Film) -> None:
    seeing = show(started(film, strangeness=2.0), film, [(THERE, TWIN)], 12)
    assert T not in {each.status for each in seeing}
    blind = show(started(film, strangeness=0.0), film, [(THERE, TWIN)], 12)
    assert blind[-1].status is T
    assert overlap(blind[-1], THERE) > 0.5


def test_of_two_that_look_alike_none_is_believed(film: _Film) -> None:
    tracker = started(film)
    twins = [(THERE, OWN), (YONDER, OWN)]
    assert T not in {each.status for each in show(tracker, film, twins, 12)}
    assert show(tracker, film, [(THERE, OWN)], 6)[-1].status is T


@pytest.fixture
def maps(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Has one to take for every map that the thread has ready."""
    ready, give = threading.Semaphore(0), _Exchange.give

    def give_and_tell(self: _Exchange, done: DoneMap) -> None:
        give(self, done)
        ready.release()

    monkeypatch.setattr(_Exchange, "give", give_and_tell)
    return ready


def show_late(
    tracker: DualAttentionTracker, film: _Film, scene: Scene, maps: threading.Semaphore
) -> Prediction:
    """A frame whose map is ready for the next one."""
    prediction = tracker.track(film.pair(scene))
    assert maps.acquire(timeout=10)
    return prediction


def test_a_map_that_comes_a_frame_later_finds_the_target_too(
    film: _Film, maps: threading.Semaphore
) -> None:
    tracker = tracker_of(film, asynchronous="on", when="every_frame")
    beside = [(HERE, OWN), (THERE, TWIN)]
    tracker.initialize(film.pair(beside), HERE)
    assert {show_late(tracker, film, beside, maps).status for _ in range(8)} == {T}
    alone = [show_late(tracker, film, [(THERE, TWIN)], maps) for _ in range(10)]
    assert T not in {each.status for each in alone}
    back = [show_late(tracker, film, [(YONDER, OWN), (THERE, TWIN)], maps) for _ in range(7)]
    assert back[-1].status is T
    assert overlap(back[-1], YONDER) > 0.5
    tracker.reset()


def test_a_late_map_is_learnt_with_the_box_of_its_own_frame(
    film: _Film, maps: threading.Semaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt: list[tuple[int, Box]] = []
    learn = Identity.learn

    def spy(self: Identity, look: Look, target: Box, others: Boxes, size: ImageSize) -> None:
        learnt.append((film.stamps[id(look)], target))
        learn(self, look, target, others, size)

    monkeypatch.setattr(Identity, "learn", spy)
    tracker = tracker_of(film, asynchronous="on", when="every_frame")
    tracker.initialize(film.pair([(HERE, OWN)]), HERE)
    followed = [(0, HERE)]
    for frame in range(1, 6):
        place = Box(HERE.x + 6 * frame, HERE.y, SIDE, SIDE)
        prediction = show_late(tracker, film, [(place, OWN)], maps)
        assert prediction.status is T
        assert tracker._state is not None
        followed.append((frame, tracker._state.box))
    assert learnt == followed[:-1]  # the newest map has not been taken yet
    assert len({box for _, box in followed}) == 6
    tracker.reset()


def test_both_kinds_of_proposals_are_scored_together(film: _Film) -> None:
    tracker = started(film, when="every_frame")
    (prediction,) = show(tracker, film, [(HERE, OWN)], 1)
    search = tracker.search
    assert search is not None
    assert search.attention is not None
    assert search.attention.stamp_ns == prediction.stamp_ns
    np.testing.assert_allclose(search.attention.regions, [HERE.as_array()], atol=4)
    count = np.bincount(search.proposals.source, minlength=2)
    assert count[ProposalSource.LOCAL] == 96
    assert 1 <= count[ProposalSource.GLOBAL] <= 24


def test_a_trusted_target_asks_for_no_maps_but_those_that_are_due(film: _Film) -> None:
    started(film, every=4, every_crowded=4)
    assert [film.stamps[id(look)] for look in film.looks] == [0, 1, 5]


def test_a_mistake_is_not_trusted_though_it_scores_as_usual(
    film: _Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = started(film)
    asked: list[Box] = []

    def is_mistaken(_: RegionSearch, box: Box) -> bool:
        asked.append(box)
        return True

    monkeypatch.setattr(RegionSearch, "is_mistaken", is_mistaken)
    (prediction,) = show(tracker, film, [(HERE, OWN)], 1)
    assert prediction.status is U
    assert float(iou(asked[0].as_array()[None], HERE.as_array()[None])[0]) > 0.7


def test_far_regions_give_no_proposals_while_the_target_is_tracked(film: _Film) -> None:
    tracker = started(film, when="every_frame")
    film.junk = [(THERE, OWN)]
    show(tracker, film, [(HERE, OWN)], 1)
    search = tracker.search
    assert search is not None
    assert search.attention is not None
    assert len(search.attention.regions) == 2
    boxes = search.proposals.boxes[search.proposals.source == ProposalSource.GLOBAL]
    assert len(boxes) > 0
    assert np.all(np.hypot(boxes[:, 0] - HERE.x, boxes[:, 1] - HERE.y) < 40)


def test_a_reset_returns_to_the_beginning(film: _Film) -> None:
    def run(tracker: DualAttentionTracker) -> list[Prediction]:
        film.scenes.clear()
        tracker.initialize(film.pair([(HERE, OWN)]), HERE)
        first = show(tracker, film, [(HERE, OWN)], 4)
        return first + show(tracker, film, [(THERE, OWN)], 6)

    tracker = tracker_of(film)
    before = run(tracker)
    tracker.reset()
    assert tracker.search is None
    assert run(tracker) == before


def test_without_a_net_there_is_no_map_in_the_report(film: _Film) -> None:
    tracker = tracker_of(None)
    assert tracker.search is None
    tracker.initialize(film.pair([(HERE, OWN)]), HERE)
    assert tracker.search is None
    show(tracker, film, [(HERE, OWN)], 1)
    assert tracker.search is not None
    assert tracker.search.attention is None
