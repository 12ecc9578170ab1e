"""What the settings name: objective, sources of pairs, and how the weights are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from torch import nn

from rgbt_dualatt_ros.core.attention_training_config import CLIPS, AttentionTrainingConfig
from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.datasets.benchmark_kinds import check_disjoint
from rgbt_dualatt_ros.models.global_weights import ShippedGlobalNet, save_global_attention
from rgbt_dualatt_ros.training.global_attention.dataset_pairs import load_dataset_pairs
from rgbt_dualatt_ros.training.global_attention.labelled_pair import PairSource
from rgbt_dualatt_ros.training.global_attention.lite_objective import LiteObjective
from rgbt_dualatt_ros.training.global_attention.mixed_source import (
    hard_source,
    read_material,
    training_source,
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
        data: the folder of the set, or of several, in folders of their names; `data.roots` wins.
        say: is told what takes time.

    Raises:
        ConfigError: when settings do not go together.
        DatasetError: when material is missing or broken.
        WeightsError: when the first weights cannot be read.
    """
    check_sources(config, data)
    objective = build_objective(config)
    if CLIPS in config.data.names:
        training, validation = _clip_sources(config, data, say)
    else:
        training, validation = _video_sources(config, data, say)
    return TrainingParts(objective, training, validation, _save)


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
        _root_of(name, config, data)


def _clip_sources(
    config: AttentionTrainingConfig, data: Path | None, say: Callable[[str], None]
) -> tuple[PairSource, PairSource]:
    material = read_material(_root_of(CLIPS, config, data), config.pairs, say)
    return training_source(material, config.pairs), hard_source(material, config.pairs)


def _video_sources(
    config: AttentionTrainingConfig, data: Path | None, say: Callable[[str], None]
) -> tuple[PairSource, PairSource]:
    sets = [(name, _root_of(name, config, data)) for name in config.data.names]
    say(f"opening the videos of {config.data.sets}")
    pairs = load_dataset_pairs(sets, config.videos, lasot_frames=config.data.lasot_frames)
    say(f"{len(pairs)} pairs")
    return pairs.split(config.data.held_out) if config.data.held_out else (pairs, pairs)


def _root_of(name: str, config: AttentionTrainingConfig, data: Path | None) -> Path:
    """Folder of one training set."""
    given = _given_roots(config)
    if name in given:
        folder = given[name]
    elif data is None:
        raise DatasetError(f"where is the training set {name}? give --data ROOT, or data.roots")
    else:
        folder = data if len(config.data.names) == 1 else _below(data, name)
    if not folder.is_dir():
        raise DatasetError(f"training data {folder} is not a folder; give --data ROOT")
    return folder


def _given_roots(config: AttentionTrainingConfig) -> dict[str, Path]:
    texts = [text.strip() for text in config.data.roots.split(",") if text.strip()]
    pairs = [text.partition("=") for text in texts]
    wrong = [
        text
        for text, (name, _, path) in zip(texts, pairs, strict=True)
        if not path or name not in config.data.names
    ]
    if wrong:
        raise ConfigError(
            f"data.roots must hold NAME=FOLDER of {', '.join(config.data.names)}, joined by "
            f"commas; got {wrong[0]!r}"
        )
    return {name: Path(path) for name, _, path in pairs}


def _below(data: Path, name: str) -> Path:
    """The folder in `data` that is named like the set, in any spelling: `RGBT-234` for rgbt234."""
    wanted = _letters(name.partition("/")[0])
    folders = sorted(each for each in data.iterdir() if each.is_dir()) if data.is_dir() else []
    found = [each for each in folders if _letters(each.name) == wanted]
    if not found:
        raise DatasetError(
            f"{data} has no folder {name.partition('/')[0]}; put the set there, or say where it "
            f"is: --set data.roots={name}=FOLDER"
        )
    return found[0]


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


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
