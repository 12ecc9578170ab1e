"""What a run scored on a benchmark by the benchmark's own rules: the figures that papers print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.evaluation.protocols.frame_measures import AnyBoxes
from rgbt_dualatt_ros.evaluation.protocols.frame_rules import Truths
from rgbt_dualatt_ros.evaluation.protocols.protocol import Protocol
from rgbt_dualatt_ros.evaluation.protocols.scoring import Scores, score
from rgbt_dualatt_ros.evaluation.protocols.standard import protocol_of
from rgbt_dualatt_ros.evaluation.record import Record

Results = Mapping[str, Mapping[int, Mapping[str, AnyBoxes]]]
"""Boxes `(M, 4)` xywh, px, by tracker, seed and sequence."""


@dataclass(frozen=True, slots=True, eq=False)
class BenchmarkSet:
    """The sequences of one benchmark that can be scored by its rules.

    Attributes:
        name: benchmark and split.
        truths: by sequence and kind, as written.
        attributes: labels of each sequence.
        left_out: why other sequences cannot be scored; a line each.
        notes: what is odd about the set or its sequences; a line each.
    """

    name: BenchmarkName
    truths: Mapping[str, Truths]
    attributes: Mapping[str, Sequence[str]]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        name: BenchmarkName,
        truths: Mapping[str, Truths],
        attributes: Mapping[str, Sequence[str]],
        notes: Iterable[str] = (),
    ) -> BenchmarkSet:
        """Keep the sequences whose truth is what the protocol needs."""
        usable: dict[str, Truths] = {}
        left_out: list[str] = []
        for sequence, truth in truths.items():
            # Scored against itself, it says now what would go wrong after hours of tracking.
            itself: NDArray[np.floating] = next(iter(truth.values()))
            try:
                score(protocol_of(name.text), {sequence: truth}, {sequence: itself})
            except DatasetError as error:
                left_out.append(f"left out of the figures of {name}: {error}")
            else:
                usable[sequence] = truth
        return cls(name, usable, attributes, tuple(left_out), tuple(notes))

    def has_result_in(self, results: Results) -> bool:
        """Whether any tracker has boxes for any of its sequences."""
        every = [boxes for seeds in results.values() for boxes in seeds.values()]
        return any(name in boxes for boxes in every for name in self.truths)

    @property
    def protocol(self) -> Protocol:
        """How it is scored."""
        return protocol_of(self.name.text)

    @property
    def key(self) -> str:
        """Part of the names of its files, as `gtot` or `lasher_test`."""
        return self.name.text.removesuffix("/all").replace("/", "_")


@dataclass(frozen=True, slots=True, eq=False)
class BenchmarkScores:
    """The figures of all trackers on one benchmark.

    Attributes:
        of: which benchmark.
        runs: of every tracker that has a result, one for each seed.
        notes: what a reader must know of them; a line each.
    """

    of: BenchmarkSet
    runs: Mapping[str, Sequence[Scores]]
    notes: tuple[str, ...]


def score_benchmark(
    of: BenchmarkSet, results: Results, notes: Iterable[str] = ()
) -> BenchmarkScores:
    """Score every tracker on the sequences it has a result for, and say where some are missing.

    Args:
        results: a tracker without any sequence of the benchmark gets no figures.
        notes: what is known of the results; kept before ours.

    Raises:
        ConfigError: when there is nothing to score.
    """
    if not of.has_result_in(results):
        raise ConfigError(f"no tracker has a result on a sequence of {of.name}")
    runs: dict[str, list[Scores]] = {}
    said = [*of.notes, *notes, *of.left_out]
    for tracker, by_seed in results.items():
        for seed, boxes in by_seed.items():
            truths = {name: truth for name, truth in of.truths.items() if name in boxes}
            if not truths:
                continue
            runs.setdefault(tracker, []).append(score(of.protocol, truths, boxes, of.attributes))
            if len(truths) < len(of.truths):
                run = f"{tracker}, seed {seed}" if len(by_seed) > 1 else tracker
                said.append(
                    f"{run}: figures over {len(truths)} of {len(of.truths)} sequences; do not set "
                    "them beside figures over all"
                )
    return BenchmarkScores(of, runs, tuple(said))


def results_of(records: Iterable[Record]) -> Results:
    """The boxes of records; not of those whose images could not be read.

    Frames after a tracker's error have no box and are missed.
    """
    found: dict[str, dict[int, dict[str, AnyBoxes]]] = {}
    for each in records:
        if each.failure_kind != "sequence":
            by_seed = found.setdefault(each.tracker, {})
            by_seed.setdefault(each.seed, {})[each.sequence] = each.boxes
    return found
