"""Shards: what a rank is told, its device, and how it waits for others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.reproduction.shard import Shard, wait_until


def test_ranks_are_told_by_torchrun() -> None:
    environment = {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1"}
    assert Shard.from_environment(environment) == Shard(5, 8, 1, "///")
    assert Shard.from_environment({}) == Shard(0, 1, 0)
    assert Shard.from_environment({}).is_first
    assert not Shard.from_environment(environment).is_first


def test_ranks_of_a_launch_know_each_other() -> None:
    environment = {"WORLD_SIZE": "2", "MASTER_ADDR": "host", "MASTER_PORT": "4711"}
    first, second = (
        Shard.from_environment({**environment, "RANK": rank, "LOCAL_RANK": rank}) for rank in "01"
    )
    later = Shard.from_environment({**environment, "RANK": "0", "MASTER_PORT": "4712"})
    assert first.launch == second.launch != later.launch
    assert (
        Shard.from_environment({"WORLD_SIZE": "1", "RANK": "0", "MASTER_PORT": "1"}).launch == ""
    )


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ({"WORLD_SIZE": "2"}, "RANK must be a number"),
        ({"WORLD_SIZE": "two", "RANK": "0"}, "WORLD_SIZE must be a number"),
        ({"WORLD_SIZE": "2", "RANK": "2"}, "RANK 2 must be below WORLD_SIZE 2"),
        ({"WORLD_SIZE": "2", "RANK": "-1"}, "RANK must be a number"),
    ],
)
def test_ranks_that_cannot_be_are_refused(environment: dict[str, str], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        Shard.from_environment(environment)


def test_every_rank_of_a_machine_has_a_gpu_of_its_own() -> None:
    devices = [Shard(rank, 8, rank % 4).device("auto", 4) for rank in range(8)]
    assert devices == ["cuda:0", "cuda:1", "cuda:2", "cuda:3"] * 2
    assert Shard(1, 2, 3).device("cuda", 2) == "cuda:1"
    assert Shard(9, 16, 1).device("auto", 8) == "cuda:1"
    assert Shard(6, 8, 1).device("auto", 4) == "cuda:1", "the number on its machine counts"
    assert Shard(1, 2, 1).device("auto", 0) == "auto"
    assert Shard(1, 2, 1).device("cpu", 4) == "cpu"
    assert Shard().device("cuda:3", 4) == "cuda:3"
    with pytest.raises(ConfigError, match="cuda:3 is for one process"):
        Shard(1, 2, 1).device("cuda:3", 4)


@pytest.fixture
def slept() -> list[float]:
    """How long each wait was told to last."""
    return []


def count_up(to: int) -> Callable[[], int]:
    """1, 2, ... `to`, `to`, ... at each call."""
    calls = 0

    def count() -> int:
        nonlocal calls
        calls = min(calls + 1, to)
        return calls

    return count


def test_waiting_ends_when_it_is_done(slept: list[float]) -> None:
    count = count_up(10)
    assert wait_until(lambda: count() == 4, 1000, sleep=slept.append)
    assert len(slept) == 3


def test_waiting_ends_when_nothing_happens_for_too_long(slept: list[float]) -> None:
    assert not wait_until(lambda: False, 5, sleep=slept.append)
    assert sum(slept) == 5


def test_progress_of_others_renews_the_patience(slept: list[float]) -> None:
    assert not wait_until(lambda: False, 5, progress=count_up(20), sleep=slept.append)
    assert sum(slept) == 24
