"""Frames of one sequence kept in memory, so that several trackers need not decode them again."""

from __future__ import annotations

from collections.abc import Iterator

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence

MOST_BYTES = 600_000_000
"""About 480 pairs of 640x480; a longer sequence is decoded for every tracker."""


class KeptFrames:
    """A sequence whose pairs are kept after the first whole pass, when they fit.

    Args:
        sequence: what it shows.
        most_bytes: of memory for the images.
    """

    def __init__(self, sequence: RgbtSequence, most_bytes: int = MOST_BYTES) -> None:
        self._sequence = sequence
        self._most_bytes = most_bytes
        self._kept: list[FramePair] = []
        self.name = sequence.name
        self.attributes = sequence.attributes
        self.truth: Boxes = sequence.truth

    def __len__(self) -> int:
        return len(self._sequence)

    def pairs(self) -> Iterator[FramePair]:
        """Every pair in order; see `RgbtSequence.pairs`."""
        if self._kept:
            yield from self._kept
            return
        passing: list[FramePair] = []
        for pair in self._sequence.pairs():
            size = (pair.rgb.nbytes + pair.thermal.nbytes) * len(self)
            if size <= self._most_bytes:
                passing.append(pair)
            yield pair
        if len(passing) == len(self):
            self._kept = passing
