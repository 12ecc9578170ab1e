"""RunFolder: the files of one training, for one process at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.training.loop.checkpoint import newest_checkpoint


class RunFolder:
    """Where each file of a training lies.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings = path / "settings.yaml"
        self.checkpoints = path / "checkpoints"
        self.losses = path / "losses.csv"
        self.validation = path / "validation.csv"
        self.curves = path / "curves.png"
        self.examples = path / "examples"
        self.tensorboard = path / "tensorboard"
        self.weights = path / "weights.safetensors"
        self._lock = path / ".training"
        self._folders = self.checkpoints, self.examples, self.tensorboard
        self._files = self.settings, self.losses, self.validation, self.curves, self.weights

    def check_ours(self) -> None:
        """Call it before `held`, which leaves the sign that a training was here.

        Raises:
            RgbtError: when files of our names are there that no training has left.
        """
        found = [each.name for each in (*self._folders, *self._files) if each.exists()]
        is_ours = self._lock.exists() or self.newest_checkpoint() is not None
        if found and not is_ours:
            raise RgbtError(
                f"{self.path} holds {', '.join(found)}, which no training has left there; give "
                "another --out, or move that away"
            )

    def begin_anew(self) -> None:
        """Remove the files of an earlier training; what is not ours stays.

        Raises:
            RgbtError: when one cannot be removed.
        """
        try:
            for folder in self._folders:
                # What is in it: the folder may be a link to a larger disk.
                for each in folder.iterdir() if folder.is_dir() else ():
                    if each.is_dir() and not each.is_symlink():
                        shutil.rmtree(each)
                    else:
                        each.unlink()
            for file in self._files:
                file.unlink(missing_ok=True)
        except OSError as error:
            raise RgbtError(
                f"cannot remove {error.filename} of an earlier training: {error.strerror}"
            ) from None

    def newest_checkpoint(self) -> Path | None:
        """Where the training can go on from, if anywhere."""
        return newest_checkpoint(self.checkpoints)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder, and keep other trainings out of it.

        Raises:
            RgbtError: when it cannot be written, or another process trains there.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise RgbtError(
                f"cannot write to the run folder {self.path}: {error.strerror}; give --out FOLDER"
            ) from None
        try:
            # Not flock: workers would inherit it, and outlive a killed training for a moment.
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise RgbtError(
                f"another process is training in {self.path}; wait for it, or give another --out"
            ) from None
        try:
            yield
        finally:
            os.close(handle)  # and with it the lock; a kill lets go of it too
