"""Checkpoints: whole or not at all, whatever happens while one is written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import torch

from rgbt_dualatt_ros.core.errors import ConfigError, RgbtError, WeightsError
from rgbt_dualatt_ros.training.loop.checkpoint import (
    Checkpoint,
    check_same_settings,
    newest_checkpoint,
    read_training,
    write_checkpoint,
)


def _checkpoint(step: int = 3) -> Checkpoint:
    weight = torch.nn.Parameter(torch.arange(4.0))
    optimizer = torch.optim.AdamW([weight], 0.1)
    weight.square().sum().backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return Checkpoint(
        step=step,
        skipped=1,
        net={"weight": weight.detach()},
        average={},
        optimizer=optimizer.state_dict(),
        scaler={},
        settings={"net": "lite", "learning_rate": 0.1, "batch": 8},
        origin={"command": "train", "revision": "abc-dirty"},
    )


def test_it_comes_back_whole(tmp_path: Path) -> None:
    written = _checkpoint()
    found = read_training(write_checkpoint(written, tmp_path, keep=1))
    for name in ("step", "skipped", "settings", "origin", "scaler", "average"):
        assert getattr(found, name) == getattr(written, name), name
    for name in ("net", "optimizer"):
        torch.testing.assert_close(getattr(found, name), getattr(written, name), rtol=0, atol=0)


def test_the_newest_few_stay(tmp_path: Path) -> None:
    for step in (2, 4, 10, 100_000_000):
        write_checkpoint(_checkpoint(step), tmp_path, keep=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "step_00000010.pt",
        "step_100000000.pt",
    ]
    newest = newest_checkpoint(tmp_path)
    assert newest is not None
    assert newest.name == "step_100000000.pt"


def test_a_full_disk_leaves_the_old_one_and_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_checkpoint(_checkpoint(3), tmp_path, keep=1)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RgbtError, match=r"cannot write the checkpoint .*No space left"):
        write_checkpoint(_checkpoint(4), tmp_path, keep=1)
    assert [path.name for path in tmp_path.iterdir()] == ["step_00000003.pt"]
    assert read_training(tmp_path / "step_00000003.pt").step == 3


def test_a_kill_while_writing_leaves_the_old_one_the_newest(tmp_path: Path) -> None:
    write_checkpoint(_checkpoint(3), tmp_path, keep=1)
    (tmp_path / "step_00000004.pt.unfinished").write_bytes(b"half of it")
    newest = newest_checkpoint(tmp_path)
    assert newest is not None
    assert newest.name == "step_00000003.pt"
    write_checkpoint(_checkpoint(5), tmp_path, keep=1)
    assert [path.name for path in tmp_path.iterdir()] == ["step_00000005.pt"]


def test_a_folder_without_any_has_no_newest(tmp_path: Path) -> None:
    assert newest_checkpoint(tmp_path) is None
    assert newest_checkpoint(tmp_path / "absent") is None


def test_a_damaged_or_foreign_file_is_one_line(tmp_path: Path) -> None:
    path = write_checkpoint(_checkpoint(), tmp_path, keep=1)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(WeightsError, match="cannot read the checkpoint"):
        read_training(path)
    torch.save({"state_dict": {}}, path)
    with pytest.raises(RgbtError, match="no checkpoint of this program's training"):
        read_training(path)


def test_settings_that_differ_are_named_with_both_values() -> None:
    checkpoint, path = _checkpoint(), Path("step.pt")
    same = dict(checkpoint.settings)
    check_same_settings(checkpoint, same, {}, path)
    with pytest.raises(ConfigError, match=r"batch was 8, is 4; learning_rate was 0\.1, is 0\.2\."):
        check_same_settings(checkpoint, {**same, "learning_rate": 0.2, "batch": 4}, {}, path)


def test_a_setting_that_came_later_was_its_default(caplog: pytest.LogCaptureFixture) -> None:
    checkpoint, path = _checkpoint(), Path("step.pt")
    now = {name: value for name, value in checkpoint.settings.items() if name != "batch"}
    check_same_settings(checkpoint, {**now, "warm_up": 3}, {"warm_up": 3}, path)
    assert "no more: batch" in caplog.text
    with pytest.raises(ConfigError, match="warm_up was 3, is 4"):
        check_same_settings(checkpoint, {**now, "warm_up": 4}, {"warm_up": 3}, path)
