"""What a frame costs while the target is lost, against one while it is tracked, in one run.

    python benchmark/bench_lost_cost.py [--weights FILE]

Input: a rendered street whose target walks; then, for as long, the same street with the target's
place painted over in both images, so that it is looked for everywhere. One CPU thread, processor
time, preset realtime with global attention on (random weights cost as much as trained ones).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator

import torch

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.datasets.synthetic import SyntheticSequence, parse_scene
from rgbt_dualatt_ros.tracking.dual_attention_tracker import DualAttentionTracker

FRAMES = 80
SETTLING = 20  # frames of each half that are left out


def without_target(pair: FramePair, place: Boxes) -> FramePair:
    """The pair with everything around `place` in one colour and heat."""
    x, y, w, h = (round(float(value)) for value in place)
    rows = slice(max(y - h // 4, 0), y + h + h // 4)
    columns = slice(max(x - w // 2, 0), x + w + w // 2)
    rgb, thermal = pair.rgb.copy(), pair.thermal.copy()
    rgb[rows, columns] = rgb.mean(axis=(0, 1))
    thermal[rows, columns] = thermal.mean()
    return FramePair(rgb, thermal, pair.stamp_ns + 1)


def frames(scene: SyntheticSequence) -> Iterator[FramePair]:
    """The scene, then the scene without its target."""
    pairs = list(scene.pairs())
    yield from pairs
    for index, pair in enumerate(pairs):
        yield without_target(pair, scene.truth[index])


def say(text: str) -> None:
    """One line of the answer."""
    sys.stdout.write(f"{text}\n")


def main() -> None:
    """Print the median and mean frame of both states, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", default="random", help="of the lite net")
    weights = parser.parse_args().weights
    torch.set_num_threads(1)
    wanted = {"device": "cpu", "global_attention.enabled": True}
    config = build(TrackerConfig, {**wanted, "global_attention.weights": weights})
    scene = SyntheticSequence(parse_scene(f"person,street,seed=3,length={FRAMES}"))
    tracker = DualAttentionTracker.from_config(config)
    costs: dict[TrackStatus, list[float]] = {status: [] for status in TrackStatus}
    status = TrackStatus.TRACKING
    for index, pair in enumerate(frames(scene)):
        if index == 0:
            tracker.initialize(pair, Box.from_sequence(scene.truth[0]))
            continue
        began = time.thread_time()
        found = tracker.track(pair).status
        if index % FRAMES >= SETTLING:
            costs[status].append((time.thread_time() - began) * 1e3)
        status = found
    for each, values in costs.items():
        if values:
            say(
                f"{each.name:10s} {len(values):4d} frames  median {statistics.median(values):6.1f}"
                f"  mean {statistics.mean(values):6.1f} ms"
            )
    lost, tracked = costs[TrackStatus.LOST], costs[TrackStatus.TRACKING]
    if lost and tracked:
        say(f"LOST / TRACKING  mean {statistics.mean(lost) / statistics.mean(tracked):.2f}")


if __name__ == "__main__":
    main()
