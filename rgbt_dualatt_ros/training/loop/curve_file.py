"""CurveFile: numbers by step in a CSV file, from which steps can be taken back."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.training.loop.checkpoint import write_whole


class CurveFile:
    """A row a step; the first row names the columns, the first column is the step.

    Args:
        path: rows are added to what is there.
        last: rows of later steps are removed: they will come again.
    """

    def __init__(self, path: Path, last: int) -> None:
        self._path = path
        columns, rows = read_curve(path)
        kept = [row for row in rows if row["step"] <= last]
        self._columns = columns
        lines = [columns, *([_text(row[name]) for name in columns] for row in kept)]
        content = "".join(",".join(line) + "\n" for line in lines if line)
        write_whole(path, content.encode(), "the curve")
        self._file: TextIO = path.open("a", encoding="utf-8")

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """A row; every row has the names of the first.

        Raises:
            RgbtError: when it cannot be written.
        """
        row = {"step": float(step), **values}
        with self._writing():
            if not self._columns:
                self._columns = list(row)
                self._file.write(",".join(self._columns) + "\n")
            texts = [_text(row[name]) for name in self._columns]
            self._file.write(",".join(texts) + "\n")
            self._file.flush()

    def keep(self) -> None:
        """Have the rows on the disk, before a checkpoint says that their steps are done.

        Raises:
            RgbtError: when they cannot be written.
        """
        with self._writing():
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """No more rows; those that could not be written were told when they were added."""
        with suppress(OSError):
            self._file.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RgbtError(f"cannot write the curve {self._path}: {error.strerror}") from None


def read_curve(path: Path) -> tuple[list[str], list[dict[str, float]]]:
    """Columns and rows; a last row that a kill has cut is left out.

    Raises:
        RgbtError: when another row is none.
    """
    if not path.is_file():
        return [], []
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    lines = list(csv.reader(whole.splitlines()))
    if not lines:
        return [], []
    columns = lines[0]
    return columns, [_row(columns, line, f"{path}:{at}") for at, line in enumerate(lines[1:], 2)]


def _row(columns: list[str], line: list[str], where: str) -> dict[str, float]:
    try:
        return dict(zip(columns, map(float, line), strict=True))
    except ValueError:
        raise RgbtError(
            f"{where} is no row of {len(columns)} numbers; mend it, or start over with --fresh"
        ) from None


def _text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else f"{value:.9g}"
