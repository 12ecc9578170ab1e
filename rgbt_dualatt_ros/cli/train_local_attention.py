"""Train the local net on annotated videos, with or without attention; goes on after a kill."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from rgbt_dualatt_ros.cli import training_command
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.local_training_config import LocalTrainingConfig, check_local_training

if TYPE_CHECKING:
    from rgbt_dualatt_ros.training.loop.trainer import TrainingParts

EXAMPLE = """example:
  rgbt-dualatt train local-attention config/train_local_attention.yaml \\
      --data GTOT --out output/local
  ros2 run rgbt_dualatt train_local_attention config/train_local_attention.yaml \\
      --data RGBT234 --set data.sets=rgbt234 --set data.test_set=gtot --set attention.level=conv1
  torchrun --nproc_per_node=2 -m rgbt_dualatt_ros.cli.train_local_attention CONFIG.yaml \\
      --data GTOT --set batch=2

The paper trains nothing of this net offline (section 3.2). The same command goes on where it was
stopped or killed; docs/training.md tells the rest.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.epilog = EXAMPLE
    training_command.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train; the exit code of a stopped training is that of its signal."""
    given = load_config(LocalTrainingConfig, arguments.config, arguments.set)
    check_local_training(given)
    folder = training_command.run_folder(arguments)
    # torch is imported only by those who train.
    from rgbt_dualatt_ros.training.local_attention.recipe import (
        build_parts,
        read_videos,
        with_steps,
    )

    videos = read_videos(given, arguments.data, training_command.say)
    config = with_steps(given, len(videos))

    def build() -> TrainingParts:
        return build_parts(config, videos)

    return training_command.train(config, build, arguments, folder)


def main() -> int:
    """`ros2 run rgbt_dualatt train_local_attention`, and what torchrun starts."""
    return training_command.run_program("train_local_attention", __doc__, add_arguments, run)


if __name__ == "__main__":
    sys.exit(main())
