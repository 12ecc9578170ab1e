"""Annotation text to `(N, 4)` xywh boxes, and back.

The only place that knows how boxes are written in files of other people.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Literal

import numpy as np

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.errors import DatasetError

BoxFormat = Literal["xywh", "xyxy"]

# float() also takes "1_0" and "infinity", which are slips of the pen in an annotation.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?nan", re.IGNORECASE)
_EXPECTED = {"xywh": "x,y,width,height", "xyxy": "left,top,right,bottom"}
_POLYGON_NUMBERS = 8


def read_boxes(path: Path, box_format: BoxFormat = "xywh") -> Boxes:
    """The boxes `(N, 4)` xywh of an annotation file; see `parse_boxes`.

    Raises:
        DatasetError: when the file cannot be read or a line is no box; the text names both.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows editors put a byte-order mark
    except OSError as error:
        raise DatasetError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DatasetError(f"{path} is not a text file in UTF-8") from None
    return parse_boxes(text, str(path), box_format)


def parse_boxes(text: str, where: str, box_format: BoxFormat = "xywh") -> Boxes:
    """Boxes `(N, 4)` xywh, one a line; commas, semicolons, tabs or blanks between the numbers.

    A line with `nan`, without area, or empty gives a row of NaN: no target there. Eight numbers
    are the corners of a polygon, of which the enclosing box is taken. Empty lines at the end do
    not count.

    Args:
        where: name of the file, for errors.
        box_format: what four numbers mean; the corners of xyxy may be swapped.

    Raises:
        DatasetError: when a line does not hold the numbers of a box; the text names file and line.
    """
    lines = text.rstrip().splitlines()
    rows = [
        _row(_numbers(line, f"{where}, line {number}", box_format), box_format)
        for number, line in enumerate(lines, start=1)
    ]
    return np.array(rows, np.float32).reshape(-1, 4)


def format_boxes(boxes: Boxes) -> str:
    """Text of boxes `(N, 4)`, one `x,y,w,h` a line; `parse_boxes` reads the same numbers back."""
    return "".join(",".join(f"{value:.9g}" for value in row) + "\n" for row in boxes.tolist())


def _numbers(line: str, where: str, box_format: BoxFormat) -> list[float]:
    delimiter = next((mark for mark in ",;" if mark in line), None)
    fields = [field.strip() for field in line.split(delimiter)]
    if fields == [""] or not fields:
        return [math.nan] * 4
    wrong = [field for field in fields if not _NUMBER.fullmatch(field)]
    if wrong:
        raise DatasetError(
            f"{where}: {wrong[0]!r} is not a number; expected {_EXPECTED[box_format]}"
        )
    if len(fields) not in (4, _POLYGON_NUMBERS):
        raise DatasetError(
            f"{where}: {len(fields)} numbers; expected four, {_EXPECTED[box_format]}"
        )
    return [float(field) for field in fields]


def _row(numbers: list[float], box_format: BoxFormat) -> list[float]:
    absent = [math.nan] * 4
    if any(map(math.isnan, numbers)):
        return absent
    if len(numbers) == _POLYGON_NUMBERS or box_format == "xyxy":
        xs, ys = numbers[0::2], numbers[1::2]
        numbers = [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
    return numbers if numbers[2] > 0 and numbers[3] > 0 else absent
