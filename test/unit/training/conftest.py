"""Clips that training tests read, of coarse noise; and a training that takes milliseconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import util
from pathlib import Path

import cv2
import numpy as np
import pytest
from torch import Tensor

from rgbt_dualatt_ros.core.attention_training_config import AttentionTrainingConfig
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.training.loop import run_log
from rgbt_dualatt_ros.training.loop.checkpoint import read_training
from rgbt_dualatt_ros.training.loop.curve_file import read_curve
from rgbt_dualatt_ros.training.loop.start import StartMode, run_training
from rgbt_dualatt_ros.training.loop.trainer import TrainingParts, TrainingResult

TinyParts = Callable[..., TrainingParts]
SETTINGS: dict[str, object] = {
    "device": "cpu",
    "steps": 8,
    "batch": 4,
    "warm_up": 2,
    "validate_every": 4,
    "validation_pairs": 3,
    "checkpoint_every": 3,
    "examples": 0,
    "workers": 0,
    "tensorboard": "never",
    "learning_rate": 0.01,
}


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


@dataclass
class Runner:
    """Trains in one folder.

    Attributes:
        begun: trainings whose material was read.
    """

    folder: Path
    tiny_parts: TinyParts
    begun: int = 0

    def __call__(
        self,
        parts: TrainingParts | None = None,
        mode: StartMode = StartMode.AUTO,
        **changes: object,
    ) -> TrainingResult:
        """Train with `SETTINGS` but for the changes."""
        config = build(AttentionTrainingConfig, {**SETTINGS, **changes})
        chosen = parts or self.tiny_parts()

        def read() -> TrainingParts:
            self.begun += 1
            return chosen

        return run_training(config, read, self.folder, mode, ["train"])

    def net(self, step: int = 8) -> dict[str, Tensor]:
        """The weights in the checkpoint of that step."""
        path = self.folder / "checkpoints" / f"step_{step:08d}.pt"
        return dict(read_training(path).net)

    def losses(self, name: str = "losses") -> list[float]:
        """Of every step, or of every validation."""
        return [row["loss"] for row in read_curve(self.folder / f"{name}.csv")[1]]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Pictures of curves that were asked for: each takes longer than a whole tiny training."""
    pictures: list[Path] = []
    monkeypatch.setattr(run_log, "draw_curves", lambda _one, _two, out: pictures.append(out))
    return pictures


@pytest.fixture
def train(tmp_path: Path, tiny_parts: TinyParts, drawn: list[Path]) -> Runner:
    """A training in folder `run`."""
    del drawn  # only so that none is drawn
    return Runner(tmp_path / "run", tiny_parts)


@pytest.fixture
def train_too(train: Runner) -> Runner:
    """Another, in folder `other`."""
    return replace(train, folder=train.folder.with_name("other"))
