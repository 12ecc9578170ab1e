"""OpenCV's trackers behind our protocol.

Proves: both modalities reach OpenCV, boxes stay inside the image, loss and misuse are said, and
runs repeat. Not: how well they track; and of the nets only NanoTrack, where its files lie beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import iou
from rgbt_dualatt_ros.core.errors import (
    ConfigError,
    FramePairError,
    InvalidBoxError,
    NotInitializedError,
)
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.datasets.sequence_folder import open_sequence
from rgbt_dualatt_ros.tracking.opencv_tracker import Modality, OpencvTracker

START = Box(40, 30, 24, 20)
STEP_PX = 2


def moving_pairs(seen_in: Modality | None, count: int = 8) -> Iterator[FramePair]:
    """A textured patch that moves right over weak noise, in one modality only (None: in none)."""
    rng = np.random.default_rng(0)
    patch = rng.integers(0, 255, (20, 24), np.uint8)
    for index in range(count):
        planes = {name: rng.integers(100, 110, (96, 160), np.uint8) for name in ("rgb", "thermal")}
        if seen_in is not None:
            left = 40 + STEP_PX * index
            planes[seen_in][30:50, left : left + 24] = patch
        yield FramePair(np.dstack([planes["rgb"]] * 3), planes["thermal"], stamp_ns=index)


def follow(tracker: OpencvTracker, pairs: Iterator[FramePair]) -> list[Prediction]:
    tracker.initialize(next(pairs), START)
    return [tracker.track(pair) for pair in pairs]


@pytest.mark.parametrize("name", ["csrt", "kcf", "mil"])
@pytest.mark.parametrize("modality", ["rgb", "thermal"])
def test_follows_what_moves_in_its_modality(name: str, modality: Modality) -> None:
    predictions = follow(OpencvTracker(name, modality), moving_pairs(modality))
    last = predictions[-1]
    assert last.status is TrackStatus.TRACKING
    assert last.stamp_ns == 7
    assert last.box.x == pytest.approx(START.x + 7 * STEP_PX, abs=4)
    assert last.box.y == pytest.approx(START.y, abs=4)


def test_the_other_modality_is_not_seen() -> None:
    predictions = follow(OpencvTracker("kcf", "rgb"), moving_pairs("thermal"))
    assert abs(predictions[-1].box.x - (START.x + 7 * STEP_PX)) > 4


def test_loss_is_said_and_keeps_the_last_box() -> None:
    tracker = OpencvTracker("kcf", "rgb")
    *_, last_seen = follow(tracker, moving_pairs("rgb"))
    blank = next(moving_pairs(None))
    prediction = tracker.track(blank)
    assert prediction.status is TrackStatus.LOST
    assert prediction.box == last_seen.box
    assert prediction.score == 0.0


@pytest.mark.parametrize("name", ["csrt", "kcf"])
def test_same_seed_same_boxes(name: str) -> None:
    tracker = OpencvTracker(name, "rgb", seed=3)
    first = [prediction.box for prediction in follow(tracker, moving_pairs("rgb"))]
    tracker.reset()
    again = [prediction.box for prediction in follow(tracker, moving_pairs("rgb"))]
    assert again == first


@pytest.mark.parametrize("name", ["csrt", "kcf"])
@pytest.mark.parametrize(
    "box",
    [
        pytest.param(Box(-10, -8, 30, 26), id="over the corner"),
        pytest.param(Box(140, 80, 40, 40), id="over the far corner"),
        pytest.param(Box(-5, -3, 160, 96), id="as large as the image"),
    ],
)
def test_boxes_stay_inside_the_image(name: str, box: Box) -> None:
    pairs = moving_pairs("rgb", 3)
    tracker = OpencvTracker(name, "rgb")
    tracker.initialize(next(pairs), box)
    for pair in pairs:
        found = tracker.track(pair).box
        assert found.x >= 0
        assert found.y >= 0
        assert found.x + found.w <= 160
        assert found.y + found.h <= 96


def test_misuse_is_refused() -> None:
    tracker = OpencvTracker("kcf", "rgb")
    pair = next(moving_pairs("rgb"))
    with pytest.raises(NotInitializedError):
        tracker.track(pair)
    with pytest.raises(InvalidBoxError, match="outside"):
        tracker.initialize(pair, Box(500, 10, 20, 20))
    with pytest.raises(InvalidBoxError, match="too small"):
        tracker.initialize(pair, Box(10, 10, 2, 2))
    tracker.initialize(pair, START)
    larger = FramePair(np.zeros((100, 200, 3), np.uint8), np.zeros((100, 200), np.uint8))
    with pytest.raises(FramePairError, match="160x96 image; this pair is 200x100"):
        tracker.track(larger)
    tracker.reset()
    with pytest.raises(NotInitializedError):
        tracker.track(pair)


def test_a_bad_box_leaves_the_old_target() -> None:
    tracker = OpencvTracker("kcf", "rgb")
    pairs = moving_pairs("rgb")
    pair = next(pairs)
    tracker.initialize(pair, START)
    with pytest.raises(InvalidBoxError):
        tracker.initialize(pair, Box(500, 10, 20, 20))
    assert tracker.track(next(pairs)).status is TrackStatus.TRACKING


def test_missing_model_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nanotrack=BACKBONE,HEAD; got 0 of 2"):
        OpencvTracker("nanotrack", "rgb")
    absent = tmp_path / "absent.onnx"
    with pytest.raises(ConfigError, match=r"absent\.onnx does not exist"):
        OpencvTracker("nanotrack", "rgb", (absent, absent))


def test_a_model_file_that_is_none_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no net")
    with pytest.raises(ConfigError, match=r"nanotrack: .*broken\.onnx"):
        OpencvTracker("nanotrack", "rgb", (broken, broken))


def test_a_start_that_opencv_refuses_is_a_box_error() -> None:
    with pytest.raises(InvalidBoxError, match="OpenCV cannot start with"):
        OpencvTracker("mil", "rgb").initialize(next(moving_pairs("rgb")), Box(0, 0, 160, 96))


def test_an_opencv_without_the_tracker_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("TrackerCSRT_create", "TrackerCSRT"):
        monkeypatch.delattr(cv2, name)
    if hasattr(cv2, "legacy"):
        monkeypatch.delattr(cv2, "legacy")
    with pytest.raises(ConfigError, match="has no TrackerCSRT; install opencv-contrib-python"):
        OpencvTracker("csrt", "rgb")


@pytest.mark.data
@pytest.mark.parametrize("modality", ["rgb", "thermal"])
def test_nanotrack_follows_a_person(real_data: Path, modality: Modality) -> None:
    models = [
        real_data / "weights" / f"nanotrack_{part}_sim.onnx" for part in ("backbone", "head")
    ]
    sequence = open_sequence(real_data / "rgbt" / "m3svd_temple")
    pairs = sequence.pairs()
    tracker = OpencvTracker("nanotrack", modality, models)
    tracker.initialize(next(pairs), Box.from_sequence(sequence.truth[0]))
    predictions = [tracker.track(pair) for pair in pairs]
    boxes = np.array([prediction.box.as_array() for prediction in predictions])
    assert iou(boxes, sequence.truth[1:]).mean() > 0.6
    assert 0.5 < predictions[-1].score <= 1.0
