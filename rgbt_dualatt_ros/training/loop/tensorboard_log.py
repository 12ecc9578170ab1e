"""Curves and pictures for TensorBoard, when it is installed and wanted."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import MissingDependencyError


class TensorboardLog:
    """Writes event files; does nothing when it was not wanted.

    Args:
        folder: of the event files.
        wanted: `auto`, `always` or `never`; auto where tensorboard is installed.
        last: TensorBoard hides what earlier files say of later steps: they will come again.

    Raises:
        MissingDependencyError: when it is `always` and not installed.
    """

    def __init__(self, folder: Path, wanted: str, last: int) -> None:
        is_there = find_spec("tensorboard") is not None
        if wanted == "always" and not is_there:
            raise MissingDependencyError(
                "tensorboard is set to always, but not installed: pip install tensorboard, or set "
                "tensorboard to auto"
            )
        self._writer = None
        if is_there and wanted != "never":
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(folder), purge_step=last + 1)

    def add(self, group: str, step: int, values: Mapping[str, float]) -> None:
        """A point of every curve, below the name of the group."""
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(f"{group}/{name}", value, step)

    def show(self, name: str, step: int, picture: NDArray[np.uint8]) -> None:
        """A picture `(H, W, 3)`, red first."""
        if self._writer is not None:
            self._writer.add_image(name, picture, step, dataformats="HWC")
            self._writer.flush()

    def close(self) -> None:
        """No more of them."""
        if self._writer is not None:
            self._writer.close()
