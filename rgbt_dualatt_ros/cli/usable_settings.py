"""Settings that are each allowed, but do not go together: found before anything is started."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.errors import ConfigError, RgbtError
from rgbt_dualatt_ros.core.setting_conflicts import check_together
from rgbt_dualatt_ros.imaging.pair_decoder import PairDecoder


def load_usable_config(path: Path | None, overrides: Iterable[str] = ()) -> Config:
    """As `load_config`, and what the node would refuse at its start is refused, too.

    Raises:
        ConfigError: on a wrong name or value, a target box that is none, a homography without an
            inverse, an empty range of thermal counts; the text names the file.
    """
    config = load_config(Config, path, overrides)
    try:
        # Each of these refuses what it cannot use; so the rules stand in one place only.
        check_together(config.tracker)
        PairDecoder(config.thermal, config.registration)
        if config.target.box:
            Box.from_sequence(config.target.box)
    except RgbtError as error:
        raise ConfigError(f"{path}: {error}" if path else str(error)) from None
    return config
