"""The bytes of a file, or one line that says why there are none; nothing is waited for."""

from __future__ import annotations

import stat
from pathlib import Path

from rgbt_dualatt_ros.core.errors import DatasetError


def read_bytes(path: Path) -> bytes:
    """All bytes of `path`.

    Raises:
        DatasetError: when it cannot be read or is no file: a named pipe would keep us waiting.
    """
    try:
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise DatasetError(f"{path} is no file, but a pipe, a socket or a device")
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"cannot read {path}: {error.strerror}") from None
