"""Settings of the tracker that are each allowed, but do not go together."""

from __future__ import annotations

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig

_LEVELS = {"crops": ("conv1", "input", "conv3"), "map": ("roi3",)}
_POOLED_LEVELS = ("roi7", "roi3")
_CROPS, _MAP = "features.source crops", "features.source map"
_NEEDS = {
    "input": _CROPS,
    "conv1": _CROPS,
    "conv3": _CROPS,
    "roi7": f"{_MAP} and features.max_pooling true",
    "roi3": _MAP,
}


def check_together(config: TrackerConfig) -> None:
    """Refuse what could never run, or would be ignored though a user named a file for it.

    Raises:
        ConfigError: naming the settings and what goes together.
    """
    _check_level(config)
    if config.features.source != "map":
        return
    remedy = f"needs {_CROPS}, as in preset paper"
    if config.thermal_weights:
        raise ConfigError(f"thermal_weights {config.thermal_weights} {remedy}")
    if config.head.start == "weights":
        raise ConfigError(f"head.start weights {remedy}; or choose he or mdnet")


def _check_level(config: TrackerConfig) -> None:
    attention, features = config.attention, config.features
    is_pooled = features.source == "map" and features.max_pooling
    possible = _POOLED_LEVELS if is_pooled else _LEVELS[features.source]
    if attention.enabled and attention.level not in possible:
        raise ConfigError(
            f"attention.level {attention.level} does not go with features.source "
            f"{features.source}{' with max_pooling' if is_pooled else ''}; choose "
            f"{' or '.join(possible)}, or {_NEEDS[attention.level]}"
        )
