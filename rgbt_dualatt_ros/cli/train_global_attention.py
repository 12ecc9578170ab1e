"""Train a global attention net; goes on by itself after a kill. Runs under torchrun, too."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from rgbt_dualatt_ros.cli.command import end_in_order, run_command
from rgbt_dualatt_ros.core.attention_training_config import AttentionTrainingConfig, check_training
from rgbt_dualatt_ros.core.config_files import load_config

EXAMPLE = """example:
  rgbt-dualatt train global-attention config/train_global_attention_lite.yaml \\
      --data clips --out output/lite
  ros2 run rgbt_dualatt train_global_attention config/train_global_attention_paper.yaml \\
      --data datasets --out output/paper --set batch=8
  torchrun --nproc_per_node=2 -m rgbt_dualatt_ros.cli.train_global_attention CONFIG.yaml \\
      --data datasets --out output/paper

The same command goes on where it was stopped or killed. docs/training.md tells the rest.
"""
_SIGNAL_CODE = 128  # what a shell adds to the number of a signal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.epilog = EXAMPLE
    parser.add_argument("config", type=Path, metavar="CONFIG.yaml", help="training settings")
    parser.add_argument("--data", type=Path, metavar="ROOT", help="where the training sets lie")
    parser.add_argument(
        "--out", type=Path, metavar="RUN_FOLDER", help="default: output/ and the config's name"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="one setting; repeatable"
    )
    start = parser.add_mutually_exclusive_group()
    start.add_argument(
        "--resume", action="store_true", help="fail when there is nothing to go on from"
    )
    start.add_argument(
        "--fresh", action="store_true", help="remove an earlier training in RUN_FOLDER"
    )
    parser.add_argument(
        "--show-pairs", type=int, metavar="N", help="draw N training pairs as a picture, and end"
    )


def run(arguments: argparse.Namespace) -> int:
    """Train, or draw training pairs; the exit code of a stopped training is that of its signal."""
    config = load_config(AttentionTrainingConfig, arguments.config, arguments.set)
    check_training(config)
    folder = arguments.out or Path("output") / arguments.config.stem
    logging.getLogger("rgbt_dualatt_ros.training").setLevel(logging.INFO)
    if arguments.show_pairs is not None:
        return _show_pairs(config, arguments.data, folder, arguments.show_pairs)
    return _train(config, arguments, folder)


def _train(config: AttentionTrainingConfig, arguments: argparse.Namespace, folder: Path) -> int:
    # torch is imported only by those who train.
    from rgbt_dualatt_ros.training.global_attention.recipe import build_parts
    from rgbt_dualatt_ros.training.global_attention.start import StartMode, run_training

    mode = StartMode.AUTO
    if arguments.resume or arguments.fresh:
        mode = StartMode.RESUME if arguments.resume else StartMode.FRESH
    result = run_training(
        config, lambda: build_parts(config, arguments.data, _say), folder, mode, sys.argv
    )
    if not result.is_first:
        return _SIGNAL_CODE + result.signal if result.signal else 0
    if result.signal:
        print(
            f"stopped after step {result.steps} of {config.total_steps}; the same command goes on "
            f"from {folder}"
        )
        return _SIGNAL_CODE + result.signal
    losses = ", ".join(f"{name} {value:.4f}" for name, value in result.validation.items())
    print(f"{folder / 'weights.safetensors'}: {result.steps} steps; validation {losses or 'none'}")
    return 0


def _show_pairs(
    config: AttentionTrainingConfig, data: Path | None, folder: Path, count: int
) -> int:
    from rgbt_dualatt_ros.training.global_attention.pair_pictures import draw_pairs, write_picture
    from rgbt_dualatt_ros.training.global_attention.recipe import build_parts
    from rgbt_dualatt_ros.training.global_attention.sample_batches import draw_pair

    source = build_parts(config, data, _say).training
    pairs = [draw_pair(source, config.seed, number) for number in range(max(1, count))]
    path = folder / "pairs.png"
    write_picture(draw_pairs(pairs), path)
    print(path)
    return 0


def _say(text: str) -> None:
    if os.environ.get("RANK", "0") == "0":  # of those that torchrun has started
        print(text, file=sys.stderr)


def main() -> int:
    """`ros2 run rgbt_dualatt train_global_attention`, and what torchrun starts."""
    end_in_order()
    parser = argparse.ArgumentParser(
        prog="train_global_attention",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(parser)
    return run_command(lambda: run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
