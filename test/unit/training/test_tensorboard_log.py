"""Curves for TensorBoard: steps that come again after a kill are not shown twice."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.training.loop.tensorboard_log import TensorboardLog


def test_steps_that_come_again_replace_the_earlier_ones(tmp_path: Path) -> None:
    accumulators = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="tensorboard is not installed",
    )
    for last, offset in ((0, 0.0), (3, 10.0)):
        log = TensorboardLog(tmp_path, "always", last)
        for step in range(last + 1, last + 6):
            log.add("training", step, {"loss": step + offset})
        log.show("answers", last + 5, np.zeros((4, 6, 3), np.uint8))
        log.close()
    curves = accumulators.EventAccumulator(str(tmp_path)).Reload()
    points = {event.step: event.value for event in curves.Scalars("training/loss")}
    assert points == {1: 1, 2: 2, 3: 3, 4: 14, 5: 15, 6: 16, 7: 17, 8: 18}
    assert len(curves.Scalars("training/loss")) == 8
    assert [image.step for image in curves.Images("answers")] == [8]


def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writers = pytest.importorskip("torch.utils.tensorboard", reason="tensorboard is not installed")
    log = TensorboardLog(tmp_path, "always", 0)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("add_scalar", "add_image", "close"):
        monkeypatch.setattr(writers.SummaryWriter, name, refuse)
    picture = np.zeros((4, 6, 3), np.uint8)
    writes: list[Callable[[], None]] = [
        lambda: log.add("training", 1, {"loss": 1.0}),
        lambda: log.show("answers", 1, picture),
        log.close,
    ]
    for write in writes:
        with pytest.raises(RgbtError, match="No space left on device; make room"):
            write()


def test_never_writes_nothing(tmp_path: Path) -> None:
    log = TensorboardLog(tmp_path, "never", 0)
    log.add("training", 1, {"loss": 1.0})
    log.show("answers", 1, np.zeros((4, 6, 3), np.uint8))
    log.close()
    assert not list(tmp_path.iterdir())
