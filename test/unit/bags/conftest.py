"""A tiny sequence to write into bags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from rgbt_dualatt_ros.core.raw_frame import RawFrame

PERIOD_NS = 33_333_333
FIRST_NS = 5_000_000_000
HEIGHT, WIDTH = 12, 16


@dataclass(frozen=True)
class TinySequence:
    """Noise with known boxes.

    Attributes:
        count: number of frames.
        depth: type of the thermal images.
        lag_ns: thermal stamp minus colour stamp.
        lost_rgb: frames without colour image.
        lost_thermal: frames without thermal image.
        absent: frames without target.
        first_ns: stamp of the first colour image.
    """

    count: int = 6
    depth: type[np.generic] = np.uint16
    lag_ns: int = 4_000_000
    lost_rgb: frozenset[int] = frozenset()
    lost_thermal: frozenset[int] = frozenset()
    absent: frozenset[int] = frozenset()
    first_ns: int = FIRST_NS

    def frames(self) -> Iterator[RawFrame]:
        """The same frames at each call."""
        rng = np.random.default_rng(0)
        top = 2 ** (8 * np.dtype(self.depth).itemsize)
        for index in range(self.count):
            rgb = rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
            thermal = rng.integers(0, top, (HEIGHT // 2, WIDTH // 2)).astype(self.depth)
            stamp_ns = self.first_ns + index * PERIOD_NS
            truth = np.array([1.25 + index, 2, 3, 4], np.float32)
            yield RawFrame(
                None if index in self.lost_rgb else rgb,
                None if index in self.lost_thermal else thermal,
                stamp_ns,
                stamp_ns + self.lag_ns,
                np.full(4, np.nan, np.float32) if index in self.absent else truth,
            )


@pytest.fixture
def tiny_sequence() -> TinySequence:
    """Six frames, nothing lost."""
    return TinySequence()


@pytest.fixture
def tiny_class() -> type[TinySequence]:
    """To build other tiny sequences; tests cannot import one another."""
    return TinySequence
