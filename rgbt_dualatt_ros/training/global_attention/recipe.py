"""What the settings name: objective, sources of pairs, and how the weights are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from torch import nn

from rgbt_dualatt_ros.core.attention_training_config import AttentionTrainingConfig
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.models.global_weights import ShippedGlobalNet, save_global_attention
from rgbt_dualatt_ros.training.global_attention.lite_objective import LiteObjective
from rgbt_dualatt_ros.training.global_attention.mixed_source import (
    read_material,
    training_source,
    validation_source,
)
from rgbt_dualatt_ros.training.global_attention.objective import Objective
from rgbt_dualatt_ros.training.global_attention.paper_objective import PaperObjective
from rgbt_dualatt_ros.training.global_attention.trainer import TrainingParts


def build_parts(
    config: AttentionTrainingConfig,
    data: Path | None,
    say: Callable[[str], None] = lambda _: None,
) -> TrainingParts:
    """Objective and sources, read and checked.

    Args:
        config: the settings.
        data: where the training sets lie; see `data.roots`.
        say: is told what takes time.

    Raises:
        ConfigError: when settings do not go together.
        DatasetError: when material is missing or broken.
        WeightsError: when the first weights cannot be read.
    """
    objective = build_objective(config)
    root = Path(config.data.roots.clips) if config.data.roots.clips else data
    if root is not None and not root.is_dir():
        raise DatasetError(f"training data {root} is not a folder; give --data ROOT")
    material = read_material(root, config.pairs, say)
    return TrainingParts(
        objective,
        training_source(material, config.pairs),
        validation_source(material, config.pairs, max(1, config.validation_pairs), config.seed),
        _save,
    )


def build_objective(config: AttentionTrainingConfig) -> Objective:
    """Of the net that is named.

    Raises:
        ConfigError: when its settings do not go together.
    """
    if config.net == "paper":
        return PaperObjective(config.seed, config.encoder, config.paper)
    return LiteObjective(config.seed, config.encoder)


def _save(net: nn.Module, path: Path, facts: Mapping[str, str]) -> None:
    save_global_attention(cast("ShippedGlobalNet", net), path, facts, "fp32")
