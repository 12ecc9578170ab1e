"""Curves and pictures for TensorBoard, when it is installed and wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import MissingDependencyError, RgbtError


class TensorboardLog:
    """Writes event files; does nothing when it was not wanted.

    Args:
        folder: of the event files.
        wanted: `auto`, `always` or `never`; auto where tensorboard is installed.
        last: TensorBoard hides what earlier files say of later steps: they will come again.

    Raises:
        MissingDependencyError: when it is `always` and not installed.
        RgbtError: when the folder cannot be written; from every method likewise.
    """

    def __init__(self, folder: Path, wanted: str, last: int) -> None:
        is_there = find_spec("tensorboard") is not None
        if wanted == "always" and not is_there:
            raise MissingDependencyError(
                "tensorboard is set to always, but not installed: pip install tensorboard, or set "
                "tensorboard to auto"
            )
        self._folder = folder
        self._writer = None
        if is_there and wanted != "never":
            from torch.utils.tensorboard import SummaryWriter

            with _writing(folder):
                self._writer = SummaryWriter(str(folder), purge_step=last + 1)

    def add(self, group: str, step: int, values: Mapping[str, float]) -> None:
        """A point of every curve, below the name of the group."""
        if self._writer is not None:
            with _writing(self._folder):
                for name, value in values.items():
                    self._writer.add_scalar(f"{group}/{name}", value, step)

    def show(self, name: str, step: int, picture: NDArray[np.uint8]) -> None:
        """A picture `(H, W, 3)`, red first."""
        if self._writer is not None:
            with _writing(self._folder):
                self._writer.add_image(name, picture, step, dataformats="HWC")
                self._writer.flush()

    def close(self) -> None:
        """No more of them."""
        if self._writer is not None:
            with _writing(self._folder):
                self._writer.close()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    # Its writer is a thread of its own; what stopped that comes with a later call.
    try:
        yield
    except OSError as error:
        raise RgbtError(
            f"cannot write curves for TensorBoard to {folder}: {error.strerror}; make room, or "
            "set tensorboard to never"
        ) from None
