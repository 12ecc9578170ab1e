"""Passes: shared among ranks, resumed, waited for.

Proves: each pass belongs to one rank, shares are even, ranks together make what one makes, a
second run does nothing. Not: real trackers; see the end-to-end test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation.comparison import Contender
from rgbt_dualatt_ros.evaluation.reproduction.passes import (
    PlannedPass,
    await_records,
    discard_failures,
    part_of,
    plan,
    run_passes,
)
from rgbt_dualatt_ros.evaluation.reproduction.shard import Shard
from rgbt_dualatt_ros.evaluation.results import ResultFolder

MakeTracker = Callable[..., Tracker]
MakeSequence = Callable[..., RgbtSequence]


@pytest.fixture
def passes(make_tracker: MakeTracker, make_sequence: MakeSequence) -> tuple[PlannedPass, ...]:
    """Two trackers, one of them with two seeds, on three sequences."""
    contenders = [
        Contender("slow", lambda seed: make_tracker(0.1 * (seed + 1)), (0, 1)),
        Contender("fast", lambda _: make_tracker(2.0), (0,), {"speed": 2}),
    ]
    sequences = [make_sequence(name, frames) for name, frames in (("a", 4), ("b", 9), ("c", 2))]
    return plan(contenders, sequences)


@pytest.fixture
def open_folder(tmp_path: Path) -> Callable[[str], ResultFolder]:
    """Opens a folder of results under a name."""

    def open_one(name: str) -> ResultFolder:
        return ResultFolder.open(tmp_path / name, {"settings": {}})

    return open_one


@dataclass
class Long:
    """A sequence of so many frames, to be counted only."""

    frames: int
    name: str = "any"
    attributes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.frames


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=40), st.integers(1, 9))
def test_every_pass_belongs_to_one_rank_and_shares_are_even(lengths: list[int], n: int) -> None:
    contender = Contender("any", lambda _: pytest.fail("nothing is run"))
    every = [PlannedPass(contender, 0, Long(each)) for each in lengths]  # type: ignore[arg-type]
    parts = [part_of(every, Shard(rank, n)) for rank in range(n)]
    assert [id(each) for part in parts for each in part] == [id(each) for each in every]
    for part in parts:
        frames = sum(len(each.sequence) for each in part)
        assert abs(frames - sum(lengths) / n) <= max(lengths)


def test_passes_of_a_sequence_stand_together(passes: tuple[PlannedPass, ...]) -> None:
    assert [each.sequence.name for each in passes] == ["a"] * 3 + ["b"] * 3 + ["c"] * 3
    assert [str(each) for each in passes[:3]] == [
        "slow on a, seed 0",
        "slow on a, seed 1",
        "fast on a, seed 0",
    ]


@pytest.mark.parametrize("count", [2, 3, 20])
def test_ranks_together_make_what_one_makes(
    passes: tuple[PlannedPass, ...], open_folder: Callable[[str], ResultFolder], count: int
) -> None:
    alone, shared = open_folder("alone"), open_folder("shared")
    run_passes(passes, alone, {})
    for rank in reversed(range(count)):
        run_passes(part_of(passes, Shard(rank, count)), shared, {})
    one = await_records(passes, alone, Shard(), 0)
    other = await_records(passes, shared, Shard(0, count), 0)
    assert len(one) == len(passes)
    for each, same, planned in zip(one, other, passes, strict=True):
        assert (each.tracker, each.sequence, each.seed) == (
            planned.contender.name,
            planned.sequence.name,
            planned.seed,
        )
        np.testing.assert_array_equal(each.boxes, same.boxes)
        assert each.settings == same.settings == planned.contender.settings
    assert not np.array_equal(one[3].boxes, one[4].boxes), "seeds must differ"


def test_a_second_run_tracks_nothing(
    passes: tuple[PlannedPass, ...], open_folder: Callable[[str], ResultFolder]
) -> None:
    folder = open_folder("out")
    run_passes(passes, folder, {})
    files = {path: path.stat().st_mtime_ns for path in folder.path.rglob("boxes.txt")}
    assert len(files) == len(passes)

    def refuse(_: int) -> Tracker:
        pytest.fail("a tracker was built again")

    again = [Contender(each.name, refuse, each.seeds, each.settings) for each in _all(passes)]
    done: list[int] = []
    sequences = [passes[index].sequence for index in (0, 3, 6)]
    run_passes(plan(again, sequences), folder, {}, lambda _, frames: done.append(frames))
    assert {path: path.stat().st_mtime_ns for path in files} == files
    assert sum(done) == sum(len(each.sequence) for each in passes)


def test_only_what_failed_is_discarded_and_made_again(
    passes: tuple[PlannedPass, ...],
    open_folder: Callable[[str], ResultFolder],
    make_tracker: MakeTracker,
) -> None:
    folder = open_folder("out")
    impatient = Contender("fast", lambda _: make_tracker(2.0, raises_at=2), (0,), {"speed": 2})
    slow = next(each for each in _all(passes) if each.name == "slow")
    sequences = [passes[index].sequence for index in (0, 3, 6)]
    run_passes(plan([slow, impatient], sequences), folder, {})
    failed = [each for each in await_records(passes, folder, Shard(), 0) if each.failure]
    assert [(each.tracker, each.sequence) for each in failed] == [("fast", "a"), ("fast", "b")]
    discard_failures(passes, folder)
    with pytest.raises(ConfigError, match="2 of 9 results are missing"):
        await_records(passes, folder, Shard(), 0)
    run_passes(passes, folder, {})
    assert not any(each.failure for each in await_records(passes, folder, Shard(), 0))


def test_an_error_of_an_earlier_launch_is_waited_for_and_one_of_this_is_told(
    passes: tuple[PlannedPass, ...],
    open_folder: Callable[[str], ResultFolder],
    make_tracker: MakeTracker,
) -> None:
    folder = open_folder("out")
    broken = Contender("fast", lambda _: make_tracker(2.0, raises_at=1), (0,), {"speed": 2})
    slow = next(each for each in _all(passes) if each.name == "slow")
    sequences = [passes[index].sequence for index in (0, 3, 6)]
    run_passes(plan([slow, broken], sequences), folder, {"launch": "first"})
    with pytest.raises(ConfigError, match="3 of 9 results are missing"):
        await_records(passes, folder, Shard(0, 2, 0, "second"), 0)
    found = await_records(passes, folder, Shard(0, 2, 0, "first"), 0)
    assert sum(bool(each.failure) for each in found) == 3


def test_a_record_of_fewer_frames_is_no_result(
    passes: tuple[PlannedPass, ...],
    open_folder: Callable[[str], ResultFolder],
    make_sequence: MakeSequence,
) -> None:
    folder = open_folder("out")
    run_passes(passes, folder, {})
    longer = plan(_all(passes), [make_sequence("a", 5)])
    with pytest.raises(ConfigError, match="3 of 3 results are missing"):
        await_records(longer, folder, Shard(), 0)


def test_a_missing_result_is_told_with_the_rank_that_owes_it(
    passes: tuple[PlannedPass, ...], open_folder: Callable[[str], ResultFolder]
) -> None:
    folder = open_folder("out")
    run_passes(part_of(passes, Shard(0, 3)), folder, {})
    with pytest.raises(ConfigError) as caught:
        await_records(passes, folder, Shard(0, 3), 0)
    missing = len(passes) - len(part_of(passes, Shard(0, 3)))
    first = part_of(passes, Shard(1, 3))[0]
    assert f"{missing} of {len(passes)} results are missing" in str(caught.value)
    assert f"the first {first} (work of rank 1 of 3)" in str(caught.value)


def test_records_of_other_settings_are_refused(
    passes: tuple[PlannedPass, ...], open_folder: Callable[[str], ResultFolder]
) -> None:
    folder = open_folder("out")
    run_passes(passes, folder, {})
    fast = next(each for each in _all(passes) if each.name == "fast")
    other = Contender("fast", fast.build, fast.seeds, {"speed": 3})
    with pytest.raises(ConfigError, match=r"other settings \(speed: 2 there, 3 now\)"):
        run_passes(plan([other], [passes[0].sequence]), folder, {})


def _all(passes: tuple[PlannedPass, ...]) -> list[Contender]:
    return list({each.contender.name: each.contender for each in passes}.values())
