"""The settings of `rgbt-dualatt train global-attention`, and which of them go together."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.attention_pairs_config import PairConfig
from rgbt_dualatt_ros.core.dataset_pairs_config import DatasetPairsConfig
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.paper_net_config import PaperNetConfig
from rgbt_dualatt_ros.core.settings import part, setting
from rgbt_dualatt_ros.core.training_loop_config import (
    DataSetsConfig,
    TrainingLoopConfig,
    check_parts,
)

CLIPS = "clips"
"""The training set without labels; the others are benchmarks by name."""


@dataclass(frozen=True, slots=True)
class TrainingDataConfig(DataSetsConfig):
    """What is learnt from."""

    sets: str = setting(
        CLIPS,
        "clips, which need no labels; or data sets joined by +, such as gtot+lasot or "
        "lasher/train; see rgbt-dualatt datasets list.",
    )
    held_out: int = setting(
        0, "Keep every n-th video for validation; 0 validates on those learnt from.", 0, 10_000
    )


@dataclass(frozen=True, slots=True)
class AttentionTrainingConfig(TrainingLoopConfig):
    """`rgbt-dualatt train global-attention`."""

    net: str = setting("lite", "Which net to train.", choices=("lite", "paper"))
    encoder: str = setting(
        "",
        "File of the encoder's first weights; empty takes the one that the package finds, random "
        "takes none.",
    )
    epochs: int = setting(1, "Passes of samples_per_epoch pairs.", 1, 100_000)
    samples_per_epoch: int = setting(12_000, "Pairs an epoch.", 1, 100_000_000)
    data: TrainingDataConfig = part(TrainingDataConfig)
    pairs: PairConfig = part(PairConfig)
    videos: DatasetPairsConfig = part(DatasetPairsConfig)
    paper: PaperNetConfig = part(PaperNetConfig)

    @property
    def total_steps(self) -> int:
        """Steps of the whole training."""
        if self.steps:
            return self.steps
        return max(1, -(-self.epochs * self.samples_per_epoch // self.batch))


def check_training(config: AttentionTrainingConfig) -> None:
    """Refuse settings that could never run.

    Raises:
        ConfigError: naming the settings and what to do.
    """
    check_parts(config)
    names = config.data.names
    if CLIPS in names and len(names) > 1:
        raise ConfigError(
            f"data.sets {config.data.sets}: clips cannot be mixed with data sets, whose pairs "
            "have another number of targets; choose one"
        )
