"""Measure the tracker on this machine: frames a second, stages, memory, busy neighbours."""

from __future__ import annotations

import argparse
import dataclasses
import os
from itertools import islice
from pathlib import Path

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.frame_pair import FramePair

_RENDERED_FRAMES = 60
# Fewer say nothing: the first calls of a process choose kernels, and updates come every so often.
_FEWEST_FRAMES = 10
_EXAMPLE = """example:
  rgbt-dualatt benchmark --frames 200 --busy-neighbour
The scene is rendered at 640x480 and played to and fro; learning is on.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt benchmark`."""
    parser.epilog = _EXAMPLE
    parser.add_argument("--frames", type=int, default=200, help="how many to track")
    parser.add_argument("--device", default="", help="auto, cpu, cuda or cuda:N")
    parser.add_argument(
        "--busy-neighbour",
        action="store_true",
        help="measure again with one busy process a core beside it",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="file of settings")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="one more"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what was measured."""
    frames = arguments.frames
    if frames < _FEWEST_FRAMES:
        raise ConfigError(f"--frames must be at least {_FEWEST_FRAMES}; got {frames}")
    from rgbt_dualatt_ros.evaluation.speed import busy_neighbours, measure_speed
    from rgbt_dualatt_ros.tracking.dual_attention_tracker import DualAttentionTracker

    device = [f"device={arguments.device}"] if arguments.device else []
    config = load_config(Config, arguments.config, [*arguments.set, *device]).tracker
    pairs, box = _scene()
    tracker = DualAttentionTracker.from_config(config)
    measure_speed(
        tracker, pairs, box, _FEWEST_FRAMES
    )  # the first calls of a process choose kernels
    alone = measure_speed(tracker, pairs, box, frames)
    print(f"preset {config.preset}, {pairs[0].size}, {config.threads} thread(s), alone")
    print("\n".join(alone.lines()))
    if arguments.busy_neighbour:
        cores = os.cpu_count() or 1
        with busy_neighbours(cores):
            busy = measure_speed(tracker, pairs, box, frames)
        ratio = alone.frames_per_second / busy.frames_per_second
        print(f"beside {cores} busy process(es): {ratio:.2f} times slower")
        print("\n".join(busy.lines()))
    return 0


def _scene() -> tuple[list[FramePair], Box]:
    from rgbt_dualatt_ros.datasets.synthetic import SyntheticSequence, easy_scene

    scene = dataclasses.replace(easy_scene(), size=ImageSize(640, 480))
    sequence = SyntheticSequence(scene)
    pairs = list(islice(sequence.pairs(), _RENDERED_FRAMES))
    return pairs, Box.from_sequence(sequence.truth[0])
