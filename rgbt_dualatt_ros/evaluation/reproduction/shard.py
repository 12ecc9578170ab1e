"""Shard: the part of the work that this process does among those that `torchrun` starts.

Results are files, so the processes need not talk to each other. All see one folder.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rgbt_dualatt_ros.core.errors import ConfigError

_POLL_S = 1.0
LAUNCH = "launch"
"""What a record is made with, beside versions and machine, when ranks share the work."""
# Equal for all ranks of a launch; the port is a free one, found anew each time.
_OF_LAUNCH = ("TORCHELASTIC_RUN_ID", "TORCHELASTIC_RESTART_COUNT", "MASTER_ADDR", "MASTER_PORT")


@dataclass(frozen=True, slots=True)
class Shard:
    """This process among those that share the work.

    Attributes:
        rank: its number in [0, count).
        count: how many there are.
        local: its number on its machine; decides its GPU.
        launch: equal for all that were started together, and mostly for no others.
    """

    rank: int = 0
    count: int = 1
    local: int = 0
    launch: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Shard:
        """What `torchrun` says in RANK, WORLD_SIZE and LOCAL_RANK; the only one without them.

        Raises:
            ConfigError: when they are no numbers that fit together.
        """
        if "WORLD_SIZE" not in environment:
            return cls()
        count = _number(environment, "WORLD_SIZE")
        rank = _number(environment, "RANK")
        local = _number(environment, "LOCAL_RANK") if "LOCAL_RANK" in environment else rank
        if not rank < count:
            raise ConfigError(f"RANK {rank} must be below WORLD_SIZE {count}")
        launch = "/".join(environment.get(name, "") for name in _OF_LAUNCH) if count > 1 else ""
        return cls(rank, count, local, launch)

    @property
    def is_first(self) -> bool:
        """Whether this one writes the tables."""
        return self.rank == 0

    def device(self, name: str, gpus: int) -> str:
        """The setting `device` for this process: each rank of a machine has a GPU of its own.

        Args:
            name: as the user has it.
            gpus: how many there are here; more ranks than these share them.

        Raises:
            ConfigError: when one GPU is named for several processes.
        """
        if self.count == 1 or name == "cpu" or not gpus:
            return name
        if re.fullmatch(r"cuda:\d+", name):
            raise ConfigError(f"device {name} is for one process; under torchrun say cuda or cpu")
        return f"cuda:{self.local % gpus}"


def wait_until(
    is_done: Callable[[], bool],
    patience_s: float,
    progress: Callable[[], int] = lambda: 0,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Wait until something of another process is there; False when nothing came for too long.

    Args:
        is_done: asked about every second.
        patience_s: how long without any change of `progress`.
        progress: a number that changes when others have done something.
        sleep: told how many seconds to wait.
    """
    waited, before = 0.0, progress()
    while not is_done():
        if waited >= patience_s:
            return False
        sleep(_POLL_S)
        now = progress()
        waited = waited + _POLL_S if now == before else 0.0
        before = now
    return True


def _number(environment: Mapping[str, str], name: str) -> int:
    text = environment.get(name, "")
    if not text.isdecimal():
        raise ConfigError(f"{name} must be a number, as torchrun sets it; got {text!r}")
    return int(text)
