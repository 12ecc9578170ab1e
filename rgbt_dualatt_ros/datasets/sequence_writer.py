"""Writes a sequence as a folder that `open_sequence` reads, without loss."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.config import ThermalConfig
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.raw_frame import RawFrame
from rgbt_dualatt_ros.datasets.annotations import format_boxes
from rgbt_dualatt_ros.datasets.image_files import write_png
from rgbt_dualatt_ros.datasets.stamps import write_stamps
from rgbt_dualatt_ros.imaging.thermal_normalizer import ThermalNormalizer


def check_free(folder: Path) -> None:
    """Refuse a folder that exists, before any work is done.

    Raises:
        DatasetError: when it does.
    """
    if folder.exists():
        raise DatasetError(f"{folder} exists; choose another name")


def write_sequence(
    frames: Iterable[RawFrame], folder: Path | str, thermal: ThermalConfig | None = None
) -> int:
    """Write `visible/`, `infrared/`, `groundtruth.txt`, `init.txt` and the stamps into `folder`.

    Images become PNG: uint8 and uint16 thermal images keep every count; float ones, which PNG does
    not hold, are normalised to 8 bits by `thermal`. Frames of which one image is lost are left
    out, and the files of boxes where no frame has one. The folder appears only when it is whole.

    Returns:
        Number of frames written.

    Raises:
        DatasetError: when `folder` exists, cannot be written, or there is no frame.
    """
    folder = Path(folder)
    check_free(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(
            tempfile.mkdtemp(prefix=f".{folder.name}.unfinished-", dir=folder.parent)
        )
    except OSError as error:
        raise DatasetError(f"cannot write {folder}: {error.strerror}") from None
    try:
        count = _write(frames, unfinished, ThermalNormalizer(thermal or ThermalConfig()))
        if count == 0:
            raise DatasetError(f"no frame to write into {folder}")
        unfinished.chmod(0o755)  # mkdtemp's own mode keeps others out
        unfinished.rename(folder)
    except OSError as error:
        raise DatasetError(f"cannot write {folder}: {error.strerror}") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return count


def _write(frames: Iterable[RawFrame], folder: Path, normalizer: ThermalNormalizer) -> int:
    boxes: list[NDArray[np.float32]] = []
    stamps: list[tuple[int, int]] = []
    (folder / "visible").mkdir()
    (folder / "infrared").mkdir()
    for frame in frames:
        if frame.rgb is None or frame.thermal is None:
            continue
        boxes.append(frame.truth)
        stamps.append((frame.rgb_stamp_ns, frame.thermal_stamp_ns))
        name = f"{len(boxes):05d}.png"
        write_png(folder / "visible" / name, _as_rgb(frame.rgb))
        write_png(folder / "infrared" / name, _as_plane(frame.thermal, normalizer))
    if not boxes:
        return 0
    write_stamps(folder, stamps)
    truth = np.stack(boxes)
    if np.isfinite(truth).any():
        (folder / "groundtruth.txt").write_text(format_boxes(truth), encoding="utf-8")
        (folder / "init.txt").write_text(format_boxes(truth[:1]), encoding="utf-8")
    return len(boxes)


def _as_rgb(image: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB) if image.ndim == 2 else image)


def _as_plane(
    image: NDArray[Any], normalizer: ThermalNormalizer
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    if image.ndim == 3:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    return image if image.dtype in (np.uint8, np.uint16) else normalizer(image)
