"""LabelledPair: two instants of one scene and where some targets are in both; PairSource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPair:
    """What one training sample is made of, before it becomes tensors.

    Attributes:
        first: where the targets are shown to the net.
        search: where it must find them; of the same scene, later, altered, or both.
        first_boxes: `(K, 4)` xywh, px of `first`; each at least partly inside it.
        search_boxes: `(K, 4)` xywh, px of `search`; a row of NaN when that target is not there.
        others: `(M, 4)` xywh, px of `search`: things that could be taken for a target; M may be 0.
            A box of a target in `search_boxes` may stand here too.
    """

    first: FramePair
    search: FramePair
    first_boxes: Boxes
    search_boxes: Boxes
    others: Boxes


class PairSource(Protocol):
    """Something that training pairs can be drawn from."""

    def draw(self, rng: np.random.Generator) -> LabelledPair:
        """A pair that depends on nothing but the state of `rng`: equal states, equal pairs."""
