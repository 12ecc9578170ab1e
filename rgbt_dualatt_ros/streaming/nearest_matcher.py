"""Nearest partners among two queues of images, over a time in which no clock jumps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from rgbt_dualatt_ros.streaming.matched_pair import Side
from rgbt_dualatt_ros.streaming.waiting_images import WaitingImages

T = TypeVar("T")

NEVER_NS = 1 << 64
"""Later than every stamp."""


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """Two partners with the stamps they were matched by."""

    rgb_ns: int
    rgb: T
    thermal_ns: int
    thermal: T


class NearestMatcher(Generic[T]):
    """Pairs each image with its nearest partner within the slop, every image at most once.

    Two images are partners when each is the nearest of the other; once they have left, the same
    holds for those that remain: the result of taking the closest two of all, again and again.
    """

    def __init__(self, slop_ns: int, queue_size: int) -> None:
        self._slop_ns = slop_ns
        self._queue_size = queue_size
        self._waiting: dict[Side, WaitingImages[T]] = {side: WaitingImages() for side in Side}

    def pending(self, side: Side) -> int:
        """Images of `side` that wait for a partner."""
        return len(self._waiting[side])

    def insert(self, side: Side, stamp_ns: int, item: T) -> bool:
        """Let an image wait; whether it is the oldest of its camera's."""
        return self._waiting[side].insert(stamp_ns, item) == 0

    def finished(self, earliest_next_ns: Mapping[Side, int]) -> list[Match[T]]:
        """Take out the pairs to which no further image can be nearer, in stamp order.

        Args:
            earliest_next_ns: time before which no further image is expected, for each camera;
                `NEVER_NS` when there will be none.
        """
        found: list[Match[T]] = []
        while (match := self._take_one(earliest_next_ns)) is not None:
            found.append(match)
        found.sort(key=lambda match: match.rgb_ns)
        return found

    def take_oldest(self, side: Side) -> Match[T] | int | None:
        """Make room when more images of `side` wait than may.

        Returns:
            The oldest with its partner where it has one, which it no longer waits to better; else
            its stamp alone; None when there is room.
        """
        waiting = self._waiting[side]
        if len(waiting) <= self._queue_size:
            return None
        return self._take_with_partner(side, 0, None) or waiting.pop(0)[0]

    def drop_after(self, side: Side, stamp_ns: int) -> int:
        """Give up the images of `side` later than `stamp_ns`; how many they were."""
        waiting = self._waiting[side]
        dropped = 0
        while len(waiting) and waiting.stamps_ns[-1] > stamp_ns:
            waiting.pop(len(waiting) - 1)
            dropped += 1
        return dropped

    def _take_one(self, earliest_next_ns: Mapping[Side, int]) -> Match[T] | None:
        shorter = min(Side, key=self.pending)
        for index in range(self.pending(shorter)):
            match = self._take_with_partner(shorter, index, earliest_next_ns)
            if match is not None:
                return match
        return None

    def _take_with_partner(
        self, side: Side, index: int, earliest_next_ns: Mapping[Side, int] | None
    ) -> Match[T] | None:
        own, across = self._waiting[side], self._waiting[side.other]
        own_ns = own.stamps_ns[index]
        partner = across.nearest(own_ns)
        if partner is None:
            return None
        across_ns = across.stamps_ns[partner]
        distance_ns = abs(own_ns - across_ns)
        if distance_ns > self._slop_ns:
            return None
        nearest_back = own.nearest(across_ns)
        if nearest_back is None or own.stamps_ns[nearest_back] != own_ns:
            return None
        # A nearer one would have to come before these times, see the class.
        if earliest_next_ns is not None and distance_ns > 0:
            if earliest_next_ns[side.other] < own_ns + distance_ns:
                return None
            if earliest_next_ns[side] < across_ns + distance_ns:
                return None
        own_item, across_item = own.pop(nearest_back)[1], across.pop(partner)[1]
        if side is Side.RGB:
            return Match(own_ns, own_item, across_ns, across_item)
        return Match(across_ns, across_item, own_ns, own_item)
