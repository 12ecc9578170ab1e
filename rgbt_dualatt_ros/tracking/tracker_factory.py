"""Trackers by the names a user gives on the command line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.tracking.opencv_tracker import PEERS, Modality, OpencvTracker
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker

OWN_TRACKERS = ("dualatt", "static")
MODALITIES: tuple[Modality, ...] = ("rgb", "thermal")
_OF_CHANCE = ("mil",)
"""Peers that draw random numbers of their own; of the others every run is the same."""


def build_tracker(
    name: str,
    config: TrackerConfig,
    models: Mapping[str, Sequence[Path]] | None = None,
    *,
    is_live: bool = False,
) -> Tracker:
    """A new tracker: `dualatt`, `static`, or a peer on one modality such as `csrt@rgb`.

    Args:
        models: files of the peers that need some, by the name of the peer; see `parse_models`.
        is_live: frames come from cameras, so `global_attention.asynchronous: auto` means on.

    Raises:
        ConfigError: when there is no tracker of that name, or it lacks what it needs.
        WeightsError: when its weights are missing.
    """
    (full_name,) = _check_single(name)
    if full_name == "static":
        return StaticTracker()
    if full_name == "dualatt":
        # torch is imported only by those who ask for a net.
        from rgbt_dualatt_ros.tracking.dual_attention_tracker import DualAttentionTracker

        return DualAttentionTracker.from_config(as_live(config) if is_live else config)
    peer, _, modality = full_name.partition("@")
    return OpencvTracker(
        peer,
        "rgb" if modality == "rgb" else "thermal",
        tuple((models or {}).get(peer, ())),
        config.seed,
    )


def as_live(config: TrackerConfig) -> TrackerConfig:
    """The settings for frames that come from cameras: maps may then be computed in a thread."""
    wanted = config.global_attention
    if wanted.asynchronous != "auto":
        return config
    return replace(config, global_attention=replace(wanted, asynchronous="on"))


def expand_names(names: Iterable[str]) -> list[str]:
    """Names for `build_tracker`, each once: a peer without modality stands for both.

    `["dualatt", "csrt"]` becomes `["dualatt", "csrt@rgb", "csrt@thermal"]`.

    Raises:
        ConfigError: when there is no tracker of a name; the text lists those there are.
    """
    expanded: list[str] = []
    for name in names:
        peer, at, modality = name.partition("@")
        if name in OWN_TRACKERS or (peer in PEERS and modality in MODALITIES):
            expanded.append(name)
        elif peer in PEERS and not at:
            expanded.extend(f"{peer}@{each}" for each in MODALITIES)
        else:
            raise ConfigError(_unknown(name))
    return list(dict.fromkeys(expanded))


def repeats_exactly(name: str) -> bool:
    """Whether every run of a tracker gives the same boxes, whatever the seed."""
    peer, _, modality = name.partition("@")
    is_peer = peer in PEERS and modality in MODALITIES and peer not in _OF_CHANCE
    return is_peer or name == "static"


def parse_models(texts: Iterable[str]) -> dict[str, tuple[Path, ...]]:
    """Model files by peer from texts such as `nanotrack=BACKBONE,HEAD`.

    Raises:
        ConfigError: when a text is not of that form or names no peer that has models.
    """
    models: dict[str, tuple[Path, ...]] = {}
    with_models = {name: kind for name, kind in PEERS.items() if kind.model_names}
    for text in texts:
        name, _, files = text.partition("=")
        if name not in with_models or not files:
            forms = " or ".join(
                f"{each}={','.join(kind.model_names)}" for each, kind in with_models.items()
            )
            raise ConfigError(f"cannot read model {text!r}; expected {forms}")
        models[name] = tuple(Path(file.strip()) for file in files.split(","))
    return models


def _check_single(name: str) -> list[str]:
    names = expand_names([name])
    if len(names) != 1:
        raise ConfigError(f"tracker {name} sees one modality; say {' or '.join(names)}")
    return names


def _unknown(name: str) -> str:
    known = [*OWN_TRACKERS, *(f"{peer}@{each}" for peer in PEERS for each in MODALITIES)]
    near = difflib.get_close_matches(name, known, 1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return (
        f"there is no tracker {name!r}{hint}; there are {', '.join(OWN_TRACKERS)}, and "
        f"{', '.join(PEERS)}, each with @rgb or @thermal"
    )
