"""Records on disk as text, so that a run can be continued and others can read it.

    run.json                                  settings, versions, command line
    truth/SEQUENCE/truth.txt                  x,y,w,h a line; nan where absent
    truth/SEQUENCE/lookalike-0.txt            likewise, of others that it may be taken for
    truth/SEQUENCE/sequence.json              name, attributes, where it came from
    records/TRACKER/SEQUENCE/seed-0/boxes.txt     x,y,w,h a line, four decimals
                                    frames.csv    score, status, seconds a line
                                    record.json   names, settings, versions, failure

A record is written under another name and then renamed, so one that exists is complete.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets.sequence import HasJumps, HasLookAlikes, RgbtSequence
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.record_files import (
    Json,
    boxes_text,
    read_boxes,
    read_json,
    read_record,
    to_json,
    write_record,
)

_LOOKALIKE = "lookalike-"
_log = logging.getLogger(__name__)


def _no_boxes() -> NDArray[np.floating]:
    return np.zeros((0, 0, 4))


@dataclass(frozen=True, slots=True, eq=False)
class SequenceTruth:
    """What a report knows of a sequence without opening it.

    Attributes:
        name: of the sequence.
        boxes: `(N, 4)` xywh, px; NaN where the target is absent.
        attributes: challenge labels.
        source: where it came from.
        lookalikes: `(K, N, 4)`, of others that may be taken for the target; K may be 0.
        jumps: frames at which it was cut so that the target jumps.
    """

    name: str
    boxes: NDArray[np.floating]
    attributes: tuple[str, ...] = ()
    source: str = ""
    lookalikes: NDArray[np.floating] = field(default_factory=_no_boxes)
    jumps: tuple[int, ...] = ()

    @classmethod
    def of(cls, sequence: RgbtSequence, source: str = "") -> SequenceTruth:
        """That of `sequence`; nothing is scored when its truth does not fit its frames."""
        truth: NDArray[np.floating] = sequence.truth
        if truth.shape != (len(sequence), 4):
            truth = np.full((len(sequence), 4), np.nan)
        others = sequence.lookalikes if isinstance(sequence, HasLookAlikes) else _no_boxes()
        jumps = sequence.jumps if isinstance(sequence, HasJumps) else ()
        return cls(sequence.name, truth, tuple(sequence.attributes), source, others, jumps)


class ResultFolder:
    """The folder of one run: every record of it was made with the same settings."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def open(cls, path: Path, run: Json, *, force: bool = False) -> ResultFolder:
        """A new folder, or an old one of a run with the same settings to be continued.

        Args:
            path: made when it does not exist.
            run: what run.json will say; its `settings` must equal those of an old run.
            force: discard the records of an old run with other settings.

        Raises:
            ConfigError: when it cannot be written, holds other things or another run.
        """
        folder = cls(path)
        with _writing(path):
            path.mkdir(parents=True, exist_ok=True)
            if force:
                folder._discard_records()
            else:
                folder._refuse_others(run)
            _write_atomically(path / "run.json", to_json(run))
        return folder

    def read_run(self) -> Json:
        """What run.json says.

        Raises:
            ConfigError: when there is none that can be read.
        """
        run = read_json(self.path / "run.json")
        for name, kind in (("settings", dict), ("made_with", dict), ("upper_bounds", list)):
            if not isinstance(run.get(name, kind()), kind):
                raise ConfigError(f"{self.path / 'run.json'}: {name} cannot be {run[name]!r}")
        return run

    def save_truth(self, truth: SequenceTruth) -> SequenceTruth:
        """Keep `truth` and give it back as reports will read it: with four decimals.

        Raises:
            ConfigError: when the folder has a sequence of this name with other boxes.
        """
        folder = self.path / "truth" / _file_name(truth.name)
        text = boxes_text(truth.boxes)
        old = folder / "truth.txt"
        if old.is_file() and old.read_text(encoding="utf-8") != text:
            raise ConfigError(
                f"{self.path} has records of another sequence named {truth.name} (its truth "
                "differs); choose another folder with --out, or discard them with --force"
            )
        about = {
            "name": truth.name,
            "attributes": list(truth.attributes),
            "frames": len(truth.boxes),
            "source": truth.source,
            "jumps": list(truth.jumps),
        }
        with _writing(self.path):
            folder.mkdir(parents=True, exist_ok=True)
            _write_atomically(folder / "sequence.json", to_json(about))
            _write_atomically(old, text)
            for number, boxes in enumerate(truth.lookalikes):
                _write_atomically(folder / f"{_LOOKALIKE}{number}.txt", boxes_text(boxes))
        return self.load_truth(truth.name)

    def load_truth(self, sequence: str) -> SequenceTruth:
        """The truth kept under that name.

        Raises:
            ConfigError: when it cannot be read.
        """
        folder = self.path / "truth" / _file_name(sequence)
        about = read_json(folder / "sequence.json")
        if missing := [name for name in ("attributes", "source") if name not in about]:
            raise ConfigError(f"{folder / 'sequence.json'} has no {missing[0]}")
        try:
            boxes = read_boxes(folder / "truth.txt")
            others = [read_boxes(path) for path in sorted(folder.glob(f"{_LOOKALIKE}*.txt"))]
        except (OSError, ValueError) as error:
            raise ConfigError(f"cannot read {folder / 'truth.txt'}: {error}") from None
        return SequenceTruth(
            sequence,
            boxes,
            tuple(about["attributes"]),
            about["source"],
            np.stack(others) if others else _no_boxes(),
            tuple(about.get("jumps", ())),  # earlier versions knew of none
        )

    def save(self, record: Record, made_with: Json) -> Record:
        """Keep `record` and give it back as it will be read: boxes with four decimals.

        Args:
            record: replaces an older one of the same tracker, sequence and seed.
            made_with: versions and machine, for a reader who wonders where a number comes from.

        Raises:
            ConfigError: when the folder cannot be written.
        """
        final = self._record_path(record.tracker, record.sequence, record.seed)
        partial = final.with_name(f"{final.name}{_partial_ending()}")
        with _writing(self.path):
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            try:
                write_record(partial, record, made_with)
                shutil.rmtree(final, ignore_errors=True)
                partial.rename(final)
            except OSError:
                shutil.rmtree(partial, ignore_errors=True)
                raise
        return read_record(final)

    def load(self, tracker: str, sequence: str, seed: int) -> Record | None:
        """The record kept under these names; None when there is none, or a damaged one."""
        path = self._record_path(tracker, sequence, seed)
        if not path.is_dir():
            return None
        try:
            return read_record(path)
        except ConfigError as error:
            _log.warning("%s is damaged and is made again: %s", path, error)
            return None

    def discard(self, record: Record) -> None:
        """Forget a record, as if it had never been made.

        Raises:
            ConfigError: when the folder cannot be written.
        """
        with _writing(self.path):
            shutil.rmtree(self._record_path(record.tracker, record.sequence, record.seed))

    def refuse_other_settings(self, tracker: str, settings: Mapping[str, object]) -> None:
        """Make sure that records of that name, if there are any, are of the same tracker.

        Args:
            tracker: its name.
            settings: those in which it differs from the settings of the run.

        Raises:
            ConfigError: when it differed in other settings.
        """
        records = (self.path / "records" / _file_name(tracker)).glob("*/seed-*/record.json")
        # All records of a name have the same settings; one that can be read tells.
        for path in records:
            try:
                old = read_json(path).get("settings", {})
            except ConfigError:
                continue  # a damaged record is made again
            if differing := _first_difference(old, settings):
                raise ConfigError(
                    f"{self.path} holds records of {tracker} with other settings ({differing}); "
                    "choose another name for it, another folder with --out, or discard all "
                    "records with --force"
                )
            return

    def write(self, name: str, text: str) -> Path:
        """Write a table or page about the records: the whole text, or what was there stays.

        Raises:
            ConfigError: when the folder cannot be written.
        """
        with _writing(self.path):
            _write_atomically(self.path / name, text)
        return self.path / name

    def video_path(self, sequence: str) -> Path:
        """Where the video of a sequence lies, if there is one."""
        return self.path / "videos" / f"{_file_name(sequence)}.webm"

    def _record_path(self, tracker: str, sequence: str, seed: int) -> Path:
        folder = self.path / "records" / _file_name(tracker) / _file_name(sequence)
        return folder / f"seed-{seed}"

    def _refuse_others(self, run: Json) -> None:
        if not self._has_run():
            return
        differing = _first_difference(self.read_run().get("settings", {}), run["settings"])
        if differing:
            raise ConfigError(
                f"{self.path} holds a run with other settings ({differing}); choose another "
                "folder with --out, or discard its records with --force"
            )

    def _discard_records(self) -> None:
        if self._has_run():
            for name in ("records", "truth"):
                shutil.rmtree(self.path / name, ignore_errors=True)

    def _has_run(self) -> bool:
        if (self.path / "run.json").is_file():
            return True
        # A run that was killed or found the disk full at once has left no more than these.
        begun = set(self.path.glob("run.json.part-*"))
        if set(self.path.iterdir()) - begun:
            raise ConfigError(
                f"{self.path} is not empty and holds no evaluation; choose another folder "
                "with --out"
            )
        return False


def _first_difference(old: Mapping[str, object], new: Mapping[str, object]) -> str:
    new = json.loads(to_json(new))  # lists for tuples, as in the file
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            return f"{name}: {old.get(name, 'not given')} there, {new.get(name, 'not given')} now"
    return ""


def _file_name(name: str) -> str:
    # A dot alone would be a folder of the file system.
    return quote(name, safe=" @()+,=~").replace("..", "%2E%2E") or "%00"


def _partial_ending() -> str:
    # Ranks on several machines write into one folder, and each machine counts its own processes.
    return f".part-{platform.node()}-{os.getpid()}"


def _write_atomically(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}{_partial_ending()}")
    try:
        partial.write_text(text, encoding="utf-8", errors="backslashreplace")
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"cannot write results to {path}: {error.strerror or error}; choose a folder that "
            "can be written with --out"
        ) from None
