"""Result files of trackers as the official toolkits have them: 4 or 8 numbers a frame."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np

from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.datasets.annotations import read_text
from rgbt_dualatt_ros.evaluation.metrics import AnyBoxes, Values

Columns = Literal[4, 8]
"""4: x y w h. 8: the corners x1 y1 x2 y1 x2 y2 x1 y2, clockwise from the first."""
Delimiter = Literal[",", "\t", " "]

_DELIMITER = re.compile(r"\s*[,;]\s*|\s+")
_NO_ANSWER = [math.nan] * 4


def read_result(path: Path, frames: int | None = None) -> Values:
    """The boxes `(N, 4)` xywh of a result file, one line a frame.

    Commas, semicolons, tabs or blanks stand between the numbers. Of four corners the enclosing box
    is taken, w = x2 - x1. A line with `nan` or `inf` is a row of NaN: no answer. Boxes without
    area are kept as they are: what they count is for the protocol to say.

    Args:
        frames: how many lines there must be.

    Raises:
        DatasetError: when the file cannot be read or is empty, a line holds anything but 4 or 8
            numbers (the same in all lines), or there are not `frames`; the text names the line.
    """
    lines = read_text(path).rstrip().splitlines()
    if not lines:
        raise DatasetError(f"{path} is empty; expected a line x,y,w,h for each frame")
    rows = [_numbers(line, f"{path}, line {number}") for number, line in enumerate(lines, start=1)]
    widths = [len(row) for row in rows]
    for number, width in enumerate(widths, start=1):
        if width != widths[0]:
            raise DatasetError(
                f"{path}, line {number}: {width} numbers, but {widths[0]} in the lines before it"
            )
    if frames is not None and len(rows) != frames:
        raise DatasetError(f"{path} has {len(rows)} lines for {frames} frames")
    return np.array([_box(row) for row in rows], np.float64)


def write_result(
    path: Path, boxes: AnyBoxes, columns: Columns = 4, delimiter: Delimiter = ","
) -> None:
    """Write boxes `(N, 4)` xywh so that `read_result` and the toolkits read them.

    Numbers are written in full, without exponents. A row that is not finite is written as `nan`;
    so is, in 8 columns, one with a negative side, which corners cannot tell from a positive one.

    Raises:
        ConfigError: when the file cannot be written.
    """
    text = "".join(f"{delimiter.join(_fields(row, columns))}\n" for row in boxes.tolist())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from None


def read_results(
    folder: Path, frames: Mapping[str, int], prefix: str = ""
) -> tuple[dict[str, Values], tuple[str, ...]]:
    """The results of a tracker, a file `PREFIXsequence.txt` each, and what is wrong with the rest.

    Args:
        folder: holds the files; names may end in capitals (`.TXT`).
        frames: number of frames by sequence.
        prefix: what toolkits put before the name, such as `MANet_`.

    Returns:
        The results that could be read, of any number of lines, and a line for each that could not.
    """
    found: dict[str, Values] = {}
    problems: list[str] = []
    for name in frames:
        try:
            found[name] = read_result(_file_of(folder, f"{prefix}{name}"))
        except DatasetError as error:  # noqa: PERF203  one bad file must not hide the others
            problems.append(str(error))
    return found, tuple(problems)


def _file_of(folder: Path, stem: str) -> Path:
    candidates = [folder / f"{stem}{suffix}" for suffix in (".txt", ".TXT", ".csv")]
    return next((each for each in candidates if each.is_file()), candidates[0])


def _numbers(line: str, where: str) -> list[float]:
    fields = _DELIMITER.split(line.strip().rstrip(",;").rstrip())
    if len(fields) not in (4, 8):
        count = len(fields) if fields != [""] else 0
        raise DatasetError(f"{where}: {count} numbers; expected 4 (x y w h) or 8 (four corners)")
    try:
        return [float(each) for each in fields]
    except ValueError:
        wrong = next(each for each in fields if not _is_number(each))
        raise DatasetError(f"{where}: {wrong!r} is not a number") from None


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _box(row: list[float]) -> list[float]:
    if not all(map(math.isfinite, row)):
        return _NO_ANSWER
    if len(row) == 4:
        return row
    xs, ys = row[0::2], row[1::2]
    return [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]


def _fields(row: list[float], columns: Columns) -> list[str]:
    x, y, w, h = row
    if not all(map(math.isfinite, row)) or (columns == 8 and min(w, h) < 0):
        return ["nan"] * columns
    right, low = x + w, y + h
    numbers = row if columns == 4 else [x, y, right, y, right, low, x, low]
    return [_text(each) for each in numbers]


def _text(number: float) -> str:
    """The shortest text that reads as the same number, without an exponent."""
    text = repr(number)
    return np.format_float_positional(number, trim="-") if "e" in text else text.removesuffix(".0")
