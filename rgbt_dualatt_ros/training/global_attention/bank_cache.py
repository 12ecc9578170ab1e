"""Arrays that are dear to make, kept on disk under a name made of what they depend on."""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import DatasetError

# Names, frames, boxes: each array has its own type, which its reader knows.
Arrays: TypeAlias = "dict[str, NDArray[np.generic]]"


def cached(name: str, key: object, folder: str, make: Callable[[], Arrays]) -> Arrays:
    """What `make` returned when last called with this key, or now.

    Args:
        key: everything that the arrays depend on; its text becomes a part of the file name.
        folder: where the file lies; empty keeps none. A damaged file is made anew.

    Raises:
        DatasetError: when the folder cannot be written to.
    """
    if not folder:
        return make()
    path = Path(folder) / f"{name}-{zlib.crc32(repr(key).encode()):08x}.npz"
    if path.is_file():
        try:
            # Opened here, because np.load forgets to close what it cannot read.
            with path.open("rb") as stream, np.load(stream) as stored:
                return {each: stored[each] for each in stored.files}
        except (BadZipFile, ValueError, OSError, EOFError, KeyError):
            path.unlink()
    try:
        # Before an hour of work, not after it; nothing of it is seen by who looks for arrays.
        path.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path.parent).close()
        arrays = make()
        _write(path, arrays)
    except OSError as error:
        raise DatasetError(
            f"cannot keep frames in the cache folder {folder} ({error.strerror or error}); "
            "give another folder, or an empty one to keep none"
        ) from None
    return arrays


def _write(path: Path, arrays: Arrays) -> None:
    # Written under another name first: whoever looks sees a whole file or none.
    started = path.with_suffix(f".{os.getpid()}.part.npz")
    np.savez(started, **arrays)  # type: ignore[arg-type]  # stub: allow_pickle is a bool
    started.replace(path)
