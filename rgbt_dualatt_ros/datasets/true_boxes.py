"""The true boxes of a sequence folder: one array for each camera, one row a frame."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.annotations import read_boxes, read_flags
from rgbt_dualatt_ros.datasets.layouts import TRUTH_KINDS, Layout, TruthFile, TruthKind

NO_IMAGES = sys.maxsize
"""For `read_box_lines`, in place of a number of images: a sparse annotation stays sparse."""


@dataclass(frozen=True, slots=True, eq=False)
class BoxLines:
    """The boxes of one file, one row a line.

    Attributes:
        file: the annotation.
        boxes: `(N, 4)` xywh as written, px; a row of NaN for a line without numbers.
        frames_a_line: frames from one line to the next.
    """

    file: Path
    boxes: Boxes
    frames_a_line: int = 1

    @property
    def frames(self) -> int:
        """Number of frames from that of the first line to those that follow the last."""
        return len(self.boxes) * self.frames_a_line

    def reach(self, count: int) -> int:
        """How many frames the lines reach to, of a sequence that has `count`.

        The last line of a sparse annotation may be followed by fewer frames than the others.
        """
        fits = len(range(0, count, self.frames_a_line)) == len(self.boxes)
        return count if fits else self.frames

    def by_frame(self, count: int) -> Boxes:
        """Boxes `(count, 4)` as written, one row a frame; NaN where there is no line."""
        rows = np.full((count, 4), np.nan, np.float32)
        chosen = self.boxes[: len(range(0, count, self.frames_a_line))]
        rows[: len(chosen) * self.frames_a_line : self.frames_a_line] = chosen
        return rows


def read_box_lines(
    folder: Path, layout: Layout, entries: Mapping[str, str], frames: int
) -> dict[TruthKind, BoxLines]:
    """The files of boxes of a sequence, by kind; at least one.

    Args:
        entries: what is in `folder`, by lower-case name.
        frames: number of images; a sparse annotation with that many lines is taken frame by frame.

    Raises:
        DatasetError: when there is no file of boxes, or one is empty or cannot be read.
    """
    found: dict[TruthKind, BoxLines] = {}
    for truth_file in layout.truth_files:
        name = entries.get(truth_file.name.lower())
        if name is None or truth_file.kind in found:
            continue
        found[truth_file.kind] = _read_file(folder / name, truth_file, layout, frames)
    if not found:
        names = " or ".join(file.name for file in layout.truth_files)
        raise DatasetError(f"{folder} has no boxes; expected {names}")
    return found


def read_absence(
    folder: Path, layout: Layout, entries: Mapping[str, str]
) -> dict[str, NDArray[np.bool_]]:
    """Flags of frames without the target, by file; only of files that are there.

    Raises:
        DatasetError: when one holds anything but zeros and ones.
    """
    names = [entries[name] for name in layout.absence_files if name in entries]
    return {name: read_flags(folder / name) for name in names}


def without_empty(boxes: Boxes) -> Boxes:
    """`boxes`, with NaN for those without area: no target there."""
    is_box = (boxes[:, 2:] > 0).all(axis=1, keepdims=True)
    return np.where(is_box, boxes, np.float32(np.nan))


def in_order_of(preferred: TruthKind) -> tuple[TruthKind, ...]:
    """The kinds of truth, `preferred` before the others."""
    return (preferred, *(kind for kind in TRUTH_KINDS if kind != preferred))


def _read_file(path: Path, truth_file: TruthFile, layout: Layout, frames: int) -> BoxLines:
    boxes = read_boxes(path, truth_file.box_format, keep_empty=True)
    if not len(boxes):
        raise DatasetError(f"{path}, line 1: the file is empty; the first line must hold a box")
    is_sparse = len(boxes) < frames
    return BoxLines(path, boxes, layout.frames_a_line if is_sparse else 1)
