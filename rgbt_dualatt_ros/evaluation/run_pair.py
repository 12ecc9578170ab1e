"""What changed between two result folders: settings, sequences, and whether it is more than luck.

A tracker is compared with itself on what both folders have: the same sequences, with the same
truth, and the same seeds. What only one of them has is named and left out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.caveats import is_one_run
from rgbt_dualatt_ros.evaluation.paired import FEWEST_TO_TELL, Difference, difference
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.record_files import to_json
from rgbt_dualatt_ros.evaluation.saved_run import SavedRun
from rgbt_dualatt_ros.evaluation.summary import TrackerScore, score_trackers
from rgbt_dualatt_ros.tracking.tracker_factory import repeats_exactly

FIGURES = {
    "success_auc": "success AUC",
    "precision_20": "PR@20",
    "precision_5": "PR@5",
    "success_0.5": "SR@0.5",
}
"""Compared over all sequences, with their headings; the first one sorts the sequences."""
ABSENT = "not given"
_NAMED = 10
"""Of so many things that are left out the names are told."""
_EVERY_TIME = ("date",)
Change = tuple[object, object]


@dataclass(frozen=True, slots=True)
class SequenceChange:
    """Success AUC of one sequence in A and in B, mean over the seeds that both have."""

    name: str
    before: float
    after: float

    @property
    def gain(self) -> float:
        """B minus A."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class TrackerChange:
    """One tracker in both folders.

    Attributes:
        before: its name in A.
        after: its name in B.
        seeds: those compared.
        means: by figure and for `frames_per_second`, A and B.
        spreads: of the means over the seeds compared, likewise; NaN with one seed.
        differences: by the keys of `FIGURES`, B minus A.
        sequences: most changed first; those without a figure in one run are left out.
        settings: in which its own settings differ, A and B.
        is_same: whether all boxes are the same.
        notes: a line for everything left out or odd.
    """

    before: str
    after: str
    seeds: tuple[int, ...]
    means: Mapping[str, tuple[float, float]]
    spreads: Mapping[str, tuple[float, float]]
    differences: Mapping[str, Difference]
    sequences: Sequence[SequenceChange]
    settings: Mapping[str, Change]
    is_same: bool
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """One name, or both."""
        return self.before if self.before == self.after else f"{self.before} -> {self.after}"

    @property
    def is_one_run(self) -> bool:
        """Whether one seed is compared, though another might give another difference."""
        return any(is_one_run(name, self.seeds) for name in (self.before, self.after))


@dataclass(frozen=True, slots=True)
class RunPair:
    """Both folders held against each other.

    Attributes:
        settings: of the runs, where they differ, A and B.
        made_with: versions and machine likewise.
        notes: what only one of them has, and what is not the same sequence in both.
        trackers: those that can be compared.
    """

    first: SavedRun
    second: SavedRun
    settings: Mapping[str, Change]
    made_with: Mapping[str, Change]
    notes: tuple[str, ...]
    trackers: tuple[TrackerChange, ...]


def compare_runs(
    first: SavedRun, second: SavedRun, names: tuple[str, str] | None = None
) -> RunPair:
    """Hold B against A.

    Args:
        first: A.
        second: B.
        names: a tracker of A and one of B; all of the same name when not given, or the only ones.

    Raises:
        ConfigError: when no tracker, sequence or seed is in both.
    """
    notes = [*first.damaged, *second.damaged]
    matches = _matches(first, second, names, notes)
    shared, others = _shared_sequences(first, second)
    notes += others
    trackers, refused = [], []
    for before, after in matches:
        one = _known(first.of_tracker(before), shared)
        other = _known(second.of_tracker(after), shared)
        try:
            trackers.append(_tracker_change(one, other, first))
        except ConfigError as error:
            refused.append(str(error))
    if not trackers:
        raise ConfigError(f"nothing can be compared: {'; '.join(refused)}")
    return RunPair(
        first,
        second,
        changes(first.run.get("settings", {}), second.run.get("settings", {})),
        {
            name: change
            for name, change in changes(
                first.run.get("made_with", {}), second.run.get("made_with", {})
            ).items()
            if name not in _EVERY_TIME
        },
        (*notes, *refused),
        tuple(trackers),
    )


def changes(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, Change]:
    """Names whose values differ, with both; lists and tuples are the same."""
    one, other = (json.loads(to_json(each)) for each in (old, new))
    return {
        name: (one.get(name, ABSENT), other.get(name, ABSENT))
        for name in sorted({*one, *other})
        if one.get(name, ABSENT) != other.get(name, ABSENT)
    }


def verdict(change: TrackerChange, key: str) -> str:
    """What the difference in a figure is worth, in a few words."""
    found = change.differences[key]
    if change.is_same:
        return "the same boxes"
    if found.mean == 0 and found.low == found.high:
        return "no difference"
    if found.sequences < FEWEST_TO_TELL:
        return f"too few sequences to tell ({found.sequences})"
    if not found.is_clear:
        return "within the noise"
    if abs(found.mean) < np.nan_to_num(change.spreads[key]).max():
        return "less than the spread over seeds"
    with_one = " with this seed" if change.is_one_run else ""
    return f"B is {'better' if found.mean > 0 else 'worse'}{with_one}"


