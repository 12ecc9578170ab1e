"""Replays a bag into the node over real DDS, and scores what the node published.

The player runs in this process, the node in another, so that everything between a camera driver
and a robot's planner is in the figures. Nothing is lost at the start: the first image is sent when
the node is ready and both sides have found each other.

A pair for which the node gave no answer (it was busy, or an image was lost) is scored with the
last box it had published before: that is what a robot would have had (evaluation/live.py).
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rgbt_dualatt.msg import TargetBox
from std_msgs.msg import Header

from rgbt_dualatt_ros.bags.bag_reader import BagReader
from rgbt_dualatt_ros.bags.bag_sequence import BagSequence
from rgbt_dualatt_ros.bags.bag_topics import BagTopics
from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import to_yaml
from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.core.time_units import NS_PER_MS, NS_PER_S
from rgbt_dualatt_ros.evaluation.live import Answer, StampedTruth, record_of_answers
from rgbt_dualatt_ros.evaluation.one_pass import Pass
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.ros.answer_bag import write_answers
from rgbt_dualatt_ros.ros.bag_player import BagPlayer
from rgbt_dualatt_ros.ros.messages import to_target_box, to_time
from rgbt_dualatt_ros.ros.node_child import NodeChild
from rgbt_dualatt_ros.ros.qos import REQUESTS
from rgbt_dualatt_ros.ros.target_recorder import TargetRecorder

_LOG = logging.getLogger(__name__)
_TRACKER_NAME = "/tracker"
# Importing torch on a busy machine takes most of it.
_READY_S = 180.0
_DISCOVERY_S = 30.0
# Pairs are outstanding and none was finished in this time: the node is stuck. The first update of
# the paper's preset takes ten seconds and more on a busy machine.
_STUCK_S = 90.0
# The node has finished all it has seen, and in this time it also gives up waiting for partners.
_IDLE_S = 1.5
_POLL_S = 0.02
_DELAY_WORTH_SAYING_NS = 50 * NS_PER_MS


@dataclass(frozen=True, slots=True)
class Replay:
    """What is played, and into which tracker.

    Attributes:
        sequence: the bag with its truth, as the scoring sees it.
        topics: of the bag.
        tracker: name for `tracker_factory`.
        config: settings of the node.
        models: `--model` texts for the node.
        rate: 1 is the speed of the recording.
        on_image: told what is going on and how many more images were sent, for a progress bar.
    """

    sequence: BagSequence
    topics: BagTopics
    tracker: str
    config: Config
    models: tuple[str, ...] = ()
    rate: float = 1.0
    on_image: Callable[[str, int], None] = field(default=lambda *_: None)


def run_replay(replay: Replay, folder: Path) -> Record:
    """Play the bag once and score the answers by their stamps.

    Args:
        folder: takes the node's log, its settings, and a bag of what it published.

    Raises:
        RgbtError: when the node ends, is not ready in time, or publishes nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "node_settings.yaml"
    settings.write_text(to_yaml(replay.config), encoding="utf-8")
    child = NodeChild(_node_arguments(replay, settings), folder / "node.log")
    with child, _own_node() as node, BagReader(replay.sequence.path) as reader:
        session = _Session(node, reader, replay, child)
        session.wait_until_ready()
        session.play()
        session.wait_until_done()
    session.keep_answers(folder / "answers")
    return session.to_record()


def _node_arguments(replay: Replay, settings: Path) -> list[str]:
    models = [text for model in replay.models for text in ("--model", model)]
    ros = ["--ros-args", "--params-file", str(settings)]
    remappings = [
        text
        for ours, theirs in (
            ("rgb/image_raw", replay.topics.rgb),
            ("thermal/image_raw", replay.topics.thermal),
        )
        for text in ("-r", f"{ours}:={theirs}")
    ]
    return ["--tracker", replay.tracker, *models, *ros, *remappings]


