"""The tracker as a ROS 2 node: wiring only, the work is done by the parts it connects.

    images -> ImageInput -> PairIntake (synchroniser) -> slot =thread= TrackerWorker -> NodeOutputs

The executor's thread runs all callbacks and does nothing slow; the worker's thread owns the
tracker and publishes what came out. docs/architecture.md has the picture.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rclpy.callback_groups import CallbackGroup, MutuallyExclusiveCallbackGroup
from rclpy.clock import (  # type: ignore[attr-defined]  # older rclpy has ClockType only here
    Clock,
    ClockType,
    JumpThreshold,
    TimeJump,
)
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.task import Future

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.time_units import NS_PER_MS, NS_PER_S
from rgbt_dualatt_ros.core.tracker import ExplainingTracker
from rgbt_dualatt_ros.imaging.pair_decoder import PairDecoder
from rgbt_dualatt_ros.ros.attention_output import AttentionOutput
from rgbt_dualatt_ros.ros.cv_bridge_codec import decode_with_cv_bridge
from rgbt_dualatt_ros.ros.detection_output import DetectionOutput
from rgbt_dualatt_ros.ros.image_input import ImageInput
from rgbt_dualatt_ros.ros.input_watch import InputWatch
from rgbt_dualatt_ros.ros.log_bridge import LogBridge
from rgbt_dualatt_ros.ros.marker_output import MarkerOutput
from rgbt_dualatt_ros.ros.node_outputs import NodeOutputs
from rgbt_dualatt_ros.ros.overlay_output import OverlayOutput
from rgbt_dualatt_ros.ros.pair_intake import PairHistory, PairIntake, QueuedPair
from rgbt_dualatt_ros.ros.parameters import NodeSettings
from rgbt_dualatt_ros.ros.status_board import NodeState, StatusBoard
from rgbt_dualatt_ros.ros.sync_policy import choose_policy
from rgbt_dualatt_ros.ros.target_control import Outcome, configured_start
from rgbt_dualatt_ros.ros.target_requests import TargetRequests
from rgbt_dualatt_ros.ros.tracker_worker import BuildTracker, TrackerWorker, WorkerLinks
from rgbt_dualatt_ros.streaming.latest_slot import Slot, open_slot
from rgbt_dualatt_ros.streaming.pair_synchronizer import Side

_LOG = logging.getLogger(__name__)

NODE_NAME = "tracker"
_RGB = "rgb/image_raw"
_THERMAL = "thermal/image_raw"
_LOOK_AROUND_S = 0.25
_STATUS_S = 0.9  # a little less than the promised second
_DIAGNOSTICS_S = 1.0
# Longest frame that is waited for at the end; an update of the paper's preset takes seconds.
_LAST_FRAME_S = 10.0
# Importing torch cannot be broken off, and nothing is lost with it.
_BUILDING_S = 0.5


class TrackerNode(Node):
    """Subscribes to two cameras and publishes where the target is.

    Args:
        build_tracker: called once in the worker's thread, for it may take seconds.
        **node_arguments: handed to `rclpy.node.Node`; tests give a context.

    Attributes:
        config: the settings, from the node's parameters.
        ended: done when the worker has ended by an error, which `error` then holds.

    Raises:
        ConfigError: on a misspelt parameter or a wrong value.
        InvalidBoxError: when target.box is no box.
        MissingDependencyError: when sync.policy needs a package that is not installed.
    """

    def __init__(self, build_tracker: BuildTracker, **node_arguments: Any) -> None:  # noqa: ANN401
        super().__init__(
            NODE_NAME, automatically_declare_parameters_from_overrides=True, **node_arguments
        )
        self.ended: Future[None] = Future()
        self.error: Exception | None = None
        self._log_bridge = LogBridge(self.get_logger())
        try:
            self._settings = NodeSettings(self, Config)
            self.config: Config = self._settings.config
            configured_start(self.config)
            self._policy = choose_policy(self.config.sync)
            decoder = self._make_decoder()
        except Exception:
            self.destroy_node()
            raise
        self._log_bridge.open()
        self._board = StatusBoard()
        history = PairHistory(self.config.target.history_pairs)
        self._slot: Slot[QueuedPair] = open_slot(self.config.sync)
        self._intake = PairIntake(self.config.sync, self._policy.synchronizer, self._slot, history)
        self._outputs = NodeOutputs(self, self._intake, self._board, lambda: self._slot.replaced)
        self._overlay = OverlayOutput(self, self._settings)
        self._attention = AttentionOutput(self, self._settings, self._board)
        self._markers = MarkerOutput(self)
        self._detections = DetectionOutput(self)
        links = WorkerLinks(
            source=self._slot,
            decoder=decoder,
            history=history,
            board=self._board,
            on_outcome=self._publish,
            on_published=self._publish_explanation,
            on_rejected=self._publish_rejected,
            on_error=self._end,
        )
        self._worker = TrackerWorker(build_tracker, self.config, links)
        timeout_s = self.config.target.answer_timeout_s
        self._requests = TargetRequests(self, self._worker.post, self._board, timeout_s)
        self._listen()
        self._worker.start()

    def close(self) -> bool:
        """End the worker and the node; whether the worker had ended in time."""
        is_building = self._board.snapshot().state is NodeState.STARTING
        has_ended = self._worker.stop(_BUILDING_S if is_building else _LAST_FRAME_S)
        self._log_bridge.close()
        self.destroy_node()
        return has_ended

    def _make_decoder(self) -> PairDecoder:
        return PairDecoder(
            self.config.thermal,
            self.config.registration,
            rgb_where=self.resolve_topic_name(_RGB),
            thermal_where=self.resolve_topic_name(_THERMAL),
            fallback=decode_with_cv_bridge,
        )

    def _listen(self) -> None:
        images = MutuallyExclusiveCallbackGroup()
        self._rgb = self._input(_RGB, Side.RGB, images)
        self._thermal = self._input(_THERMAL, Side.THERMAL, images)
        sync = self.config.sync
        self._watch = InputWatch(
            rgb=self._rgb.watch,
            thermal=self._thermal.watch,
            start_ns=time.monotonic_ns(),
            silence_ns=round(self.config.input.silence_warning_s * NS_PER_S),
            slop_ns=round(sync.slop_ms * NS_PER_MS),
            thermal_offset_ns=round(sync.thermal_offset_ms * NS_PER_MS),
        )
        # Steady: with use_sim_time a paused bag must not silence the status.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(_LOOK_AROUND_S, self._look_around, images, clock=steady)
        self.create_timer(_DIAGNOSTICS_S, self._outputs.publish_diagnostics, images, clock=steady)
        backwards = Duration(nanoseconds=-round(sync.jump_back_ms * NS_PER_MS))
        threshold = JumpThreshold(min_forward=None, min_backward=backwards, on_clock_change=False)
        self._jump_handle = self.get_clock().create_jump_callback(
            threshold, post_callback=self._clock_jumped
        )

    def _input(self, name: str, side: Side, group: CallbackGroup) -> ImageInput:
        take = functools.partial(self._intake.add, side)
        return ImageInput(self, name, self.config.input, group, take, self._policy.subscribe)

    def _look_around(self) -> None:
        self._rgb.look_around()
        self._thermal.look_around()
        now_ns = time.monotonic_ns()
        self._intake.finish_when_silent(now_ns)
        self._board.input_problem(self._watch.explain(now_ns, self._intake.last_pair_ns))
        self._outputs.publish_status_if_due(_STATUS_S)

    def _clock_jumped(self, _jump: TimeJump) -> None:
        self._intake.clock_jumped_back(self.get_clock().now().nanoseconds)

    def _publish(self, outcome: Outcome) -> None:
        with self._unless_shut_down():
            self._outputs.publish_outcome(outcome)
            self._detections.publish_if_wanted(outcome)
            self._overlay.publish_if_wanted(outcome)

    def _publish_explanation(self, tracker: ExplainingTracker | None, outcome: Outcome) -> None:
        with self._unless_shut_down():
            self._markers.publish_if_wanted(tracker, outcome)
            self._attention.publish_if_wanted(tracker, outcome)

    def _publish_rejected(self, queued: QueuedPair) -> None:
        with self._unless_shut_down():
            self._outputs.publish_pair_status(queued)

    def _end(self, error: Exception) -> None:
        self.error = error
        with self._unless_shut_down():
            self._outputs.publish_status_if_due(0.0)
        self.ended.set_result(None)

    @contextmanager
    def _unless_shut_down(self) -> Iterator[None]:
        """Publishing fails when a signal has ended the context meanwhile, and that is no error."""
        try:
            yield
        except RuntimeError:  # the base of what rcl throws, which has no public name
            if self.context.ok():
                raise