def _matches(
    first: SavedRun, second: SavedRun, names: tuple[str, str] | None, notes: list[str]
) -> list[tuple[str, str]]:
    if names:
        for name, run in zip(names, (first, second), strict=True):
            if name not in run.trackers:
                raise ConfigError(f"{run.path} has no tracker {name}; {', '.join(run.trackers)}")
        return [names]
    shared = [name for name in first.trackers if name in second.trackers]
    if not shared and len(first.trackers) == len(second.trackers) == 1:
        return [(first.trackers[0], second.trackers[0])]
    if not shared:
        raise ConfigError(
            f"no tracker is in both: {', '.join(first.trackers)} in {first.path}; "
            f"{', '.join(second.trackers)} in {second.path}; name two with --tracker A B"
        )
    for label, run, other in (("A", first, second), ("B", second, first)):
        alone = [name for name in run.trackers if name not in other.trackers]
        notes += [f"trackers only in {label}: {', '.join(alone)}"] if alone else []
    return [(name, name) for name in shared]


def _shared_sequences(first: SavedRun, second: SavedRun) -> tuple[set[str], list[str]]:
    """Sequences of both with the same truth, and lines on the others."""
    notes: list[str] = []
    for label, run, other in (("A", first, second), ("B", second, first)):
        alone = sorted({*run.truths} - {*other.truths})
        notes += [f"sequences only in {label}, left out: {_listed(alone)}"] if alone else []
    shared = set()
    for name in sorted({*first.truths} & {*second.truths}):
        before, after = first.truths[name].boxes, second.truths[name].boxes
        if len(before) != len(after):
            notes.append(f"{name}, left out: {len(before)} frames in A, {len(after)} in B")
        elif not np.array_equal(before, after, equal_nan=True):
            notes.append(f"{name}, left out: its true boxes differ between A and B")
        else:
            shared.add(name)
    if not shared:
        why = f": {'; '.join(notes)}" if notes else ""
        raise ConfigError(f"the two runs share no sequence{why}")
    return shared, notes


def _listed(names: Sequence[str]) -> str:
    """The names, of many only some: a benchmark has hundreds."""
    left = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {left} more" if left > 0 else "")


def _known(records: Sequence[Record], sequences: set[str]) -> list[Record]:
    return [each for each in records if each.sequence in sequences]


def _tracker_change(
    one: Sequence[Record], other: Sequence[Record], first: SavedRun
) -> TrackerChange:
    """The change of a tracker on the sequences and seeds that both have records of."""
    before, after = _keyed(one), _keyed(other)
    both = [key for key in before if key in after]
    if not both:
        names = " -> ".join(dict.fromkeys(each.tracker for each in (*one[:1], *other[:1])))
        raise ConfigError(
            f"{names}: no sequence with a seed in common ({_seeds(before)} in A, "
            f"{_seeds(after)} in B); run both with the same --seeds"
        )
    (old,) = score_trackers([before[key] for key in both], first.truths)
    (new,) = score_trackers([after[key] for key in both], first.truths)
    keys = (*FIGURES, "frames_per_second")
    return TrackerChange(
        old.name,
        new.name,
        tuple(sorted({seed for _, seed in both})),
        {key: (old.means[key], new.means[key]) for key in keys},
        {key: (old.spreads[key], new.spreads[key]) for key in keys},
        {key: difference(new, old, key) for key in FIGURES},
        _sequence_changes(old, new),
        changes(before[both[0]].settings, after[both[0]].settings),
        all(np.array_equal(before[key].boxes, after[key].boxes, equal_nan=True) for key in both),
        tuple(_tracker_notes(before, after)),
    )


def _sequence_changes(old: TrackerScore, new: TrackerScore) -> list[SequenceChange]:
    key = next(iter(FIGURES))
    names = dict.fromkeys(run.record.sequence for run in old.runs)
    found = [
        SequenceChange(name, old.mean_on(name, key), new.mean_on(name, key)) for name in names
    ]
    known = [each for each in found if math.isfinite(each.gain)]
    return sorted(known, key=lambda each: (-abs(each.gain), each.name))


Keyed = Mapping[tuple[str, int], Record]


def _keyed(records: Sequence[Record]) -> Keyed:
    """By sequence and seed; a tracker that repeats exactly counts as run with every seed alike."""
    return {
        (each.sequence, 0 if repeats_exactly(each.tracker) else each.seed): each
        for each in records
    }


def _tracker_notes(before: Keyed, after: Keyed) -> list[str]:
    notes = []
    if _seeds(before) != _seeds(after):
        notes.append(f"seeds {_seeds(before)} in A, {_seeds(after)} in B: only the shared count")
    shared = {seed for _, seed in before} & {seed for _, seed in after}
    for label, here, there in (("A", before, after), ("B", after, before)):
        alone = [
            f"{name} (seed {seed})"
            for name, seed in here
            if (name, seed) not in there and seed in shared
        ]
        notes += [f"only in {label}, left out: {_listed(alone)}"] if alone else []
        notes += [
            f"failed in {label}: {name}, seed {seed}: {record.failure}"
            for (name, seed), record in here.items()
            if record.failure
        ]
    return notes


def _seeds(records: Keyed) -> str:
    return " ".join(map(str, sorted({seed for _, seed in records}))) or "none"
