"""RecentRate: how often something happened lately."""

from __future__ import annotations

from collections import deque

from rgbt_dualatt_ros.core.time_units import NS_PER_S

# The rate is that of the last two seconds: shorter jumps about, longer hides a stall.
_WINDOW_NS = 2 * NS_PER_S


class RecentRate:
    """Events a second over the last two seconds; times are those of one monotonic clock, ns."""

    def __init__(self) -> None:
        self._happened_ns: deque[int] = deque()

    def happened(self, now_ns: int) -> None:
        """Once more, now."""
        self._happened_ns.append(now_ns)

    def per_second(self, now_ns: int) -> float:
        """0 when it happened less than twice lately."""
        happened_ns = self._happened_ns
        while happened_ns and now_ns - happened_ns[0] > _WINDOW_NS:
            happened_ns.popleft()
        if len(happened_ns) < 2:
            return 0.0
        span_ns = max(happened_ns[-1] - happened_ns[0], 1)
        return (len(happened_ns) - 1) * NS_PER_S / span_ns
