"""The settings that every training in the common loop has: steps, optimiser, machine, files."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.settings import Value, setting, values_of

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
class DataSetsConfig:
    """Annotated data sets to learn from."""

    sets: str = setting(
        "gtot",
        "Data sets joined by +, such as gtot+lasot or lasher/train; see rgbt-dualatt datasets "
        "list.",
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

    @property
    def names(self) -> tuple[str, ...]:
        """The training sets, one by one."""
        return tuple(name.strip() for name in self.sets.split("+"))


@dataclass(frozen=True, slots=True)
class TrainingLoopConfig:
    """What the loop asks of the settings of any training."""

    seed: int = setting(0, "Everything random starts from it.", 0, 2**31 - 1)
    optimizer: str = setting(
        "adamw",
        "Adagrad is the paper's for global attention, sgd MDNet's for the local net.",
        choices=("adagrad", "adamw", "sgd"),
    )
    learning_rate: float = setting(2e-3, "Largest rate.", 1e-9, 1.0)
    encoder_rate: float = setting(
        1.0, "Rate of the encoder's layers, as a share of the others'.", 0.0, 1.0
    )
    momentum: float = setting(0.9, "Momentum of sgd.", 0.0, 0.999)
    weight_decay: float = setting(1e-3, "Weight decay.", 0.0, 1.0)
    schedule: str = setting(
        "cosine", "How the rate goes on after the warm-up.", choices=("constant", "cosine")
    )
    warm_up: int = setting(40, "Steps until the rate is the largest.", 0, 1_000_000)
    batch: int = setting(8, "Samples a step, over all ranks and parts.", 1, 65_536)
    accumulation: int = setting(
        1, "Parts in which a batch is computed, to need less memory.", 1, 4096
    )
    steps: int = setting(0, "Steps; 0 counts by passes over the material.", 0, 100_000_000)
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
    workers: int = setting(1, "Processes that draw samples; 0 draws between the steps.", 0, 256)
    validate_every: int = setting(100, "Steps between validations.", 1, 100_000_000)
    validation_pairs: int = setting(64, "Samples of a validation; 0 leaves it out.", 0, 100_000)
    examples: int = setting(6, "Samples in the picture of a validation.", 0, 64)
    checkpoint_every: int = setting(100, "Steps between checkpoints.", 1, 100_000_000)
    keep: int = setting(2, "Checkpoints that stay.", 1, 10_000)
    tensorboard: str = setting(
        "auto",
        "Curves for TensorBoard: auto when it is installed.",
        choices=("auto", "always", "never"),
    )

    @property
    def total_steps(self) -> int:
        """Steps of the whole training."""
        return self.steps


def check_parts(config: TrainingLoopConfig) -> None:
    """Refuse a batch that cannot be computed in equal parts.

    Raises:
        ConfigError: naming the settings and what to do.
    """
    if config.batch % config.accumulation:
        raise ConfigError(
            f"batch {config.batch} cannot be cut into accumulation {config.accumulation} equal "
            "parts; choose a multiple"
        )


def bound_settings(config: TrainingLoopConfig) -> dict[str, Value]:
    """The settings that decide what is learnt, by name: a run is resumed with equal ones only."""
    return {name: value for name, value in values_of(config).items() if name not in _FREE}
