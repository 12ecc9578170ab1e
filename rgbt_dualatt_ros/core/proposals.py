"""ProposalSet: candidate boxes and where each came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box_array import Boxes


class ProposalSource(IntEnum):
    """Who proposed a box; the numbers are those of `msg/TrackedTarget.msg`."""

    LOCAL = 0
    GLOBAL = 1


@dataclass(frozen=True, slots=True, eq=False)
class ProposalSet:
    """Candidate boxes `(N, 4)` and their `ProposalSource` values `(N,)` uint8."""

    boxes: Boxes
    source: NDArray[np.uint8]

    @classmethod
    def of(cls, boxes: Boxes, source: ProposalSource) -> ProposalSet:
        """All `boxes` from one `source`."""
        return cls(boxes, np.full(len(boxes), source, np.uint8))

    def __len__(self) -> int:
        return len(self.boxes)

    def __add__(self, other: ProposalSet) -> ProposalSet:
        return ProposalSet(
            np.concatenate([self.boxes, other.boxes]), np.concatenate([self.source, other.source])
        )
