"""How the node is doing: counts, the one line that says what is wrong, learning and search."""

from __future__ import annotations

import logging
import re
import threading
import time
from dataclasses import dataclass, replace
from enum import IntEnum

from rgbt_dualatt_ros.core.explanation import LearningReport
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.core.time_units import NS_PER_S
from rgbt_dualatt_ros.ros.recent_rate import RecentRate
from rgbt_dualatt_ros.ros.search_watch import SearchFigures

_LOG = logging.getLogger(__name__)
_SAME_WARNING_EVERY_NS = 30 * NS_PER_S
# A refused start is over; who asked looks at the status within this time.
_REFUSAL_SHOWN_NS = 10 * NS_PER_S
# Bytes as a decoder shows them are numbers, too: each frame of a video stream has others.
_NUMBER = re.compile(r"\b[0-9a-f]{2}(?: [0-9a-f]{2})*\b|[\d.]+")


class NodeState(IntEnum):
    """What the node does; the numbers are those of `msg/TrackerStatus.msg`."""

    WAITING = 0
    TRACKING = 1
    UNCERTAIN = 2
    LOST = 3
    STARTING = 4
    FAILED = 5


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """The worker's part of the status message.

    Attributes:
        caught_up: of the processed pairs those that the queue had given up before.
        processing_ns: time in the tracker for the last pair.
        delta_ns: colour stamp minus thermal stamp of the last pair.
        rate_hz: pairs processed per second, lately.
        problem: empty, or one line.
    """

    state: NodeState = NodeState.STARTING
    processed: int = 0
    caught_up: int = 0
    rejected: int = 0
    processing_ns: int = 0
    delta_ns: int = 0
    rate_hz: float = 0.0
    problem: str = ""


class StatusBoard:
    """Written by the worker and by the node's timer, read by whoever publishes; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._status = NodeStatus()
        self._learning: LearningReport | None = None
        self._search: SearchFigures | None = None
        self._rate = RecentRate()
        self._problems = {"failure": "", "input": "", "pair": "", "start": ""}
        self._refused_ns = 0
        self._said_ns: dict[str, int] = {}

    def snapshot(self) -> NodeStatus:
        """How things are now."""
        with self._lock:
            if time.monotonic_ns() - self._refused_ns > _REFUSAL_SHOWN_NS:
                self._problems["start"] = ""
            problem = "; ".join(text for text in self._problems.values() if text)
            rate_hz = self._rate.per_second(time.monotonic_ns())
            return replace(self._status, rate_hz=rate_hz, problem=problem)

    @property
    def learning(self) -> LearningReport | None:
        """How the tracker's learning goes; None when it does not tell."""
        with self._lock:
            return self._learning

    def learned(self, report: LearningReport) -> None:
        """The tracker's own report, taken between two pairs."""
        with self._lock:
            self._learning = report

    @property
    def search(self) -> SearchFigures | None:
        """How the search for the target goes; None when the tracker does not tell."""
        with self._lock:
            return self._search

    def searched(self, figures: SearchFigures) -> None:
        """What the tracker's reports add up to, taken between two pairs."""
        with self._lock:
            self._search = figures

    def ready(self) -> None:
        """The tracker is built."""
        self._change(state=NodeState.WAITING)

    def processed(
        self, prediction: Prediction | None, processing_ns: int, delta_ns: int, *, is_late: bool
    ) -> None:
        """One pair has gone through; `prediction` is None without a target.

        Args:
            is_late: the queue had given it up before, so it is no longer dropped.
        """
        state = NodeState.WAITING if prediction is None else NodeState(int(prediction.status))
        with self._lock:
            self._rate.happened(time.monotonic_ns())
            self._problems["pair"] = ""
            self._status = replace(
                self._status,
                state=state,
                processed=self._status.processed + 1,
                caught_up=self._status.caught_up + is_late,
                processing_ns=processing_ns,
                delta_ns=delta_ns,
            )

    def rejected(self, reason: str) -> None:
        """One pair could not be used."""
        with self._lock:
            self._problems["pair"] = reason
            self._status = replace(self._status, rejected=self._status.rejected + 1)
        self.log_warning(reason)

    def started_again(self) -> None:
        """A target was started on a pair that had gone through already."""
        self._change(state=NodeState.TRACKING)

    def target_forgotten(self) -> None:
        """There is no target any more, and no start is asked for."""
        self.start_refused("")
        self._change(state=NodeState.WAITING)

    def start_refused(self, reason: str) -> None:
        """A target could not be started, or not yet; shown for a while. Empty: all is well."""
        with self._lock:
            self._problems["start"] = reason
            self._refused_ns = time.monotonic_ns()
        if reason:
            self.log_warning(reason)

    def input_problem(self, reason: str) -> None:
        """What is wrong with the image topics; empty: nothing."""
        with self._lock:
            self._problems["input"] = reason
        if reason:
            self.log_warning(reason)

    def failed(self, reason: str) -> None:
        """The node is about to end."""
        with self._lock:
            self._problems["failure"] = reason
        self._change(state=NodeState.FAILED)

    def _change(self, *, state: NodeState) -> None:
        with self._lock:
            self._status = replace(self._status, state=state)

    def log_warning(self, text: str) -> None:
        """One line in the log; the same line with other numbers only after a while.

        The same line for every frame would bury everything else.
        """
        kind = _NUMBER.sub("#", text)
        now_ns = time.monotonic_ns()
        if now_ns - self._said_ns.get(kind, -_SAME_WARNING_EVERY_NS) >= _SAME_WARNING_EVERY_NS:
            self._said_ns[kind] = now_ns
            _LOG.warning("%s", text)
