"""What is found and followed in clips without labels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.core.attention_pairs_config import PairConfig
from rgbt_dualatt_ros.core.box_array import iou
from rgbt_dualatt_ros.training.global_attention.clip_frames import find_clips, read_clip
from rgbt_dualatt_ros.training.global_attention.draft import Image
from rgbt_dualatt_ros.training.global_attention.mined_tracks import (
    Track,
    bright_blobs,
    contrast,
    mine_tracks,
    usual_image,
)

_STEP = 3


def _walk(frames: int = 16) -> tuple[Image, Image]:
    """A textured warm square that walks to the right over a textured ground; and its boxes."""
    rng = np.random.default_rng(3)
    usual = cv2.resize(rng.integers(20, 80, (24, 32), np.uint8), (160, 120))
    looks = cv2.resize(rng.integers(150, 250, (8, 5), np.uint8), (15, 24))
    clip = np.repeat(np.asarray(usual, np.uint8)[None], frames, axis=0)
    for index in range(frames):
        clip[index, 50:74, 20 + _STEP * index : 35 + _STEP * index] = looks
    truth = [(20 + _STEP * index, 50, 15, 24) for index in range(frames)]
    return clip, np.array(truth, np.uint8)


def test_follows_what_walks() -> None:
    clip, truth = _walk()
    tracks = mine_tracks(clip, np.random.default_rng(0), clip)
    blobs = [one for one in tracks if one.is_blob]
    best = max(blobs, key=lambda one: len(one.boxes))
    assert len(best.boxes) >= 12
    overlap = iou(best.boxes, truth[best.start : best.stop].astype(np.float32))
    assert overlap.min() > 0.5
    assert best.motion == pytest.approx(_STEP * (len(best.boxes) - 1), abs=4)


def test_what_stands_is_no_moving_blob() -> None:
    clip, _ = _walk()
    still = np.repeat(clip[:1], len(clip), axis=0)
    tracks = mine_tracks(still, np.random.default_rng(0))
    assert not any(one.is_blob for one in tracks)


def test_a_track_weighs_more_when_it_is_a_blob_or_moves() -> None:
    still = np.tile(np.array([10, 10, 8, 8], np.float32), (5, 1))
    moving = still + np.arange(5, dtype=np.float32)[:, None] * np.array([5, 0, 0, 0], np.float32)
    plain = Track(0, still, is_blob=False)
    assert plain.weight == pytest.approx(0.4)
    assert Track(0, still, is_blob=True).weight > plain.weight
    assert Track(0, moving, is_blob=False).weight == pytest.approx(8.4), "20 px are far enough"


def test_the_usual_image_forgets_what_passes() -> None:
    clip, _ = _walk()
    empty = usual_image(clip)
    assert empty[50:74, 20:80].max() < 100


def test_blobs_are_boxed_the_largest_first() -> None:
    image = np.full((120, 160), 40, np.uint8)
    image[20:40, 30:40] = 220
    image[70:100, 90:110] = 220
    boxes = bright_blobs(image)
    np.testing.assert_allclose(boxes[0], [90, 70, 20, 30], atol=2)
    assert iou(boxes, np.array([[30, 20, 10, 20]], np.float32)).max() > 0.7
    assert not len(bright_blobs(image, least=250))


def test_contrast_is_inside_less_outside() -> None:
    image = np.full((100, 100), 30, np.uint8)
    image[40:60, 40:60] = 130
    assert contrast(image, np.array([40, 40, 20, 20], np.float32)) == pytest.approx(100)
    assert contrast(image, np.array([5, 5, 20, 20], np.float32)) == pytest.approx(0, abs=1)
    assert contrast(np.asarray(255 - image, np.uint8), np.array([40, 40, 20, 20], np.float32)) < 0


@pytest.mark.data
def test_people_walk_in_a_real_clip(real_data: Path) -> None:
    """One short night clip in which people walk: some blobs must be followed for a second."""
    clips = [one for one in find_clips(real_data / "train") if one.name == "0118_1913"]
    assert clips, "the clip 0118_1913.mp4 is missing from the training data"
    frames = read_clip(clips[0], PairConfig(thermal_step=8)).thermal
    tracks = mine_tracks(frames, np.random.default_rng(0), frames)
    blobs = [one for one in tracks if one.is_blob and len(one.boxes) >= 8]
    assert len(blobs) >= 3
    assert max(one.motion for one in blobs) > 10
