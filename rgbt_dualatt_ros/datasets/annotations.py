"""Annotation text to `(N, 4)` xywh boxes, and back; flags of absent targets.

The only place that knows how boxes are written in files of other people.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.file_bytes import read_bytes

BoxFormat = Literal["xywh", "xyxy", "xywh_and_more", "vot"]
"""What the numbers of a line mean; eight numbers are the corners of a polygon, if not said else.

`xywh` left, top, width, height; `xyxy` two opposite corners, in any order; `xywh_and_more` the
first four of any number of columns; `vot` xywh, a polygon of three or more corners, or one number,
which stands for "no box here".
"""

# float() also takes "1_0" and "infinity", which are slips of the pen in an annotation.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?nan", re.IGNORECASE)
_DELIMITER = re.compile(r"\s*[,;]\s*|\s+")
_MOST_SHOWN = 40
_LARGEST = 1e9  # products of two still fit in 32 bits
_EXPECTED = {
    "xywh": "x,y,width,height",
    "xyxy": "left,top,right,bottom",
    "xywh_and_more": "x,y,width,height",
    "vot": "x,y,width,height or the corners of a polygon",
}
_ABSENT = [math.nan] * 4


def read_boxes(path: Path, box_format: BoxFormat = "xywh", *, keep_empty: bool = False) -> Boxes:
    """The boxes `(N, 4)` xywh of an annotation file; see `parse_boxes`.

    Raises:
        DatasetError: when the file cannot be read or a line is no box; the text names both.
    """
    return parse_boxes(read_text(path), str(path), box_format, keep_empty=keep_empty)


def parse_boxes(
    text: str, where: str, box_format: BoxFormat = "xywh", *, keep_empty: bool = False
) -> Boxes:
    """Boxes `(N, 4)` xywh, one a line; commas, semicolons, tabs or blanks between the numbers.

    A line with `nan`, without area, or empty gives a row of NaN: no target there. Empty lines at
    the end do not count. Delimiters may change within the file and within a line, but a polygon
    has one kind: decimal commas must not make eight numbers of four.

    Args:
        where: name of the file, for errors.
        box_format: what the numbers mean.
        keep_empty: give boxes without area as they are written, as toolkits score them.

    Raises:
        DatasetError: when a line does not hold the numbers of a box; the text names file and line.
    """
    rows = [
        _row(_numbers(line, f"{where}, line {number}", box_format), box_format, keep_empty)
        for number, line in enumerate(text.rstrip().splitlines(), start=1)
    ]
    return np.array(rows, np.float32).reshape(-1, 4)


def format_boxes(boxes: Boxes) -> str:
    """Text of boxes `(N, 4)`, one `x,y,w,h` a line; `parse_boxes` reads the same numbers back."""
    return "".join(",".join(f"{value:.9g}" for value in row) + "\n" for row in boxes.tolist())


def read_flags(path: Path) -> NDArray[np.bool_]:
    """Zeros and ones `(N,)` in one row or one a line, as LaSOT and attribute files have them.

    Raises:
        DatasetError: when the file cannot be read or holds anything else; the text names the line.
    """
    flags: list[bool] = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        for field in _fields(line):
            if not _NUMBER.fullmatch(field) or float(field) not in (0.0, 1.0):
                raise DatasetError(f"{path}, line {number}: {field!r} is neither 0 nor 1")
            flags.append(float(field) == 1.0)
    return np.array(flags, np.bool_)


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, with or without a byte-order mark.

    Raises:
        DatasetError: when it cannot be read or is no such text.
    """
    content = read_bytes(path)
    try:
        return content.decode("utf-8-sig")  # Windows editors put a byte-order mark
    except UnicodeDecodeError:
        raise DatasetError(f"{path} is not a text file in UTF-8") from None


def _fields(line: str) -> list[str]:
    line = line.strip()
    if line.endswith((",", ";")):  # some programs close every line with a delimiter
        line = line[:-1].rstrip()
    return _DELIMITER.split(line) if line else []


def _numbers(line: str, where: str, box_format: BoxFormat) -> list[float]:
    fields = _fields(line)
    if not fields:
        return _ABSENT
    expected = _EXPECTED[box_format]
    wrong = [field for field in fields if not _NUMBER.fullmatch(field)]
    if wrong:
        raise DatasetError(
            f"{where}: {wrong[0][:_MOST_SHOWN]!r} is not a number; expected {expected}"
        )
    if not _fits(len(fields), box_format):
        raise DatasetError(f"{where}: {len(fields)} numbers; expected four, {expected}")
    if len(fields) > 4 and len({mark.strip() for mark in _DELIMITER.findall(line.strip())}) > 1:
        raise DatasetError(
            f"{where}: {len(fields)} numbers with commas and blanks between them; expected "
            f"{expected} with decimal points"
        )
    numbers = [float(field) for field in fields]
    if any(abs(number) > _LARGEST for number in numbers):
        raise DatasetError(f"{where}: a number beyond {_LARGEST:g} px; expected {expected}")
    return numbers


def _fits(count: int, box_format: BoxFormat) -> bool:
    if box_format == "xywh_and_more":
        return count >= 4
    if box_format == "vot":
        return count in (1, 4) or (count >= 6 and count % 2 == 0)
    return count in (4, 8)


def _row(numbers: list[float], box_format: BoxFormat, keep_empty: bool) -> list[float]:
    if box_format == "xywh_and_more":
        numbers = numbers[:4]
    if len(numbers) == 1 or any(map(math.isnan, numbers)):
        return _ABSENT
    if len(numbers) > 4 or box_format == "xyxy":
        xs, ys = numbers[0::2], numbers[1::2]
        numbers = [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
    return numbers if keep_empty or (numbers[2] > 0 and numbers[3] > 0) else _ABSENT
