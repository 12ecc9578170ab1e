"""GlobalAttentionNet: what the tracker asks of a net that finds the target in the whole image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.frame_pair import FramePair

INPUT_SIZE = ImageSize(width=256, height=192)  # section 3.1
TargetCode = Sequence[Tensor]
"""What a net remembers of the target, computed once; only the net that made it reads it."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What a net makes of one frame pair.

    Attributes:
        strength: `(192, 256)` float32 in [0, 1]: where the target may be, in the whole image.
        features: `(C, h, w)` float32, of about unit variance: what is where, whatever the target.
        first, step: px of the input that the first cell of `features` looks at, and from one cell
            to the next, in x and y alike.
    """

    strength: NDArray[np.float32]
    features: NDArray[np.float32]
    first: float
    step: float


class GlobalAttentionNet(Protocol):
    """Implemented by both nets, in `eval()` and without gradients."""

    def code_target(self, pair: FramePair, box: Box) -> TargetCode:
        """Learn what the target inside `box` of `pair` looks like."""

    def look(self, pair: FramePair, code: TargetCode) -> Look:
        """Where the target of `code` may be, and what the frame looks like to the net."""

    def attend(self, pair: FramePair, code: TargetCode) -> NDArray[np.float32]:
        """Where the target of `code` may be: the strength of `look` alone."""
