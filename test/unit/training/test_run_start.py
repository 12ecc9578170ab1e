"""How a training begins in a folder that is not empty: what goes on, what goes, what stays.

Not: that a resumed training ends with the same weights (test_trainer.py, test_killed_training.py).
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from rgbt_dualatt_ros.core.errors import ConfigError, RgbtError, WeightsError
from rgbt_dualatt_ros.training.loop.lost_process import describe_lost_process
from rgbt_dualatt_ros.training.loop.start import StartMode
from rgbt_dualatt_ros.training.loop.trainer import TrainingParts

if TYPE_CHECKING:
    from test.unit.training.conftest import Runner, TinyParts


def steps_of(train: Runner) -> list[int]:
    """Of its checkpoints."""
    names = [path.stem for path in (train.folder / "checkpoints").iterdir()]
    return sorted(int(name.removeprefix("step_")) for name in names)


def test_a_fresh_start_keeps_what_is_not_ours(train: Runner) -> None:
    train(steps=4)
    (train.folder / "notes.txt").write_text("mine")
    train(steps=3, mode=StartMode.FRESH)
    assert (train.folder / "notes.txt").read_text() == "mine"
    assert len(train.losses()) == 3
    assert steps_of(train) == [3]


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
    copied = replace(train, folder=train.folder.with_name("copy"))
    shutil.copytree(train.folder, copied.folder, ignore=shutil.ignore_patterns(".*"))
    assert copied(mode=StartMode.RESUME, steps=2).steps == 2


class _Unbuildable:
    """An objective whose first weights cannot be read."""

    def build(self) -> nn.Module:
        raise WeightsError("no backbone weights")


def test_nothing_is_removed_for_a_training_that_cannot_begin(
    train: Runner, tiny_parts: TinyParts
) -> None:
    train(steps=2, checkpoint_every=1)
    before = sorted(path.name for path in train.folder.iterdir())
    objective: Any = _Unbuildable()
    with pytest.raises(WeightsError, match="no backbone weights"):
        train(replace(tiny_parts(), objective=objective), StartMode.FRESH, steps=2)
    assert sorted(path.name for path in train.folder.iterdir()) == before
    assert steps_of(train) == [1, 2]


def test_what_cannot_go_on_is_told_before_the_material_is_read(train: Runner) -> None:
    train(steps=2, checkpoint_every=1)
    with pytest.raises(ConfigError, match="learning_rate was"):
        train(steps=2, checkpoint_every=1, learning_rate=0.5)
    newest = train.folder / "checkpoints" / "step_00000002.pt"
    newest.write_bytes(newest.read_bytes()[:500])
    with pytest.raises(RgbtError, match=r"step_00000002\.pt.*remove it to go on from "):
        train(steps=2, checkpoint_every=1)
    assert train.begun == 1
    newest.unlink()
    assert train(steps=2, checkpoint_every=1).steps == 2


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("DataLoader worker (pid 7) is killed by signal: Killed. ", "lower workers or batch"),
        ("[pair.cc:547] Connection closed by peer [127.0.0.1]:4711", "another rank has ended"),
    ],
)
def test_a_lost_process_is_told_in_words(
    train: Runner, tiny_parts: TinyParts, error: str, words: str
) -> None:
    with pytest.raises(RgbtError, match=f"{words}.*The same command goes on"):
        train(_failing(tiny_parts(), error))


def test_a_bug_stays_one(train: Runner, tiny_parts: TinyParts) -> None:
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        train(_failing(tiny_parts(), "mat1 and mat2 shapes differ"))


def _failing(parts: TrainingParts, error: str) -> TrainingParts:
    def fail(*_: object) -> None:
        raise RuntimeError(error)

    objective: Any = parts.objective
    objective.loss = fail
    return parts


def test_what_nccl_says_of_another_rank_is_known() -> None:
    error = torch.distributed.DistBackendError("NCCL error")
    assert describe_lost_process(error) is not None
