"""What the settings of a local training name: videos, samples, objective, weights' file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from torch import nn

from rgbt_dualatt_ros.core.local_training_config import LocalTrainingConfig
from rgbt_dualatt_ros.datasets.benchmark_kinds import check_disjoint
from rgbt_dualatt_ros.datasets.sequence_folder import FolderSequence
from rgbt_dualatt_ros.models.weights import save_vgg_m
from rgbt_dualatt_ros.training.local_attention.domain_objective import DomainObjective
from rgbt_dualatt_ros.training.local_attention.domain_samples import DomainSamples
from rgbt_dualatt_ros.training.local_attention.multi_domain_net import MultiDomainNet
from rgbt_dualatt_ros.training.local_attention.sample_picture import SamplePicture
from rgbt_dualatt_ros.training.loop.trainer import TrainingParts
from rgbt_dualatt_ros.training.training_sets import open_videos, root_of


def read_videos(
    config: LocalTrainingConfig, data: Path | None, say: Callable[[str], None] = lambda _: None
) -> list[FolderSequence]:
    """The videos to learn from, each a domain.

    Raises:
        ConfigError: when a set is unknown, or shares videos with the one to be tested on.
        DatasetError: when a folder is not there, or a sequence is damaged.
    """
    names = config.data.names
    if config.data.test_set:
        check_disjoint(names, config.data.test_set)
    sets = [(name, root_of(name, config.data, data)) for name in names]
    say(f"opening the videos of {config.data.sets}")
    videos = open_videos(sets, config.data.lasot_frames)
    say(f"{len(videos)} videos, {sum(map(len, videos))} frames")
    return videos


def with_steps(config: LocalTrainingConfig, videos: int) -> LocalTrainingConfig:
    """The settings with as many steps as `cycles` of so many videos take, unless steps are set."""
    steps = config.steps or max(1, -(-config.cycles * videos // config.batch))
    return replace(config, steps=steps)


def build_parts(config: LocalTrainingConfig, videos: Sequence[FolderSequence]) -> TrainingParts:
    """Objective and samples.

    Args:
        config: as from `with_steps`.
        videos: as from `read_videos`.

    Raises:
        DatasetError: when there is none.
    """
    samples = DomainSamples(
        videos,
        config.samples,
        config.seed,
        held_out=config.data.held_out,
        attends_from=config.attention.begins * config.total_steps * config.batch,
    )
    objective = DomainObjective(config, len(videos))
    picture = SamplePicture(samples, objective, config)

    def save(net: nn.Module, path: Path, facts: Mapping[str, str]) -> None:
        trained = cast("MultiDomainNet", net)
        told = {**facts, "fusion": config.fusion, "data": config.data.sets}
        save_vgg_m(trained.encoder, path, told, trained.shared_layers(), "fp32")

    return TrainingParts(objective, samples, samples, save, picture)
