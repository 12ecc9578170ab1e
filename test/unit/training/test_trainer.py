"""The training loop: going on, skipping, refusing; equal results whatever the cut of the work."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import pytest
import torch
from torch import Tensor, nn

from rgbt_dualatt_ros.core.attention_training_config import AttentionTrainingConfig
from rgbt_dualatt_ros.core.errors import ConfigError, MissingDependencyError, RgbtError
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.models.weight_files import read_tensors
from rgbt_dualatt_ros.training.loop import tensorboard_log
from rgbt_dualatt_ros.training.loop.checkpoint import read_training
from rgbt_dualatt_ros.training.loop.curve_file import read_curve
from rgbt_dualatt_ros.training.loop.objective import Loss
from rgbt_dualatt_ros.training.loop.ranks import Ranks
from rgbt_dualatt_ros.training.loop.start import StartMode
from rgbt_dualatt_ros.training.loop.trainer import (
    TrainingParts,
    check_ranks,
)

if TYPE_CHECKING:
    from test.unit.training.conftest import Runner, TinyParts

_HOLDS = """
import fcntl, sys, time
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def test_it_learns_and_leaves_what_a_run_should(train: Runner, drawn: list[Path]) -> None:
    result = train(steps=60, learning_rate=0.05, examples=2, validate_every=30)
    assert (result.steps, result.signal) == (60, 0)
    losses = train.losses()
    assert len(losses) == 60
    assert sum(losses[-10:]) < 0.6 * sum(losses[:10])
    assert train.losses("validation")[-1] == pytest.approx(result.validation["loss"], rel=1e-6)
    found = {path.name for path in train.folder.iterdir()}
    assert {"settings.yaml", "weights.safetensors", "checkpoints"} <= found
    assert drawn == [train.folder / "curves.png"] * 2
    picture = cv2.imread(str(train.folder / "examples" / "step_00000060.png"))
    assert picture is not None
    assert picture.shape == (2 * 240, 4 * 320, 3)


def test_weights_are_the_averaged_ones_and_say_where_they_come_from(train: Runner) -> None:
    train(average_decay=0.9)
    tensors, facts = read_tensors(train.folder / "weights.safetensors")
    checkpoint = read_training(train.folder / "checkpoints" / "step_00000008.pt")
    assert not torch.equal(checkpoint.average["0.weight"], checkpoint.net["0.weight"])
    assert torch.equal(tensors["0.weight"], checkpoint.average["0.weight"])
    assert (facts["command"], facts["seed"], facts["steps"]) == ("train", "0", "8")
    assert checkpoint.origin.keys() >= {"command", "torch", "python", "processor", "date"}
    assert checkpoint.settings["learning_rate"] == 0.01


@pytest.mark.parametrize("optimizer", ["adamw", "adagrad"])
def test_a_stopped_training_goes_on_as_if_it_had_not_stopped(
    train: Runner, train_too: Runner, tiny_parts: TinyParts, optimizer: str
) -> None:
    train(tiny_parts(kind="normalized"), optimizer=optimizer)
    parts = tiny_parts(kind="normalized")
    stopped = train_too(_stopping(parts, at=5), optimizer=optimizer)
    assert (stopped.steps, stopped.signal) == (5, signal.SIGTERM)
    train_too(tiny_parts(kind="normalized"), StartMode.RESUME, optimizer=optimizer)
    for name, value in train.net().items():
        assert torch.equal(train_too.net()[name], value), name
    assert train_too.losses() == train.losses()
    assert train_too.losses("validation") == train.losses("validation")


def test_rows_after_the_checkpoint_are_taken_back(train: Runner, train_too: Runner) -> None:
    train()
    train_too()
    (train_too.folder / "checkpoints" / "step_00000008.pt").unlink()  # 6 is the newest now
    with (train_too.folder / "losses.csv").open("a") as file:
        file.write("9,0.1,0.")  # killed while it wrote
    assert train_too().steps == 8
    assert train_too.losses() == train.losses()
    assert train_too.losses("validation") == train.losses("validation")


def test_a_finished_training_only_says_so(train: Runner) -> None:
    first = train()
    again = train()
    assert again.steps == 8
    assert again.validation == pytest.approx(first.validation, rel=1e-6)
    assert len(train.losses()) == 8
    assert len(train.losses("validation")) == 2


