"""Annotated video in a form that browsers play: VP8 in WebM."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

_log = logging.getLogger(__name__)

MOST_WIDTH = 880
"""Of a video, px; OpenCV's encoder spends about 0.45 bits a pixel, whatever it shows."""


class VideoFile:
    """A video that is written picture by picture; all pictures have the size of the first.

    With an OpenCV that cannot write VP8 nothing is written and `path` never exists.
    """

    def __init__(self, path: Path, frames_per_second: float) -> None:
        self.path = path
        self.rate = frames_per_second
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)

    def add(self, picture: NDArray[np.uint8]) -> None:
        """One more picture `(H, W, 3)`, red first."""
        if self._writer is None:
            self._open(picture)
        if self._writer is not None and self._writer.isOpened():
            small = cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA)
            self._writer.write(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))

    def close(self) -> bool:
        """Finish the file and tell whether there is one; an earlier run's does not count."""
        if self._writer is None:
            return False
        self._writer.release()
        return self.path.is_file() and self.path.stat().st_size > 0

    def _open(self, picture: NDArray[np.uint8]) -> None:
        height, width = picture.shape[:2]
        scale = min(1.0, MOST_WIDTH / width)
        # The encoder wants even sides.
        self._size = (max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        with _silent_stderr():
            code = cv2.VideoWriter.fourcc(*"VP80")
            self._writer = cv2.VideoWriter(str(self.path), code, self.rate, self._size)
        if not self._writer.isOpened():
            _log.warning("this OpenCV cannot write VP8 video; the page is made without videos")


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Keep FFmpeg's remark on the codec tag, which is harmless, from the terminal."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
