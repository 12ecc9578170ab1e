"""In what a run departs from the paper, in sentences: weights, settings, statistics, machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.settings import values_of
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.reproduction.shard import LAUNCH
from rgbt_dualatt_ros.evaluation.reproduction.weights_used import (
    UsedWeights,
    global_weights,
    local_weights,
)
from rgbt_dualatt_ros.models.weight_kinds import VGG_M

_PAPER = "paper"
# They choose a file or a processor; what they mean is said in a line of its own.
_OWN_LINE = (
    "preset", "device", "seed", "threads", "weights", "thermal_weights",
    "global_attention.net", "global_attention.weights",
    "attention.enabled", "global_attention.enabled",
)  # fmt: skip


def departures(config: TrackerConfig, seeds: Sequence[int], *, has_global: bool) -> list[str]:
    """What a reader must know before comparing; a line each, for people.

    Args:
        config: of the whole tracker.
        seeds: that were run.
        has_global: whether the global attention network takes part.

    Raises:
        WeightsError: when a file of weights is missing.
    """
    return [
        *_preset(config),
        *_local_net(config),
        _global_net(config, has_global=has_global),
        *_changes(config),
        f"Each figure is the mean of {len(seeds)} seed{'s' * (len(seeds) > 1)} "
        f"({', '.join(map(str, seeds))}); ± is the sample deviation over them. The paper does not "
        "say of how many runs its figures are; trackers of this kind vary by 0.02 to 0.03.",
        "The paper's text names thresholds of 5 px and 0.6 for both sets. Its figures fit only "
        "the sets' own conventions, so they stand beside those; PR@5 and SR@0.6 are printed too.",
    ]


def mixture(records: Sequence[Record]) -> list[str]:
    """In what the passes were not made alike, as after an update between two runs; a line each.

    Args:
        records: of all passes, as read from their folder.
    """
    used = dict.fromkeys(name for each in records for name in each.made_with)
    names = [name for name in used if name not in ("date", LAUNCH)]
    found = []
    for name in names:
        counts = Counter(str(each.made_with.get(name, "none")) for each in records)
        if len(counts) > 1:
            shares = ", ".join(f"{value} ({count})" for value, count in counts.most_common())
            found.append(f"Not all passes were made alike: {name} was {shares}.")
    return found


def _preset(config: TrackerConfig) -> Iterable[str]:
    if config.preset != _PAPER:
        yield (
            f"Preset {config.preset} is not the paper's tracker: the method is the same, net and "
            "schedule are not (docs/paper.md). --preset paper is as near as its text allows."
        )


def _local_net(config: TrackerConfig) -> Iterable[str]:
    for used in local_weights(config):
        yield f"Local net: {used.origin}{_remedy(used)}."


def _remedy(used: UsedWeights) -> str:
    if used.kind != VGG_M:
        return "; the paper's is VGG-M with ImageNet's weights"
    if used.is_imported:
        return ""
    return (
        "; the paper begins with ImageNet's VGG-M (rgbt-dualatt weights import imagenet-vgg-m.mat "
        "--out vgg_m.safetensors, then --set weights=vgg_m.safetensors)"
    )


def _global_net(config: TrackerConfig, *, has_global: bool) -> str:
    if not has_global:
        return "Global attention: left out, so that nothing here is the paper's whole tracker."
    net = config.global_attention.net
    kind = "of the paper's shape" if net == _PAPER else "our small one, not the paper's"
    return f"Global attention network: {kind}; {global_weights(config).origin}."


def _changes(config: TrackerConfig) -> Iterable[str]:
    usual = values_of(load_config(Config, None, [f"preset={config.preset}"]).tracker)
    changed = [
        f"{name}={value}"
        for name, value in values_of(config).items()
        if value != usual[name] and name not in _OWN_LINE
    ]
    if changed:
        yield f"Settings changed from the preset: {', '.join(changed)}."
