"""Speed of a tracker on this machine: frames, stages, memory, with and without busy neighbours."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.time_units import NS_PER_MS
from rgbt_dualatt_ros.tracking.dual_attention_tracker import DualAttentionTracker

_TENTHS = 10
_BUSY_LOOP = "while True: pass"


@dataclass(frozen=True, slots=True, eq=False)
class SpeedReport:
    """What one run took.

    Attributes:
        frame_ms: wall time `(N,)` of each `track`.
        cpu_ms: processor time of the process for each `track`, mean.
        init_s: wall time of `initialize`.
        stage_ms: mean wall time by stage.
        maps_ms: wall time `(M,)` of each map of global attention, part of the stages; M may be 0.
        resident_mb: resident memory `(10,)` after each tenth of the frames.
    """

    frame_ms: NDArray[np.float64]
    cpu_ms: float
    init_s: float
    stage_ms: Mapping[str, float]
    maps_ms: NDArray[np.float64]
    resident_mb: NDArray[np.float64]

    @property
    def growth_mb(self) -> float:
        """How much memory came after the first tenth of the frames."""
        return float(self.resident_mb[-1] - self.resident_mb[0])

    @property
    def frames_per_second(self) -> float:
        """Frames a second of wall time."""
        return float(1e3 / self.frame_ms.mean())

    def percentile_ms(self, percent: float) -> float:
        """The frame time that `percent` of the frames do not exceed."""
        return float(np.percentile(self.frame_ms, percent))

    def lines(self) -> list[str]:
        """The report for a terminal."""
        frame = "  ".join(f"p{p} {self.percentile_ms(p):.1f}" for p in (50, 95, 99))
        stages = "  ".join(f"{name} {ms:.1f}" for name, ms in self.stage_ms.items())
        resident = " ".join(f"{mb:.0f}" for mb in self.resident_mb)
        return [
            f"  {self.frames_per_second:.1f} frames/s over {len(self.frame_ms)} frames; "
            f"processor time {self.cpu_ms:.1f} ms a frame",
            f"  frame, ms: mean {self.frame_ms.mean():.1f}  {frame}",
            f"  stages, ms: {stages}",
            f"  global attention: {self._maps()}",
            f"  initialize {self.init_s:.2f} s",
            f"  resident after each tenth, MB: {resident}; grew by {self.growth_mb:+.1f} MB",
        ]

    def _maps(self) -> str:
        count = len(self.maps_ms)
        if count == 0:
            return "no map"
        middle, most = np.percentile(self.maps_ms, (50, 95))
        return f"{count} maps, ms: median {middle:.1f}  p95 {most:.1f}, counted in the stages too"


def measure_speed(
    tracker: DualAttentionTracker, pairs: Sequence[FramePair], box: Box, frames: int
) -> SpeedReport:
    """Track `frames` frames, to and fro over `pairs`, which begin with the target in `box`.

    Args:
        tracker: with the device and threads it shall be measured on.
        pairs: at least two, of one size.
        box: of the target in the first of them.
        frames: how many, at least ten.
    """
    to_and_fro = list(pairs) + list(pairs[-2:0:-1])
    tracker.reset()
    began = time.perf_counter()
    tracker.initialize(pairs[0], box)
    init_s = time.perf_counter() - began
    tracker.clock.enabled = True
    tracker.clock.clear()
    frame_ms = np.zeros(frames)
    tenths = np.arange(1, _TENTHS + 1) * frames // _TENTHS
    resident = []
    cpu_began = time.process_time()
    for index, pair in enumerate(islice(cycle(to_and_fro), 1, frames + 1)):
        began = time.perf_counter()
        tracker.track(pair)
        frame_ms[index] = (time.perf_counter() - began) * 1e3
        if index + 1 in tenths:
            resident.append(resident_mb())
    cpu_ms = (time.process_time() - cpu_began) * 1e3 / frames
    tracker.clock.enabled = False
    stages = {name: total / NS_PER_MS / frames for name, total in tracker.clock.total_ns.items()}
    maps_ms = np.array(tracker.clock.maps_ns) / NS_PER_MS
    return SpeedReport(frame_ms, cpu_ms, init_s, stages, maps_ms, np.array(resident))


def resident_mb() -> float:
    """Resident memory of this process; 0 where the system does not tell."""
    status = Path("/proc/self/statm")
    if not status.is_file():
        return 0.0
    pages = int(status.read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextlib.contextmanager
def busy_neighbours(count: int) -> Iterator[None]:
    """`count` processes that use a core each, for as long as the context lasts."""
    neighbours = [subprocess.Popen([sys.executable, "-c", _BUSY_LOOP]) for _ in range(count)]
    try:
        yield
    finally:
        for neighbour in neighbours:
            neighbour.kill()
            neighbour.wait()
