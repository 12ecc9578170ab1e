"""StageClock: how long each stage of a frame takes, and each map in it, for the benchmark."""

from __future__ import annotations

import time
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.models.global_attention import GlobalAttentionNet, Look, TargetCode


class StageClock:
    """Adds up wall time by stage; does nothing until `enabled`.

    On a GPU the stages overlap with the host: only the time of the whole frame is right then.
    """

    def __init__(self) -> None:
        self.enabled = False
        self.total_ns: dict[str, int] = defaultdict(int)
        self.maps_ns: list[int] = []
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

    def clear(self) -> None:
        """Forget what was measured."""
        self.total_ns.clear()
        self.maps_ns.clear()


class ClockedNet:
    """A `GlobalAttentionNet` whose maps are timed one by one; they count for their stage too."""

    def __init__(self, net: GlobalAttentionNet, clock: StageClock) -> None:
        self._net = net
        self._clock = clock

    def code_target(self, pair: FramePair, box: Box) -> TargetCode:
        """That of the net."""
        return self._net.code_target(pair, box)

    def look(self, pair: FramePair, code: TargetCode) -> Look:
        """That of the net, timed while the clock is enabled."""
        began_ns = time.perf_counter_ns()
        look = self._net.look(pair, code)
        if self._clock.enabled:
            self._clock.maps_ns.append(time.perf_counter_ns() - began_ns)
        return look

    def attend(self, pair: FramePair, code: TargetCode) -> NDArray[np.float32]:
        """The strength of `look` alone."""
        return self.look(pair, code).strength
