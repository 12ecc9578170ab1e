"""What other threads ask of the worker that owns the tracker, and how they get their answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from rgbt_dualatt_ros.core.box import Box


@dataclass(frozen=True, slots=True)
class Answer:
    """Outcome of a command; `message` says what was done, or why not."""

    success: bool
    message: str
    target_id: int = 0


@dataclass(slots=True)
class Command:
    """Something to be done between two frames.

    Attributes:
        on_answer: called once in the worker's thread, and only tells that there is an answer.
    """

    on_answer: Callable[[], None] | None = None
    answer: Answer | None = None
    _abandoned: threading.Event = field(default_factory=threading.Event)

    def reply(self, answer: Answer) -> None:
        """Give the answer; a second one is ignored."""
        if self.answer is None:
            self.answer = answer
            if self.on_answer is not None:
                self.on_answer()

    def abandon(self) -> None:
        """Nobody waits any more: a command that has not begun is not done later by surprise."""
        self._abandoned.set()

    @property
    def is_abandoned(self) -> bool:
        """Whether the asker has given up."""
        return self._abandoned.is_set()


@dataclass(slots=True)
class StartTarget(Command):
    """Start with the target inside `box`, or start again with another one.

    Attributes:
        box: px of the colour image.
        stamp_ns: image that the box was drawn on; 0: see `next_pair`.
        next_pair: without a stamp, take the next pair rather than the newest one there is.
        origin: where the box came from, for the log.
    """

    box: Box = field(kw_only=True)
    stamp_ns: int = 0
    next_pair: bool = False
    origin: str = ""


@dataclass(slots=True)
class StopTarget(Command):
    """Forget the target.

    Attributes:
        restart: begin as after the start of the node, with target.box when it is set.
    """

    restart: bool = False
