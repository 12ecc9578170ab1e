"""Result files of trackers as the official toolkits have them: 4 or 8 numbers a frame."""

from __future__ import annotations

import math
import re
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
# float() also takes "1_0", a slip of the pen.
_NUMBER = re.compile(r"[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|nan|inf|infinity)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]\w*")
_MOST_SHOWN = 40
_NO_ANSWER = [math.nan] * 4


def read_result(path: Path, frames: int | None = None) -> Values:
    """The boxes `(N, 4)` xywh of a result file, one line a frame.

    Commas, semicolons, tabs or blanks stand between the numbers. Of four corners the enclosing box
    is taken, w = x2 - x1. A line with `nan` or `inf` is a row of NaN: no answer. Boxes without
    area are kept as they are: what they count is for the protocol to say. A first line of words
    is a heading. Empty lines do not count, as for the toolkits, unless there is a line for every
    frame only with them: then they are rows of NaN.

    Args:
        frames: of the sequence, to tell what empty lines mean; the result may have more or fewer.

    Raises:
        DatasetError: when the file cannot be read or is empty, or a line holds anything but 4 or 8
            numbers, the same in all lines; the text names the line.
    """
    lines = dict(enumerate(read_text(path).rstrip().splitlines(), start=1))
    if lines and _is_heading(lines[1]):
        del lines[1]
    if len(lines) != frames:
        lines = {number: line for number, line in lines.items() if line.strip()}
    if not any(line.strip() for line in lines.values()):
        raise DatasetError(f"{path} holds no box; expected a line x,y,w,h for each frame")
    rows: list[list[float]] = []
    width = 0
    for number, line in lines.items():
        row = _numbers(line, f"{path}, line {number}") if line.strip() else []
        width = width or len(row)
        if row and len(row) != width:
            raise DatasetError(
                f"{path}, line {number}: {len(row)} numbers, but {width} in the lines before it"
            )
        rows.append(_box(row) if row else _NO_ANSWER)
    return np.array(rows, np.float64)


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


def _split(line: str) -> list[str]:
    return _DELIMITER.split(line.strip().rstrip(",;").rstrip())


def _is_heading(line: str) -> bool:
    """Whether a line holds words only, as `x,y,w,h`."""
    fields = _split(line)
    return all(_WORD.fullmatch(each) and not _NUMBER.fullmatch(each) for each in fields)


def _numbers(line: str, where: str) -> list[float]:
    fields = _split(line)
    wrong = [each for each in fields if not _NUMBER.fullmatch(each)]
    if wrong:
        raise DatasetError(f"{where}: {wrong[0][:_MOST_SHOWN]!r} is not a number")
    if len(fields) not in (4, 8):
        raise DatasetError(
            f"{where}: {len(fields)} numbers; expected 4 (x y w h) or 8 (four corners)"
        )
    marks = {mark.strip() for mark in _DELIMITER.findall(line.strip().rstrip(",;").rstrip())}
    if len(fields) == 8 and len(marks) > 1:  # 1,5 2,5 3,5 4,5 are four numbers
        raise DatasetError(
            f"{where}: 8 numbers with commas and blanks between them; expected decimal points"
        )
    return [float(each) for each in fields]


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
