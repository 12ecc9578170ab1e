"""Time that the pictures of the search take from the tracker's thread, frame by frame.

    python benchmark/bench_search_pictures.py [--work-ms 15] [--seconds 6] [--max-rate-hz 5]

Measured in the tracker's thread after the box of a pair is out, 640x480 at 30 Hz, images and
viewers in other processes: the time of `TrackerNode._publish_explanation`, processor and wall, and
what the node adds before the box is out as bench_node_overhead.py has it. The question for local
attention is answered at once here: what it costs the real tracker is about a frame more.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from bench_node_overhead import WorkingTracker, play, rendered_bag, running

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.explanation import (
    AttentionImages,
    GlobalAttentionMap,
    LearningReport,
    SearchReport,
)
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.core.proposals import ProposalSet, ProposalSource
from rgbt_dualatt_ros.core.tracker import ExplainingTracker
from rgbt_dualatt_ros.ros.transport import isolate, private_domain_id, set_default_transport

_BOX = [300.0, 200.0, 40.0, 80.0]
_VIEWERS = {
    "nobody": (),
    "global": ("attention/global",),
    "mosaic": ("mosaic",),
    "all pictures and markers": ("attention/local", "attention/global", "mosaic", "markers"),
}


class SearchingTracker(WorkingTracker):
    """Has a map, three regions, 256 local proposals and 64 of global attention."""

    def __init__(self, work_s: float) -> None:
        super().__init__(work_s)
        rng = np.random.default_rng(0)
        columns, rows = np.meshgrid(np.arange(256), np.arange(192))
        bump = np.exp(-((columns - 128) ** 2 + (rows - 96) ** 2) / 800)
        self._strength = bump.astype(np.float32)
        self._boxes = np.tile(np.array(_BOX, np.float32), (320, 1))
        self._boxes[:, :2] += rng.normal(0, 20, (320, 2)).astype(np.float32)
        self._stamp_ns = 0
        self.learning = LearningReport()

    @property
    def search(self) -> SearchReport:
        """A new map with every pair."""
        scores = np.array([0.9, 0.5, 0.2], np.float32)
        found = GlobalAttentionMap(self._strength, self._boxes[:3], scores, self._stamp_ns)
        local = ProposalSet.of(self._boxes[:256], ProposalSource.LOCAL)
        return SearchReport(
            local + ProposalSet.of(self._boxes[256:], ProposalSource.GLOBAL), found
        )

    def attention(self, pair: FramePair, box: Box) -> AttentionImages:
        """Attention in the surroundings of the box."""
        target = np.zeros(pair.thermal.shape, np.float32)
        x, y = int(box.x), int(box.y)
        target[max(0, y - 40) : y + 120, max(0, x - 20) : x + 60] = 0.5
        return AttentionImages(target, target)

    def track(self, pair: FramePair) -> Prediction:
        """As `WorkingTracker`."""
        self._stamp_ns = pair.stamp_ns
        return super().track(pair)


def view(topics: Sequence[str]) -> None:
    """The viewers' process: subscribe and take what comes."""
    import rclpy
    from sensor_msgs.msg import Image
    from visualization_msgs.msg import ImageMarker

    rclpy.init()
    node = rclpy.create_node("viewer")
    for topic in topics:
        kind = ImageMarker if topic == "markers" else Image
        node.create_subscription(kind, f"/tracker/{topic}", lambda _: None, 2)
    rclpy.spin(node)


@contextmanager
def viewers(topics: Sequence[str]) -> Iterator[None]:
    """Somebody looks while the block lasts."""
    if not topics:
        yield
        return
    process = subprocess.Popen([sys.executable, __file__, "--view", *topics])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def measure(bag: Path, work_s: float, max_rate_hz: float) -> None:
    """The node's process: run it here, and play the bag once for each set of viewers."""
    import rclpy
    from rclpy.parameter import Parameter

    from rgbt_dualatt_ros.ros.target_control import Outcome
    from rgbt_dualatt_ros.ros.tracker_node import TrackerNode

    taken: list[tuple[float, float, float]] = []

    class MeasuredNode(TrackerNode):
        def _publish(self, outcome: Outcome) -> None:
            super()._publish(outcome)
            arrival_ns = outcome.queued.arrival_ns
            self.before_ns = time.monotonic_ns() - arrival_ns - outcome.processing_ns

        def _publish_explanation(
            self, tracker: ExplainingTracker | None, outcome: Outcome
        ) -> None:
            cpu, wall = time.thread_time(), time.perf_counter()
            super()._publish_explanation(tracker, outcome)
            after = time.thread_time() - cpu, time.perf_counter() - wall
            if outcome.kind == "next":
                taken.append((after[0] * 1e3, after[1] * 1e3, self.before_ns / 1e6))

    rclpy.init()
    settings = {
        "target.box": _BOX,
        "attention_image.max_rate_hz": max_rate_hz,
        "sync.on_time_jump": "reinitialize",
    }
    node = MeasuredNode(
        lambda _: SearchingTracker(work_s),
        parameter_overrides=[Parameter(name, value=value) for name, value in settings.items()],
    )
    with running(node):
        for name, topics in _VIEWERS.items():
            taken.clear()
            with viewers(topics):
                subprocess.run([sys.executable, __file__, "--play", str(bag)], check=True)
            rows = np.array(taken[5:])
            cpu, wall, before = np.percentile(rows, [50, 99], axis=0).T
            load = os.getloadavg()[0] / (os.cpu_count() or 1)
            sys.stdout.write(
                f"{name}: after the box p50 {cpu[0]:.2f} p99 {cpu[1]:.1f} ms of processor, "
                f"p50 {wall[0]:.2f} p99 {wall[1]:.1f} ms of wall; before it p50 {before[0]:.2f} "
                f"p99 {before[1]:.1f} ms; {len(taken)} pairs, load {load:.1f} a processor\n"
            )
            sys.stdout.flush()


def main() -> None:
    """Measure with the bag of a rendered scene, or play or view it as a child."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work-ms", type=float, default=15.0)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--max-rate-hz", type=float, default=5.0)
    parser.add_argument("--play", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--view", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    set_default_transport()
    if arguments.play is not None:
        play(arguments.play)
        return
    if arguments.view:
        view(arguments.view)
        return
    isolate(os.environ, private_domain_id())
    with rendered_bag(arguments.seconds) as bag:
        measure(bag, arguments.work_ms / 1e3, arguments.max_rate_hz)


if __name__ == "__main__":
    main()
