"""What unit tests of several packages share: small image folders as data sets have them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

WriteImages = Callable[..., None]
WriteSequence = Callable[..., Path]


@cache
def _encoded(suffix: str, level: int) -> bytes:
    return cv2.imencode(suffix.lower(), np.full((24, 32, 3), level, np.uint8))[1].tobytes()


@pytest.fixture
def write_images() -> WriteImages:
    """Call it with a folder, how many images, and a pattern of their names, such as `{:05d}v.png`.

    They are 32 x 24 px and of one grey: 10 times their place, from 0, plus `offset`. `first` is
    the number in the name of the first.
    """

    def write(folder: Path, count: int, name: str, first: int = 1, offset: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        suffix = Path(name).suffix
        for place in range(count):
            (folder / name.format(first + place)).write_bytes(
                _encoded(suffix, 10 * place + offset)
            )

    return write


@pytest.fixture
def write_sequence(write_images: WriteImages) -> WriteSequence:
    """Write a sequence of three frames in RGBT234's layout."""

    def write(path: Path, frames: int = 3) -> Path:
        write_images(path / "visible", frames, "{:05d}v.png")
        write_images(path / "infrared", frames, "{:05d}i.png")
        for kind in ("visible", "infrared", "init"):
            (path / f"{kind}.txt").write_text("8,6,10,8\n" * frames)
        return path

    return write
