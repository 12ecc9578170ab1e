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
    "tables and plots"
)
SETTING = "result_files"
"""Tells in a record where its boxes come from."""


@dataclass(frozen=True, slots=True)
class PublishedResults:
    """Where the results of a tracker lie, and what it is called in the tables."""

    label: str
    folder: Path


def parse_results(texts: Iterable[str], taken: Collection[str] = ()) -> list[PublishedResults]:
    """What `LABEL=FOLDER` says.

    Args:
        texts: from a command line.
        taken: names of the other trackers of the run.

    Raises:
        ConfigError: when a text is not of that form, its folder does not exist, or a label is that
            of another tracker.
    """
    found: list[PublishedResults] = []
    for text in texts:
        label, _, folder = text.partition("=")
        if not label.strip() or not folder:
            raise ConfigError(f"cannot read results {text!r}; expected LABEL=FOLDER")
        if label in {*taken, *(each.label for each in found)} or is_bound(label):
            raise ConfigError(f"results {text!r}: another tracker is called {label}; rename it")
        if not Path(folder).is_dir():
            raise ConfigError(f"results {label}: there is no folder {folder}")
        found.append(PublishedResults(label, Path(folder)))
    return found


@dataclass(frozen=True, slots=True)
class ReadResults:
    """The results of a published tracker as records.

    Attributes:
        records: of each sequence with a usable file, as long as the sequence: rows too many are
            cut off, missing ones are NaN. They have neither statuses nor scores nor times, for
            nobody has told them.
        problems: a line for each sequence without a record, which counts in no mean.
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
        ConfigError: when no file can be used, or the folder holds several trackers.
    """
    found = read_results(published.folder, {each.name: len(each.boxes) for each in truths})
    problems = [f"{published.label}: {each}" for each in found.problems]
    if not found.boxes:
        raise ConfigError(
            f"results {published.label}: no file in {published.folder} can be used; the first: "
            f"{found.problems[0]}"
        )
    records = [
        _record(published, each, found.boxes[each.name])
        for each in truths
        if each.name in found.boxes
    ]
    notes = [f"{published.label} on {each}" for each in found.notes]
    return ReadResults(tuple(records), tuple(problems), tuple(notes))


def _record(published: PublishedResults, truth: SequenceTruth, boxes: Values) -> Record:
    record = Record.empty(published.label, truth.name, 0, len(truth.boxes))
    used = boxes[: len(record)]
    record.boxes[: len(used)] = used
    return replace(record, settings={SETTING: str(published.folder.resolve())})
