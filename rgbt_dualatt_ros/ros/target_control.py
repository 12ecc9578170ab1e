"""Which target the tracker follows: starting it, starting again, stopping, jumps of time.

Used by the worker's thread alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.core.time_units import NS_PER_MS, NS_PER_S
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.ros.pair_intake import PairHistory, QueuedPair
from rgbt_dualatt_ros.ros.status_board import StatusBoard
from rgbt_dualatt_ros.ros.target_commands import Answer, Command, StartTarget, StopTarget

_LOG = logging.getLogger(__name__)
# A slow tracker is this far behind what a user sees and draws on; more is worth a line.
_AHEAD_WORTH_SAYING_NS = NS_PER_S


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
        kind: the next pair; a late one, which the queue had given up already, tracked to catch
            up after a start; or the same one again, on which a target was started.
    """

    queued: QueuedPair
    frame: FramePair
    prediction: Prediction | None
    target_id: int
    processing_ns: int
    kind: Literal["next", "late", "again"] = "next"


class TargetControl:
    """A tracker, the target it follows, and the decoder of the pairs it is given.

    A start takes as long as several frames, and its box may have been drawn on an older one. The
    target has moved on meanwhile, so the first pairs after a start are not jumped over: some of
    those kept are tracked on the way until the newest pair is reached.
    """

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
        self._last_tracked: QueuedPair | None = None
        self._steps_allowed = 0  # more than that to catch up, and the tracker is just too slow
        self._pending = configured_start(config)

    def serve(self, command: Command) -> Outcome | None:
        """Do what is asked; an outcome when a target was started on a pair already seen."""
        if command.is_abandoned:
            return None
        if isinstance(command, StartTarget):
            started = self._request_start(command)
            return replace(started, kind="again") if started else None
        if isinstance(command, StopTarget):
            self._forget()
            if command.restart:
                self._decoder.reset()
                self._pending = configured_start(self._config)
            again = "; it starts again from target.box" if self._pending else ""
            command.reply(Answer(True, f"the target is forgotten{again}"))
        return None

    def process(self, queued: QueuedPair) -> Iterator[Outcome]:
        """Go on to the next pair: start on it when that was asked for, else track.

        Gives out one outcome for the pair, after those of pairs tracked to catch up.

        Raises:
            RgbtError: when the pair cannot be decoded, or the tracker cannot use it.
        """
        if queued.epoch != self._epoch:
            self._epoch = queued.epoch
            self._time_jumped()
        before = self._last
        self._last, self._last_frame = queued, None
        self._is_refusing, was_refusing = True, self._is_refusing
        frame = self._decode(queued, anew=was_refusing and self._is_start_due(queued))
        self._last_frame = frame
        outcome = self._start_pending(queued, frame)
        if outcome is None or outcome.queued is not queued:
            if outcome is not None:
                yield replace(outcome, kind="late")
            yield from self._catch_up(before, queued)
            outcome = self._track(queued, frame)
        self._is_refusing = False
        yield outcome

    def _catch_up(self, before: QueuedPair | None, queued: QueuedPair) -> Iterator[Outcome]:
        """Track some of the pairs between the last tracked one and `queued`."""
        if not self._has_target or self._last_tracked is None or self._steps_allowed == 0:
            return
        between = self._history.between(self._last_tracked, queued)
        stride = self._config.target.catch_up_stride
        steps = between[stride - 1 :: stride]
        # Fewer each time, or the tracker never gets there and the newest pair is better.
        self._steps_allowed = len(steps) if len(steps) < self._steps_allowed else 0
        for step in steps:
            try:
                outcome = self._track(step, self._decode(step))
            except RgbtError as error:
                _LOG.debug("a pair on the way to the newest is left out: %s", error)
                continue
            if before is None or step.pair.stamp_ns > before.pair.stamp_ns:
                yield replace(outcome, kind="late")

    def _track(self, queued: QueuedPair, frame: FramePair) -> Outcome:
        if not self._has_target:
            return Outcome(queued, frame, None, 0, 0)
        begin_ns = time.monotonic_ns()
        prediction = self._tracker.track(frame)
        self._last_tracked = queued
        return Outcome(queued, frame, prediction, self._target_id, time.monotonic_ns() - begin_ns)

    def _is_start_due(self, queued: QueuedPair) -> bool:
        return self._pending is not None and not self._is_later(self._pending, queued)

    def _time_jumped(self) -> None:
        policy = self._config.sync.on_time_jump
        _LOG.info("time jumped back; sync.on_time_jump is %s", policy)
        if policy == "keep":
            return
        self._forget()
        self._decoder.reset()
        if policy == "reinitialize":
            self._pending = configured_start(self._config)

    def _decode(self, queued: QueuedPair, *, anew: bool = False) -> FramePair:
        """The frame pair; `anew` takes images of a new size, which a new target may have."""
        if anew:
            self._decoder.reset()
        pair = queued.pair
        return self._decoder.decode(pair.rgb, pair.thermal, pair.stamp_ns)

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
            if last is not None:
                self._explain_waiting(command, last)
            return None
        return self._start_on_kept(command)

    def _explain_waiting(self, command: StartTarget, newest: QueuedPair) -> None:
        ahead_ns = command.stamp_ns - newest.pair.stamp_ns
        if ahead_ns > _AHEAD_WORTH_SAYING_NS:
            self._board.start_refused(
                f"{command.origin} waits for an image stamped {ahead_ns / NS_PER_S:.1f} s after "
                "the newest; is its stamp from another clock?"
            )

    def _is_later(self, command: StartTarget, queued: QueuedPair) -> bool:
        return command.stamp_ns > queued.pair.stamp_ns + self._tolerance_ns

    def _replace_pending(self, command: StartTarget) -> None:
        if self._pending is not None:
            self._pending.reply(Answer(False, "a newer request took its place"))
        self._board.start_refused("")
        self._pending = command

    def _start_pending(self, queued: QueuedPair, frame: FramePair) -> Outcome | None:
        """Start when it is time: on `queued`, or on the pair before it that was asked for."""
        pending = self._pending
        if pending is None:
            return None
        if pending.is_abandoned:
            self._pending = None
            return None
        if self._is_later(pending, queued):
            self._explain_waiting(pending, queued)
            return None
        self._pending = None
        offset_ns = abs(pending.stamp_ns - queued.pair.stamp_ns)
        if pending.stamp_ns == 0 or offset_ns <= self._tolerance_ns:
            return self._start_on(pending, queued, frame)
        # Its own pair was skipped by the queue, but it is kept: start there, then track this one.
        return self._start_on_kept(pending)

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
            frame = frame or self._decode(queued, anew=self._is_refusing)
            command.box.check_usable(frame.size, self._config.tracker.min_side)
            self._tracker.initialize(frame, command.box)
        except RgbtError as error:
            self._refuse(command, str(error))
            return None
        self._target_id += 1
        self._has_target = True
        self._last_tracked = queued
        self._steps_allowed = self._config.target.history_pairs + 1
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
