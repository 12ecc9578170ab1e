"""Draft: two instants with everything that is known in them, before targets are chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box_array import Boxes

Image = NDArray[np.uint8]
Ids = NDArray[np.int64]
Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Instant:
    """One moment as both cameras see it; an equal id in two instants is the same thing.

    Attributes:
        rgb: `(H, W, 3)` uint8, red first.
        thermal: `(H, W)` uint8.
        ids: `(N,)` of the things in view, each once.
        boxes: `(N, 4)` xywh, px; may reach beyond the image.
    """

    rgb: Image
    thermal: Image
    ids: Ids
    boxes: Boxes

    def boxes_of(self, ids: Ids) -> Boxes:
        """`(len(ids), 4)`; a row of NaN for what is not in view."""
        found = np.full((len(ids), 4), np.nan, np.float32)
        rows, own = np.nonzero(ids[:, None] == self.ids[None, :])
        found[rows] = self.boxes[own]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A pair in the making.

    Attributes:
        candidates: `(C,)` ids in `first` that may become targets.
        weights: `(C,)` how often each is wanted as a target, above 0.
        things: `(M,)` ids in `search` that could be taken for a target; background is none.
    """

    first: Instant
    search: Instant
    candidates: Ids
    weights: Weights
    things: Ids


class DraftSource(Protocol):
    """Somewhere that pairs begin: clips, rendered scenes."""

    def draft(self, rng: np.random.Generator) -> Draft:
        """Two instants; depends on nothing but the state of `rng`."""
