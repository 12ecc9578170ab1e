"""The result files of a tracker in a folder, however those who published them named the files."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.protocols.result_files import read_result

_SUFFIXES = (".txt", ".csv")
_Files = dict[str, dict[str, Path]]
"""By the form of their names, and by sequence."""
_HERE = "{}"
"""Stands in a pattern for the name of the sequence."""
_WHOLE_NAME = re.compile(r"(?<![^\W_])\{\}(?![^\W_])[^/]*$")
# RGBT234/MANet/car/car_001.txt, and a folder more.
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class FolderResults:
    """What could be read.

    Attributes:
        boxes: `(M, 4)` xywh, px, by sequence; M need not be the number of frames.
        problems: a line for each sequence whose file is missing or cannot be read.
        notes: a line for each result with more or fewer rows than frames.
    """

    boxes: dict[str, Values]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def read_results(folder: Path, frames: Mapping[str, int]) -> FolderResults:
    """The results of one tracker, a file for each sequence.

    The files may be called `car.txt`, `MANet_car.txt`, `car_final.TXT` or `car/car_001.txt`, in
    `folder` or below it: what stands before and behind the names must be the same for all. Which
    it is, is told by what fits most sequences; the shortest counts, so that `car_time.txt` beside
    `car.txt` is left alone. Or each folder of a sequence has one file only, `car/MANet.txt`.
    Capitals in names need not be those of the sequences.

    Args:
        folder: of one tracker.
        frames: number of frames by sequence.

    Raises:
        ConfigError: when the folder holds the results of several trackers.
    """
    files = find_files(folder, frames)
    boxes: dict[str, Values] = {}
    problems: list[str] = []
    notes: list[str] = []
    for name, count in frames.items():
        if name not in files:
            problems.append(f"{name}: no result file in {folder}")
            continue
        try:
            boxes[name] = read_result(files[name], count)
        except DatasetError as error:
            problems.append(str(error))
            continue
        rows = len(boxes[name])
        if rows != count:
            fate = "the last are cut off" if rows > count else "the missing ones are missed"
            notes.append(f"{name}: {rows} rows for {count} frames, {fate}")
    return FolderResults(boxes, tuple(problems), tuple(notes))


def find_files(folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """The result file of each sequence that has one; see `read_results`.

    Raises:
        ConfigError: when the folder cannot be read, holds the results of several trackers, or only
            MATLAB files.
    """
    patterns, inside = _forms(folder, {_plain(name): name for name in names})
    if not patterns and inside:
        return _only_file(inside, folder)
    if not patterns:
        if any(path.suffix.lower() == ".mat" for path in folder.iterdir()):
            raise ConfigError(f"{folder} holds MATLAB files; save each result as text, x,y,w,h")
        return {}
    best = min(patterns, key=lambda each: (-len(patterns[each]), len(each), each))
    others = [each for each in patterns if _may_be_another(each, best, patterns)]
    if others:
        places = sorted({_place(each) or "." for each in (best, *others)})
        raise ConfigError(
            f"{folder} holds results in several folders: {', '.join(places)}; name one of them"
        )
    return patterns[best]


def _forms(folder: Path, wanted: Mapping[str, str]) -> tuple[_Files, _Files]:
    """Files by the form of their names, and those of the folders of sequences by their names.

    Args:
        wanted: names of sequences by their plain form.
    """
    patterns: _Files = {}
    inside: _Files = {}
    for path in sorted(_files(folder)):
        relative = PurePosixPath(_plain(path.relative_to(folder).with_suffix("").as_posix()))
        if relative.parent.name in wanted:
            inside.setdefault(relative.name, {})[wanted[relative.parent.name]] = path
        for plain, name in wanted.items():
            for pattern in _patterns(str(relative), plain):
                patterns.setdefault(pattern, {}).setdefault(name, path)
    return patterns, inside


def _only_file(inside: _Files, folder: Path) -> dict[str, Path]:
    """The files of one name in the folders of sequences, as `car/MANet_result.txt`."""
    most = max(map(len, inside.values()))
    likely = [stem for stem, found in inside.items() if 2 * len(found) > most]
    if len(likely) > 1:
        raise ConfigError(
            f"{folder} has several files in the folder of each sequence: {', '.join(likely)}; "
            "put the results of one tracker into a folder of their own"
        )
    return inside[likely[0]]


def _patterns(path: str, name: str) -> Iterator[str]:
    """The path with `{}` in place of the name, wherever its last part has it."""
    *folders, stem = path.split("/")
    above = "".join(f"{_HERE if each == name else each}/" for each in folders)
    start = stem.find(name)
    while start >= 0:
        yield f"{above}{stem[:start]}{_HERE}{stem[start + len(name) :]}"
        start = stem.find(name, start + 1)


def _may_be_another(pattern: str, best: str, patterns: _Files) -> bool:
    """Whether it stands for the results of another tracker, in another folder."""
    if _place(pattern) == _place(best):
        return False
    if len(patterns[best]) == 1:  # one name may be part of any word
        return bool(_WHOLE_NAME.search(pattern))
    return 2 * len(patterns[pattern]) > len(patterns[best])


def _place(pattern: str) -> str:
    """The folders of a pattern."""
    return pattern.rpartition("/")[0]


def _plain(name: str) -> str:
    """A name as it is compared: some systems take letters with accents apart, or change case."""
    return unicodedata.normalize("NFC", name).casefold()


def _files(folder: Path) -> Iterator[Path]:
    """Text files at and below `folder`; links to folders are not followed below it."""
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise ConfigError(f"cannot read folder {folder}: {error.strerror}") from None
    for place, folders, names in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = [each for each in folders if depth + 1 < _DEEPEST and each[0] != "."]
        yield from (
            path
            for path in (Path(place, name) for name in names if name[0] != ".")
            if path.suffix.lower() in _SUFFIXES and path.is_file()
        )
