"""A result folder read back: what was run, every record, the truth it is scored with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.record_files import Json, read_record
from rgbt_dualatt_ros.evaluation.results import ResultFolder, SequenceTruth
from rgbt_dualatt_ros.evaluation.upper_bounds import with_bounds

_SEED_FOLDER = re.compile(r"seed-\d+")


@dataclass(frozen=True, slots=True)
class SavedRun:
    """One result folder.

    Attributes:
        path: where it lies.
        run: what run.json says.
        records: of all trackers, upper bounds among them when the run asked for some.
        truths: of all their sequences.
        damaged: a line for each record and truth that cannot be read; the others are there.
    """

    path: Path
    run: Json
    records: Sequence[Record]
    truths: Mapping[str, SequenceTruth]
    damaged: tuple[str, ...] = ()

    def of_tracker(self, name: str) -> list[Record]:
        """Its records."""
        return [each for each in self.records if each.tracker == name]

    @property
    def trackers(self) -> list[str]:
        """Names, in the order of the folder."""
        return list(dict.fromkeys(each.tracker for each in self.records))


def load_run(path: Path) -> SavedRun:
    """Everything that `rgbt-dualatt evaluate`, `replay` or `demo` left in `path`.

    Raises:
        ConfigError: when it is no result folder, or holds no record that can be read.
    """
    folder = ResultFolder(path)
    if not path.is_dir():
        raise ConfigError(f"there is no folder {path}")
    if not (path / "run.json").is_file():
        raise ConfigError(f"{path} is no result folder: it has no run.json")
    run = folder.read_run()
    records: list[Record] = []
    damaged: list[str] = []
    for place in sorted(path.glob("records/*/*/seed-*")):
        if not _SEED_FOLDER.fullmatch(place.name):
            continue  # another process is writing it
        try:
            records.append(read_record(place))
        except ConfigError as error:
            damaged.append(f"{place} is damaged: {error}")
    truths = _truths(folder, records, damaged)
    records = [each for each in records if _fits(each, truths, damaged)]
    if not records:
        why = f"; the first: {damaged[0]}" if damaged else ""
        raise ConfigError(f"{path} holds no record that can be read{why}")
    bounded = with_bounds(records, truths, run.get("upper_bounds", ()))
    return SavedRun(path, run, bounded, truths, tuple(damaged))


def _truths(
    folder: ResultFolder, records: Sequence[Record], damaged: list[str]
) -> dict[str, SequenceTruth]:
    names = dict.fromkeys(each.sequence for each in records)
    found = {name: _truth(folder, name, damaged) for name in names}
    return {name: truth for name, truth in found.items() if truth is not None}


def _truth(folder: ResultFolder, name: str, damaged: list[str]) -> SequenceTruth | None:
    try:
        return folder.load_truth(name)
    except ConfigError as error:
        damaged.append(f"{name} has no true boxes, left out: {error}")
        return None


def _fits(record: Record, truths: Mapping[str, SequenceTruth], damaged: list[str]) -> bool:
    """Whether a record has a box for every true one; a line in `damaged` when it has not."""
    if record.sequence not in truths:
        return False
    frames = len(truths[record.sequence].boxes)
    if len(record) != frames and not record.failure:
        damaged.append(
            f"{record.tracker} on {record.sequence}, seed {record.seed}, is damaged: "
            f"{len(record)} boxes for {frames} frames"
        )
        return False
    return True
