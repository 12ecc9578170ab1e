"""The challenge labels that benchmarks give their sequences, from the files of each."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Literal

import numpy as np

from rgbt_dualatt_ros.core.errors import DatasetError, MissingDependencyError
from rgbt_dualatt_ros.datasets.annotations import read_flags, read_text
from rgbt_dualatt_ros.datasets.layouts import by_lower_case

LabelFiles = Literal["none", "mat", "file_per_label", "file_per_sequence"]
"""How a set keeps its labels: GTOT one MATLAB file, RGBT234 a file a label, LasHeR a sequence."""

Labels = dict[str, tuple[str, ...]]
"""Labels by name of the sequence."""

# In the order of the papers' tables (algorithm 7.2).
GTOT_LABELS = ("OCC", "LSV", "FM", "LI", "TC", "SO", "DEF")
RGBT234_LABELS = ("NO", "PO", "HO", "LI", "LR", "TC", "DEF", "FM", "SV", "MB", "CM", "BC")
LASHER_LABELS = (
    "NO", "PO", "TO", "HO", "MB", "LI", "HI", "AIV", "LR", "DEF",
    "BC", "SA", "CM", "TC", "FL", "OV", "FM", "SV", "ARC",
)  # fmt: skip

_MAT_FILE = "AttrMat.mat"
_MAT_FOLDER = "sequencesAttr"
_LABEL_FOLDER = "attr_txt"
_SEQUENCE_FOLDER = "AttriSeqsTxt"
_NAMES_FILE = "SequencesName.txt"
_OTHER_NAMES = {"SV": "SC"}  # RGBT234's scale variation lies in SC.txt


def read_labels(root: Path, files: LabelFiles) -> Labels:
    """The labels of all sequences of a set; empty when it has none.

    The files are looked for in `root` and beside it: they come in an archive of their own.

    Raises:
        DatasetError: when the files are missing or damaged; the text names file and line.
        MissingDependencyError: when a MATLAB file is there and scipy is not.
    """
    if files == "none":
        return {}
    if files == "mat":
        return _from_mat(_locate(root, (_MAT_FILE,), (_MAT_FOLDER, _MAT_FILE)))
    if files == "file_per_label":
        return _from_label_files(_locate(root, (_LABEL_FOLDER,)))
    return _from_sequence_files(_locate(root, (_SEQUENCE_FOLDER,)))


def _locate(root: Path, *ways: tuple[str, ...]) -> Path:
    """The first of some paths, each given by names in any case, in `root` or beside it."""
    for folder in (root, root.parent):
        for way in ways:
            path = folder
            for name in way:
                path = path / _entries(path).get(name.lower(), name)
            if path.exists():
                return path
    raise DatasetError(f"no file of attributes in or beside {root}; expected {ways[0][0]}")


def _entries(folder: Path) -> dict[str, str]:
    try:
        return by_lower_case(entry.name for entry in folder.iterdir())
    except OSError:
        return {}


def _from_label_files(folder: Path) -> Labels:
    entries = _entries(folder)
    names = _names(folder / entries.get(_NAMES_FILE.lower(), _NAMES_FILE))
    found: dict[str, list[str]] = {name: [] for name in names}
    for label in RGBT234_LABELS:
        candidates = (f"{label}.txt".lower(), f"{_OTHER_NAMES.get(label, label)}.txt".lower())
        file_name = next((entries[each] for each in candidates if each in entries), None)
        if file_name is None:
            raise DatasetError(f"{folder} has no {label}.txt")
        flags = read_flags(folder / file_name)
        if len(flags) != len(names):
            raise DatasetError(
                f"{folder / file_name} has {len(flags)} flags for the {len(names)} names of "
                f"{_NAMES_FILE}"
            )
        for name, has_label in zip(names, flags, strict=True):
            found[name] += [label] * bool(has_label)
    return {name: tuple(labels) for name, labels in found.items()}


def _names(path: Path) -> list[str]:
    return [line.strip() for line in read_text(path).splitlines() if line.strip()]


def _from_sequence_files(folder: Path) -> Labels:
    return {
        path.stem: _labels_of(path, LASHER_LABELS)
        for path in sorted(folder.iterdir())
        if path.suffix.lower() == ".txt"
    }


def _labels_of(path: Path, order: tuple[str, ...]) -> tuple[str, ...]:
    flags = read_flags(path)
    if len(flags) != len(order):
        raise DatasetError(f"{path} has {len(flags)} flags; expected {len(order)}")
    return tuple(label for label, has_label in zip(order, flags, strict=True) if has_label)


def _from_mat(path: Path) -> Labels:
    try:
        matlab = import_module("scipy.io")
    except ModuleNotFoundError:
        raise MissingDependencyError(
            f"{path} is a MATLAB file: pip install scipy to read the attributes in it"
        ) from None
    try:
        content: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = matlab.loadmat(
            path
        )
        names = [str(np.asarray(cell).item()) for cell in content["seqName"].ravel()]
        columns = {label: content[label].ravel() for label in GTOT_LABELS}
    except (OSError, ValueError, TypeError, KeyError, matlab.matlab.MatReadError) as error:
        raise DatasetError(f"{path} does not hold GTOT's attributes: {error}") from None
    wrong = [label for label, column in columns.items() if len(column) != len(names)]
    if wrong:
        raise DatasetError(f"{path}: {wrong[0]} has another length than seqName")
    return {
        name: tuple(label for label, column in columns.items() if column[row] == 1)
        for row, name in enumerate(names)
    }
