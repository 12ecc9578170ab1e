"""FolderContents: the images and boxes of a sequence folder, brought to one number of frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.image_channels import list_channels
from rgbt_dualatt_ros.datasets.image_files import first_gap
from rgbt_dualatt_ros.datasets.layouts import Layout, TruthKind, by_lower_case
from rgbt_dualatt_ros.datasets.true_boxes import (
    NO_IMAGES,
    BoxLines,
    in_order_of,
    read_absence,
    read_box_lines,
    without_empty,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """One sequence: its name in tables, its folder, and how that is laid out."""

    name: str
    path: Path
    layout: Layout

    @property
    def has_images(self) -> bool:
        """Whether every folder of images is there."""
        try:
            return self.layout.fits(by_lower_case(each.name for each in self.path.iterdir()))
        except OSError:
            return False


@dataclass(frozen=True, slots=True, eq=False)
class FolderContents:
    """What a sequence folder holds, N frames of each; fields as in `FolderSequence`."""

    rgb_files: list[Path]
    thermal_files: list[Path]
    truth: Boxes
    truths: dict[TruthKind, Boxes]
    written_truths: dict[TruthKind, Boxes]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, selection: Selection, preferred: TruthKind) -> FolderContents:
        """List the images, read the boxes, and leave out what has no partner.

        Args:
            preferred: the kind of truth to start from.

        Raises:
            DatasetError: when an image folder or the boxes are missing or cannot be read, or the
                first line is no box.
        """
        path, layout = selection.path, selection.layout
        entries = _entries(path)
        rgb, thermal = list_channels(path, layout, entries)
        lines = read_box_lines(path, layout, entries, min(len(rgb), len(thermal or rgb)))
        skipped = dict(layout.first_frames).get(selection.name, 1) - 1
        if len(rgb) - skipped >= min(each.frames for each in lines.values()):  # images are whole
            rgb, thermal = rgb[skipped:], thermal[skipped:]
        count, notes = _frames_used(rgb, thermal, lines, layout)
        notes += _missing_files(layout, lines)
        boxes = {kind: each.by_frame(count) for kind, each in lines.items()}
        written = _of_every_frame(boxes, lines, count)
        truths = {kind: without_empty(each) for kind, each in boxes.items()}
        absence = read_absence(path, layout, entries)
        _erase_absent(written, absence)  # LaSOT's toolkit takes these frames out, too
        notes += _erase_absent(truths, absence)
        truth = _chosen(truths, lines, preferred)
        return cls(rgb[:count], thermal[:count], truth, truths, written, tuple(notes))

    @classmethod
    def written_boxes(cls, selection: Selection) -> tuple[dict[TruthKind, Boxes], tuple[str, ...]]:
        """The boxes alone, as written, of a folder without images: cut to the shortest file.

        Returns:
            The boxes by kind, and what is odd about them; a clause each.

        Raises:
            DatasetError: when the boxes are missing or cannot be read.
        """
        path, layout = selection.path, selection.layout
        entries = _entries(path)
        # Nobody has counted the images of a sparse annotation: it ends with its last line.
        lines = read_box_lines(path, layout, entries, frames=NO_IMAGES)
        counted = [each for kind, each in lines.items() if kind != "init"] or [*lines.values()]
        ends = {e.file.name: (len(e.boxes) - 1) * e.frames_a_line + 1 for e in counted}
        count = min(ends.values())
        boxes = {kind: each.by_frame(count) for kind, each in lines.items()}
        notes = _erase_absent(boxes, read_absence(path, layout, entries))
        if len({*ends.values()}) > 1:
            said = ", ".join(f"{len(each.boxes)} boxes in {each.file.name}" for each in counted)
            notes.insert(0, f"{said}; the first {count} frames are used")
        return _of_every_frame(boxes, lines, count), tuple(notes)


def _entries(path: Path) -> dict[str, str]:
    try:
        return by_lower_case(entry.name for entry in path.iterdir())
    except OSError as error:
        raise DatasetError(f"cannot read sequence folder {path}: {error.strerror}") from None


def _frames_used(
    rgb: list[Path], thermal: list[Path], lines: Mapping[TruthKind, BoxLines], layout: Layout
) -> tuple[int, list[str]]:
    """How many frames are used, and a note when something has more or fewer."""
    images = {"colour images": len(rgb)}
    if layout.thermal:
        images["thermal images"] = len(thermal)
    pairs = min(images.values())
    boxes = _reach(lines, pairs)
    notes = []
    if len(set(images.values())) > 1:
        notes += _pairs_that_do_not_match(rgb, thermal, must_match=not layout.has_every_box)
    if len({*images.values(), *boxes.values()}) == 1:
        return pairs, notes
    count = min(pairs, *boxes.values()) if layout.has_every_box else pairs
    said = ", ".join(f"{number} {what}" for what, number in (images | boxes).items())
    if min(boxes.values()) < count:
        fate = f"{count} frames are used, those without a box are not scored"
    else:
        fate = f"the first {count} of each are used"
    return count, [f"{said}; {fate}", *notes]


def _of_every_frame(
    boxes: Mapping[TruthKind, Boxes], lines: Mapping[TruthKind, BoxLines], count: int
) -> dict[TruthKind, Boxes]:
    """Without an `init` that ends early beside others: it gives a first box, no truth to score."""
    return {
        kind: each
        for kind, each in boxes.items()
        if kind != "init" or len(boxes) == 1 or lines[kind].reach(count) >= count
    }


def _reach(lines: Mapping[TruthKind, BoxLines], pairs: int) -> dict[str, int]:
    """Frames that each file of boxes reaches to; beside others, `init` may hold one box only."""
    counted = [each for kind, each in lines.items() if kind != "init"] or [*lines.values()]
    return {f"boxes in {each.file.name}": each.reach(pairs) for each in counted}


def _pairs_that_do_not_match(
    rgb: list[Path], thermal: list[Path], *, must_match: bool
) -> list[str]:
    """A note, or an error, when a missing image shifts all pairs behind it.

    Toolkits of the benchmarks pair by place all the same, so their sequences are kept.
    """
    gap = first_gap(rgb, thermal)
    if gap is None:
        return []
    names = f"{rgb[gap].name} would be paired with {thermal[gap].name}"
    if must_match:
        raise DatasetError(
            f"{rgb[gap].parent.parent}: {len(rgb)} colour and {len(thermal)} thermal images; "
            f"{names}; put the missing image back, or take out its partner and its box"
        )
    return [names.replace("would be", "is")]


def _missing_files(layout: Layout, lines: Mapping[TruthKind, BoxLines]) -> list[str]:
    if not layout.has_every_box:
        return []
    missing = [
        file.name for file in layout.truth_files if file.kind not in lines and file.kind != "init"
    ]
    return [f"there is no {' and no '.join(missing)}"] if missing else []


def _erase_absent(
    truths: Mapping[TruthKind, Boxes], absence: Mapping[str, NDArray[np.bool_]]
) -> list[str]:
    """Give frames that a file flags NaN in place of their box; the first keeps it."""
    notes = []
    for name, flags in absence.items():
        for boxes in truths.values():
            boxes[1 : len(flags)][flags[1 : len(boxes)]] = np.nan
        count = len(next(iter(truths.values())))
        if len(flags) != count:
            notes.append(f"{name} has {len(flags)} flags for {count} frames")
    return notes


def _chosen(
    truths: Mapping[TruthKind, Boxes], lines: Mapping[TruthKind, BoxLines], preferred: TruthKind
) -> Boxes:
    """The boxes of the preferred kind; behind the end of its file, those of the next best."""
    kinds = [kind for kind in in_order_of(preferred) if kind in truths]
    first = kinds[0]
    truth = truths[first].copy()
    for kind in kinds[1:]:
        end = lines[first].frames
        truth[end:] = np.where(np.isnan(truth[end:]), truths[kind][end:], truth[end:])
    if np.isnan(truth[0]).any():
        raise DatasetError(f"{lines[first].file}, line 1: the first line must hold a box")
    return truth
