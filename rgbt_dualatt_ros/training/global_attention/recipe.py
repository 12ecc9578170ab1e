"""What the settings name: objective, sources of pairs, and how the weights are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from torch import nn

from rgbt_dualatt_ros.core.attention_training_config import CLIPS, AttentionTrainingConfig
from rgbt_dualatt_ros.datasets.benchmark_kinds import check_disjoint
from rgbt_dualatt_ros.models.global_weights import ShippedGlobalNet, save_global_attention
from rgbt_dualatt_ros.training.global_attention.answer_picture import AnswerPicture
from rgbt_dualatt_ros.training.global_attention.attention_objective import AttentionObjective
from rgbt_dualatt_ros.training.global_attention.dataset_pairs import load_dataset_pairs
from rgbt_dualatt_ros.training.global_attention.labelled_pair import PairSource
from rgbt_dualatt_ros.training.global_attention.lite_objective import LiteObjective
from rgbt_dualatt_ros.training.global_attention.mixed_source import (
    hard_source,
    read_material,
    training_source,
)
from rgbt_dualatt_ros.training.global_attention.pair_samples import PairSamples
from rgbt_dualatt_ros.training.global_attention.paper_objective import PaperObjective
from rgbt_dualatt_ros.training.loop.trainer import TrainingParts
from rgbt_dualatt_ros.training.training_sets import root_of


def build_parts(
    config: AttentionTrainingConfig,
    data: Path | None,
    say: Callable[[str], None] = lambda _: None,
) -> TrainingParts:
    """Objective and sources, read and checked.

    Args:
        config: the settings.
        data: the folder of the set, or of several, in folders of their names; `data.roots` wins.
        say: is told what takes time.

    Raises:
        ConfigError: when settings do not go together.
        DatasetError: when material is missing or broken.
        WeightsError: when the first weights cannot be read.
    """
    objective = build_objective(config)
    objective.build()  # weights that cannot be read are told before minutes of reading material
    training, validation = build_sources(config, data, say)
    shown = PairSamples(validation, objective, config.seed)
    return TrainingParts(
        objective,
        PairSamples(training, objective, config.seed),
        shown,
        _save,
        AnswerPicture(shown, config),
    )


def build_sources(
    config: AttentionTrainingConfig,
    data: Path | None,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[PairSource, PairSource]:
    """The pairs to learn from and those to validate on; arguments and errors as `build_parts`."""
    check_sources(config, data)
    if CLIPS in config.data.names:
        return _clip_sources(config, data, say)
    return _video_sources(config, data, say)


def check_sources(config: AttentionTrainingConfig, data: Path | None) -> None:
    """Find out what is wrong before anything is read.

    Raises:
        ConfigError: when a set is unknown, or shares videos with the one to be tested on.
        DatasetError: when a folder is not there.
    """
    names = config.data.names
    if CLIPS not in names and config.data.test_set:
        check_disjoint(names, config.data.test_set)
    for name in names:
        root_of(name, config.data, data)


def _clip_sources(
    config: AttentionTrainingConfig, data: Path | None, say: Callable[[str], None]
) -> tuple[PairSource, PairSource]:
    material = read_material(root_of(CLIPS, config.data, data), config.pairs, say)
    return training_source(material, config.pairs), hard_source(material, config.pairs)


def _video_sources(
    config: AttentionTrainingConfig, data: Path | None, say: Callable[[str], None]
) -> tuple[PairSource, PairSource]:
    sets = [(name, root_of(name, config.data, data)) for name in config.data.names]
    say(f"opening the videos of {config.data.sets}")
    pairs = load_dataset_pairs(sets, config.videos, lasot_frames=config.data.lasot_frames)
    say(f"{len(pairs)} pairs")
    return pairs.split(config.data.held_out) if config.data.held_out else (pairs, pairs)


def build_objective(config: AttentionTrainingConfig) -> AttentionObjective:
    """Of the net that is named.

    Raises:
        ConfigError: when its settings do not go together.
    """
    if config.net == "paper":
        return PaperObjective(config.seed, config.encoder, config.paper)
    return LiteObjective(config.seed, config.encoder)


def _save(net: nn.Module, path: Path, facts: Mapping[str, str]) -> None:
    save_global_attention(cast("ShippedGlobalNet", net), path, facts, "fp32")
