"""Train a global attention net; goes on by itself after a kill. Runs under torchrun, too."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rgbt_dualatt_ros.cli import training_command
from rgbt_dualatt_ros.core.attention_training_config import AttentionTrainingConfig, check_training
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.errors import ConfigError

if TYPE_CHECKING:
    from rgbt_dualatt_ros.training.loop.trainer import TrainingParts

EXAMPLE = """example:
  rgbt-dualatt train global-attention config/train_global_attention_lite.yaml \\
      --data clips --out output/lite
  ros2 run rgbt_dualatt train_global_attention config/train_global_attention_paper.yaml \\
      --data datasets --out output/paper --set batch=8
  torchrun --nproc_per_node=2 -m rgbt_dualatt_ros.cli.train_global_attention CONFIG.yaml \\
      --data datasets --out output/paper

The same command goes on where it was stopped or killed. docs/training.md tells the rest.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.epilog = EXAMPLE
    training_command.add_arguments(parser)
    parser.add_argument(
        "--show-pairs", type=int, metavar="N", help="draw N training pairs as a picture, and end"
    )


def run(arguments: argparse.Namespace) -> int:
    """Train, or draw training pairs; the exit code of a stopped training is that of its signal."""
    config = load_config(AttentionTrainingConfig, arguments.config, arguments.set)
    check_training(config)
    folder = training_command.run_folder(arguments)
    if arguments.show_pairs is not None:
        return _show_pairs(config, arguments.data, folder, arguments.show_pairs)

    def build() -> TrainingParts:
        # torch is imported only by those who train.
        from rgbt_dualatt_ros.training.global_attention.recipe import build_parts

        return build_parts(config, arguments.data, training_command.say)

    return training_command.train(config, build, arguments, folder)


def _show_pairs(
    config: AttentionTrainingConfig, data: Path | None, folder: Path, count: int
) -> int:
    from rgbt_dualatt_ros.models.weight_files import check_writable
    from rgbt_dualatt_ros.training.global_attention.pair_pictures import draw_pairs, write_picture
    from rgbt_dualatt_ros.training.global_attention.pair_samples import draw_pair
    from rgbt_dualatt_ros.training.global_attention.recipe import build_sources

    if count < 1:
        raise ConfigError(f"--show-pairs must be at least 1; got {count}")
    path = folder / "pairs.png"
    check_writable(path, "the picture")
    source, _ = build_sources(config, data, training_command.say)
    pairs = [draw_pair(source, config.seed, number) for number in range(count)]
    write_picture(draw_pairs(pairs), path)
    print(path)
    return 0


def main() -> int:
    """`ros2 run rgbt_dualatt train_global_attention`, and what torchrun starts."""
    return training_command.run_program("train_global_attention", __doc__, add_arguments, run)


if __name__ == "__main__":
    sys.exit(main())
