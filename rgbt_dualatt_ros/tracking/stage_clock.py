"""StageClock: how long each stage of a frame takes, for the benchmark."""

from __future__ import annotations

import time
from collections import defaultdict


class StageClock:
    """Adds up wall time by stage; does nothing until `enabled`.

    On a GPU the stages overlap with the host: only the time of the whole frame is right then.
    """

    def __init__(self) -> None:
        self.enabled = False
        self.total_ns: dict[str, int] = defaultdict(int)
        self._last_ns = 0

    def start(self) -> None:
        """A frame begins."""
        if self.enabled:
            self._last_ns = time.perf_counter_ns()

    def mark(self, stage: str) -> None:
        """`stage` ends now; the next one begins."""
        if self.enabled:
            now_ns = time.perf_counter_ns()
            self.total_ns[stage] += now_ns - self._last_ns
            self._last_ns = now_ns
