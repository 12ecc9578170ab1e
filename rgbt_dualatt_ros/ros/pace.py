"""Pace: whether it is time for the next one, when there may be so many a second."""

from __future__ import annotations

import time

from rgbt_dualatt_ros.core.time_units import NS_PER_S


class Pace:
    """One thread uses it; the rate may change from call to call."""

    def __init__(self) -> None:
        self._last_ns: int | None = None  # the clock starts with the machine, not with us

    def is_due(self, max_rate_hz: float) -> bool:
        """Whether the last one is old enough; if so, the next one counts as made now.

        Args:
            max_rate_hz: so many a second at most; 0 means all.
        """
        now_ns, last_ns = time.monotonic_ns(), self._last_ns
        if last_ns is not None and max_rate_hz and (now_ns - last_ns) * max_rate_hz < NS_PER_S:
            return False
        self._last_ns = now_ns
        return True
