"""The settings of the tracker, one dataclass per part of the algorithm."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.settings import part, setting


@dataclass(frozen=True, slots=True)
class ProposalConfig:
    """Local proposals around the last result (algorithm 3.2)."""

    per_frame: int = setting(256, "Candidate boxes scored in every frame.", 1, 10_000)
    shift: float = setting(0.6, "Spread of their centres, in mean sides of the box.", 0.0, 10.0)
    scale: float = setting(1.05, "Spread of their size, a factor.", 1.0, 4.0)


@dataclass(frozen=True, slots=True)
class TrackerConfig:
    """The tracker."""

    preset: str = setting(
        "realtime", "Named set of settings to start from.", choices=("realtime",)
    )
    device: str = setting("auto", "auto, cpu, cuda or cuda:N; auto takes a GPU when there is one.")
    seed: int = setting(0, "Everything random starts from it.", 0, 2**31 - 1)
    threads: int = setting(1, "CPU threads of the nets; 0 leaves torch's own choice.", 0, 256)
    weights: str = setting("", "File of the backbone's weights; empty takes the shipped one.")
    min_side: float = setting(
        8.0, "Smallest width and height of a target.", 1.0, 1000.0, unit="px"
    )
    proposals: ProposalConfig = part(ProposalConfig)
