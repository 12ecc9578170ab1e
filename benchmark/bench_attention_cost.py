"""What the attention penalty costs: two trackers take the same frames in turn.

    python benchmark/bench_attention_cost.py --frames 300
    python benchmark/bench_attention_cost.py --frames 40 --set preset=paper

One tracker learns with the penalty, the other without. They take turns frame by frame, and who
goes first alternates, so that whatever else the machine does slows both alike: the ratio is
stable where frames a second are not. Processor time and wall time, on CPU with one thread.
Input: a rendered scene of 640x480, played to and fro.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.datasets.synthetic import SyntheticSequence, parse_scene
from rgbt_dualatt_ros.tracking.dual_attention_tracker import DualAttentionTracker

BLOCK = 10
"""Frames between two long-term updates: a block holds every kind of frame."""
NAMES = ("with penalty", "without")


def read_scene(spec: str) -> tuple[list[FramePair], Box]:
    """Pairs played to and fro, and the initial box."""
    sequence = SyntheticSequence(parse_scene(spec))
    pairs = list(sequence.pairs())
    return pairs + pairs[-2:0:-1], Box.from_sequence(sequence.truth[0])


def measure(
    trackers: Sequence[DualAttentionTracker], pairs: Sequence[FramePair], box: Box, frames: int
) -> NDArray[np.float64]:
    """Seconds `(frames + 1, trackers, 2)` of processor and of wall; row 0 initialises."""
    seconds = np.zeros((frames + 1, len(trackers), 2))
    for index, pair in enumerate(islice(cycle(pairs), frames + 1)):
        order = range(len(trackers)) if index % 2 else reversed(range(len(trackers)))
        for place in order:
            cpu, wall = time.process_time(), time.perf_counter()
            if index == 0:
                trackers[place].initialize(pair, box)
            else:
                trackers[place].track(pair)
            seconds[index, place] = time.process_time() - cpu, time.perf_counter() - wall
    return seconds


def ratio_with_error(seconds: NDArray[np.float64]) -> tuple[float, float]:
    """First over second column of frame times `(N, 2)`, and its error from blocks drawn again."""
    blocks = seconds[: len(seconds) // BLOCK * BLOCK].reshape(-1, BLOCK, 2).sum(axis=1)
    draws = np.random.default_rng(0).integers(0, len(blocks), (2000, len(blocks)))
    sums = blocks[draws].sum(axis=1)
    total = blocks.sum(axis=0)
    return float(total[0] / total[1]), float((sums[:, 0] / sums[:, 1]).std(ddof=1))


def report(seconds: NDArray[np.float64]) -> str:
    """The result as lines."""
    lines = []
    for kind, name in enumerate(("processor", "wall")):
        ratio, error = ratio_with_error(seconds[1:, :, kind])
        each = "  ".join(
            f"{label} {1e3 * seconds[1:, place, kind].mean():.2f} ms a frame "
            f"(p95 {1e3 * np.percentile(seconds[1:, place, kind], 95):.1f}), "
            f"start {seconds[0, place, kind]:.2f} s"
            for place, label in enumerate(NAMES)
        )
        start = seconds[0, 0, kind] / seconds[0, 1, kind]
        lines += [f"{name} time: {each}", f"  ratio {ratio:.3f} +- {error:.3f}; start {start:.2f}"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure with the settings given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--scene", default="PO,SV,length=120", help="as evaluate --synthetic")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    arguments = parser.parse_args()
    pairs, box = read_scene(arguments.scene)
    trackers = []
    for enabled in ("true", "false"):
        config = load_config(Config, None, [*arguments.set, f"attention.enabled={enabled}"])
        trackers.append(DualAttentionTracker.from_config(replace(config.tracker, device="cpu")))
    measure(trackers, pairs, box, BLOCK)  # the first calls of a process choose kernels
    for tracker in trackers:
        tracker.reset()
    frames = max(2, arguments.frames // BLOCK) * BLOCK
    sys.stdout.write(f"{frames} frames of {arguments.scene}, {' '.join(arguments.set)}\n")
    sys.stdout.write(report(measure(trackers, pairs, box, frames)))


if __name__ == "__main__":
    main()
