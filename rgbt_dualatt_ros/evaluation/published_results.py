"""Result files of published trackers become records, so that tables and plots show them too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.protocols.result_folder import read_results
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.upper_bounds import is_bound

RESULTS_HELP = (
    "LABEL=FOLDER: boxes of a published tracker, a file SEQUENCE.txt each, or with more in every "
    "name as MANet_SEQUENCE.txt; 4 or 8 numbers a line; shown as LABEL in all "
    "tables and plots; once more with the same LABEL and another FOLDER for each further run"
)
SETTING = "result_files"
"""Tells in a record where its boxes come from."""


@dataclass(frozen=True, slots=True)
class PublishedResults:
    """Where the results of a tracker lie, and what it is called in the tables.

    Attributes:
        label: its name.
        folders: one for each run; their places are the seeds.
    """

    label: str
    folders: tuple[Path, ...]

    def run_name(self, seed: int) -> str:
        """How one of its runs is called in messages."""
        return self.label if len(self.folders) == 1 else f"{self.label}, seed {seed}"


def parse_results(texts: Iterable[str], taken: Collection[str] = ()) -> list[PublishedResults]:
    """What `LABEL=FOLDER` says; several folders of one label are runs of one tracker.

    Args:
        texts: from a command line.
        taken: names of the other trackers of the run.

    Raises:
        ConfigError: when a text is not of that form, its folder does not exist or is named twice
            for a label, or a label is that of another tracker.
    """
    found: dict[str, list[Path]] = {}
    for text in texts:
        label, _, folder = text.partition("=")
        if not label.strip() or not folder:
            raise ConfigError(f"cannot read results {text!r}; expected LABEL=FOLDER")
        if label in taken or is_bound(label):
            raise ConfigError(f"results {text!r}: another tracker is called {label}; rename it")
        if not Path(folder).is_dir():
            raise ConfigError(f"results {label}: there is no folder {folder}")
        if Path(folder).resolve() in (each.resolve() for each in found.get(label, ())):
            raise ConfigError(f"results {label}: the folder {folder} is named twice")
        found.setdefault(label, []).append(Path(folder))
    return [PublishedResults(label, tuple(folders)) for label, folders in found.items()]


@dataclass(frozen=True, slots=True)
class ReadResults:
    """The results of a published tracker as records.

    Attributes:
        records: of each run and sequence with a usable file, as long as the sequence: rows too
            many are cut off, missing ones are NaN. They have neither statuses nor scores nor
            times, for nobody has told them.
        problems: a line for each run and sequence without a record, which counts in no mean.
        notes: a line for each result of another length than its sequence.
    """

    records: tuple[Record, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def read_published(published: PublishedResults, truths: Sequence[SequenceTruth]) -> ReadResults:
    """The records of a published tracker.

    Args:
        published: which one.
        truths: of the sequences of the run.

    Raises:
        ConfigError: when no file of a folder can be used, or it holds several trackers.
    """
    records: list[Record] = []
    problems: list[str] = []
    notes: list[str] = []
    for seed, folder in enumerate(published.folders):
        found = read_results(folder, {each.name: len(each.boxes) for each in truths})
        run = published.run_name(seed)
        if not found.boxes:
            raise ConfigError(
                f"results {run}: no file in {folder} can be used; the first: {found.problems[0]}"
            )
        records += [
            _record(published, seed, each, found.boxes[each.name])
            for each in truths
            if each.name in found.boxes
        ]
        problems += [f"{run}: {each}" for each in found.problems]
        notes += [f"{run} on {each}" for each in found.notes]
    return ReadResults(tuple(records), tuple(problems), tuple(notes))


def _record(published: PublishedResults, seed: int, truth: SequenceTruth, boxes: Values) -> Record:
    record = Record.empty(published.label, truth.name, seed, len(truth.boxes))
    used = boxes[: len(record)]
    record.boxes[: len(used)] = used
    folders = ", ".join(str(each.resolve()) for each in published.folders)
    return replace(record, settings={SETTING: folders})
