"""The settings of `rgbt-dualatt train local-attention`, and which of them go together."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.settings import part, setting
from rgbt_dualatt_ros.core.training_loop_config import (
    DataSetsConfig,
    TrainingLoopConfig,
    check_parts,
)


@dataclass(frozen=True, slots=True)
class DomainDataConfig(DataSetsConfig):
    """What is learnt from: annotated videos, each a domain with an fc6 of its own."""

    held_out: float = setting(
        0.2,
        "Last share of each video's frames, kept for validation; 0 validates on those learnt "
        "from.",
        0.0,
        0.9,
    )


@dataclass(frozen=True, slots=True)
class DomainSamplesConfig:
    """The samples of one step, all of one video; numbers as MDNet's."""

    frames: int = setting(8, "Frames of a step.", 1, 1024)
    positives: int = setting(4, "Target samples of a frame.", 1, 4096)
    negatives: int = setting(12, "Background samples of a frame.", 1, 4096)
    min_overlap: float = setting(0.7, "Least overlap of a target sample.", 0.0, 1.0)
    max_background_overlap: float = setting(
        0.5, "Largest overlap of a background sample.", 0.0, 1.0
    )
    target_shift: float = setting(0.1, "Largest shift of target samples, mean sides.", 0.0, 10.0)
    target_scale: float = setting(1.3, "Largest factor of their size.", 1.0, 10.0)
    background_shift: float = setting(
        2.0, "Largest shift of background samples, mean sides.", 0.0, 10.0
    )
    background_scale: float = setting(1.6, "Largest factor of their size.", 1.0, 10.0)
    mirrored: float = setting(0.5, "Share of frames that are mirrored.", 0.0, 1.0)
    padding: float = setting(
        16.0, "Border around a box in its crop, of 107 px, as features.padding.", 0.0, 53.0
    )


@dataclass(frozen=True, slots=True)
class DomainAttentionConfig:
    """The penalty of Eq. (2)-(4) beside the cross entropy, as in online learning."""

    level: str = setting(
        "off",
        "Where its maps are taken: the first layer or the features; off learns without it.",
        choices=("off", "conv1", "conv3"),
    )
    weight: float = setting(3.0, "Lambda, beside the sum of the cross entropies.", 0.0, 1000.0)
    begins: float = setting(0.2, "Share of the training before it is added.", 0.0, 1.0)
    samples: int = setting(
        32, "Target samples in it, and as many of the background ones.", 1, 4096
    )


@dataclass(frozen=True, slots=True)
class LocalTrainingConfig(TrainingLoopConfig):
    """`rgbt-dualatt train local-attention`: multi-domain training of VGG-M, fc4 and fc5."""

    optimizer: str = setting("sgd", "MDNet's is sgd.", choices=("adagrad", "adamw", "sgd"))
    learning_rate: float = setting(1e-3, "Largest rate, of the connected layers.", 1e-9, 1.0)
    encoder_rate: float = setting(
        0.1, "Rate of the convolutions, as a share of the others'.", 0.0, 1.0
    )
    weight_decay: float = setting(5e-4, "Weight decay.", 0.0, 1.0)
    schedule: str = setting(
        "constant", "How the rate goes on after the warm-up.", choices=("constant", "cosine")
    )
    warm_up: int = setting(0, "Steps until the rate is the largest.", 0, 1_000_000)
    batch: int = setting(1, "Videos a step, over all ranks and parts.", 1, 65_536)
    max_gradient_norm: float = setting(
        10.0, "Longer gradients are shortened to it; 0 leaves them.", 0.0, 1e6
    )
    average_decay: float = setting(
        0.0, "How slowly averaged weights follow, which are saved; 0 averages none.", 0.0, 0.999999
    )
    validation_pairs: int = setting(32, "Videos of a validation; 0 leaves it out.", 0, 100_000)
    examples: int = setting(4, "Videos in the picture of a validation.", 0, 64)
    cycles: int = setting(50, "How often every video is learnt from.", 1, 100_000)
    weights: str = setting(
        "",
        "File of VGG-M's first weights; empty takes the one that the package finds, random takes "
        "none.",
    )
    fusion: str = setting(
        "fc5_concat",
        "Where the two cameras meet, as head.fusion of the tracker that will use the weights.",
        choices=("conv3_concat", "fc5_concat"),
    )
    hidden: int = setting(512, "Width of fc4 and fc5, as head.hidden.", 1, 4096)
    dropout: float = setting(0.5, "Dropout before fc5 and fc6.", 0.0, 0.9)
    data: DomainDataConfig = part(DomainDataConfig)
    samples: DomainSamplesConfig = part(DomainSamplesConfig)
    attention: DomainAttentionConfig = part(DomainAttentionConfig)


def check_local_training(config: LocalTrainingConfig) -> None:
    """Refuse settings that could never run.

    Raises:
        ConfigError: naming the settings and what to do.
    """
    check_parts(config)
    if config.attention.level != "off" and config.precision != "float32":
        raise ConfigError(
            f"precision {config.precision} cannot hold the maps of attention.level "
            f"{config.attention.level}, whose numbers are too small; set precision to float32"
        )
