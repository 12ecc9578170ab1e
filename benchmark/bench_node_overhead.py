"""Time that the node adds to the tracker, 640x480 at 30 Hz, images from another process.

    python benchmark/bench_node_overhead.py [--work-ms 15] [--seconds 12]

Measured from the callback with the second image of a pair to the published box, less the time in
the tracker: queue, decoding, messages, publishing, and waiting for the interpreter. The tracker
computes for `--work-ms` and answers the first box. Pairs that waited for it are counted
in, so keep the work below the period of 33 ms.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rgbt_dualatt_ros.bags.bag_reader import BagReader
from rgbt_dualatt_ros.bags.bag_topics import BagTopics
from rgbt_dualatt_ros.bags.bag_writer import write_bag
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.datasets.synthetic import SyntheticSequence, parse_scene
from rgbt_dualatt_ros.ros.transport import isolate, private_domain_id, set_default_transport
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker

if TYPE_CHECKING:
    from rgbt_dualatt_ros.ros.tracker_node import TrackerNode

_DISCOVERY_S = 2.0


class WorkingTracker(StaticTracker):
    """Computes for a while before it answers."""

    def __init__(self, work_s: float) -> None:
        super().__init__()
        self._work_s = work_s
        self._numbers = np.random.default_rng(0).random(20_000)

    def track(self, pair: FramePair) -> Prediction:
        """Sort numbers until the time is over."""
        end_s = time.monotonic() + self._work_s
        while time.monotonic() < end_s:
            np.sort(self._numbers)
        return super().track(pair)


def play(bag: Path) -> None:
    """The cameras' process."""
    import rclpy

    from rgbt_dualatt_ros.ros.bag_player import BagPlayer

    rclpy.init()
    node = rclpy.create_node("cameras")
    with BagReader(bag) as reader:
        player = BagPlayer(node, reader, BagTopics())
        while not player.is_heard():
            time.sleep(0.05)
        time.sleep(_DISCOVERY_S)
        player.play(1.0, lambda: None)
    time.sleep(_DISCOVERY_S)


@contextmanager
def running(node: TrackerNode) -> Iterator[None]:
    """The node at work in a thread of its own while the block lasts, and then no more ROS here."""
    import rclpy
    from rclpy.executors import SingleThreadedExecutor

    executor = SingleThreadedExecutor()
    executor.add_node(node)
    threading.Thread(target=executor.spin, daemon=True).start()
    try:
        yield
    finally:
        executor.shutdown()
        node.close()
        rclpy.try_shutdown()


@contextmanager
def rendered_bag(seconds: float) -> Iterator[Path]:
    """A bag of a rendered scene at 30 Hz while the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        scene = parse_scene(f"length={round(seconds * 30)}")
        yield write_bag(SyntheticSequence(scene), Path(folder) / "bag")


def measure(bag: Path, work_s: float) -> None:
    """The node's process: run it here, and note when each box is out."""
    import rclpy
    from rclpy.parameter import Parameter

    from rgbt_dualatt_ros.ros.target_control import Outcome
    from rgbt_dualatt_ros.ros.tracker_node import TrackerNode

    added_ms: list[float] = []

    class MeasuredNode(TrackerNode):
        def _publish(self, outcome: Outcome) -> None:
            super()._publish(outcome)
            spent_ns = time.monotonic_ns() - outcome.queued.arrival_ns - outcome.processing_ns
            if outcome.kind == "next":
                added_ms.append(spent_ns / 1e6)

    rclpy.init()
    box = Parameter("target.box", value=[300.0, 200.0, 40.0, 80.0])
    node = MeasuredNode(lambda _: WorkingTracker(work_s), parameter_overrides=[box])
    with running(node):
        subprocess.run([sys.executable, __file__, "--play", str(bag)], check=True)
    p50, p90, p99 = np.percentile(added_ms[5:], [50, 90, 99])
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    sys.stdout.write(
        f"tracker {work_s * 1e3:g} ms: the node adds p50 {p50:.2f} ms, p90 {p90:.2f} ms, "
        f"p99 {p99:.2f} ms; {len(added_ms)} pairs, load {load:.1f} a processor\n"
    )
    sys.stdout.flush()


def main() -> None:
    """Measure with the bag of a rendered scene, or play that bag as the child."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work-ms", type=float, default=15.0)
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--play", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    set_default_transport()
    if arguments.play is not None:
        play(arguments.play)
        return
    isolate(os.environ, private_domain_id())
    with rendered_bag(arguments.seconds) as bag:
        measure(bag, arguments.work_ms / 1e3)


if __name__ == "__main__":
    main()
