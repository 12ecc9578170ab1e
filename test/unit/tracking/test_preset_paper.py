"""Preset paper as a whole, small: crops, VGG-M with random weights, maps at its first layer.

Proves: it follows a toy target with and without the penalty, repeats itself, holds on after a
failure and learns at once, and survives dead cameras and targets without any background.
Not: how well the preset tracks at its real size (docs/evaluation.md).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import iou
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSource
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.models.global_attention import GlobalAttentionNet, Look, TargetCode
from rgbt_dualatt_ros.models.vgg_m import random_vgg_m
from rgbt_dualatt_ros.tracking.crop_features import CropReader
from rgbt_dualatt_ros.tracking.dual_attention_tracker import DualAttentionTracker

SMALL: Mapping[str, object] = {
    "preset": "paper",
    "device": "cpu",
    "proposals.per_frame": 24,
    "head.hidden": 64,
    "first_frame.positives": 24,
    "first_frame.negatives": 48,
    "first_frame.mining_pool": 48,
    "first_frame.iterations": 15,
    "learning.iterations": 2,
    "learning.batch_positives": 12,
    "learning.batch_negatives": 12,
    "learning.positives_per_frame": 4,
    "learning.negatives_per_frame": 8,
    "learning.mining_pool": 32,
    "attention.samples": 2,
    "attention.every": 4,
    "box_regression.boxes": 16,
    "status.lost_after": 3,
}
TINY: Mapping[str, object] = {
    "proposals.per_frame": 4,
    "first_frame.positives": 6,
    "first_frame.negatives": 6,
    "first_frame.iterations": 3,
    "learning.positives_per_frame": 2,
    "learning.negatives_per_frame": 2,
    "attention.every": 3,
    "attention.samples": 1,
    "box_regression.boxes": 8,
}
ALWAYS: Mapping[str, object] = {"status.success_above": -1e3}
NEVER: Mapping[str, object] = {"status.success_above": 1e3}
HEIGHT, WIDTH, SIDE = 120, 160, 32


def grains(seed: int, *shape: int) -> NDArray[np.uint8]:
    """Noise in squares of 8 px."""
    rows, columns = -(-shape[0] // 8), -(-shape[1] // 8)
    cells = np.random.default_rng(seed).integers(40, 216, (rows, columns, *shape[2:]), np.uint8)
    return cells.repeat(8, axis=0).repeat(8, axis=1)[: shape[0], : shape[1]]


GROUND, COOL = grains(1, HEIGHT, WIDTH, 3), grains(2, HEIGHT, WIDTH) // 3
TARGET, WARM = grains(3, SIDE, SIDE, 3), 140 + grains(4, SIDE, SIDE) // 3
EMPTY = FramePair(GROUND.copy(), COOL.copy())


def target_box(frame: int) -> Box:
    return Box(30 + 5 * frame, 40 + 2 * frame, SIDE, SIDE)


def pair_at(frame: int) -> FramePair:
    """A textured square, warm, on textured, cool ground."""
    box = target_box(frame)
    x, y = round(box.x), round(box.y)
    rgb, thermal = GROUND.copy(), COOL.copy()
    rgb[y : y + SIDE, x : x + SIDE] = TARGET
    thermal[y : y + SIDE, x : x + SIDE] = WARM
    return FramePair(rgb, thermal, stamp_ns=frame)


def dead(pair: FramePair, *cameras: str) -> FramePair:
    return FramePair(
        np.zeros_like(pair.rgb) if "rgb" in cameras else pair.rgb,
        np.zeros_like(pair.thermal) if "thermal" in cameras else pair.thermal,
    )


class _HeatNet:
    """Takes warmth for attention, and remembers how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def code_target(self, pair: FramePair, box: Box) -> TargetCode:
        del pair, box
        return []

    def look(self, pair: FramePair, code: TargetCode) -> Look:
        del code
        self.asked += 1
        warm = (pair.thermal >= 140).astype(np.float32)
        strength = np.asarray(cv2.resize(warm, (256, 192)), np.float32)
        return Look(strength, strength[None, 4::8, 4::8], first=4, step=8)

    def attend(self, pair: FramePair, code: TargetCode) -> NDArray[np.float32]:
        return self.look(pair, code).strength


def new_tracker(
    *changes: Mapping[str, object], net: GlobalAttentionNet | None = None
) -> DualAttentionTracker:
    given = dict(SMALL)
    for each in changes:
        given.update(each)
    config = build(Config, given).tracker
    vgg = random_vgg_m(0).eval().requires_grad_(False)
    device = torch.device("cpu")
    return DualAttentionTracker(config, CropReader((vgg, vgg), config, device), device, net)


def started(*changes: Mapping[str, object]) -> DualAttentionTracker:
    tracker = new_tracker(*changes)
    tracker.initialize(pair_at(0), target_box(0))
    return tracker


def follow(tracker: DualAttentionTracker, frames: int) -> list[Prediction]:
    return [tracker.track(pair_at(frame)) for frame in range(1, frames + 1)]


