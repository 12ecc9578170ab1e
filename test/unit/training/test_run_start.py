"""How a training begins in a folder that is not empty: what goes on, what goes, what stays.

Not: that a resumed training ends with the same weights (test_trainer.py, test_killed_training.py).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import nn

from rgbt_dualatt_ros.core.attention_training_config import AttentionTrainingConfig
from rgbt_dualatt_ros.core.errors import ConfigError, RgbtError, WeightsError
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.training.loop import run_log
from rgbt_dualatt_ros.training.loop.lost_process import describe_lost_process
from rgbt_dualatt_ros.training.loop.start import StartMode, run_training
from rgbt_dualatt_ros.training.loop.trainer import TrainingParts, TrainingResult

TinyParts = Callable[..., TrainingParts]
SETTINGS = {
    "device": "cpu",
    "batch": 6,
    "validation_pairs": 4,
    "examples": 0,
    "tensorboard": "never",
    "workers": 0,
    "checkpoint_every": 1,
}


@dataclass
class Runner:
    """Trains in one folder, and counts how often its material was read."""

    folder: Path
    parts: TrainingParts
    reads: int = 0

    def __call__(self, mode: StartMode = StartMode.AUTO, **changes: object) -> TrainingResult:
        """Train with `SETTINGS` but for the changes."""
        config = build(AttentionTrainingConfig, {**SETTINGS, **changes})
        return run_training(config, self._read, self.folder, mode, ["train"])

    def _read(self) -> TrainingParts:
        self.reads += 1
        return self.parts

    def steps(self) -> list[str]:
        """Names of the checkpoints."""
        return sorted(path.name for path in (self.folder / "checkpoints").iterdir())


@pytest.fixture
def train(tmp_path: Path, tiny_parts: TinyParts, monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.setattr(run_log, "draw_curves", lambda *_: None)
    return Runner(tmp_path / "run", tiny_parts())


def test_a_fresh_start_keeps_what_is_not_ours(train: Runner) -> None:
    train(steps=4)
    (train.folder / "notes.txt").write_text("mine")
    train(steps=3, mode=StartMode.FRESH)
    assert (train.folder / "notes.txt").read_text() == "mine"
    assert train.steps() == ["step_00000002.pt", "step_00000003.pt"]


def test_a_fresh_start_follows_a_link_to_another_disk(train: Runner, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    train.folder.mkdir()
    (train.folder / "checkpoints").symlink_to(tmp_path / "disk")
    (train.folder / ".training").touch()
    train(steps=4)
    assert train(steps=1, mode=StartMode.FRESH).steps == 1
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["step_00000001.pt"]


def test_what_is_linked_into_a_run_is_only_unlinked(train: Runner, tmp_path: Path) -> None:
    train(steps=1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    (train.folder / "tensorboard").mkdir()
    (train.folder / "tensorboard" / "link").symlink_to(tmp_path / "mine")
    train(steps=1, mode=StartMode.FRESH)
    assert (tmp_path / "mine" / "notes.txt").read_text() == "mine"
    assert not (train.folder / "tensorboard" / "link").exists()


@pytest.mark.parametrize("mode", [StartMode.AUTO, StartMode.FRESH])
def test_files_that_no_training_left_are_not_removed(train: Runner, mode: StartMode) -> None:
    mine = train.folder / "examples" / "mine.py"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(RgbtError, match=r"run holds examples, which no training .*another --out"):
        train(mode=mode)
    assert mine.read_text() == "mine"
    assert not (train.folder / ".training").exists()


def test_a_copy_of_a_run_goes_on_though_hidden_files_were_left_behind(train: Runner) -> None:
    train(steps=2)
    copied = Runner(train.folder.with_name("copy"), train.parts)
    shutil.copytree(train.folder, copied.folder, ignore=shutil.ignore_patterns(".*"))
    assert copied(StartMode.RESUME, steps=2).steps == 2


class _Unbuildable:
    """An objective whose first weights cannot be read."""

    def build(self) -> nn.Module:
        raise WeightsError("no backbone weights")


def test_nothing_is_removed_for_a_training_that_cannot_begin(train: Runner) -> None:
    train(steps=2)
    before = sorted(path.name for path in train.folder.iterdir())
    good = train.parts
    train.parts = TrainingParts(
        _Unbuildable(),  # type: ignore[arg-type]  # no more of it is asked
        good.training,
        good.validation,
        good.save,
    )
    with pytest.raises(WeightsError, match="no backbone weights"):
        train(StartMode.FRESH, steps=2)
    assert sorted(path.name for path in train.folder.iterdir()) == before
    assert train.steps() == ["step_00000001.pt", "step_00000002.pt"]


def test_what_cannot_go_on_is_told_before_the_material_is_read(train: Runner) -> None:
    train(steps=2)
    with pytest.raises(ConfigError, match="learning_rate was"):
        train(steps=2, learning_rate=0.5)
    newest = train.folder / "checkpoints" / "step_00000002.pt"
    newest.write_bytes(newest.read_bytes()[:500])
    with pytest.raises(RgbtError, match=r"step_00000002\.pt.*remove it to go on from "):
        train(steps=2)
    assert train.reads == 1
    newest.unlink()
    assert train(steps=2).steps == 2


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("DataLoader worker (pid 7) is killed by signal: Killed. ", "lower workers or batch"),
        ("[pair.cc:547] Connection closed by peer [127.0.0.1]:4711", "another rank has ended"),
    ],
)
def test_a_lost_process_is_told_in_words(
    train: Runner, error: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail_with(RuntimeError(error), train, monkeypatch)
    with pytest.raises(RgbtError, match=f"{words}.*The same command goes on"):
        train(steps=2)


def test_a_bug_stays_one(train: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    _fail_with(RuntimeError("mat1 and mat2 shapes differ"), train, monkeypatch)
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        train(steps=2)


def _fail_with(error: RuntimeError, train: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(type(train.parts.objective), "loss", fail)


def test_what_nccl_says_of_another_rank_is_known() -> None:
    error = torch.distributed.DistBackendError("NCCL error")
    assert describe_lost_process(error) is not None
