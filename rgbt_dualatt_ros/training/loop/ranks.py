"""Ranks: the processes that `torchrun` starts to train one net together; else there is one."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.models.device import choose_device

# The others wait while the first reads and renders what is learnt from.
_PATIENCE = datetime.timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Ranks:
    """This process among those that train together.

    Attributes:
        rank: its number in [0, count).
        count: how many there are.
        device: where this one computes.
    """

    rank: int
    count: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Whether this one writes the files."""
        return self.rank == 0

    def sums(self, values: Sequence[float]) -> list[float]:
        """Each value summed over the ranks; all of them must call it, and get equal answers."""
        if self.count == 1:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(total)
        return [float(value) for value in total]

    def largest(self, value: int) -> int:
        """Of the values of all ranks; all of them must call it, and get equal answers."""
        if self.count == 1:
            return value
        most = torch.tensor(value, device=self.device)
        dist.all_reduce(most, dist.ReduceOp.MAX)
        return int(most)


@contextmanager
def joined_ranks(device: str) -> Iterator[Ranks]:
    """Meet the other ranks, if `torchrun` started any, and leave them in the end.

    Args:
        device: the setting; `auto` and `cuda` give each rank a GPU of its own.

    Raises:
        ConfigError: when the device is not there.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Ranks(0, 1, choose_device(device))
        return
    rank, local = int(os.environ["RANK"]), int(os.environ.get("LOCAL_RANK", "0"))
    if device.startswith("cuda:"):
        raise ConfigError(f"device {device} is for one process; under torchrun write cuda or cpu")
    chosen = choose_device(device)
    if chosen.type == "cuda":
        chosen = choose_device(f"cuda:{local}")
        torch.cuda.set_device(chosen)
    backend = "nccl" if chosen.type == "cuda" else "gloo"
    dist.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield Ranks(rank, count, chosen)
    finally:
        dist.destroy_process_group()
