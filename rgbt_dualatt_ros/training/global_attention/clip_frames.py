"""Frames of training clips at the work size; colour and thermal where a clip has both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from rgbt_dualatt_ros.core.attention_pairs_config import PairConfig
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.training.global_attention.draft import Image

_VISIBLE, _INFRARED = "_visible", "_infrared"


@dataclass(frozen=True, slots=True, eq=False)
class ClipFrames:
    """Every n-th frame of one clip.

    Attributes:
        thermal: `(N, H, W)` uint8.
        rgb: `(N, H, W, 3)` uint8, red first; None of a thermal clip.
    """

    name: str
    thermal: Image
    rgb: Image | None


@dataclass(frozen=True, slots=True)
class ClipFiles:
    """The files of one clip; `visible` is None of a thermal clip."""

    name: str
    thermal: Path
    visible: Path | None


def find_clips(root: Path) -> tuple[ClipFiles, ...]:
    """Every clip below `root`: `NAME_visible.mp4` with `NAME_infrared.mp4`, others are thermal.

    Raises:
        DatasetError: when there is none, or a visible one has no infrared partner.
    """
    clips = []
    for path in sorted(root.rglob("*.mp4")):
        stem = path.stem
        if stem.endswith(_VISIBLE):
            continue
        name = stem.removesuffix(_INFRARED)
        visible = path.with_name(f"{name}{_VISIBLE}.mp4")
        clips.append(ClipFiles(name, path, visible if visible.is_file() else None))
    used = {clip.visible for clip in clips}
    for path in sorted(root.rglob(f"*{_VISIBLE}.mp4")):
        if path not in used:
            raise DatasetError(
                f"{path} has no thermal partner; name it "
                f"{path.stem.removesuffix(_VISIBLE)}{_INFRARED}.mp4 and put it beside"
            )
    if not clips:
        raise DatasetError(f"training data {root} holds no *.mp4 clip; give --data ROOT with some")
    return tuple(clips)


def read_clip(files: ClipFiles, config: PairConfig) -> ClipFrames:
    """Every n-th frame of a clip at the work size.

    Raises:
        DatasetError: when a file cannot be decoded.
    """
    step = config.thermal_step if files.visible is None else config.color_step
    thermal = _decoded(files.thermal, step, cv2.COLOR_BGR2GRAY, config)
    if files.visible is None:
        return ClipFrames(files.name, thermal, None)
    rgb = _decoded(files.visible, step, cv2.COLOR_BGR2RGB, config)
    both = min(len(rgb), len(thermal))
    return ClipFrames(files.name, thermal[:both], rgb[:both])


def _decoded(path: Path, step: int, conversion: int, config: PairConfig) -> Image:
    size = (config.work_width, config.work_height)
    frames = [
        cv2.cvtColor(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), conversion)
        for frame in _every(path, step)
    ]
    if not frames:
        raise DatasetError(f"no frame of {path} can be decoded")
    return np.stack(frames).astype(np.uint8, copy=False)


def _every(path: Path, step: int) -> Iterator[Image]:
    capture = cv2.VideoCapture(str(path))
    index = 0
    while capture.grab():
        if index % step == 0:
            is_read, frame = capture.retrieve()
            if is_read:
                yield np.asarray(frame, np.uint8)
        index += 1
    capture.release()
