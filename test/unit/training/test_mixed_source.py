"""Training pairs of every kind keep the promises of `LabelledPair`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.core.attention_pairs_config import PairConfig
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.models.global_attention import INPUT_SIZE
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.global_attention.mixed_source import (
    Material,
    read_material,
    training_source,
    validation_source,
)

_CONFIG = PairConfig(
    work_width=160, work_height=120, scenes=3, instants=3, color_step=1, thermal_step=1, targets=3
)
_KINDS = {
    "everything": {},
    "clips alone": {"scene_share": 0.0},
    "scenes alone": {"color_clip_share": 0.0, "thermal_clip_share": 0.0},
    "always pasted": {"pasted": 1.0},
}


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """Two clips of a warm square that walks, one of them with colour, and three scenes."""
    root = tmp_path_factory.mktemp("clips")
    for name in ("a_visible", "a_infrared", "b"):
        _write_walk(root / f"{name}.mp4")
    return read_material(root, _CONFIG)


def _write_walk(path: Path) -> None:
    rng = np.random.default_rng(3)
    usual = cv2.resize(rng.integers(20, 90, (24, 32), np.uint8), (160, 120))
    looks = cv2.resize(rng.integers(150, 250, (8, 5), np.uint8), (15, 24))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (160, 120))
    for step in range(12):
        frame = usual.copy()
        frame[50:74, 20 + 3 * step : 35 + 3 * step] = looks
        writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    writer.release()


@pytest.mark.parametrize("kind", _KINDS)
def test_keeps_every_promise(material: Material, kind: str) -> None:
    source = training_source(material, replace(_CONFIG, **_KINDS[kind]))  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    for _ in range(25):
        _check(source.draw(rng))


def _check(pair: LabelledPair) -> None:
    assert pair.first.size == pair.search.size == INPUT_SIZE
    assert pair.first_boxes.shape == pair.search_boxes.shape == (3, 4)
    assert pair.others.shape[1:] == (4,)
    assert (pair.first_boxes[:, 2:] >= 4).all()
    seen = pair.search_boxes[np.isfinite(pair.search_boxes).all(axis=1)]
    assert np.isfinite(pair.search_boxes).any(axis=1).sum() == len(seen)
    for boxes in (pair.first_boxes, seen, pair.others):
        assert (boxes[:, :2] >= 0).all()
        assert (boxes[:, :2] + boxes[:, 2:] <= (INPUT_SIZE.width, INPUT_SIZE.height)).all()
        assert (boxes[:, 2:] > 0).all()
    assert pair.first.rgb.std() > 0 or pair.first.thermal.std() > 0
    assert pair.search.rgb.std() > 0 or pair.search.thermal.std() > 0


def test_equal_states_give_equal_pairs(material: Material) -> None:
    source = training_source(material, _CONFIG)
    one, other = np.random.default_rng(5), np.random.default_rng(5)
    for _ in range(8):
        first, second = source.draw(one), source.draw(other)
        np.testing.assert_array_equal(first.search.rgb, second.search.rgb)
        np.testing.assert_array_equal(first.first.thermal, second.first.thermal)
        np.testing.assert_array_equal(first.search_boxes, second.search_boxes)
        np.testing.assert_array_equal(first.others, second.others)


def test_drawing_changes_no_stored_frame(material: Material) -> None:
    clip, scene = material.clips[0].frames, material.scenes[0]
    before = [each.copy() for each in (clip.thermal, scene.rgb, scene.thermal)]
    source = training_source(material, replace(_CONFIG, pasted=1.0))
    rng = np.random.default_rng(1)
    for _ in range(20):
        source.draw(rng)
    for old, now in zip(before, (clip.thermal, scene.rgb, scene.thermal), strict=True):
        np.testing.assert_array_equal(old, now)


def test_no_target_is_in_the_image_of_another_place(material: Material) -> None:
    only_scenes = Material((), material.scenes)
    source = training_source(only_scenes, replace(_CONFIG, stranger=1.0, pasted=0.0))
    rng = np.random.default_rng(2)
    pairs = [source.draw(rng) for _ in range(15)]
    assert all(np.isnan(pair.search_boxes).all() for pair in pairs)
    assert any(len(pair.others) for pair in pairs)


def test_validation_pairs_are_always_the_same(material: Material) -> None:
    one, other = (validation_source(material, _CONFIG, count=4, seed=9) for _ in range(2))
    for first, second in zip(one.pairs, other.pairs, strict=True):
        np.testing.assert_array_equal(first.search.rgb, second.search.rgb)
    assert len(one.pairs) == 4


def test_nothing_to_draw_from_is_refused() -> None:
    with pytest.raises(ConfigError, match="share above 0"):
        training_source(Material((), ()), _CONFIG)


def test_says_what_takes_time_and_what_was_found(tmp_path: Path) -> None:
    said: list[str] = []
    say: Callable[[str], None] = said.append
    config = replace(_CONFIG, scenes=2, instants=2, cache=str(tmp_path))
    read_material(None, config, say)
    assert said == ["rendering 2 scenes of 2 frames", "0 clips with 0 tracks, 2 scenes"]
    said.clear()
    read_material(None, config, say)
    assert said == ["0 clips with 0 tracks, 2 scenes"], "the second time comes from the cache"
