"""Which weight files a run uses: their checksums, and whether they are the paper's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rgbt_dualatt_ros.core.errors import WeightsError
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.models.weight_files import read_tensors
from rgbt_dualatt_ros.models.weight_kinds import (
    BACKBONE,
    GLOBAL_LITE,
    GLOBAL_PAPER,
    RANDOM,
    VGG_M,
    locate,
)


@dataclass(frozen=True, slots=True)
class UsedWeights:
    """The weights of one net.

    Attributes:
        kind: of the net, as in `weights list`.
        file: its name; `random` without one.
        facts: what the file says of its origin.
    """

    kind: str
    file: str
    facts: Mapping[str, str]

    @property
    def checksum(self) -> str:
        """Of the numbers in it; `random` without a file."""
        return self.facts.get("checksum", RANDOM)

    @property
    def origin(self) -> str:
        """Where they come from, in a line."""
        if not self.facts:
            return "random numbers"
        if imported := self.facts.get("imported"):
            return f"{self.file}, imported from {imported}"
        return f"{self.file}, made by this project ({self.facts.get('date', 'no date')})"

    @property
    def is_imported(self) -> bool:
        """Whether they were learnt by others, as ImageNet's VGG-M is."""
        return "imported" in self.facts


def local_weights(config: TrackerConfig) -> list[UsedWeights]:
    """The weights of the local net; of each camera when they differ.

    Raises:
        WeightsError: when there are none.
    """
    kind = VGG_M if config.features.source == "crops" else BACKBONE
    given = dict.fromkeys([config.weights, config.thermal_weights or config.weights])
    return [_used(kind, each) for each in given]


def global_weights(config: TrackerConfig) -> UsedWeights:
    """The weights of the global attention network.

    Raises:
        WeightsError: when there are none.
    """
    kind = GLOBAL_PAPER if config.global_attention.net == "paper" else GLOBAL_LITE
    return _used(kind, config.global_attention.weights)


def has_global_weights(config: TrackerConfig) -> bool:
    """Whether there are any."""
    try:
        global_weights(config)
    except WeightsError:
        return False
    return True


def _used(kind: str, given: str) -> UsedWeights:
    if given == RANDOM:
        return UsedWeights(kind, RANDOM, {})
    path = locate(kind, given)
    return UsedWeights(kind, path.name, read_tensors(path)[1])
