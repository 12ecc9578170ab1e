"""Clips and their tracks come from the cache only while the files are the same."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rgbt_dualatt_ros.core.attention_pairs_config import PairConfig
from rgbt_dualatt_ros.training.global_attention.clip_bank import load_clips


@pytest.fixture
def reads(clips: Path, tmp_path: Path) -> Callable[[], int]:
    """Asks for `clips` once more; gives how often they have been read so far."""
    said: list[str] = []
    config = PairConfig(
        work_width=96, work_height=80, color_step=1, thermal_step=1, cache=str(tmp_path / "cache")
    )

    def again() -> int:
        load_clips(clips, config, said.append)
        return len(said)

    return again


def test_the_same_files_are_read_once(reads: Callable[[], int]) -> None:
    assert [reads(), reads()] == [1, 1]


@pytest.mark.parametrize("change", ["no colour", "another film", "another folder"])
def test_other_files_are_read_again(reads: Callable[[], int], clips: Path, change: str) -> None:
    reads()
    visible = clips / "a_visible.mp4"
    if change == "no colour":
        visible.unlink()
    elif change == "another film":
        later = visible.stat().st_mtime_ns + 1
        os.utime(visible, ns=(later, later))
    else:
        (clips / "deeper").mkdir()
        shutil.move(clips / "b.mp4", clips / "deeper" / "b.mp4")
    assert reads() == 2
