"""Clips that training tests read: coarse noise, one colour clip and two thermal ones."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest


def write_clip(path: Path, seed: int, frames: int = 6) -> None:
    """A clip of 96 x 80 px."""
    rng = np.random.default_rng(seed)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (96, 80))
    for _ in range(frames):
        coarse = rng.integers(0, 256, (10, 12, 3), np.uint8)
        writer.write(cv2.resize(coarse, (96, 80), interpolation=cv2.INTER_NEAREST))
    writer.release()


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A folder of three clips."""
    root = tmp_path / "clips"
    root.mkdir()
    for name in ("a_visible.mp4", "a_infrared.mp4", "b.mp4"):
        write_clip(root / name, seed=len(name))
    return root
