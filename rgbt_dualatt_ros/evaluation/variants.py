"""Variants: our tracker with some settings changed, and the paper's ablations as sets of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.setting_conflicts import check_together
from rgbt_dualatt_ros.core.settings import nearest_name, walk
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig

VARIED_TRACKER = "dualatt"
ABLATION_HELP = "parts (of the method), weight (lambda 0 to 9) or weight=1,3,5"
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+=-]{0,39}")
_PAPERS_WEIGHTS = tuple(str(weight) for weight in range(10))
# What is switched on; a switch that the tracker does not have is left out.
_SWITCHES = ("attention.enabled", "global_attention.enabled")
_PARTS = {"baseline": (False, False), "local": (True, False), "both": (True, True)}


@dataclass(frozen=True, slots=True)
class Variant:
    """`dualatt` with changed settings.

    Attributes:
        label: tells it from other variants.
        changes: `name=value` texts, which win over what the user set for all trackers.
    """

    label: str
    changes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name in tables, files and the page."""
        return f"{VARIED_TRACKER}-{self.label}"

    def config(self, path: Path | None, overrides: Sequence[str]) -> TrackerConfig:
        """The settings of this variant on top of those the user gave.

        Args:
            path: file of settings, or None.
            overrides: `name=value` texts given for all trackers.

        Raises:
            ConfigError: on a setting that is unknown, not the tracker's, or has a wrong value.
        """
        known = {each.name: each for each in walk(TrackerConfig)}
        for change in self.changes:
            name = change.partition("=")[0]
            if name == "seed":
                raise ConfigError(f"variant {self.label}: give seeds to all trackers by --seeds")
            if name not in known:
                raise ConfigError(
                    f"variant {self.label}: the tracker has no setting {name}"
                    f"{nearest_name(name, known)}"
                )
        try:
            config = load_config(Config, path, [*overrides, *self.changes]).tracker
            check_together(config)
        except ConfigError as error:
            raise ConfigError(f"variant {self.label}: {error}") from None
        return config


def parse_variant(text: str) -> Variant:
    """The variant that `LABEL:name=value,name=value` asks for.

    A value may hold commas: what follows one and holds no `=` belongs to the value before.

    Raises:
        ConfigError: when the text has another form.
    """
    label, colon, rest = text.partition(":")
    changes: list[str] = []
    for piece in rest.split(","):
        if "=" in piece or not changes:
            changes.append(piece.strip())
        else:
            changes[-1] += f",{piece.strip()}"
    if not colon or not all(change.partition("=")[0] and "=" in change for change in changes):
        raise ConfigError(
            f"cannot read variant {text!r}; expected LABEL:name=value,name=value, for example "
            "local:attention.enabled=true"
        )
    if not _LABEL.fullmatch(label):
        raise ConfigError(
            f"the label of variant {text!r} must begin with a letter or digit and hold at most "
            f"40 letters, digits, . _ + = -; got {label!r}"
        )
    return Variant(label, tuple(changes))


def parse_ablation(text: str) -> list[Variant]:
    """The variants of an ablation: `parts`, `weight`, or `weight=` and a list of lambdas.

    Parts are `baseline` (neither attention), `local` (the attention penalty) and, for a tracker
    that has the global attention network, `both`. Weight 0 computes the penalty and ignores it.

    Raises:
        ConfigError: when there is no such ablation.
    """
    kind, equals, values = text.partition("=")
    if kind == "weight" and (values or not equals):
        weights = values.split(",") if equals else _PAPERS_WEIGHTS
        return [_with_weight(weight.strip()) for weight in weights]
    if text == "parts":
        return _parts()
    raise ConfigError(f"there is no ablation {text!r}; there are {ABLATION_HELP}")


def check_labels(variants: Iterable[Variant]) -> list[Variant]:
    """The variants, when no two have the same label.

    Raises:
        ConfigError: when two have.
    """
    by_label: dict[str, Variant] = {}
    for variant in variants:
        if variant.label in by_label:
            raise ConfigError(f"two variants have the label {variant.label}; give each its own")
        by_label[variant.label] = variant
    return list(by_label.values())


def _with_weight(weight: str) -> Variant:
    if not _LABEL.fullmatch(weight):
        raise ConfigError(f"a weight of the ablation must be a number; got {weight!r}")
    return Variant(f"weight{weight}", ("attention.enabled=true", f"attention.weight={weight}"))


def _parts() -> list[Variant]:
    known = {each.name for each in walk(TrackerConfig)}
    found: dict[tuple[str, ...], Variant] = {}
    for label, states in _PARTS.items():
        changes = tuple(
            f"{name}={str(state).lower()}"
            for name, state in zip(_SWITCHES, states, strict=True)
            if name in known
        )
        found.setdefault(changes, Variant(label, changes))
    return list(found.values())
