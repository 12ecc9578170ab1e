"""Image files on disk: found in the order of their numbers, read whole or refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.file_bytes import read_bytes
from rgbt_dualatt_ros.imaging.compressed_codec import is_cut_short

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")

# Boxes mean pixels as stored; an orientation tag would turn one camera's pictures only.
_AS_RGB = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
_AS_GREY = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION


def list_images(folder: Path) -> list[Path]:
    """The image files of `folder` in the order of the numbers in their names: 2.jpg before 10.jpg.

    Raises:
        DatasetError: when the folder cannot be read or holds no image.
    """
    try:
        found = [
            path
            for path in folder.iterdir()
            if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")
        ]
    except OSError as error:
        raise DatasetError(f"cannot read folder {folder}: {error.strerror}") from None
    if not found:
        kinds = ", ".join(suffix[1:] for suffix in IMAGE_SUFFIXES)
        raise DatasetError(f"there is no image in {folder}; expected files of {kinds}")
    return sorted(found, key=_number_order)


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """The colour image `(H, W, 3)` uint8, red first; a grey file gives three equal channels.

    Raises:
        DatasetError: when the file cannot be read or is cut short; the text names it.
    """
    return np.asarray(cv2.cvtColor(_read(path, _AS_RGB), cv2.COLOR_BGR2RGB), np.uint8)


def read_thermal(path: Path) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """The thermal image `(H, W)` as stored: uint8 grey levels or uint16 counts.

    Raises:
        DatasetError: as `read_rgb`, and for numbers of another type.
    """
    image = _read(path, _AS_GREY)
    if image.dtype not in (np.uint8, np.uint16):
        raise DatasetError(f"{path} holds {image.dtype}; a thermal image has 8 or 16 bits")
    return image


def write_png(path: Path, image: NDArray[np.uint8] | NDArray[np.uint16]) -> None:
    """Write `(H, W, 3)` RGB or `(H, W)` uint8 or uint16 without loss.

    Raises:
        DatasetError: when the file cannot be written.
    """
    stored = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
    _, encoded = cv2.imencode(".png", stored)
    try:
        path.write_bytes(encoded.tobytes())
    except OSError as error:
        raise DatasetError(f"cannot write {path}: {error.strerror}") from None


def first_gap(files: Sequence[Path], partners: Sequence[Path]) -> int | None:
    """Where images paired by their place stop belonging together by the numbers in their names.

    The two may be numbered from different starts, as long as they stay as far apart.

    Returns:
        The first place of which one image is missing; None when no gap is seen, as in names
        without numbers.
    """
    offsets = [
        after[-1] - before[-1]
        for before, after in zip(map(_numbers, files), map(_numbers, partners), strict=False)
        if before and after
    ]
    if len(offsets) < min(len(files), len(partners)):
        return None
    return next((place for place, each in enumerate(offsets) if each != offsets[0]), None)


def _read(path: Path, flags: int) -> NDArray[np.uint8]:
    # cv2.imread prints to stderr and says only None; bytes first tell why.
    content = read_bytes(path)
    if not content:
        raise DatasetError(f"{path} is empty")
    if is_cut_short(content):
        raise DatasetError(f"{path} is cut short: the end of the image is missing")
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except cv2.error as error:  # such as more pixels than OpenCV agrees to
        raise DatasetError(f"cannot read {path}: {error.err}") from None
    if image is None:
        raise DatasetError(f"{path} is not an image that OpenCV can read")
    return np.asarray(image)


def _number_order(path: Path) -> tuple[list[int], str]:
    return _numbers(path), path.name


def _numbers(path: Path) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", path.stem)]
