"""Clips that training tests read, of coarse noise; and a training that takes milliseconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import util
from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.training.loop.trainer import TrainingParts

TinyParts = Callable[..., TrainingParts]


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


@pytest.fixture(scope="session")
def tiny_parts() -> TinyParts:
    """`tiny_parts` of tiny_training.py, which tests can also run as a program."""
    path = Path(__file__).with_name("tiny_training.py")
    spec = util.spec_from_file_location("tiny_training", path)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules["tiny_training"] = module
    spec.loader.exec_module(module)
    parts: TinyParts = module.tiny_parts
    return parts
