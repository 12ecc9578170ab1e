"""What the stamps of one camera tell: its period, its order, and whether its time has jumped."""

from __future__ import annotations

from collections import deque
from enum import Enum

# The next image is not expected before this share of the shortest recent interval has passed. A
# tenth is left for jitter; by as much as a guess is wrong, the pair is farther apart than need be.
_EARLIEST_SHARE = (9, 10)
_REMEMBERED_INTERVALS = 16
_FEWEST_INTERVALS = 3


class Arrival(Enum):
    """How the stamp of an image stands to those before it."""

    IN_ORDER = "in order"
    OUT_OF_ORDER = "out of order"
    JUMPED_BACK = "jumped back"
    AFTER_STRAY_AHEAD = "back in time after one image whose stamp was far ahead"
    AFTER_STRAY_BEHIND = "back in time after one image whose stamp was far behind"


class StreamClock:
    """Follows the stamps of one camera.

    Args:
        jump_back_ns: a stamp this far behind the newest means that time has jumped.
    """

    def __init__(self, jump_back_ns: int) -> None:
        self._jump_back_ns = jump_back_ns
        self._newest_ns: int | None = None
        self._before_leap_ns: int | None = None
        self._intervals_ns: deque[int] = deque(maxlen=_REMEMBERED_INTERVALS)

    @property
    def newest_ns(self) -> int | None:
        """Newest stamp since the last jump; None before the first image."""
        return self._newest_ns

    @property
    def earliest_next_ns(self) -> int | None:
        """Time before which no further image is expected; None before the first image.

        The newest stamp itself until the period is known, later nearly a period after it.
        """
        if self._newest_ns is None or len(self._intervals_ns) < _FEWEST_INTERVALS:
            return self._newest_ns
        share, whole = _EARLIEST_SHARE
        return self._newest_ns + min(self._intervals_ns) * share // whole

    def observe(self, stamp_ns: int) -> Arrival:
        """Take in the stamp of the image that has just come."""
        newest_ns, before_leap_ns = self._newest_ns, self._before_leap_ns
        self._before_leap_ns = None
        if newest_ns is None:
            self._newest_ns = stamp_ns
            return Arrival.IN_ORDER
        if not self.is_near(stamp_ns, newest_ns):
            # One stray stamp must not pass for a jump when the next one goes on where it was.
            if before_leap_ns is not None and self.is_near(stamp_ns, before_leap_ns):
                self._newest_ns = max(stamp_ns, before_leap_ns)
                is_ahead = newest_ns > stamp_ns
                return Arrival.AFTER_STRAY_AHEAD if is_ahead else Arrival.AFTER_STRAY_BEHIND
            self._before_leap_ns = newest_ns
            self._newest_ns = stamp_ns
            return Arrival.JUMPED_BACK if stamp_ns < newest_ns else Arrival.IN_ORDER
        if stamp_ns < newest_ns:
            return Arrival.OUT_OF_ORDER
        self._intervals_ns.append(stamp_ns - newest_ns)
        self._newest_ns = stamp_ns
        return Arrival.IN_ORDER

    def is_near(self, first_ns: int, second_ns: int) -> bool:
        """Whether two stamps are too close together for a jump to lie between them."""
        return abs(first_ns - second_ns) <= self._jump_back_ns

    def forget(self) -> None:
        """Take the next stamp as a first one; the period, a property of the camera, stays."""
        self._newest_ns = None
        self._before_leap_ns = None
