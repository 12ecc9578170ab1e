"""The settings of `rgbt-dualatt train global-attention`, and which of them go together."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.attention_pairs_config import PairConfig
from rgbt_dualatt_ros.core.dataset_pairs_config import DatasetPairsConfig
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.paper_net_config import PaperNetConfig
from rgbt_dualatt_ros.core.settings import Value, part, setting, values_of

CLIPS = "clips"
"""The training set without labels; the others are benchmarks by name."""
# They change how fast or how often, never what is learnt; so a run may go on with others.
_FREE = (
    "device",
    "threads",
    "workers",
    "validate_every",
    "validation_pairs",
    "examples",
    "checkpoint_every",
    "keep",
    "tensorboard",
    "pairs.cache",
    "data.roots",
)


@dataclass(frozen=True, slots=True)
class TrainingDataConfig:
    """What is learnt from."""

    sets: str = setting(
        CLIPS,
        "clips, which need no labels; or data sets joined by +, such as gtot+lasot or "
        "lasher/train; see rgbt-dualatt datasets list.",
    )
    test_set: str = setting(
        "", "Data set to be tested on; training on one that shares videos with it is refused."
    )
    roots: str = setting(
        "",
        "Where sets lie that are not below --data: NAME=FOLDER, joined by commas.",
    )
    lasot_frames: int = setting(
        32, "Frames taken of each video of LaSOT; 0 takes all.", 0, 100_000
    )
    held_out: int = setting(
        0, "Keep every n-th video for validation; 0 validates on those learnt from.", 0, 10_000
    )

    @property
    def names(self) -> tuple[str, ...]:
        """The training sets, one by one."""
        return tuple(name.strip() for name in self.sets.split("+"))


@dataclass(frozen=True, slots=True)
class AttentionTrainingConfig:
    """`rgbt-dualatt train global-attention`."""

    net: str = setting("lite", "Which net to train.", choices=("lite", "paper"))
    encoder: str = setting(
        "",
        "File of the encoder's first weights; empty takes the one that the package finds, random "
        "takes none.",
    )
    seed: int = setting(0, "Everything random starts from it.", 0, 2**31 - 1)
    optimizer: str = setting("adamw", "Adagrad is the paper's.", choices=("adagrad", "adamw"))
    learning_rate: float = setting(2e-3, "Largest rate.", 1e-9, 1.0)
    encoder_rate: float = setting(
        1.0, "Rate of the encoder's layers, as a share of the others'.", 0.0, 1.0
    )
    weight_decay: float = setting(1e-3, "Weight decay.", 0.0, 1.0)
    schedule: str = setting(
        "cosine", "How the rate goes on after the warm-up.", choices=("constant", "cosine")
    )
    warm_up: int = setting(40, "Steps until the rate is the largest.", 0, 1_000_000)
    batch: int = setting(8, "Pairs a step, over all ranks and parts.", 1, 65_536)
    accumulation: int = setting(
        1, "Parts in which a batch is computed, to need less memory.", 1, 4096
    )
    steps: int = setting(0, "Steps; 0 counts by epochs.", 0, 100_000_000)
    epochs: int = setting(1, "Passes of samples_per_epoch pairs.", 1, 100_000)
    samples_per_epoch: int = setting(12_000, "Pairs an epoch.", 1, 100_000_000)
    max_gradient_norm: float = setting(
        5.0, "Longer gradients are shortened to it; 0 leaves them.", 0.0, 1e6
    )
    most_skipped: int = setting(
        20, "Give up after more steps in a row whose loss or gradient is not finite.", 0, 10_000
    )
    precision: str = setting(
        "float32",
        "Of the computation; weights stay float32.",
        choices=("float32", "bfloat16", "float16"),
    )
    channels_last: bool = setting(True, "Memory order of images; mostly faster.")
    average_decay: float = setting(
        0.999,
        "How slowly the averaged weights follow, which are validated and saved; 0 averages none.",
        0.0,
        0.999999,
    )
    device: str = setting("auto", "auto, cpu, cuda or cuda:N.")
    threads: int = setting(1, "CPU threads of the net; 0 leaves torch's own choice.", 0, 256)
    workers: int = setting(1, "Processes that draw pairs; 0 draws between the steps.", 0, 256)
    validate_every: int = setting(100, "Steps between validations.", 1, 100_000_000)
    validation_pairs: int = setting(64, "Pairs of a validation; 0 leaves it out.", 0, 100_000)
    examples: int = setting(6, "Pairs in the picture of a validation.", 0, 64)
    checkpoint_every: int = setting(100, "Steps between checkpoints.", 1, 100_000_000)
    keep: int = setting(2, "Checkpoints that stay.", 1, 10_000)
    tensorboard: str = setting(
        "auto",
        "Curves for TensorBoard: auto when it is installed.",
        choices=("auto", "always", "never"),
    )
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
    if config.batch % config.accumulation:
        raise ConfigError(
            f"batch {config.batch} cannot be cut into accumulation {config.accumulation} equal "
            "parts; choose a multiple"
        )
    names = config.data.names
    if CLIPS in names and len(names) > 1:
        raise ConfigError(
            f"data.sets {config.data.sets}: clips cannot be mixed with data sets, whose pairs "
            "have another number of targets; choose one"
        )


def bound_settings(config: AttentionTrainingConfig) -> dict[str, Value]:
    """The settings that decide what is learnt, by name: a run is resumed with equal ones only."""
    return {name: value for name, value in values_of(config).items() if name not in _FREE}
