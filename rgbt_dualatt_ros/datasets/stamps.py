"""The stamps of a sequence folder: in a file beside the images, or evenly spaced."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.core.time_units import NS_PER_S

STAMPS_FILE = "stamps.txt"
# Folders of benchmarks say nothing about time; 30 Hz is the rate most of them were filmed at.
ASSUMED_RATE_HZ = 30.0
# A stamp of zero means "not set" in ROS.
FIRST_STAMP_NS = NS_PER_S
_LAST_STAMP_NS = 2**31 * NS_PER_S - 1  # a header counts seconds in 32 bits
_SLOWEST_HZ, _FASTEST_HZ = 0.001, 10_000.0
_STAMP_PAIR = re.compile(r"(\d+),(\d+)")


def even_stamps(count: int, rate_hz: float = ASSUMED_RATE_HZ) -> NDArray[np.int64]:
    """Stamps `(count, 2)` of colour and thermal images taken at once, `rate_hz` times a second.

    Raises:
        ConfigError: when that is no rate.
    """
    if not _SLOWEST_HZ <= rate_hz <= _FASTEST_HZ:
        raise ConfigError(
            f"frames a second must lie in {_SLOWEST_HZ:g} .. {_FASTEST_HZ:g}; got {rate_hz:g}"
        )
    stamps = FIRST_STAMP_NS + np.round(np.arange(count) * (NS_PER_S / rate_hz)).astype(np.int64)
    return np.stack([stamps, stamps], axis=1)


def read_stamps(folder: Path, count: int) -> NDArray[np.int64] | None:
    """Stamps `(count, 2)`, ns, of colour and thermal images; None when the folder has no file.

    Raises:
        DatasetError: when the file cannot be read, has fewer lines than there are frames, or a
            line is no pair of stamps that ROS has.
    """
    path = folder / STAMPS_FILE
    if not path.is_file():
        return None
    stamps = np.empty((count, 2), np.int64)
    try:
        lines = path.read_text(encoding="utf-8").split()
    except OSError as error:
        raise DatasetError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DatasetError(f"{path} is not a text file in UTF-8") from None
    if len(lines) < count:
        raise DatasetError(f"{path} has {len(lines)} lines for {count} frames")
    for index, line in enumerate(lines[:count]):
        pair = _STAMP_PAIR.fullmatch(line)
        if pair is None:
            raise DatasetError(f"{path}, line {index + 1}: {line!r} is not rgb_ns,thermal_ns")
        both = [int(digits) for digits in pair.groups()]
        if max(both) > _LAST_STAMP_NS:
            raise DatasetError(
                f"{path}, line {index + 1}: {line!r} lies after {_LAST_STAMP_NS} ns, "
                "the last stamp that ROS has"
            )
        stamps[index] = both
    return stamps


def write_stamps(folder: Path, stamps: list[tuple[int, int]]) -> None:
    """Write what `read_stamps` reads."""
    text = "".join(f"{rgb_ns},{thermal_ns}\n" for rgb_ns, thermal_ns in stamps)
    (folder / STAMPS_FILE).write_text(text, encoding="utf-8")
