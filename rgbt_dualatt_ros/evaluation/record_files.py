"""The text files of one record: boxes, the other columns, names and versions."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.explanation import LearningReport
from rgbt_dualatt_ros.evaluation.record import STATUS_NAMES, Record

Json = dict[str, Any]
T = TypeVar("T")
_COLUMNS = 3

_STATUS_NUMBERS = {name: number for number, name in STATUS_NAMES.items()}


def write_record(folder: Path, record: Record, made_with: Json) -> None:
    """Write boxes.txt, frames.csv and record.json into an existing `folder`.

    Args:
        folder: receives the files.
        record: is written with four decimals of a pixel.
        made_with: versions and machine.
    """
    (folder / "boxes.txt").write_text(boxes_text(record.boxes), encoding="utf-8")
    (folder / "frames.csv").write_text(_frames_text(record), encoding="utf-8")
    about = {
        "tracker": record.tracker,
        "sequence": record.sequence,
        "seed": record.seed,
        "failure": record.failure,
        "failure_kind": record.failure_kind,
        "measures": dict(record.measures),
        "settings": dict(record.settings),
        "learning": asdict(record.learning) if record.learning else None,
        "made_with": made_with,
    }
    (folder / "record.json").write_text(to_json(about), encoding="utf-8")


def boxes_text(boxes: NDArray[np.floating]) -> str:
    """`x,y,w,h` a line with four decimals, `nan` where there is no box."""
    rows = (",".join(f"{value:.4f}" for value in row) for row in boxes)
    return "".join(f"{row}\n" for row in rows)


def read_boxes(path: Path) -> NDArray[np.float64]:
    """`(N, 4)` from a file of `boxes_text`."""
    rows = path.read_text(encoding="utf-8").split()
    return np.array([row.split(",") for row in rows], np.float64).reshape(-1, 4)


def _frames_text(record: Record) -> str:
    rows = zip(record.scores, record.statuses, record.seconds, strict=True)
    lines = (
        f"{score:.6g},{STATUS_NAMES[int(status)]},{spent:.7f}\n" for score, status, spent in rows
    )
    return "score,status,seconds\n" + "".join(lines)


def read_record(path: Path) -> Record:
    """The record in the folder `path`.

    Raises:
        ConfigError: when it is damaged, whatever way; the text tells which file and how.
    """
    try:
        return _read_record(path)
    except OSError as error:
        raise ConfigError(f"cannot read {error.filename or path}: {error.strerror}") from None
    except KeyError as error:
        raise ConfigError(f"{error} is missing or unknown") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise ConfigError(str(error)) from None


def _read_record(path: Path) -> Record:
    about = read_json(path / "record.json")
    boxes = read_boxes(path / "boxes.txt")
    lines = (path / "frames.csv").read_text(encoding="utf-8").splitlines()[1:]
    columns = [line.split(",") for line in lines]
    if len(columns) != len(boxes):
        raise ValueError(f"{len(boxes)} boxes, but {len(columns)} lines in frames.csv")
    if any(len(row) != _COLUMNS for row in columns):
        raise ValueError(f"a line of frames.csv has not {_COLUMNS} values")
    return Record(
        tracker=_typed(about, "tracker", str),
        sequence=_typed(about, "sequence", str),
        seed=_typed(about, "seed", int),
        boxes=boxes,
        scores=np.array([row[0] for row in columns], np.float64),
        statuses=np.array([_STATUS_NUMBERS[row[1]] for row in columns], np.uint8),
        seconds=np.array([row[2] for row in columns], np.float64),
        failure=_typed(about, "failure", str),
        failure_kind=about["failure_kind"],
        measures=_numbers(_typed(about, "measures", dict)),
        # Records of earlier versions have neither.
        settings=_typed({"settings": {}, **about}, "settings", dict),
        learning=_learning(about.get("learning")),
        made_with=_typed(about, "made_with", dict),
    )


def _typed(content: Json, name: str, kind: type[T]) -> T:
    value = content[name]
    if not isinstance(value, kind):
        raise TypeError(f"{name} cannot be {value!r}")
    return value


def _numbers(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: math.nan if value is None else value for name, value in values.items()}


def _learning(content: Json | None) -> LearningReport | None:
    if content is None:
        return None
    spreads = content.pop("spreads")
    first, second, third, fourth = (math.nan if each is None else each for each in spreads)
    return LearningReport(**_numbers(content), spreads=(first, second, third, fourth))  # type: ignore[arg-type]  # whole numbers stay whole


def read_json(path: Path) -> Json:
    """The names and values in a JSON file.

    Raises:
        ConfigError: when it cannot be read or is no mapping.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path} must hold names and values")
    return content


def to_json(content: Mapping[str, object]) -> str:
    """JSON text; numbers that are not finite become null, which every reader understands."""
    text = json.dumps(_finite(content), indent=1, ensure_ascii=False) + "\n"
    # Bytes of paths that are no UTF-8 become JSON's own escapes, and are read back as they were.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _finite(content: object) -> object:
    if isinstance(content, Mapping):
        return {name: _finite(value) for name, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_finite(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content
