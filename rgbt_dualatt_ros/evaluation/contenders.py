"""Trackers of a run, by the names a user gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from rgbt_dualatt_ros.core.settings import build, values_of
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.evaluation.comparison import Contender
from rgbt_dualatt_ros.evaluation.variants import VARIED_TRACKER, Variant
from rgbt_dualatt_ros.tracking.tracker_factory import (
    build_tracker,
    expand_names,
    repeats_exactly,
)

Models = Mapping[str, Sequence[Path]]


def make_contenders(
    names: Sequence[str],
    config: TrackerConfig,
    seeds: Sequence[int] = (),
    models: Models | None = None,
) -> list[Contender]:
    """The trackers called `names`, a peer without modality as two of them.

    Each is built once here, so that a missing file or package is told before the first frame.

    Args:
        names: as `tracking.tracker_factory.expand_names` takes them.
        config: of the trackers; its own seed is used when no `seeds` are given.
        seeds: for those trackers that draw random numbers.
        models: files of the peers that need some.

    Raises:
        RgbtError: when a tracker cannot be built, or a seed is none that `seed` may be.
    """
    wanted = _wanted_seeds(config, seeds)
    contenders = []
    for name in expand_names(names):
        build_tracker(name, config, models)
        own_seeds = wanted[:1] if repeats_exactly(name) else wanted
        contenders.append(Contender(name, partial(_build, name, config, models), own_seeds))
    return contenders


def make_variants(
    variants: Mapping[Variant, TrackerConfig], config: TrackerConfig, seeds: Sequence[int] = ()
) -> list[Contender]:
    """Our tracker once for each variant, each built once here.

    Args:
        variants: with their settings; labels differ.
        config: the settings of all other trackers, from which the variants differ.
        seeds: as for `make_contenders`.

    Raises:
        RgbtError: as `make_contenders`.
    """
    wanted = _wanted_seeds(config, seeds)
    usual = values_of(config)
    contenders = []
    for variant, own in variants.items():
        build_tracker(VARIED_TRACKER, own)
        changed = {name: value for name, value in values_of(own).items() if value != usual[name]}
        build_one = partial(_build, VARIED_TRACKER, own, None)
        contenders.append(Contender(variant.name, build_one, wanted, changed))
    return contenders


def _wanted_seeds(config: TrackerConfig, seeds: Sequence[int]) -> tuple[int, ...]:
    for seed in seeds:
        build(TrackerConfig, {"seed": seed})
    return tuple(dict.fromkeys(seeds)) or (config.seed,)


def _build(name: str, config: TrackerConfig, models: Models | None, seed: int) -> Tracker:
    return build_tracker(name, replace(config, seed=seed), models)
