"""Result files of published trackers become records, so that tables and plots show them too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.protocols.result_files import read_results
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.upper_bounds import is_bound

RESULTS_HELP = (
    "LABEL=FOLDER: boxes of a published tracker, a file SEQUENCE.txt or LABEL_SEQUENCE.txt each, "
    "4 or 8 numbers a line; shown as LABEL in all tables and plots"
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


def read_published(
    published: PublishedResults, truths: Sequence[SequenceTruth]
) -> tuple[list[Record], list[str]]:
    """A record of each sequence with a usable file, and a line for each without.

    A sequence without a record counts in no mean of this tracker. The records have neither
    statuses nor scores nor times, for nobody has told them.

    Args:
        published: which ones.
        truths: of the sequences of the run.

    Raises:
        ConfigError: when none can be used.
    """
    settings = {SETTING: str(published.folder.resolve())}
    found, problems = _read(published, truths)
    records = []
    for truth in (each for each in truths if each.name in found):
        boxes = found[truth.name]
        if len(boxes) == len(truth.boxes):
            empty = Record.empty(published.label, truth.name, 0, len(boxes))
            records.append(replace(empty, boxes=boxes, settings=settings))
        else:
            frames = len(truth.boxes)
            problems.append(
                f"{published.label} on {truth.name}: {len(boxes)} boxes for {frames} frames"
            )
    if not records:
        raise ConfigError(
            f"results {published.label}: no file in {published.folder} can be used; the first: "
            f"{problems[0]}"
        )
    return records, problems


def _read(
    published: PublishedResults, truths: Sequence[SequenceTruth]
) -> tuple[Mapping[str, Values], list[str]]:
    """By the plain names, or when none is there by those that begin with the label."""
    frames = {each.name: len(each.boxes) for each in truths}
    plain, problems = read_results(published.folder, frames)
    if not plain:
        prefixed, others = read_results(published.folder, frames, f"{published.label}_")
        if prefixed:
            plain, problems = prefixed, others
    return plain, [f"{published.label}: {each}" for each in problems]
