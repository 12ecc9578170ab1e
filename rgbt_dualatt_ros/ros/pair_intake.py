"""From stamped messages to the worker's queue; all that happens in the image callbacks.

One thread only: both image subscriptions are in one mutually exclusive callback group.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Any, Protocol

from rgbt_dualatt_ros.core.config import SyncConfig
from rgbt_dualatt_ros.core.time_units import NS_PER_MS, NS_PER_S
from rgbt_dualatt_ros.streaming.pair_synchronizer import MatchedPair, Side, SyncCounts

# Images as messages; not decoded before the worker has time for them.
ImagePair = MatchedPair[Any]
# Looked back on to tell a slow camera from a silent one.
_RECENT_GAPS = 10
_SHORTEST_SILENCE_NS = NS_PER_S // 2


@dataclass(frozen=True, slots=True)
class QueuedPair:
    """A pair on its way to the worker.

    Attributes:
        epoch: counts the jumps of time before it, so that the worker sees a jump even when the
            first pair after it was replaced.
        arrival_ns: when the second image came, monotonic clock.
    """

    pair: ImagePair
    epoch: int
    arrival_ns: int


class Synchronizer(Protocol):
    """Makes pairs of stamped messages: ours, or one of message_filters."""

    @property
    def counts(self) -> SyncCounts: ...  # noqa: D102  described in streaming/

    def add(self, side: Side, stamp_ns: int, item: Any) -> list[ImagePair]: ...  # noqa: ANN401, D102

    def flush(self) -> list[ImagePair]: ...  # noqa: D102

    def reset(self) -> None: ...  # noqa: D102


class PairQueue(Protocol):
    """Where pairs wait for the worker: LatestSlot or the every-item queue."""

    def put(self, item: QueuedPair) -> bool: ...  # noqa: D102  described in streaming/


class PairHistory:
    """The last pairs, so that a box drawn on an older image can still start the target."""

    def __init__(self, capacity: int) -> None:
        self._pairs: deque[QueuedPair] = deque(maxlen=capacity)
        self._lock = threading.Lock()  # written by the callbacks, read by the worker

    def add(self, queued: QueuedPair) -> None:
        """Keep one more pair; the oldest goes when there are too many."""
        with self._lock:
            self._pairs.append(queued)

    def clear(self) -> None:
        """Forget all pairs, as after a jump of time."""
        with self._lock:
            self._pairs.clear()

    def find(self, stamp_ns: int, tolerance_ns: int) -> QueuedPair | None:
        """The pair whose stamp is nearest, when it is near enough."""
        with self._lock:
            nearest = min(
                self._pairs, key=lambda each: abs(each.pair.stamp_ns - stamp_ns), default=None
            )
        if nearest is None or abs(nearest.pair.stamp_ns - stamp_ns) > tolerance_ns:
            return None
        return nearest

    def between(self, after: QueuedPair, before: QueuedPair) -> list[QueuedPair]:
        """The pairs kept between two others, oldest first."""
        with self._lock:
            return [
                each
                for each in self._pairs
                if after.pair.stamp_ns < each.pair.stamp_ns < before.pair.stamp_ns
            ]

    def oldest_stamp_ns(self) -> int | None:
        """Stamp of the oldest pair kept, ns; None when there is none."""
        with self._lock:
            return self._pairs[0].pair.stamp_ns if self._pairs else None


class PairIntake:
    """Stamps in, pairs out: synchronises, keeps a short history, and queues for the worker.

    Attributes:
        last_pair_ns: when the last pair was made, monotonic clock; 0: never.
        clock_jumps: jumps of the node's clock that the stamps had not shown yet.
    """

    def __init__(
        self,
        config: SyncConfig,
        synchronizer: Synchronizer,
        queue: PairQueue,
        history: PairHistory,
    ) -> None:
        self._synchronizer = synchronizer
        self._queue = queue
        self._history = history
        self._jump_back_ns = round(config.jump_back_ms * NS_PER_MS)
        self._epoch = 0
        self._newest_stamp_ns = 0
        self._last_arrival_ns = 0
        self._gaps_ns: deque[int] = deque(maxlen=_RECENT_GAPS)
        self._has_stamps = dict.fromkeys(Side, False)
        self._unstamped = 0
        self.last_pair_ns = 0
        self.clock_jumps = 0

    @property
    def counts(self) -> SyncCounts:
        """What became of the images so far."""
        counts = self._synchronizer.counts
        return replace(counts, unstamped=counts.unstamped + self._unstamped)

    def add(self, side: Side, stamp_ns: int, message: Any) -> None:  # noqa: ANN401  any image
        """Take one image message with the stamp of its header.

        Only the first image of a camera may have the stamp zero, for time may begin there. Any
        later one is dropped and counted as `unstamped`: here when the camera has set stamps once,
        since that is a slip and no jump of time to zero, else by the synchroniser.
        """
        if stamp_ns == 0 and self._has_stamps[side]:
            self._unstamped += 1
            return
        self._has_stamps[side] = stamp_ns != 0
        now_ns = time.monotonic_ns()
        if self._last_arrival_ns:
            self._gaps_ns.append(now_ns - self._last_arrival_ns)
        self._last_arrival_ns = now_ns
        self._queue_pairs(self._synchronizer.add(side, stamp_ns, message))
        self._newest_stamp_ns = stamp_ns

    def finish_when_silent(self, now_ns: int) -> None:
        """Give out the pair that waits for a nearer partner when no more images come.

        Silence is half a second, and twice the longest of the last gaps between two images.

        Args:
            now_ns: monotonic clock.
        """
        if not self._gaps_ns:
            return
        silence_ns = max(_SHORTEST_SILENCE_NS, 2 * max(self._gaps_ns))
        if now_ns - self._last_arrival_ns > silence_ns:
            self._gaps_ns.clear()  # once is enough, and the gap to come is no period
            self._last_arrival_ns = 0
            self._queue_pairs(self._synchronizer.flush())

    def _queue_pairs(self, pairs: list[ImagePair]) -> None:
        for pair in pairs:
            if pair.after_jump:
                self._begin_epoch()
            self.last_pair_ns = time.monotonic_ns()
            queued = QueuedPair(pair, self._epoch, self.last_pair_ns)
            self._history.add(queued)
            self._queue.put(queued)

    def clock_jumped_back(self, now_ns: int) -> None:
        """The node's clock jumped back to `now_ns`, as when a bag loops under use_sim_time.

        Nothing is done when the stamps have shown the jump already.
        """
        if self._newest_stamp_ns > now_ns + self._jump_back_ns:
            self.clock_jumps += 1
            self.drop_waiting()
            self._begin_epoch()

    def drop_waiting(self) -> None:
        """Forget the images that wait for a partner."""
        self._synchronizer.reset()
        self._newest_stamp_ns = 0

    def _begin_epoch(self) -> None:
        self._epoch += 1
        self._history.clear()
