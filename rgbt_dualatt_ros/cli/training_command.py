"""What the commands that train in the common loop share: arguments, start, and the last line."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rgbt_dualatt_ros.cli.command import end_in_order, run_command
from rgbt_dualatt_ros.core.training_loop_config import TrainingLoopConfig

if TYPE_CHECKING:
    from rgbt_dualatt_ros.training.loop.trainer import TrainingParts

_SIGNAL_CODE = 128  # what a shell adds to the number of a signal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that all of them have."""
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


def run_folder(arguments: argparse.Namespace) -> Path:
    """Where the run leaves its files; says from now on what takes time."""
    logging.getLogger("rgbt_dualatt_ros.training").setLevel(logging.INFO)
    folder: Path = arguments.out or Path("output") / arguments.config.stem
    return folder


def train(
    config: TrainingLoopConfig,
    build_parts: Callable[[], TrainingParts],
    arguments: argparse.Namespace,
    folder: Path,
) -> int:
    """Train and say how it ended; the exit code of a stopped training is that of its signal."""
    # torch is imported only by those who train.
    from rgbt_dualatt_ros.training.loop.start import StartMode, run_training

    mode = StartMode.AUTO
    if arguments.resume or arguments.fresh:
        mode = StartMode.RESUME if arguments.resume else StartMode.FRESH
    result = run_training(config, build_parts, folder, mode, sys.argv)
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


def say(text: str) -> None:
    """Tell the user, once, however many ranks there are."""
    if os.environ.get("RANK", "0") == "0":  # of those that torchrun has started
        print(text, file=sys.stderr)


def run_program(
    name: str,
    description: str | None,
    declare: Callable[[argparse.ArgumentParser], None],
    run: Callable[[argparse.Namespace], int],
) -> int:
    """Run one of them as a program of its own, as `ros2 run` and torchrun do."""
    end_in_order()
    parser = argparse.ArgumentParser(
        prog=name,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    declare(parser)
    return run_command(lambda: run(parser.parse_args()))
