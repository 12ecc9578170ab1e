"""The passes of all variants, seeds and sequences: shared among ranks, kept as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation.comparison import Contender, OnProgress, run_comparison
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.reproduction.shard import LAUNCH, Shard, wait_until
from rgbt_dualatt_ros.evaluation.results import ResultFolder


@dataclass(frozen=True, slots=True, eq=False)
class PlannedPass:
    """One variant with one seed on one sequence."""

    contender: Contender
    seed: int
    sequence: RgbtSequence

    def __str__(self) -> str:
        return f"{self.contender.name} on {self.sequence.name}, seed {self.seed}"


def plan(
    contenders: Sequence[Contender], sequences: Sequence[RgbtSequence]
) -> tuple[PlannedPass, ...]:
    """All passes, those of one sequence together, so that its images are decoded once."""
    return tuple(
        PlannedPass(contender, seed, sequence)
        for sequence in sequences
        for contender in contenders
        for seed in contender.seeds
    )


def part_of(passes: Sequence[PlannedPass], shard: Shard) -> tuple[PlannedPass, ...]:
    """The passes of one rank: a piece of the list with its share of the frames.

    It depends on the list alone, not on which results are there, so ranks that begin at different
    times agree.
    """
    frames = [len(each.sequence) for each in passes]
    total, before = sum(frames), 0
    chosen = []
    for each, count in zip(passes, frames, strict=True):
        middle = before + count / 2
        if int(middle * shard.count / total) == shard.rank:
            chosen.append(each)
        before += count
    return tuple(chosen)


def discard_failures(passes: Sequence[PlannedPass], folder: ResultFolder) -> None:
    """Forget those that ended in an error in an earlier run, so that nobody waits for less."""
    for each in passes:
        record = folder.load(each.contender.name, each.sequence.name, each.seed)
        if record is not None and record.failure:
            folder.discard(record)


def run_passes(
    passes: Sequence[PlannedPass],
    folder: ResultFolder,
    made_with: Json,
    on_progress: OnProgress = lambda *_: None,
) -> None:
    """Do those that `folder` does not have yet; see `discard_failures` for those that failed.

    Raises:
        RgbtError: as `comparison.run_comparison`.
    """
    for _, group in groupby(passes, key=lambda each: each.sequence.name):
        own = list(group)
        by_name = {each.contender.name: each.contender for each in own}
        contenders = [
            replace(each, seeds=tuple(one.seed for one in own if one.contender.name == name))
            for name, each in by_name.items()
        ]
        run_comparison(contenders, [own[0].sequence], folder, made_with, on_progress)


def await_records(
    passes: Sequence[PlannedPass], folder: ResultFolder, shard: Shard, patience_s: float
) -> list[Record]:
    """The records of all passes, once the other ranks have made theirs.

    An error of an earlier launch is none: its rank makes that pass again.

    Args:
        patience_s: how long to wait without any new record.

    Raises:
        ConfigError: when some are still missing then.
    """
    found: dict[int, Record] = {}
    missing = dict(enumerate(passes))

    def look() -> int:
        for index, each in list(missing.items()):
            record = folder.load(each.contender.name, each.sequence.name, each.seed)
            if record is not None and _is_result(record, each, shard):
                found[index] = record
                del missing[index]
        return len(missing)

    if not wait_until(lambda: look() == 0, patience_s, progress=lambda: len(missing)):
        index, first = next(iter(missing.items()))
        raise ConfigError(
            f"{len(missing)} of {len(passes)} results are missing in {folder.path}, the first "
            f"{first} (work of rank {_rank_of(passes, index, shard)} of {shard.count}), and none "
            f"came for {patience_s / 60:g} min; give the command again to make them"
        )
    return [found[index] for index in range(len(passes))]


def _is_result(record: Record, planned: PlannedPass, shard: Shard) -> bool:
    if record.failure and record.made_with.get(LAUNCH, "") != shard.launch:
        return False
    return len(record) == len(planned.sequence)


def _rank_of(passes: Sequence[PlannedPass], index: int, shard: Shard) -> int:
    wanted = passes[index]
    ranks = (replace(shard, rank=rank) for rank in range(shard.count))
    return next(each.rank for each in ranks if wanted in part_of(passes, each))
