"""Finds the sequences of a benchmark below a folder, however deep a copy has them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.printable import printable
from rgbt_dualatt_ros.datasets.annotations import read_text
from rgbt_dualatt_ros.datasets.benchmark_kinds import KINDS, BenchmarkName, Split
from rgbt_dualatt_ros.datasets.folder_contents import Selection
from rgbt_dualatt_ros.datasets.layouts import Layout, by_lower_case

# LasHeR/testingset/SEQ, LaSOT/CLASS/CLASS-N, VTUAV/train/train_ST_001/SEQ, and one folder more.
_DEEPEST = 4
# OTB has two targets in Jogging and Skating2, each with its file of boxes.
_OTB_FILE = "groundtruth_rect.txt"
_TARGET_FILE = re.compile(r"groundtruth_rect\.(\d+)\.txt", re.IGNORECASE)
# Folders of evaluation kits that lie beside the sequences.
_NO_SEQUENCES = {"attr_txt", "attriseqstxt", "sequencesattr", "__macosx", "lost+found"}


@dataclass(slots=True)
class FoundFolders:
    """What lies below the root of a benchmark.

    Attributes:
        sequences: whole or damaged ones, in the order of their names.
        notes: what is odd: folders that are no sequence, names that occur twice, names of a list
            without a folder; a clause each.
    """

    sequences: list[Selection] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_sequences(root: Path, name: BenchmarkName, *, needs_images: bool = True) -> FoundFolders:
    """The sequences of a benchmark, or of a split of it.

    Args:
        needs_images: refuse a copy of the files of boxes alone.

    Raises:
        DatasetError: when `root` cannot be read or holds no sequence, or the split cannot be told.
    """
    try:
        os.scandir(root).close()
    except OSError as error:
        raise DatasetError(f"cannot read the folder of {name}, {root}: {error.strerror}") from None
    found = FoundFolders()
    found.sequences = _below(root, name.kind.layouts, found.notes)
    is_usable = any(each.has_images for each in found.sequences)
    if not is_usable and (needs_images or not found.sequences):
        raise DatasetError(_nothing_found(root, name, found, needs_images=needs_images))
    split = name.kind.split(name.split)
    _keep_names(found, root, (name.kind.list_file,) if name.kind.list_file else ())
    if split:
        _keep_split(found, root, split, name)
    _keep_first_of_each_name(found)
    found.sequences.sort(key=lambda each: natural_order(each.name))
    return found


def _nothing_found(
    root: Path, name: BenchmarkName, found: FoundFolders, *, needs_images: bool
) -> str:
    """The error, with the name of the set that this may be instead."""
    expected = " or ".join(dict.fromkeys(map(str, name.kind.layouts)))
    likely = [
        kind.name
        for kind in KINDS[:-1]
        if any(each.has_images or not needs_images for each in _below(root, kind.layouts, []))
    ]
    if likely:
        why = f"; it looks like {' or '.join(likely)}"
    else:
        why = f"; {found.notes[0]}" if found.notes else ""
    return f"{root} holds no sequence of {name.kind.name}; expected folders with {expected}{why}"


def natural_order(name: str) -> list[tuple[str, int]]:
    """Key that sorts man2 before man10."""
    parts = re.findall(r"(\D*)(\d*)", name.lower())
    return [(text, int(digits or 0)) for text, digits in parts]


def _below(
    folder: Path, layouts: Sequence[Layout], notes: list[str], above: tuple[Path, ...] = ()
) -> list[Selection]:
    """The sequences at and below `folder`; what is neither a sequence nor holds one is noted."""
    try:
        with os.scandir(folder) as listing:
            # A link to itself is an error for the entry, and no folder for its path.
            entries = {entry.name: Path(entry.path).is_dir() for entry in listing}
    except OSError:
        return [Selection(printable(folder.name), folder, layouts[0])]  # opening it says why
    lower = by_lower_case(entries)
    real = folder.resolve()
    fitting = next((layout for layout in layouts if layout.fits(lower)), None)
    if fitting:
        name = folder.name if above else real.name  # the root may be given as "."
        return _targets(Selection(printable(name), folder, fitting), entries)
    inner_notes: list[str] = []
    found: list[Selection] = []
    if len(above) < _DEEPEST and real not in above:  # links may lead in rings
        for name in sorted(name for name in entries if entries[name] and _may_hold(name)):
            found += _below(folder / name, layouts, inner_notes, (*above, real))
    if found or not above:
        notes += inner_notes
        return found
    part = next((layout for layout in layouts if layout.is_part_of(lower)), None)
    if part:
        return [Selection(printable(folder.name), folder, part)]  # opening it says what is missing
    notes.append(f"{folder} is no sequence")
    return []


def _may_hold(name: str) -> bool:
    return not name.startswith(".") and name.lower() not in _NO_SEQUENCES


def _targets(selection: Selection, entries: Iterable[str]) -> list[Selection]:
    """The sequence, or one for each target of a folder with numbered files of boxes."""
    truth_file = selection.layout.truth_files[0]
    numbered = {
        match.group(1): match.group() for match in map(_TARGET_FILE.fullmatch, entries) if match
    }
    if truth_file.name != _OTB_FILE or not numbered or _OTB_FILE in by_lower_case(entries):
        return [selection]
    return [
        Selection(
            f"{selection.name}-{number}",
            selection.path,
            replace(selection.layout, truth_files=(replace(truth_file, name=numbered[number]),)),
        )
        for number in sorted(numbered)
    ]


def _keep_names(found: FoundFolders, root: Path, lists: Sequence[str]) -> bool:
    """Keep what a file of names lists, when there is one; names without a folder are noted."""
    entries = by_lower_case(path.name for path in root.iterdir())
    file_name = next((entries[name] for name in lists if name in entries), None)
    if file_name is None:
        return False
    listed = [line.strip() for line in read_text(root / file_name).splitlines() if line.strip()]
    names = {each.name for each in found.sequences}
    absent = [name for name in listed if name not in names]
    unlisted = sorted(names - set(listed), key=natural_order)
    if absent:
        found.notes.append(f"{file_name} names sequences that are not there: {', '.join(absent)}")
    if unlisted:
        found.notes.append(f"not in {file_name}, and left out: {', '.join(unlisted)}")
    found.sequences = [each for each in found.sequences if each.name in set(listed)]
    if not found.sequences:
        raise DatasetError(f"none of the {len(listed)} sequences of {root / file_name} is there")
    return True


def _keep_split(found: FoundFolders, root: Path, split: Split, name: BenchmarkName) -> None:
    if _keep_names(found, root, split.lists):
        return
    inside = [each for each in found.sequences if _lies_in(each.path, root, split.folder)]
    if inside:
        found.sequences = inside
    elif not root.name.lower().startswith(split.folder):
        told_by = " or ".join([f"a folder {split.folder}*", *split.lists])
        raise DatasetError(
            f"{root} does not say which sequences are of {name}; expected {told_by}; "
            f"{name.kind.key}/all takes every sequence"
        )


def _lies_in(path: Path, root: Path, folder: str) -> bool:
    ways = path.relative_to(root).parts[:-1]
    return any(way.lower().startswith(folder) for way in ways)


def _keep_first_of_each_name(found: FoundFolders) -> None:
    """VTUAV has some training videos twice, and records are kept by name."""
    kept: dict[str, Selection] = {}
    for each in found.sequences:
        if each.name in kept:
            found.notes.append(f"{each.path} is left out: {kept[each.name].path} has its name")
        else:
            kept[each.name] = each
    found.sequences = list(kept.values())
