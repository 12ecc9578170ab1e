"""The variants of all claims as contenders, each tied to the weights that it uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.errors import ConfigError, WeightsError
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.evaluation.comparison import Contender
from rgbt_dualatt_ros.evaluation.contenders import make_variants
from rgbt_dualatt_ros.evaluation.reproduction.weights_used import global_weights
from rgbt_dualatt_ros.evaluation.variants import Variant

DRY_RUN_SETTINGS = (
    "proposals.per_frame=16",
    "first_frame.positives=16",
    "first_frame.negatives=32",
    "first_frame.mining_pool=32",
    "first_frame.iterations=2",
    "first_frame.views=0",
    "learning.iterations=1",
    "learning.batch_positives=8",
    "learning.batch_negatives=8",
    "learning.mining_pool=16",
    "learning.positives_per_frame=4",
    "learning.negatives_per_frame=8",
    "attention.samples=2",
    "box_regression.boxes=16",
)
"""Few samples and steps, so that a dry run takes little time on any machine."""


@dataclass(frozen=True, slots=True)
class GivenSettings:
    """The settings as a user gave them.

    Attributes:
        path: file of settings, or None.
        overrides: `name=value` texts, which win.
    """

    path: Path | None
    overrides: tuple[str, ...]

    def load(self) -> Config:
        """All settings.

        Raises:
            ConfigError: on a wrong name or value.
        """
        return load_config(Config, self.path, self.overrides)

    def and_also(self, *overrides: str) -> GivenSettings:
        """These with more texts, which win over those before."""
        return replace(self, overrides=(*self.overrides, *overrides))


def make_contenders(
    variants: Sequence[Variant], given: GivenSettings, seeds: Sequence[int]
) -> list[Contender]:
    """The variants, each built once here; records of other global weights will be refused.

    Raises:
        RgbtError: when a variant cannot be built.
    """
    base = given.load().tracker
    configs = {each: each.config(given.path, given.overrides) for each in variants}
    made = make_variants(configs, base, seeds)
    return [
        replace(contender, settings={**contender.settings, **_weights_of(config)})
        for contender, config in zip(made, configs.values(), strict=True)
    ]


def refuse_missing_global(config: TrackerConfig) -> None:
    """Say what can be done without weights of the global attention network.

    Raises:
        ConfigError: when they are missing.
    """
    try:
        global_weights(config)
    except WeightsError as error:
        net = config.global_attention.net
        other = "--global-net lite (the small net), " if net == "paper" else ""
        raise ConfigError(
            f"the paper's whole tracker needs its global attention network: {error}; or choose "
            f"{other}--global-net none (local attention alone)"
        ) from None


def _weights_of(config: TrackerConfig) -> dict[str, object]:
    if not config.global_attention.enabled:
        return {}
    return {"global_weights": global_weights(config).checksum}
