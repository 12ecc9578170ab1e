"""PairSynchronizer: which colour image and which thermal image belong together."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Generic, TypeVar

from rgbt_dualatt_ros.core.config import SyncConfig
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.time_units import NS_PER_MS
from rgbt_dualatt_ros.streaming.matched_pair import MatchedPair, Side, SyncCounts
from rgbt_dualatt_ros.streaming.nearest_matcher import NEVER_NS, Match, NearestMatcher
from rgbt_dualatt_ros.streaming.stream_clock import Arrival, StreamClock

__all__ = ["MatchedPair", "PairSynchronizer", "Side", "SyncCounts"]

T = TypeVar("T")

_UNMATCHED = {Side.RGB: "rgb_unmatched", Side.THERMAL: "thermal_unmatched"}


class _Pass(Generic[T]):
    """The time between two jumps, with the images of that time."""

    def __init__(self, matcher: NearestMatcher[T], *, after_jump: bool) -> None:
        self.matcher = matcher
        self.after_jump = after_jump


class PairSynchronizer(Generic[T]):
    """Pairs images of two cameras by stamp: nearest partner, at most `slop_ns` away.

    The interval is closed: a difference of exactly the slop is a pair, and slop 0 pairs equal
    stamps. A pair is given out as soon as no nearer partner can come: equal stamps at once, others
    when the next image of either camera, going by its own period, would be farther away, and at
    the latest when a queue is full. With a slop below half a period, images that arrive in order
    give pairs in order.

    When stamps of one camera go back by more than `jump_back_ns`, time has jumped, as when a bag
    loops. Pairs of the old time are finished first, and the other camera is given the chance to
    follow; none of its last images is lost, and the two together count as one jump. One image
    with a stray stamp, far ahead or behind, is no jump: it ends as unmatched.

    Safe to use from several threads. Finished pairs are returned, so no foreign code runs under
    the lock.

    Args:
        slop_ns: largest stamp difference of a pair, 0 or more.
        thermal_offset_ns: added to thermal stamps before they are compared.
        queue_size: images of each camera kept waiting, 1 or more; a waiting image is given up
            when that many newer ones wait.
        jump_back_ns: a stamp this far behind its camera's newest means that time has jumped.

    Raises:
        ConfigError: when a number is out of its range.
    """

    def __init__(
        self, slop_ns: int, thermal_offset_ns: int, queue_size: int, jump_back_ns: int
    ) -> None:
        if slop_ns < 0 or queue_size < 1 or jump_back_ns < 1:
            raise ConfigError(
                "the synchroniser needs slop >= 0, queue size >= 1 and jump back >= 1 ns; got "
                f"{slop_ns}, {queue_size} and {jump_back_ns}"
            )
        self._slop_ns = slop_ns
        self._queue_size = queue_size
        self._offset_ns = {Side.RGB: 0, Side.THERMAL: thermal_offset_ns}
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._last_was_zero = dict.fromkeys(Side, False)
        self._clocks = {side: StreamClock(jump_back_ns) for side in Side}
        self._newest_pass = self._new_pass(after_jump=False)
        self._passes = dict.fromkeys(Side, self._newest_pass)

    @classmethod
    def from_config(cls, config: SyncConfig) -> PairSynchronizer[T]:
        """Synchroniser with the settings `sync.*`."""
        return cls(
            slop_ns=round(config.slop_ms * NS_PER_MS),
            thermal_offset_ns=round(config.thermal_offset_ms * NS_PER_MS),
            queue_size=config.queue_size,
            jump_back_ns=round(config.jump_back_ms * NS_PER_MS),
        )

    @property
    def counts(self) -> SyncCounts:
        """What became of the images so far."""
        with self._lock:
            return SyncCounts(**self._counts)

    @property
    def pending(self) -> int:
        """Images of both cameras that wait for a partner."""
        with self._lock:
            return sum(
                a_pass.matcher.pending(side) for a_pass in self._open_passes() for side in Side
            )

    def add(self, side: Side, stamp_ns: int, item: T) -> list[MatchedPair[T]]:
        """Take in an image and give out the pairs that are finished by it, in stamp order.

        Args:
            side: the camera.
            stamp_ns: time in the image's header, ns. Zero twice in a row from one camera means
                that it sets no stamps: such images are dropped and counted as `unstamped`.
            item: the image, or whatever stands for it.
        """
        with self._lock:
            return self._add(side, stamp_ns, item)

    def flush(self) -> list[MatchedPair[T]]:
        """End of input: give out all pairs that wait for a nearer partner, give up the rest."""
        with self._lock:
            return [pair for a_pass in self._open_passes() for pair in self._close(a_pass)]

    def reset(self) -> None:
        """Give up all waiting images and take the next ones as the first; the counts go on."""
        with self._lock:
            for a_pass in self._open_passes():
                for side in Side:
                    self._count_unmatched(side, a_pass.matcher.drop_after(side, -NEVER_NS))
            for side in Side:
                self._clocks[side].forget()
            self._newest_pass = self._new_pass(after_jump=False)
            self._passes = dict.fromkeys(Side, self._newest_pass)

    def _add(self, side: Side, stamp_ns: int, item: T) -> list[MatchedPair[T]]:
        was_zero, self._last_was_zero[side] = self._last_was_zero[side], stamp_ns == 0
        if was_zero and stamp_ns == 0:
            self._counts["unstamped"] += 1
            return []
        time_ns = stamp_ns + self._offset_ns[side]
        arrival = self._clocks[side].observe(time_ns)
        pairs: list[MatchedPair[T]] = []
        if arrival is Arrival.JUMPED_BACK:
            pairs += self._follow_jump(side)
        elif arrival is Arrival.AFTER_STRAY_AHEAD:
            newest_ns = self._clocks[side].newest_ns or time_ns
            self._count_unmatched(side, self._passes[side].matcher.drop_after(side, newest_ns))
        elif arrival is Arrival.AFTER_STRAY_BEHIND:
            self._take_back_jump(side)
        elif self._has_come_over(side, time_ns):
            pairs += self._enter_newest_pass(side)
        self._counts["out_of_order"] += arrival is Arrival.OUT_OF_ORDER
        return pairs + self._insert(side, time_ns, item)

    def _insert(self, side: Side, time_ns: int, item: T) -> list[MatchedPair[T]]:
        a_pass = self._passes[side]
        is_new_oldest = a_pass.matcher.insert(side, time_ns, item)
        pairs = self._finish(a_pass)
        oldest = a_pass.matcher.take_oldest(side)
        if oldest is None:
            return pairs
        if isinstance(oldest, Match):
            return pairs + self._paired(a_pass, [oldest])
        if is_new_oldest:
            self._counts["late"] += 1
        else:
            self._count_unmatched(side, 1)
        return pairs

    def _follow_jump(self, side: Side) -> list[MatchedPair[T]]:
        """`side` has gone back in time: begin a new pass, or enter the one the other began."""
        if self._passes[side] is not self._newest_pass:
            return self._enter_newest_pass(side)
        self._counts["time_jumps"] += 1
        left = self._newest_pass
        self._newest_pass = self._new_pass(after_jump=True)
        self._passes[side] = self._newest_pass
        if self._passes[side.other] is not left:
            return self._close(left)
        return self._finish(left)

    def _take_back_jump(self, side: Side) -> None:
        """The pass that `side` began was one stray image; the other camera has not followed."""
        across = self._passes[side.other]
        if across is not self._newest_pass:
            self._close(self._newest_pass)
            self._newest_pass = self._passes[side] = across
            self._counts["time_jumps"] -= 1

    def _enter_newest_pass(self, side: Side) -> list[MatchedPair[T]]:
        left, self._passes[side] = self._passes[side], self._newest_pass
        return self._close(left)

    def _has_come_over(self, side: Side, time_ns: int) -> bool:
        """Whether `side` is back beside the other without a jump of its own (a clock was set)."""
        newest_across_ns = self._clocks[side.other].newest_ns
        return (
            self._passes[side] is not self._newest_pass
            and newest_across_ns is not None
            and self._clocks[side].is_near(time_ns, newest_across_ns)
        )

    def _finish(self, a_pass: _Pass[T]) -> list[MatchedPair[T]]:
        earliest_next_ns = {side: self._earliest_next_ns(side, a_pass) for side in Side}
        return self._paired(a_pass, a_pass.matcher.finished(earliest_next_ns))

    def _earliest_next_ns(self, side: Side, a_pass: _Pass[T]) -> int:
        if self._passes[side] is not a_pass:
            return NEVER_NS
        earliest_ns = self._clocks[side].earliest_next_ns
        return -NEVER_NS if earliest_ns is None else earliest_ns

    def _close(self, a_pass: _Pass[T]) -> list[MatchedPair[T]]:
        matches = a_pass.matcher.finished(dict.fromkeys(Side, NEVER_NS))
        for side in Side:
            self._count_unmatched(side, a_pass.matcher.drop_after(side, -NEVER_NS))
        return self._paired(a_pass, matches)

    def _paired(self, a_pass: _Pass[T], matches: Sequence[Match[T]]) -> list[MatchedPair[T]]:
        pairs = []
        for match in matches:
            delta_ns = match.rgb_ns - match.thermal_ns
            pairs.append(
                MatchedPair(match.rgb, match.thermal, match.rgb_ns, delta_ns, a_pass.after_jump)
            )
            a_pass.after_jump = False
        self._counts["paired"] += len(pairs)
        return pairs

    def _count_unmatched(self, side: Side, images: int) -> None:
        self._counts[_UNMATCHED[side]] += images

    def _new_pass(self, *, after_jump: bool) -> _Pass[T]:
        return _Pass(NearestMatcher(self._slop_ns, self._queue_size), after_jump=after_jump)

    def _open_passes(self) -> list[_Pass[T]]:
        left = [a_pass for a_pass in self._passes.values() if a_pass is not self._newest_pass]
        return [*left[:1], self._newest_pass]
