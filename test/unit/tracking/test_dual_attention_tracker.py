"""The tracker as a whole, with a small net of random weights.

Proves: it follows an easy target, repeats itself, survives dead cameras and refuses bad input.
Not: how well it tracks real targets (docs/evaluation.md) nor how fast (benchmark/).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import iou
from rgbt_dualatt_ros.core.errors import (
    ConfigError,
    FramePairError,
    InvalidBoxError,
    NotInitializedError,
    WeightsError,
)
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.learning_config import AttentionConfig, FirstFrameConfig, LearningConfig
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.core.tracker import ExplainingTracker
from rgbt_dualatt_ros.core.tracker_config import (
    FeatureConfig,
    HeadConfig,
    ProposalConfig,
    SearchConfig,
    StatusConfig,
    TrackerConfig,
)
from rgbt_dualatt_ros.models.backbone import BackboneShape, random_backbone
from rgbt_dualatt_ros.tracking.dual_attention_tracker import DualAttentionTracker
from rgbt_dualatt_ros.tracking.feature_map import MapReader

CONFIG = TrackerConfig(
    device="cpu",
    search=SearchConfig(target_side=48),
    features=FeatureConfig(components=12),
    proposals=ProposalConfig(per_frame=128),
    head=HeadConfig(hidden=32),
    first_frame=FirstFrameConfig(positives=200, negatives=400, views=4, iterations=40),
    learning=LearningConfig(positives_per_frame=20, negatives_per_frame=40, mining_pool=128),
)
NET = BackboneShape(stem=8, middle=16, trunk=24, features=24)
SIZE = 200, 260
SIDE = 40


def textures(seed: int, shape: tuple[int, ...], grain: int) -> NDArray[np.uint8]:
    """Noise in squares of `grain` px, so that it survives shrinking."""
    rows, columns = -(-shape[0] // grain), -(-shape[1] // grain)
    cells = np.random.default_rng(seed).integers(40, 216, (rows, columns, *shape[2:]), np.uint8)
    return cells.repeat(grain, axis=0).repeat(grain, axis=1)[: shape[0], : shape[1]]


BACKGROUND = textures(1, (*SIZE, 3), 13)
BACKGROUND_HEAT = textures(2, SIZE, 17) // 3
TARGET = textures(3, (SIDE, SIDE, 3), 8)
TARGET_HEAT = 130 + textures(4, (SIDE, SIDE), 10) // 3


def target_box(frame: int) -> Box:
    return Box(40 + 4 * frame, 60 + 25 * math.sin(frame / 6), SIDE, SIDE)


def pair_at(frame: int) -> FramePair:
    """A textured, warm square on a textured, cool ground."""
    box = target_box(frame)
    x, y = round(box.x), round(box.y)
    rgb, thermal = BACKGROUND.copy(), BACKGROUND_HEAT.copy()
    rgb[y : y + SIDE, x : x + SIDE] = TARGET
    thermal[y : y + SIDE, x : x + SIDE] = TARGET_HEAT
    return FramePair(rgb, thermal, stamp_ns=frame * 33_000_000)


def new_tracker(config: TrackerConfig = CONFIG) -> DualAttentionTracker:
    device = torch.device("cpu")
    return DualAttentionTracker(config, MapReader(random_backbone(NET, 0), config, device), device)


def started(config: TrackerConfig = CONFIG) -> DualAttentionTracker:
    tracker = new_tracker(config)
    tracker.initialize(pair_at(0), target_box(0))
    return tracker


def follow(tracker: DualAttentionTracker, frames: int) -> list[Prediction]:
    return [tracker.track(pair_at(frame)) for frame in range(1, frames + 1)]


def overlap(prediction: Prediction, frame: int) -> float:
    return float(iou(prediction.box.as_array()[None], target_box(frame).as_array()[None])[0])


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_it_follows_a_textured_square_for_30_frames(weight: float) -> None:
    config = dataclasses.replace(CONFIG, attention=AttentionConfig(weight=weight))
    predictions = follow(started(config), 30)
    overlaps = [overlap(each, frame) for frame, each in enumerate(predictions, 1)]
    assert min(overlaps) > 0.6
    assert [each.stamp_ns for each in predictions] == [33_000_000 * i for i in range(1, 31)]
    assert predictions[-1].status is TrackStatus.TRACKING


def test_two_runs_give_the_same_boxes() -> None:
    assert follow(started(), 6) == follow(started(), 6)


def test_a_reset_returns_to_the_beginning() -> None:
    tracker = started()
    first = follow(tracker, 6)
    tracker.reset()
    with pytest.raises(NotInitializedError):
        tracker.track(pair_at(1))
    tracker.initialize(pair_at(0), target_box(0))
    assert follow(tracker, 6) == first


def test_another_seed_gives_other_boxes() -> None:
    other = dataclasses.replace(CONFIG, seed=1)
    assert follow(started(), 2) != follow(started(other), 2)


def test_the_callers_images_are_not_changed_and_may_be_read_only() -> None:
    tracker = new_tracker()
    for frame in range(3):
        pair = pair_at(frame)
        pair.rgb.flags.writeable = False
        pair.thermal.flags.writeable = False
        before = pair.rgb.copy(), pair.thermal.copy()
        if frame == 0:
            tracker.initialize(pair, target_box(0))
        else:
            tracker.track(pair)
        np.testing.assert_array_equal(pair.rgb, before[0])
        np.testing.assert_array_equal(pair.thermal, before[1])


def test_tracking_before_a_target_is_refused_with_the_remedy() -> None:
    with pytest.raises(NotInitializedError, match="initialize"):
        new_tracker().track(pair_at(0))


@pytest.mark.parametrize(
    ("box", "reason"),
    [(Box(300, 10, 40, 40), "outside"), (Box(10, 10, 40, 3), "too small")],
    ids=["outside", "too small"],
)
def test_a_bad_box_is_refused_and_the_old_target_kept(box: Box, reason: str) -> None:
    tracker = started()
    expected = follow(started(), 3)
    with pytest.raises(InvalidBoxError, match=reason):
        tracker.initialize(pair_at(0), box)
    assert follow(tracker, 3) == expected


def test_another_image_size_is_refused_and_the_target_kept() -> None:
    tracker = started()
    small = FramePair(np.zeros((90, 80, 3), np.uint8), np.zeros((90, 80), np.uint8))
    with pytest.raises(FramePairError, match=r"260x200 to 80x90; initialize again"):
        tracker.track(small)
    assert overlap(tracker.track(pair_at(1)), 1) > 0.6


def test_it_may_start_again_with_another_target_and_size() -> None:
    tracker = started()
    rgb = textures(9, (120, 150, 3), 5)
    tracker.initialize(FramePair(rgb, rgb[..., 0].copy()), Box(50, 40, 30, 30))
    assert tracker.track(FramePair(rgb, rgb[..., 0].copy())).status is TrackStatus.TRACKING


def dead_rgb(pair: FramePair) -> FramePair:
    return FramePair(np.zeros_like(pair.rgb), pair.thermal, pair.stamp_ns)


def dead_thermal(pair: FramePair) -> FramePair:
    return FramePair(pair.rgb, np.full_like(pair.thermal, 255), pair.stamp_ns)


def dead_both(pair: FramePair) -> FramePair:
    return dead_rgb(dead_thermal(pair))


@pytest.mark.parametrize("kill", [dead_rgb, dead_thermal])
def test_one_dead_camera_is_survived_by_the_other(
    kill: Callable[[FramePair], FramePair],
) -> None:
    tracker = started()
    follow(tracker, 8)
    for frame in range(9, 16):
        prediction = tracker.track(kill(pair_at(frame)))
        assert math.isfinite(prediction.score)
    after = [tracker.track(pair_at(frame)) for frame in range(16, 24)]
    assert overlap(after[-1], 23) > 0.6


def test_when_both_cameras_die_the_last_box_stays_and_nothing_is_learned() -> None:
    tracker = started()
    last = follow(tracker, 8)[-1]
    weights = [value.clone() for value in tracker._learner._head.parameters()]
    blind = [tracker.track(dead_both(pair_at(8))) for _ in range(CONFIG.status.lost_after + 2)]
    assert {each.box for each in blind} == {last.box}
    assert {each.score for each in blind} == {0.0}
    assert blind[0].status is TrackStatus.UNCERTAIN
    assert blind[-1].status is TrackStatus.LOST
    for before, now in zip(weights, tracker._learner._head.parameters(), strict=True):
        torch.testing.assert_close(before, now)


@pytest.mark.parametrize("on_failure", ["follow", "hold"])
@pytest.mark.parametrize("rule", ["relative", "absolute"])
def test_a_target_that_comes_back_is_found_again(rule: str, on_failure: str) -> None:
    status = StatusConfig(rule=rule, on_failure=on_failure)
    tracker = started(dataclasses.replace(CONFIG, status=status))
    last = follow(tracker, 10)[-1]
    empty = FramePair(BACKGROUND.copy(), BACKGROUND_HEAT.copy())
    gone = [tracker.track(empty) for _ in range(40)]
    assert gone[-1].status is TrackStatus.LOST
    assert gone[-1].box == last.box
    found = [tracker.track(pair_at(30)) for _ in range(40)]
    assert found[-1].status is TrackStatus.TRACKING
    assert overlap(found[-1], 30) > 0.6


@pytest.mark.parametrize(
    "box",
    [Box(0, 0, 8, 8), Box(250, 190, 20, 20), Box(-20, 50, 60, 60), Box(0, 0, 260, 200)],
    ids=["tiny", "corner", "half outside", "whole image"],
)
def test_odd_boxes_give_boxes_inside_the_image(box: Box) -> None:
    tracker = new_tracker()
    tracker.initialize(pair_at(0), box)
    for frame in range(1, 5):
        prediction = tracker.track(pair_at(frame))
        found = prediction.box
        assert math.isfinite(prediction.score)
        assert found.x >= -1e-3
        assert found.y >= -1e-3
        assert found.x + found.w <= 260 + 1e-3
        assert found.y + found.h <= 200 + 1e-3


def test_constant_images_in_the_first_frame_break_nothing() -> None:
    tracker = new_tracker()
    flat = FramePair(np.full((*SIZE, 3), 7, np.uint8), np.full(SIZE, 9, np.uint8))
    tracker.initialize(flat, target_box(0))
    assert all(math.isfinite(each.score) for each in follow(tracker, 3))


def test_learning_can_be_switched_off() -> None:
    config = dataclasses.replace(CONFIG, learning=LearningConfig(enabled=False))
    tracker = started(config)
    weights = [value.clone() for value in tracker._learner._head.parameters()]
    follow(tracker, 5)
    for before, now in zip(weights, tracker._learner._head.parameters(), strict=True):
        torch.testing.assert_close(before, now)


def test_memory_stays_what_it_was() -> None:
    tracker = started()
    reserved = tracker._learner.memory_bytes
    follow(tracker, 25)
    assert tracker._learner.memory_bytes == reserved


def test_from_config_takes_the_shipped_weights() -> None:
    tracker = DualAttentionTracker.from_config(TrackerConfig(device="cpu"))
    tracker.initialize(pair_at(0), target_box(0))
    assert overlap(follow(tracker, 5)[-1], 5) > 0.6


def test_from_config_without_weights_or_device_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(WeightsError, match=r"tried gone\.safetensors"):
        DualAttentionTracker.from_config(TrackerConfig(device="cpu", weights="gone.safetensors"))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match="cuda:3 is not there"):
        DualAttentionTracker.from_config(TrackerConfig(device="cuda:3"))


def test_attention_may_be_asked_for_at_any_time_and_changes_nothing() -> None:
    asked, silent = started(), started()
    assert isinstance(asked, ExplainingTracker)
    for frame in range(1, 5):
        expected, found = silent.track(pair_at(frame)), asked.track(pair_at(frame))
        assert found == expected
        images = asked.attention(pair_at(frame), found.box)
        assert images.target.shape == images.background.shape == SIZE
    with pytest.raises(NotInitializedError):
        new_tracker().attention(pair_at(0), target_box(0))
    with pytest.raises(InvalidBoxError, match="outside"):
        asked.attention(pair_at(4), Box(300, 10, 40, 40))


def test_the_report_counts_the_steps_of_this_target() -> None:
    tracker = started()
    first = tracker.learning
    assert (first.steps, first.skipped, first.unattended) == (40, 0, 0)
    assert 0 < first.classification_loss < 0.69
    assert first.target_penalty > 0
    assert first.background_penalty > 0
    assert all(0 < each < math.sqrt(8) for each in first.spreads)
    follow(tracker, 6)
    assert tracker.learning.steps > 40
    tracker.initialize(pair_at(0), target_box(0))
    assert tracker.learning.steps == 40


def test_without_attention_there_is_no_penalty() -> None:
    config = dataclasses.replace(CONFIG, attention=AttentionConfig(enabled=False))
    report = started(config).learning
    assert (report.target_penalty, report.background_penalty) == (0, 0)
    assert report.spreads == (0, 0, 0, 0)


def test_weight_0_learns_as_without_attention() -> None:
    """The maps are taken and reported, and draw no random numbers."""
    off = dataclasses.replace(CONFIG, attention=AttentionConfig(enabled=False))
    zero = dataclasses.replace(CONFIG, attention=AttentionConfig(weight=0))
    first, second = started(off), started(zero)
    assert second.learning.target_penalty > 0
    for expected, found in zip(follow(first, 4), follow(second, 4), strict=True):
        np.testing.assert_allclose(found.box.as_array(), expected.box.as_array(), atol=1e-3)


def test_a_camera_dead_from_the_start_does_not_stop_the_learning() -> None:
    tracker = new_tracker()
    tracker.initialize(dead_rgb(pair_at(0)), target_box(0))
    fitted = tracker.learning.steps
    for frame in range(1, 9):
        assert overlap(tracker.track(dead_rgb(pair_at(frame))), frame) > 0.5
    assert tracker.learning.steps > fitted
    assert tracker._learner._positives.frames == 8
