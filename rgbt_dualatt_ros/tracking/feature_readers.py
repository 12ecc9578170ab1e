"""Which features the settings ask for, with their weights."""

from __future__ import annotations

import torch

from rgbt_dualatt_ros.core.setting_conflicts import check_together
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.models.weights import load_backbone, load_fully_connected, load_vgg_m
from rgbt_dualatt_ros.tracking.crop_features import CropReader
from rgbt_dualatt_ros.tracking.feature_map import MapReader
from rgbt_dualatt_ros.tracking.frame_features import FeatureReader


def build_reader(config: TrackerConfig, device: torch.device) -> FeatureReader:
    """The reader of `features.source` with the weights that `config` names.

    Raises:
        ConfigError: when settings do not go together.
        WeightsError: when weights are missing or do not fit.
    """
    check_together(config)  # before the weights are read
    if config.features.source == "map":
        return MapReader(load_backbone(config.weights, config.seed), config, device)
    color = load_vgg_m(config.weights, config.seed)
    thermal = color
    if config.thermal_weights:
        thermal = load_vgg_m(config.thermal_weights, config.seed)
    trained = load_fully_connected(config.weights) if config.head.start == "weights" else None
    return CropReader((color, thermal), config, device, trained)
