"""Clips on disk: which belong together, and what is wrong with the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.attention_pairs_config import PairConfig
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.training.global_attention.clip_frames import find_clips, read_clip


def test_finds_pairs_and_thermal_clips(clips: Path) -> None:
    found = find_clips(clips)
    assert [(one.name, one.visible is None) for one in found] == [("a", False), ("b", True)]


def test_frames_have_the_work_size_and_both_modalities(clips: Path) -> None:
    config = PairConfig(work_width=96, work_height=72, color_step=2, thermal_step=3)
    both, thermal = (read_clip(one, config) for one in find_clips(clips))
    assert both.rgb is not None
    assert both.rgb.shape == (3, 72, 96, 3)
    assert both.thermal.shape == (3, 72, 96)
    assert thermal.rgb is None
    assert thermal.thermal.shape == (2, 72, 96)
    assert thermal.thermal.dtype == np.uint8


def test_a_colour_clip_without_thermal_is_refused(clips: Path) -> None:
    (clips / "a_infrared.mp4").unlink()
    with pytest.raises(DatasetError, match=r"a_visible\.mp4 has no thermal partner.*a_infrared"):
        find_clips(clips)


def test_a_folder_without_clips_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"holds no \*\.mp4 clip"):
        find_clips(tmp_path)


def test_a_broken_clip_is_named(clips: Path) -> None:
    (clips / "b.mp4").write_bytes(b"no video")
    with pytest.raises(DatasetError, match=r"no frame of .*b\.mp4"):
        read_clip(find_clips(clips)[1], PairConfig())
