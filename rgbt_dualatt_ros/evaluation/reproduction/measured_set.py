"""The sequences of a data set that a reproduction is measured on, each found to be scorable."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.datasets.benchmark import BenchmarkSequence, open_benchmark
from rgbt_dualatt_ros.datasets.sequence_folder import FolderOptions, FolderSequence
from rgbt_dualatt_ros.evaluation.one_pass import check_truth
from rgbt_dualatt_ros.evaluation.protocols.protocol import Protocol
from rgbt_dualatt_ros.evaluation.protocols.scoring import Scores, score
from rgbt_dualatt_ros.evaluation.protocols.standard import protocol_of
from rgbt_dualatt_ros.evaluation.record import Record

SETS = ("gtot", "rgbt234")
"""The sets of the paper."""
DRY_SEQUENCES, DRY_FRAMES = 2, 5


@dataclass(frozen=True, slots=True)
class MeasuredSet:
    """A data set, opened.

    Attributes:
        key: `gtot` or `rgbt234`.
        protocol: how it is scored.
        sequences: those that can be used.
        left_out: why others cannot; a line each.
        published_size: how many the set has.
        notes: what is odd about the whole, such as that it has no attributes.
    """

    key: str
    protocol: Protocol
    sequences: tuple[FolderSequence, ...]
    left_out: tuple[str, ...]
    published_size: int
    notes: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        """Of all sequences."""
        return sum(map(len, self.sequences))

    @property
    def extent(self) -> str:
        """How much of the set it is, in words."""
        return (
            f"{len(self.sequences)} of {self.published_size} sequences, {self.frames} frame pairs"
        )

    def score(self, records: Sequence[Record]) -> Scores:
        """The figures of one variant with one seed.

        Args:
            records: one of each sequence that is to be counted.
        """
        results = {each.sequence: each.boxes for each in records}
        known = [each for each in self.sequences if each.name in results]
        truths = {each.name: each.written_truths for each in known}
        labels = {each.name: each.attributes for each in known}
        return score(self.protocol, truths, results, labels)


def open_measured_set(
    key: str,
    root: Path,
    options: FolderOptions | None = None,
    *,
    is_dry: bool = False,
    on_sequence: Callable[[str], None] = lambda _: None,
) -> MeasuredSet:
    """Open every sequence, and leave out those that could not be scored in the end.

    Args:
        key: one of `SETS`.
        root: folder of the set.
        is_dry: only the first frames of the first sequences that can be used.
        on_sequence: told the name of each.

    Raises:
        ConfigError: when the paper has no figures for the set.
        DatasetError: when `root` holds no sequence that can be used.
    """
    if key not in SETS:
        raise ConfigError(f"the paper has figures of {' and '.join(SETS)}, not of {key!r}")
    benchmark = open_benchmark(key, root, options)
    protocol = protocol_of(key)
    usable: list[FolderSequence] = []
    problems: list[str] = []
    for each in benchmark.sequences:
        on_sequence(each.name)
        try:
            usable.append(_usable(each, protocol, is_dry=is_dry))
        except DatasetError as error:
            problems.append(f"{each.name}: {error}")
        if is_dry and len(usable) == DRY_SEQUENCES:
            break
    if not usable:
        raise DatasetError(f"no sequence in {root} can be used; the first: {problems[0]}")
    size = benchmark.name.kind.size
    return MeasuredSet(key, protocol, tuple(usable), tuple(problems), size, benchmark.notes)


def _usable(each: BenchmarkSequence, protocol: Protocol, *, is_dry: bool) -> FolderSequence:
    sequence = each.opened
    if is_dry:
        sequence = sequence.only(range(min(DRY_FRAMES, len(sequence))))
    check_truth(sequence)
    # Hours of tracking would be lost on a truth that the protocol cannot use.
    truths: Mapping[str, NDArray[np.floating]] = {sequence.name: sequence.truth}
    score(protocol, {sequence.name: sequence.written_truths}, truths)
    return sequence
