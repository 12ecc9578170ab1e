"""The one thread that owns the tracker: it decodes, starts, tracks, and hands on what came out.

Nothing else touches the tracker. Requests from topics and services are commands that wait in a
queue and are served between two frames, so no lock is held while the tracker works and no
callback of the node ever waits for it.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.time_units import NS_PER_S
from rgbt_dualatt_ros.core.tracker import ExplainingTracker, Tracker
from rgbt_dualatt_ros.ros.pair_intake import PairHistory, QueuedPair
from rgbt_dualatt_ros.ros.search_watch import SearchWatch
from rgbt_dualatt_ros.ros.status_board import NodeState, StatusBoard
from rgbt_dualatt_ros.ros.target_commands import Answer, Command
from rgbt_dualatt_ros.ros.target_control import Decoder, Outcome, TargetControl

_LOG = logging.getLogger(__name__)
_TRACKING_LOG = logging.getLogger("rgbt_dualatt_ros.tracking")
# A command waits at most this long when no pairs come; the wake-ups cost nothing.
_IDLE_S = 0.02
_WARM_UP_HEIGHT, _WARM_UP_WIDTH = 480, 640

BuildTracker = Callable[[Config], Tracker]


class PairSource(Protocol):
    """The worker's end of the queue of pairs."""

    def take(self, timeout_s: float) -> QueuedPair | None: ...  # noqa: D102  see streaming/

    def close(self) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class WorkerLinks:
    """What the worker takes from and gives to.

    Attributes:
        on_outcome: called in the worker's thread for every processed pair.
        on_published: called in the worker's thread after `on_outcome`, with the tracker when it
            can explain itself.
        on_rejected: called in the worker's thread for every pair that could not be used.
        on_error: called once when an error ends the worker.
    """

    source: PairSource
    decoder: Decoder
    history: PairHistory
    board: StatusBoard
    on_outcome: Callable[[Outcome], None]
    on_published: Callable[[ExplainingTracker | None, Outcome], None]
    on_rejected: Callable[[QueuedPair], None]
    on_error: Callable[[Exception], None]


class TrackerWorker:
    """Runs a tracker in a thread of its own."""

    def __init__(self, build_tracker: BuildTracker, config: Config, links: WorkerLinks) -> None:
        self._build_tracker = build_tracker
        self._config = config
        self._links = links
        self._explaining: ExplainingTracker | None = None  # used by the worker's thread alone
        self._watch = SearchWatch(is_global=config.tracker.global_attention.enabled)
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tracker", daemon=True)

    def start(self) -> None:
        """Begin: build the tracker, then serve."""
        self._thread.start()

    def post(self, command: Command) -> None:
        """Ask for something to be done between two frames; any thread."""
        self._commands.put(command)

    def stop(self, timeout_s: float) -> bool:
        """End after the frame in hand; whether the thread has ended within `timeout_s`."""
        self._is_stopping.set()
        self._links.source.close()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            tracker = self._prepare_tracker()
            links = self._links
            self._explaining = tracker if isinstance(tracker, ExplainingTracker) else None
            self._report_forgotten()
            control = TargetControl(
                tracker, links.decoder, self._config, links.history, links.board
            )
            links.board.ready()
            while not self._is_stopping.is_set():
                self._serve_commands(control)
                queued = links.source.take(_IDLE_S)
                if queued is not None:
                    self._process(control, queued)
        except Exception as error:  # the node must end, not hang without a worker
            self._links.board.failed(f"{type(error).__name__}: {error}")
            self._links.on_error(error)
        finally:
            self._refuse_commands()

    def _prepare_tracker(self) -> Tracker:
        begin_ns = time.monotonic_ns()
        tracker = self._build_tracker(self._config)
        built_ns = time.monotonic_ns()
        _warm_up(tracker)
        _LOG.info(
            "the tracker is ready: built in %.1f s, warmed up in %.1f s",
            (built_ns - begin_ns) / NS_PER_S,
            (time.monotonic_ns() - built_ns) / NS_PER_S,
        )
        return tracker

    def _serve_commands(self, control: TargetControl) -> None:
        while not self._commands.empty():
            command = self._commands.get()
            try:
                outcome = control.serve(command)
            except Exception as error:
                command.reply(Answer(False, f"internal error: {error}"))
                raise
            if outcome is not None:
                self._finish(outcome)
            else:
                self._report_forgotten()

    def _refuse_commands(self) -> None:
        while not self._commands.empty():
            self._commands.get().reply(Answer(False, "the node is ending"))

    def _process(self, control: TargetControl, queued: QueuedPair) -> None:
        try:
            for outcome in control.process(queued):
                self._finish(outcome)
        except RgbtError as error:
            self._links.board.rejected(str(error))
            self._links.on_rejected(queued)

    def _finish(self, outcome: Outcome) -> None:
        board, pair = self._links.board, outcome.queued.pair
        if outcome.kind == "again":
            board.started_again()
        else:
            is_late = outcome.kind == "late"
            board.processed(
                outcome.prediction, outcome.processing_ns, pair.delta_ns, is_late=is_late
            )
        self._report_explanation(outcome)
        self._links.on_outcome(outcome)
        self._links.on_published(self._explaining, outcome)

    def _report_explanation(self, outcome: Outcome) -> None:
        tracker, board = self._explaining, self._links.board
        if tracker is not None:
            figures = self._watch.saw(
                outcome.target_id, outcome.prediction, tracker.search, time.monotonic_ns()
            )
            board.searched(figures)
            board.learned(tracker.learning)

    def _report_forgotten(self) -> None:
        """A command was served without an outcome, so that a target may be gone now."""
        tracker, board = self._explaining, self._links.board
        if tracker is not None:
            board.learned(tracker.learning)
            if board.snapshot().state is NodeState.WAITING or board.search is None:
                board.searched(self._watch.forget())


def _warm_up(tracker: Tracker) -> None:
    """Let the first real frame be as fast as the second: nets allocate on first use."""
    rng = np.random.default_rng(0)
    size = (_WARM_UP_HEIGHT, _WARM_UP_WIDTH)
    frame = FramePair(
        rng.integers(0, 256, (*size, 3), dtype=np.uint8),
        rng.integers(0, 256, size, dtype=np.uint8),
    )
    said_below = _TRACKING_LOG.level
    _TRACKING_LOG.setLevel(logging.WARNING)  # what it learns of noise would only mislead
    try:
        tracker.initialize(frame, Box(_WARM_UP_WIDTH / 2, _WARM_UP_HEIGHT / 2, 60.0, 80.0))
        tracker.track(frame)
    except RgbtError as error:
        _LOG.warning("the tracker could not be warmed up: %s", error)
    finally:
        _TRACKING_LOG.setLevel(said_below)
    tracker.reset()
