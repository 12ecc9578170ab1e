"""The images of one camera that still wait for a partner, oldest stamp first."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Generic, TypeVar

T = TypeVar("T")


class WaitingImages(Generic[T]):
    """Images sorted by stamp; of equal stamps the first to come stays first."""

    def __init__(self) -> None:
        self.stamps_ns: list[int] = []
        self._items: list[T] = []

    def __len__(self) -> int:
        return len(self.stamps_ns)

    def insert(self, stamp_ns: int, item: T) -> int:
        """Put an image in its place and answer which place that is."""
        index = bisect_right(self.stamps_ns, stamp_ns)
        self.stamps_ns.insert(index, stamp_ns)
        self._items.insert(index, item)
        return index

    def pop(self, index: int) -> tuple[int, T]:
        """Take out the image at `index`: its stamp and itself."""
        return self.stamps_ns.pop(index), self._items.pop(index)

    def nearest(self, stamp_ns: int) -> int | None:
        """Index of the image nearest to `stamp_ns`, the earlier of two; None when empty."""
        stamps = self.stamps_ns
        if not stamps:
            return None
        after = bisect_left(stamps, stamp_ns)
        if after == 0:
            return 0
        before_ns = stamps[after - 1]
        if after < len(stamps) and stamps[after] - stamp_ns < stamp_ns - before_ns:
            return after
        return bisect_left(stamps, before_ns)
