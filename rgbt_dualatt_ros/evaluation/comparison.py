"""Several trackers on several sequences in one run that can be continued."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation.kept_frames import KeptFrames
from rgbt_dualatt_ros.evaluation.one_pass import Pass, run_one_pass
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.results import ResultFolder, SequenceTruth

OnProgress = Callable[[str, int], None]
"""Told what is being worked on and how many more frames are done."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One tracker of the run.

    Attributes:
        name: in the tables.
        build: makes it from a seed.
        settings: those in which it differs from the settings of the run.
    """

    name: str
    build: Callable[[int], Tracker]
    seeds: tuple[int, ...] = (0,)
    settings: Mapping[str, object] = field(default_factory=dict)


def run_comparison(
    contenders: Sequence[Contender],
    sequences: Sequence[RgbtSequence],
    folder: ResultFolder,
    made_with: Json,
    on_progress: OnProgress = lambda *_: None,
) -> list[Record]:
    """The record of every contender, seed and sequence; those already in `folder` are kept.

    Every record starts with a new tracker, so that no number depends on what ran before. A record
    that ended in an error is tried again.

    Args:
        contenders: names must differ.
        sequences: names must differ.
        folder: receives the truth first, and each record as soon as it is finished.
        made_with: versions and machine, kept with every new record.
        on_progress: for a progress bar.

    Raises:
        RgbtError: when a tracker cannot be built, the folder cannot be written, or it has records
            of a tracker of this name with other settings; errors while tracking are kept in the
            records.
    """
    for contender in contenders:
        folder.refuse_other_settings(contender.name, contender.settings)
    for sequence in sequences:
        folder.save_truth(SequenceTruth.of(sequence))
    return [
        _record_of(Pass(contender.name, seed), contender, sequence, folder, made_with, on_progress)
        for sequence in map(KeptFrames, sequences)
        for contender in contenders
        for seed in contender.seeds
    ]


def _record_of(
    of: Pass,
    contender: Contender,
    sequence: RgbtSequence,
    folder: ResultFolder,
    made_with: Json,
    on_progress: OnProgress,
) -> Record:
    label = f"{of.tracker} on {sequence.name}"
    known = folder.load(of.tracker, sequence.name, of.seed)
    if known is not None and not known.failure and len(known) == len(sequence):
        on_progress(label, len(sequence))
        return known
    tracker = contender.build(of.seed)
    done = 0

    def count(_: int) -> None:
        nonlocal done
        done += 1
        on_progress(label, 1)

    record = run_one_pass(tracker, sequence, of, count)
    on_progress(label, len(sequence) - done)
    return folder.save(replace(record, settings=contender.settings), made_with)
