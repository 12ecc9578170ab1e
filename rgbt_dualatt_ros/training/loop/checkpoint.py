"""Checkpoints: everything a training needs to go on, written whole or not at all."""

from __future__ import annotations

import io
import logging
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from rgbt_dualatt_ros.core.errors import ConfigError, RgbtError
from rgbt_dualatt_ros.core.settings import Value
from rgbt_dualatt_ros.models.torch_files import read_checkpoint

_log = logging.getLogger(__name__)
_NAME = re.compile(r"step_(\d+)\.pt")
_SHOWN = 4
_UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A training after some step.

    Nothing random is in it: every random number of a step is drawn from the seed and the step.

    Attributes:
        step: steps done.
        skipped: of these, the last ones in a row whose loss or gradient was not finite.
        net: its weights and statistics.
        average: those of the averaged net; empty when nothing is averaged.
        optimizer: its state.
        scaler: state of the gradient scaler.
        settings: those that decide what is learnt.
        origin: command, git revision, versions, machine, by name.
    """

    step: int
    skipped: int
    net: Mapping[str, Tensor]
    average: Mapping[str, Tensor]
    optimizer: Mapping[str, object]
    scaler: Mapping[str, object]
    settings: Mapping[str, Value]
    origin: Mapping[str, str]


def write_checkpoint(checkpoint: Checkpoint, folder: Path, keep: int) -> Path:
    """Write it beside the earlier ones, of which the newest `keep` stay, itself counted.

    A program killed at any moment leaves the earlier ones, and no half of this one by its name.

    Raises:
        RgbtError: when it cannot be written; the earlier ones stay.
    """
    content = io.BytesIO()
    names = Checkpoint.__dataclass_fields__
    torch.save({name: _plain(getattr(checkpoint, name)) for name in names}, content)
    path = folder / f"step_{checkpoint.step:08d}.pt"
    write_whole(path, content.getvalue(), "the checkpoint")
    numbered = _numbered(folder)
    dropped = [numbered[step] for step in sorted(numbered)[:-keep]]
    for old in (*dropped, *folder.glob(f"*{_UNFINISHED}")):  # what a kill has left
        old.unlink(missing_ok=True)
    return path


def newest_checkpoint(folder: Path) -> Path | None:
    """The one with the most steps, if there is any."""
    found = _numbered(folder)
    return found[max(found)] if found else None


def read_training(path: Path) -> Checkpoint:
    """The checkpoint of a file; nothing in it is run.

    Raises:
        WeightsError: when it cannot be read.
        RgbtError: when it is no checkpoint of a training.
    """
    stored = read_checkpoint(path, "the checkpoint")
    names = Checkpoint.__dataclass_fields__
    if stored.keys() != names.keys():
        raise RgbtError(
            f"{path} is no checkpoint of this program's training; move it away, or start with "
            "--fresh"
        )
    return Checkpoint(**stored)  # type: ignore[arg-type]  # by its own names, written by us


def check_same_settings(
    checkpoint: Checkpoint,
    settings: Mapping[str, Value],
    defaults: Mapping[str, Value],
    path: Path,
) -> None:
    """Refuse to go on with other settings than those that the run began with.

    Args:
        checkpoint: where the run is.
        settings: those of now that decide what is learnt.
        defaults: what a setting is when nobody has said anything, also before there was one.
        path: of the checkpoint.

    Raises:
        ConfigError: naming the settings that differ and both values.
    """
    before = {**defaults, **checkpoint.settings}
    told = [
        f"{name} was {before[name]!r}, is {value!r}"
        for name, value in sorted(settings.items())
        if _comparable(before[name]) != _comparable(value)
    ]
    if told:
        more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
        raise ConfigError(
            f"{path} was made with other settings: {'; '.join(told[:_SHOWN])}{more}. Set them "
            "back, give another --out, or start over with --fresh"
        )
    gone = sorted(checkpoint.settings.keys() - settings.keys())
    if gone:
        _log.warning("%s has settings that there are no more: %s", path, ", ".join(gone))


def write_whole(path: Path, content: bytes, what: str) -> None:
    """A file with this content, or the old one: never a part, whenever the power fails.

    Raises:
        RgbtError: when it cannot be written, with the reason.
    """
    unfinished = path.with_name(path.name + _UNFINISHED)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with suppress(OSError):  # where there is no such folder there is no such file
            unfinished.unlink(missing_ok=True)
        raise RgbtError(
            f"cannot write {what} {path}: {error.strerror or error}; what was there stays"
        ) from None


def _numbered(folder: Path) -> dict[int, Path]:
    if not folder.is_dir():
        return {}
    named = {path: _NAME.fullmatch(path.name) for path in folder.iterdir()}
    return {int(match[1]): path for path, match in named.items() if match}


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def _comparable(value: Value) -> Value | list[float]:
    return list(value) if isinstance(value, tuple) else value
