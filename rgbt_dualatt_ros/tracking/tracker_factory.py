"""Trackers by the name a user gives on the command line."""

from __future__ import annotations

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker


def build_tracker(name: str, config: TrackerConfig) -> Tracker:
    """A new tracker: `dualatt`, `static`, or a peer.

    Raises:
        ConfigError: when there is no tracker of that name.
        WeightsError: when its weights are missing.
    """
    if name == "static":
        return StaticTracker()
    if name == "dualatt":
        # torch is imported only by those who ask for a net.
        from rgbt_dualatt_ros.tracking.dual_attention_tracker import DualAttentionTracker

        return DualAttentionTracker.from_config(config)
    raise ConfigError(f"there is no tracker {name!r}; there are dualatt, static")
