"""Frames of unlabelled video clips, the raw material of backbone training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import DatasetError

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class TrainingClips:
    """Every n-th frame of the clips: colour `(H, W, 3)` RGB and thermal `(H, W)`, uint8."""

    color: list[Image]
    thermal: list[Image]


def read_clips(root: Path, frame_step: int) -> TrainingClips:
    """All clips below `root`: `*_visible.mp4` are colour, every other mp4 is thermal.

    Raises:
        DatasetError: when the folder holds no clip of one kind, or a clip cannot be decoded.
    """
    if not root.is_dir():
        raise DatasetError(
            f"training data {root} is not a folder; give --data ROOT with mp4 clips"
        )
    clips = sorted(root.rglob("*.mp4"))
    color = [clip for clip in clips if clip.stem.endswith("_visible")]
    thermal = [clip for clip in clips if clip not in color]
    if not color or not thermal:
        raise DatasetError(
            f"training data {root} holds {len(color)} colour clips (*_visible.mp4) and "
            f"{len(thermal)} thermal ones (other *.mp4); at least one of each is needed"
        )
    return TrainingClips(
        _frames(color, frame_step, cv2.COLOR_BGR2RGB),
        _frames(thermal, frame_step, cv2.COLOR_BGR2GRAY),
    )


def _frames(clips: list[Path], frame_step: int, conversion: int) -> list[Image]:
    found: list[Image] = []
    for clip in clips:
        before = len(found)
        capture = cv2.VideoCapture(str(clip))
        index = 0
        while capture.grab():
            if index % frame_step == 0:
                is_read, frame = capture.retrieve()
                if is_read:
                    found.append(np.asarray(cv2.cvtColor(frame, conversion), np.uint8))
            index += 1
        capture.release()
        if len(found) == before:
            raise DatasetError(f"no frame of {clip} can be decoded")
    return found