@pytest.mark.parametrize("weight", [0.0, 3.0])
def test_it_follows_a_textured_square(weight: float) -> None:
    tracker = started({"attention.weight": weight})
    for frame, prediction in enumerate(follow(tracker, 6), 1):
        overlap = iou(prediction.box.as_array()[None], target_box(frame).as_array()[None])[0]
        assert overlap > 0.6
        assert prediction.status is TrackStatus.TRACKING
    report = tracker.learning
    assert (report.skipped, report.unattended) == (0, 0)
    assert report.target_penalty > 0
    assert report.background_penalty > 0


def test_a_start_that_the_weights_do_not_have_is_refused_before_any_frame() -> None:
    with pytest.raises(ConfigError, match="the weights file has none for fc4"):
        new_tracker({"head.start": "weights"})


def test_a_reset_returns_to_the_beginning() -> None:
    tracker = started(TINY)
    first, report = follow(tracker, 2), tracker.learning
    assert report.target_penalty > 0
    tracker.reset()
    tracker.initialize(pair_at(0), target_box(0))
    assert follow(tracker, 2) == first
    assert tracker.learning == report


def test_failed_frames_hold_the_box_and_learn_at_once_from_what_there_is() -> None:
    tracker = started(TINY, NEVER)
    fitted = tracker.learning.steps
    predictions = follow(tracker, 3)
    assert {each.box for each in predictions} == {target_box(0)}
    assert [each.status for each in predictions] == [
        TrackStatus.UNCERTAIN,
        TrackStatus.UNCERTAIN,
        TrackStatus.LOST,
    ]
    assert tracker.learning.steps == fitted + 3 * 2  # an update of two steps in each frame
    assert tracker._learner._positives.frames == 0


def test_successes_are_collected_and_learned_from_at_every_interval() -> None:
    tracker = started(TINY, ALWAYS, {"learning.interval": 2})
    fitted = tracker.learning.steps
    steps = []
    for frame in range(1, 5):
        tracker.track(pair_at(frame))
        steps.append(tracker.learning.steps - fitted)
    assert steps == [0, 2, 2, 4]
    assert tracker._learner._positives.frames == 4


def test_when_both_cameras_die_the_box_stays_and_nothing_is_learned() -> None:
    tracker = started(TINY, ALWAYS)
    steps = tracker.learning.steps
    blind = dead(pair_at(1), "rgb", "thermal")
    predictions = [tracker.track(blind) for _ in range(3)]
    assert {each.box for each in predictions} == {target_box(0)}
    assert predictions[-1].status is TrackStatus.LOST
    assert tracker.learning.steps == steps
    assert tracker.track(pair_at(1)).status is TrackStatus.TRACKING


@pytest.mark.parametrize(
    ("cameras", "box"),
    [
        (("thermal",), target_box(0)),
        (("rgb", "thermal"), target_box(0)),
        ((), Box(0, 0, WIDTH, HEIGHT)),
        (("thermal",), Box(0, 0, WIDTH, HEIGHT)),
        ((), Box(-12, 100, 30, 30)),
    ],
    ids=["no thermal", "blind", "whole image", "whole image, no thermal", "corner"],
)
def test_odd_first_frames_give_boxes_inside_the_image(cameras: tuple[str, ...], box: Box) -> None:
    # Without overhang a target as large as the image leaves no background at all.
    tracker = new_tracker(TINY, ALWAYS, {"learning.interval": 1, "samples.overhang": False})
    tracker.initialize(dead(pair_at(0), *cameras), box)
    for frame in (1, 2):
        prediction = tracker.track(pair_at(frame))
        assert math.isfinite(prediction.score)
        found = prediction.box
        assert found.x >= -1e-3
        assert found.y >= -1e-3
        assert found.x + found.w <= WIDTH + 1e-3
        assert found.y + found.h <= HEIGHT + 1e-3
    assert tracker.learning.skipped == 0


@pytest.mark.parametrize("preset", ["dat", "py_mdnet"])
def test_the_presets_of_other_codes_run(preset: str) -> None:
    tracker = started(TINY, {"preset": preset, "learning.interval": 1})
    fitted = tracker.learning.steps
    assert math.isfinite(follow(tracker, 2)[-1].score)
    assert tracker.learning.steps > fitted
    assert (tracker.learning.target_penalty > 0) == (preset == "dat")


@pytest.mark.parametrize("rule", [ALWAYS, NEVER])
def test_global_proposals_near_the_last_box_are_scored_with_the_local_ones_in_every_frame(
    rule: Mapping[str, object],
) -> None:
    net = _HeatNet()
    tracker = new_tracker(TINY, rule, net=net)
    tracker.initialize(pair_at(0), target_box(0))
    last = target_box(0)
    for frame in range(1, 4):
        prediction = tracker.track(pair_at(frame))
        search = tracker.search
        assert net.asked == 1 + frame  # with the first frame
        assert search is not None
        assert search.attention is not None
        assert search.attention.stamp_ns == prediction.stamp_ns
        place = target_box(frame).as_array()[None]
        np.testing.assert_allclose(search.attention.regions, place, atol=2)
        is_global = search.proposals.source == ProposalSource.GLOBAL
        assert np.count_nonzero(~is_global) == 4
        assert 1 <= np.count_nonzero(is_global) <= 64
        boxes = search.proposals.boxes[is_global]
        if rule is NEVER:  # the last box is held, and the gate with it
            assert np.all(iou(boxes, last.as_array()[None]) >= 0.3)
            assert prediction.box == last