class _Session:
    """One replay: the two ends of the wire, and the waiting between them."""

    def __init__(self, node: Node, reader: BagReader, replay: Replay, child: NodeChild) -> None:
        self._replay = replay
        self._child = child
        self._player = BagPlayer(node, reader, replay.topics)
        self._recorder = TargetRecorder(node, _TRACKER_NAME)
        self._start_request = node.create_publisher(
            TargetBox, f"{_TRACKER_NAME}/set_target", REQUESTS
        )

    def wait_until_ready(self) -> None:
        """Until the node has a tracker and each side has found the other."""
        recorder, player = self._recorder, self._player
        self._replay.on_image(f"{self._replay.tracker}: the node is starting", 0)
        self._wait(lambda: recorder.is_node_ready, _READY_S, "the node was not ready")
        first = self._replay.sequence
        header = Header(stamp=to_time(int(first.stamps_ns[0])))
        box = Box.from_sequence(first.truth[0])
        self._start_request.publish(to_target_box(box, header))
        self._wait(
            lambda: player.is_heard() and self._start_request.get_subscription_count() > 0,
            _DISCOVERY_S,
            "the node did not subscribe to the images",
        )
        # Being heard is our side of it; a status later the node's side has been there as well.
        heard = recorder.status_count
        self._wait(
            lambda: recorder.status_count >= heard + 2, _DISCOVERY_S, "the node fell silent"
        )

    def play(self) -> None:
        """Send all images."""

        def count() -> None:
            self._child.check_alive()
            self._replay.on_image(self._replay.tracker, 1)

        self._player.play(self._replay.rate, count)
        delay_ns = self._player.largest_delay_ns
        if delay_ns > _DELAY_WORTH_SAYING_NS:
            _LOG.warning(
                "playing fell up to %.0f ms behind: this machine is busy", delay_ns / NS_PER_MS
            )

    def wait_until_done(self) -> None:
        """Until the node has finished what it has seen; says so when it does not get there."""
        recorder = self._recorder
        finished, since_s = recorder.pairs_finished, time.monotonic()
        while True:
            self._child.check_alive()
            time.sleep(_POLL_S)
            quiet_s = time.monotonic() - since_s
            if recorder.pairs_finished > finished:
                finished, since_s = recorder.pairs_finished, time.monotonic()
            elif recorder.is_node_idle and quiet_s > _IDLE_S:
                return
            elif quiet_s > _STUCK_S:
                _LOG.warning("the node has finished no pair for %.0f s: not waiting", quiet_s)
                return

    def keep_answers(self, path: Path) -> None:
        """Write what was published for images into a bag; the waiting before them is left out."""
        first_ns = int(self._replay.sequence.stamps_ns[0])
        last_ns = int(self._replay.sequence.stamps_ns[-1])
        kept = [m for m in self._recorder.published if first_ns <= m.stamp_ns <= last_ns]
        shutil.rmtree(path, ignore_errors=True)
        write_answers(kept, path)

    def to_record(self) -> Record:
        """The answers as a record.

        Raises:
            RgbtError: when there were none; the text has the node's own reason.
        """
        recorder, status = self._recorder, self._recorder.last_status
        if status is None or not recorder.predictions:
            reason = recorder.last_problem or "no reason given"
            raise RgbtError(f"the node published no target: {reason}")
        answers = [
            Answer(
                heard.prediction,
                recorder.processing_ns.get(heard.prediction.stamp_ns, 0) / NS_PER_S,
                self._latency_s(heard.prediction.stamp_ns, heard.arrival_ns),
            )
            for heard in recorder.predictions
        ]
        sequence = self._replay.sequence
        measures = {
            "pairs_played": float(self._replay.sequence.recorded_pairs),
            "pairs_seen": float(status.pairs_seen),
            "pairs_processed": float(status.pairs_processed),
            "pairs_dropped": float(status.pairs_dropped),
            "pairs_rejected": float(status.pairs_rejected),
            "player_delay_max_ms": self._player.largest_delay_ns / NS_PER_MS,
        }
        truth = StampedTruth(sequence.name, sequence.truth, sequence.stamps_ns)
        of = Pass(self._replay.tracker, self._replay.config.tracker.seed)
        return record_of_answers(truth, answers, of, measures)

    def _latency_s(self, stamp_ns: int, arrival_ns: int) -> float:
        sent_ns = self._player.sent_ns.get(stamp_ns)
        return float("nan") if sent_ns is None else (arrival_ns - sent_ns) / NS_PER_S

    def _wait(self, is_done: Callable[[], bool], limit_s: float, complaint: str) -> None:
        deadline_s = time.monotonic() + limit_s
        while not is_done():
            self._child.check_alive()
            if time.monotonic() > deadline_s:
                raise RgbtError(f"{complaint} within {limit_s:.0f} s")
            time.sleep(_POLL_S)


@contextmanager
def _own_node() -> Iterator[Node]:
    """A node of this process that is spun in a thread, in a context of its own."""
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node("replay", context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    thread = threading.Thread(target=_spin, args=(executor,), name="recorder", daemon=True)
    thread.start()
    try:
        yield node
    finally:
        executor.shutdown()
        thread.join(5.0)
        node.destroy_node()
        rclpy.try_shutdown(context=context)


def _spin(executor: SingleThreadedExecutor) -> None:
    try:
        executor.spin()
    except ExternalShutdownException:
        _LOG.debug("the recorder ends")