def test_parts_of_a_batch_teach_what_the_whole_teaches(train: Runner, train_too: Runner) -> None:
    train(optimizer="adagrad")
    train_too(optimizer="adagrad", accumulation=4)
    for name, value in train.net().items():
        torch.testing.assert_close(train_too.net()[name], value, rtol=0, atol=1e-6)
    assert train_too.losses() == pytest.approx(train.losses(), abs=1e-6)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_half_precision_learns_nearly_the_same(
    train: Runner, train_too: Runner, precision: str
) -> None:
    train()
    train_too(precision=precision)
    assert train_too.losses() == pytest.approx(train.losses(), rel=0.02)
    assert train_too.losses() != train.losses()
    assert all(value.dtype == torch.float32 for value in train_too.net().values())


def test_a_step_that_is_not_finite_changes_nothing(
    train: Runner, train_too: Runner, tiny_parts: TinyParts
) -> None:
    train(tiny_parts(kind="normalized"), steps=3)
    train_too(tiny_parts((4,), kind="normalized"), steps=3, schedule="constant")
    # With a constant rate, three steps and a spoilt fourth are three steps.
    train_too(tiny_parts((4,), kind="normalized"), StartMode.FRESH, steps=4, schedule="constant")
    spoilt = train_too.net(4)
    train(tiny_parts(kind="normalized"), StartMode.FRESH, steps=3, schedule="constant")
    for name, value in train.net(3).items():
        assert torch.equal(spoilt[name], value), name
    _, rows = read_curve(train_too.folder / "losses.csv")
    assert [row["skipped"] for row in rows] == [0, 0, 0, 1]


def test_too_many_steps_that_are_not_finite_end_it(train: Runner, tiny_parts: TinyParts) -> None:
    with pytest.raises(RgbtError, match=r"3 steps in a row, up to step 5; lower learning_rate"):
        train(tiny_parts((1, 3, 4, 5)), most_skipped=2)
    assert train.net(3)  # the checkpoint of an earlier step stays
    with pytest.raises(RgbtError, match="3 steps in a row, up to step 5"):
        # Those skipped before the end of the first process count.
        train(tiny_parts((1, 2)), most_skipped=2)


def test_other_settings_are_refused_by_name(train: Runner) -> None:
    train()
    with pytest.raises(ConfigError, match=r"learning_rate was 0\.01, is 0\.02.*--fresh"):
        train(learning_rate=0.02)
    assert train(learning_rate=0.02, mode=StartMode.FRESH).steps == 8
    # How often it is looked at does not decide what is learnt.
    assert train(learning_rate=0.02, checkpoint_every=1, keep=5).steps == 8


def test_resuming_nothing_is_refused(train: Runner) -> None:
    with pytest.raises(RgbtError, match=r"no checkpoint in .*leave out --resume"):
        train(mode=StartMode.RESUME)


def test_one_folder_is_for_one_training(train: Runner) -> None:
    train(steps=1)
    other = subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(train.folder / ".training")], stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    assert other.stdout.readline()
    try:
        with pytest.raises(RgbtError, match="another process is training in"):
            train(steps=1)
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    train(steps=1)  # a kill lets go of it


def test_a_folder_that_cannot_be_made_is_one_line(train: Runner, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RgbtError, match=r"cannot write to the run folder .*give --out"):
        dataclasses.replace(train, folder=tmp_path / "file" / "run")()


def test_batches_that_cannot_be_shared_are_refused() -> None:
    config = build(AttentionTrainingConfig, {"batch": 8, "accumulation": 2})
    with pytest.raises(ConfigError, match=r"batch 8 cannot be shared by 3 ranks .* multiple of 6"):
        check_ranks(config, Ranks(0, 3, torch.device("cpu")))
    few = build(AttentionTrainingConfig, {"validation_pairs": 1})
    with pytest.raises(ConfigError, match="validation_pairs 1"):
        check_ranks(few, Ranks(0, 2, torch.device("cpu")))


def test_tensorboard_that_is_missing_is_an_error_only_when_it_must_be_there(
    train: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tensorboard_log, "find_spec", lambda _: None)
    with pytest.raises(MissingDependencyError, match="pip install tensorboard"):
        train(tensorboard="always")
    assert train(tensorboard="auto").steps == 8
    assert not (train.folder / "tensorboard").exists()


def _stopping(parts: TrainingParts, at: int) -> TrainingParts:
    """The same, but SIGTERM comes in the middle of step `at`."""

    class Stopping:
        """Implements `Objective`."""

        build = staticmethod(parts.objective.build)
        calls = 0

        def loss(self, net: nn.Module, batch: Mapping[str, Tensor]) -> Loss:
            """As `Objective`."""
            if net.training:
                self.calls += 1
                if self.calls == at:
                    os.kill(os.getpid(), signal.SIGTERM)
            return parts.objective.loss(net, batch)

    return dataclasses.replace(parts, objective=Stopping())
