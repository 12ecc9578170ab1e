"""The search with global attention, on squares of noise and a net that is told the truth.

Proves: jumps and returns are found, an absent target is LOST, what was seen beside the target or
looks otherwise is not taken for it, both kinds of proposals are scored together.
Not: what a real net sees (docs/evaluation.md).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import iou
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
from rgbt_dualatt_ros.models.global_attention import TargetCode
from rgbt_dualatt_ros.tracking.dual_attention_tracker import DualAttentionTracker
from rgbt_dualatt_ros.tracking.feature_map import MapReader

HEIGHT, WIDTH, SIDE = 200, 320, 40
# The squares are so coarse that half a box beside its place is another look.
GLOBAL = GlobalAttentionConfig(enabled=True, proposals_per_region=24, max_unlikeness=4.5)
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
OWN, OTHER = 3, 7


def textures(seed: int, shape: tuple[int, ...], grain: int) -> NDArray[np.uint8]:
    rows, columns = -(-shape[0] // grain), -(-shape[1] // grain)
    cells = np.random.default_rng(seed).integers(40, 216, (rows, columns, *shape[2:]), np.uint8)
    return cells.repeat(grain, axis=0).repeat(grain, axis=1)[: shape[0], : shape[1]]


GROUND, COOL = textures(1, (HEIGHT, WIDTH, 3), 13), textures(2, (HEIGHT, WIDTH), 17) // 3


class _Film:
    """Draws scenes, and is the net that knows what it drew, whichever square was asked for."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []
        self.junk: Scene = ()

    def pair(self, scene: Scene) -> FramePair:
        rgb, thermal = GROUND.copy(), COOL.copy()
        for box, whose in scene:
            x, y = round(box.x), round(box.y)
            rgb[y : y + SIDE, x : x + SIDE] = textures(whose, (SIDE, SIDE, 3), 8)
            thermal[y : y + SIDE, x : x + SIDE] = 130 + textures(whose + 1, (SIDE, SIDE), 10) // 3
        self.scenes.append(scene)
        return FramePair(rgb, thermal, stamp_ns=len(self.scenes) - 1)

    def code_target(self, pair: FramePair, box: Box) -> TargetCode:
        del pair, box
        return []

    def attend(self, pair: FramePair, code: TargetCode) -> NDArray[np.float32]:
        del code
        strength = np.zeros((192, 256), np.float32)
        for box, whose in [*self.scenes[pair.stamp_ns], *self.junk]:
            x, y = round(box.x * 256 / WIDTH), round(box.y * 192 / HEIGHT)
            w, h = round(box.w * 256 / WIDTH), round(box.h * 192 / HEIGHT)
            strength[y : y + h, x : x + w] = 0.9 if whose == OWN else 0.8
        return strength


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
    assert show(tracker, film, [(THERE, OWN)], 8)[-1].status is T


def test_what_looks_otherwise_is_not_taken_for_the_target(film: _Film) -> None:
    predictions = show(started(film), film, [(THERE, OTHER)], 12)
    assert T not in {each.status for each in predictions}


def test_a_twin_that_was_seen_beside_the_target_is_not_taken_for_it(film: _Film) -> None:
    tracker = started(film, [(HERE, OWN), (THERE, OWN)])
    predictions = show(tracker, film, [(THERE, OWN)], 12)
    assert T not in {each.status for each in predictions}
    assert predictions[-1].status is L


def test_without_memory_it_would_be(film: _Film) -> None:
    tracker = started(film, [(HERE, OWN), (THERE, OWN)], remembered=0)
    assert show(tracker, film, [(THERE, OWN)], 12)[-1].status is T


def test_of_two_that_look_alike_none_is_believed(film: _Film) -> None:
    tracker = started(film, margin=0.8)
    twins = [(THERE, OWN), (YONDER, OWN)]
    predictions = show(tracker, film, twins, 12)
    assert T not in {each.status for each in predictions}
    assert show(tracker, film, [(THERE, OWN)], 6)[-1].status is T


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
