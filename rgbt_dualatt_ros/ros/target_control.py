"""Which target the tracker follows: starting it, starting again, stopping, jumps of time.

Used by the worker's thread alone.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any, Protocol

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.ros.pair_intake import PairHistory, QueuedPair
from rgbt_dualatt_ros.ros.status_board import StatusBoard
from rgbt_dualatt_ros.ros.target_commands import Answer, Command, StartTarget, StopTarget
from rgbt_dualatt_ros.ros.time_units import NS_PER_MS, NS_PER_S

_LOG = logging.getLogger(__name__)


class Decoder(Protocol):
    """Makes frame pairs of messages, as `imaging.PairDecoder`."""

    def decode(self, rgb_message: Any, thermal_message: Any, stamp_ns: int) -> FramePair:  # noqa: ANN401  images
        """The frame pair in two messages; raises `RgbtError` when it cannot be made."""

    def reset(self) -> None:
        """Forget what was learnt from the pairs so far, their size included."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came out for one pair.

    Attributes:
        prediction: None when there is no target.
        target_id: number of the target that the prediction is about.
        processing_ns: time in the tracker.
    """

    queued: QueuedPair
    frame: FramePair
    prediction: Prediction | None
    target_id: int
    processing_ns: int


class TargetControl:
    """A tracker, the target it follows, and the decoder of the pairs it is given."""

    def __init__(
        self,
        tracker: Tracker,
        decoder: Decoder,
        config: Config,
        history: PairHistory,
        board: StatusBoard,
    ) -> None:
        self._tracker = tracker
        self._decoder = decoder
        self._config = config
        self._history = history
        self._board = board
        self._tolerance_ns = round(config.sync.slop_ms * NS_PER_MS)
        self._epoch = 0
        self._target_id = 0
        self._has_target = False
        self._is_refusing = False  # the last pair could not be used
        self._last: QueuedPair | None = None
        self._last_frame: FramePair | None = None
        self._pending = configured_start(config)

    def serve(self, command: Command) -> Outcome | None:
        """Do what is asked; an outcome when a target was started on a pair already seen."""
        if command.is_abandoned:
            return None
        if isinstance(command, StartTarget):
            return self._request_start(command)
        if isinstance(command, StopTarget):
            self._forget()
            if command.restart:
                self._decoder.reset()
                self._pending = configured_start(self._config)
            again = "; it starts again from target.box" if self._pending else ""
            command.reply(Answer(True, f"the target is forgotten{again}"))
        return None

    def process(self, queued: QueuedPair) -> Outcome:
        """Go on to the next pair: start on it when that was asked for, else track.

        Raises:
            RgbtError: when the pair cannot be decoded, or the tracker cannot use it.
        """
        if queued.epoch != self._epoch:
            self._epoch = queued.epoch
            self._time_jumped()
        self._last, self._last_frame = queued, None
        try:
            is_start = self._pending is not None and not self._is_later(self._pending, queued)
            frame = self._decode_for_start(queued) if is_start else self._decode(queued)
            self._last_frame = frame
            outcome = self._start_pending(queued, frame) or self._track(queued, frame)
        except RgbtError:
            self._is_refusing = True
            raise
        self._is_refusing = False
        return outcome

    def _track(self, queued: QueuedPair, frame: FramePair) -> Outcome:
        if not self._has_target:
            return Outcome(queued, frame, None, 0, 0)
        begin_ns = time.monotonic_ns()
        prediction = self._tracker.track(frame)
        return Outcome(queued, frame, prediction, self._target_id, time.monotonic_ns() - begin_ns)

    def _time_jumped(self) -> None:
        policy = self._config.sync.on_time_jump
        _LOG.info("time jumped back; sync.on_time_jump is %s", policy)
        if policy == "keep":
            return
        self._forget()
        self._decoder.reset()
        if policy == "reinitialize":
            self._pending = configured_start(self._config)

    def _decode(self, queued: QueuedPair) -> FramePair:
        pair = queued.pair
        return self._decoder.decode(pair.rgb, pair.thermal, pair.stamp_ns)

    def _decode_for_start(self, queued: QueuedPair) -> FramePair:
        if self._is_refusing:
            self._decoder.reset()  # a new target may be given in images of a new size
        return self._decode(queued)

    def _request_start(self, command: StartTarget) -> Outcome | None:
        last = self._last
        if command.stamp_ns == 0 and not command.next_pair:
            if last is not None:
                return self._start_on(command, last, self._last_frame)
            problem = self._board.snapshot().problem
            self._refuse(command, f"no frame pair has arrived yet{problem and ': ' + problem}")
            return None
        if command.stamp_ns == 0 or last is None or self._is_later(command, last):
            self._replace_pending(command)
            return None
        return self._start_on_kept(command)

    def _is_later(self, command: StartTarget, queued: QueuedPair) -> bool:
        return command.stamp_ns > queued.pair.stamp_ns + self._tolerance_ns

    def _replace_pending(self, command: StartTarget) -> None:
        if self._pending is not None:
            self._pending.reply(Answer(False, "a newer request took its place"))
        self._pending = command

    def _start_pending(self, queued: QueuedPair, frame: FramePair) -> Outcome | None:
        pending = self._pending
        if pending is None or self._is_later(pending, queued):
            return None
        self._pending = None
        if pending.is_abandoned:
            return None
        offset_ns = abs(pending.stamp_ns - queued.pair.stamp_ns)
        if pending.stamp_ns == 0 or offset_ns <= self._tolerance_ns:
            return self._start_on(pending, queued, frame)
        # Its own pair was skipped by the queue, but it is kept: start there, then track this one.
        self._start_on_kept(pending)
        return None

    def _start_on_kept(self, command: StartTarget) -> Outcome | None:
        kept = self._history.find(command.stamp_ns, self._tolerance_ns)
        if kept is None:
            self._refuse(command, self._explain_too_old(command.stamp_ns))
            return None
        return self._start_on(command, kept, None)

    def _explain_too_old(self, stamp_ns: int) -> str:
        oldest_ns = self._history.oldest_stamp_ns()
        if oldest_ns is None or stamp_ns >= oldest_ns:
            return f"no pair has the stamp {stamp_ns / NS_PER_S:.3f}; was its thermal image lost?"
        return (
            f"the box is {(oldest_ns - stamp_ns) / NS_PER_S:.1f} s older than the oldest pair "
            "kept; draw it on a newer image, or raise target.history_pairs"
        )

    def _start_on(
        self, command: StartTarget, queued: QueuedPair, frame: FramePair | None
    ) -> Outcome | None:
        """Start on a pair; `frame` is the decoded pair when there is one already."""
        begin_ns = time.monotonic_ns()
        try:
            frame = frame or self._decode_for_start(queued)
            command.box.check_usable(frame.size, self._config.tracker.min_side)
            self._tracker.initialize(frame, command.box)
        except RgbtError as error:
            self._refuse(command, str(error))
            return None
        self._target_id += 1
        self._has_target = True
        self._board.start_refused("")
        box = command.box
        text = (
            f"target {self._target_id} started at x={box.x:g} y={box.y:g} w={box.w:g} h={box.h:g}"
        )
        _LOG.info("%s (%s)", text, command.origin)
        command.reply(Answer(True, text, self._target_id))
        # The box was given, not found, so it has no score.
        prediction = Prediction(box, 0.0, TrackStatus.TRACKING, queued.pair.stamp_ns)
        return Outcome(queued, frame, prediction, self._target_id, time.monotonic_ns() - begin_ns)

    def _refuse(self, command: StartTarget, reason: str) -> None:
        self._board.start_refused(f"{command.origin}: {reason}")
        command.reply(Answer(False, reason))

    def _forget(self) -> None:
        self._tracker.reset()
        self._has_target = False
        if self._pending is not None:
            self._pending.reply(Answer(False, "the node was told to stop or time jumped back"))
        self._pending = None
        self._board.target_forgotten()


def configured_start(config: Config) -> StartTarget | None:
    """The start that target.box asks for.

    Raises:
        InvalidBoxError: when it is no box.
    """
    if not config.target.box:
        return None
    box = Box.from_sequence(config.target.box)
    return StartTarget(box=box, next_pair=True, origin="target.box")
