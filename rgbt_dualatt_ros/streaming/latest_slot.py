"""The one thread boundary of the node: pairs in from the callbacks, out to one worker."""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import Generic, Protocol, TypeVar

from rgbt_dualatt_ros.core.config import SyncConfig
from rgbt_dualatt_ros.core.errors import ConfigError

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Slot(Protocol[T]):
    """Where one thread leaves items for another; `put` never waits."""

    @property
    def replaced(self) -> int:
        """Items given up because the taker was slower than the giver."""

    def put(self, item: T) -> bool:
        """Leave an item; False when another had to be given up for it, or the slot is closed."""

    def take(self, timeout_s: float | None) -> T | None:
        """The next item, waiting for one at most `timeout_s`; None when there is none.

        After `close` it answers at once, and None as soon as nothing is left.
        """

    def close(self) -> None:
        """Wake the taker and accept nothing more."""


class _Bounded(Generic[T]):
    """A queue of bounded length that gives up its oldest item rather than wait."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ConfigError(f"a slot holds at least one item; got {capacity}")
        self._capacity = capacity
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._replaced = 0
        self._closed = False

    @property
    def replaced(self) -> int:
        """Items given up because the taker was slower than the giver."""
        with self._changed:
            return self._replaced

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        with self._changed:
            return self._closed

    def __len__(self) -> int:
        with self._changed:
            return len(self._items)

    def put(self, item: T) -> bool:
        """Leave an item; False when another had to be given up for it, or the slot is closed."""
        with self._changed:
            if self._closed:
                return False
            self._items.append(item)
            is_full = len(self._items) > self._capacity
            if is_full:
                self._items.popleft()
                self._replaced += 1
            self._changed.notify()
            return not is_full

    def take(self, timeout_s: float | None) -> T | None:
        """The next item, waiting for one at most `timeout_s` (None: for ever).

        Returns:
            None when nothing came in time, and at once when the slot is closed and empty.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed, timeout_s)
            return self._items.popleft() if self._items else None

    def close(self) -> None:
        """Wake the taker and accept nothing more; what is inside can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class LatestSlot(_Bounded[T]):
    """One place: a newer item replaces one that was not taken yet, and that is counted."""

    def __init__(self) -> None:
        super().__init__(capacity=1)


class EveryQueue(_Bounded[T]):
    """All items in order, for evaluation; says so when it overflows instead of losing silently."""

    def put(self, item: T) -> bool:
        """Leave an item; False, a count and one warning when the oldest had to be given up."""
        fits = super().put(item)
        if not fits and not self.closed and self.replaced == 1:
            _log.warning(
                "the tracker is slower than the cameras: %d pairs wait, the oldest is lost; play "
                "slower, raise sync.every_limit or use sync.mode latest",
                self._capacity,
            )
        return fits


def open_slot(config: SyncConfig) -> LatestSlot[T] | EveryQueue[T]:
    """The slot for `sync.mode`."""
    return LatestSlot() if config.mode == "latest" else EveryQueue(config.every_limit)
