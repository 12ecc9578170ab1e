"""All that the node publishes, from whichever thread: targets, status, diagnostics."""

from __future__ import annotations

import time
from collections.abc import Callable

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node
from rgbt_dualatt.msg import TrackedTargetArray, TrackerStatus
from std_msgs.msg import Header

from rgbt_dualatt_ros.core.time_units import NS_PER_MS, NS_PER_S
from rgbt_dualatt_ros.ros.diagnostics import (
    learning_diagnosis,
    search_diagnosis,
    tracking_diagnosis,
)
from rgbt_dualatt_ros.ros.messages import NumberedPrediction, to_target_array
from rgbt_dualatt_ros.ros.pair_intake import PairIntake, QueuedPair
from rgbt_dualatt_ros.ros.qos import RESULTS
from rgbt_dualatt_ros.ros.search_watch import SearchFigures
from rgbt_dualatt_ros.ros.status_board import NodeStatus, StatusBoard
from rgbt_dualatt_ros.ros.target_control import Outcome

NO_MAP_MS = -1.0
"""In the status, the age of a map that is not there."""


class NodeOutputs:
    """Publishers of the node; every method may be called from any thread.

    Args:
        count_dropped: pairs replaced by newer ones so far.
    """

    def __init__(
        self,
        node: Node,
        intake: PairIntake,
        board: StatusBoard,
        count_dropped: Callable[[], int],
    ) -> None:
        self._node = node
        self._intake = intake
        self._board = board
        self._count_dropped = count_dropped
        self._targets = node.create_publisher(TrackedTargetArray, "~/targets", RESULTS)
        self._status = node.create_publisher(TrackerStatus, "~/status", RESULTS)
        self._diagnostics = node.create_publisher(DiagnosticArray, "/diagnostics", RESULTS)
        self._last_status_ns = 0

    def publish_outcome(self, outcome: Outcome) -> None:
        """What the tracker said about a pair, under the header of its colour image."""
        pair = outcome.queued.pair
        found = []
        if outcome.prediction is not None:
            found = [NumberedPrediction(outcome.target_id, outcome.prediction)]
        thermal_stamp = pair.thermal.header.stamp
        self._targets.publish(to_target_array(pair.rgb.header, thermal_stamp, found))
        self.publish_pair_status(outcome.queued)

    def publish_pair_status(self, queued: QueuedPair) -> None:
        """The status after a pair, used or refused."""
        now_ns = self._node.get_clock().now().nanoseconds
        self._publish_status(queued.pair.rgb.header, now_ns - queued.pair.stamp_ns)

    def publish_status_if_due(self, period_s: float) -> None:
        """The status without a pair, when none was published for `period_s`; and diagnostics."""
        if time.monotonic_ns() - self._last_status_ns >= period_s * NS_PER_S:
            header = Header(stamp=self._node.get_clock().now().to_msg())
            self._publish_status(header, 0)

    def publish_diagnostics(self) -> None:
        """Status, learning and search in the form that robot monitors read."""
        status, report, search = self._board.snapshot(), self._board.learning, self._board.search
        name = self._node.get_fully_qualified_name()
        seen, dropped = self._intake.counts.paired, self._pairs_dropped(status)
        diagnoses = [tracking_diagnosis(name, status, seen, dropped)]
        if report is not None:
            diagnoses.append(learning_diagnosis(name, report))
        if search is not None:
            diagnoses.append(search_diagnosis(name, search))
        header = Header(stamp=self._node.get_clock().now().to_msg())
        self._diagnostics.publish(DiagnosticArray(header=header, status=diagnoses))

    def _pairs_dropped(self, status: NodeStatus) -> int:
        # A pair is counted as caught up before the queue's own count is read again.
        return max(0, self._count_dropped() - status.caught_up)

    def _publish_status(self, header: Header, latency_ns: int) -> None:
        status = self._board.snapshot()
        counts = self._intake.counts
        search = self._board.search or SearchFigures()
        self._last_status_ns = time.monotonic_ns()
        self._status.publish(
            TrackerStatus(
                header=header,
                state=int(status.state),
                pairs_seen=counts.paired,
                pairs_processed=status.processed,
                pairs_dropped=self._pairs_dropped(status),
                pairs_rejected=status.rejected,
                rgb_unmatched=counts.rgb_unmatched,
                thermal_unmatched=counts.thermal_unmatched,
                out_of_order=counts.out_of_order,
                late=counts.late,
                unstamped=counts.unstamped,
                time_jumps=counts.time_jumps + self._intake.clock_jumps,
                sync_delta_ms=status.delta_ns / NS_PER_MS,
                processing_ms=status.processing_ns / NS_PER_MS,
                pipeline_latency_ms=latency_ns / NS_PER_MS,
                rate_hz=status.rate_hz,
                global_attention=search.is_global,
                map_rate_hz=search.rate_hz,
                map_age_ms=NO_MAP_MS if search.age_ns is None else search.age_ns / NS_PER_MS,
                map_age_pairs=search.age_pairs,
                redetections=search.redetections,
                problem=status.problem,
            )
        )
