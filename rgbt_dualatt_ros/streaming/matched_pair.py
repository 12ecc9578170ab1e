"""What the synchroniser gives out: two images of one instant, and counts of all it took in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

T = TypeVar("T")


class Side(Enum):
    """Which of the two cameras an image came from."""

    RGB = "rgb"
    THERMAL = "thermal"

    @property
    def other(self) -> Side:
        """The camera across."""
        return Side.THERMAL if self is Side.RGB else Side.RGB


@dataclass(frozen=True, slots=True, eq=False)
class MatchedPair(Generic[T]):
    """A colour and a thermal image whose stamps are nearest to each other.

    Attributes:
        stamp_ns: time of the pair, which is the stamp of the colour image.
        delta_ns: colour stamp minus thermal stamp, the constant thermal offset already added to
            the latter; its size is at most the slop.
        after_jump: time jumped back between the pair before and this one.
    """

    rgb: T
    thermal: T
    stamp_ns: int
    delta_ns: int
    after_jump: bool = False


@dataclass(frozen=True, slots=True)
class SyncCounts:
    """What became of every image: received = 2 paired + the three refusals + still waiting.

    Attributes:
        paired: pairs given out.
        rgb_unmatched: colour images given up without a partner.
        thermal_unmatched: thermal images given up without a partner.
        late: images older than all of a full queue on arrival; dropped at once.
        unstamped: images with stamp zero, from the second in a row of one camera; dropped.
        out_of_order: images older than the one before them from the same camera; they may have
            found a partner all the same, so they are no share of the sum.
        time_jumps: times that stamps went far back, once for both cameras.
    """

    paired: int = 0
    rgb_unmatched: int = 0
    thermal_unmatched: int = 0
    late: int = 0
    unstamped: int = 0
    out_of_order: int = 0
    time_jumps: int = 0

    @property
    def unmatched(self) -> int:
        """Images of both cameras given up without a partner."""
        return self.rgb_unmatched + self.thermal_unmatched
