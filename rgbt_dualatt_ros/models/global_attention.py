"""GlobalAttentionNet: what the tracker asks of a net that finds the target in the whole image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.frame_pair import FramePair

INPUT_SIZE = ImageSize(width=256, height=192)  # section 3.1
TargetCode = Sequence[Tensor]
"""What a net remembers of the target, computed once; only the net that made it reads it."""


class GlobalAttentionNet(Protocol):
    """Implemented by both nets, in `eval()` and without gradients."""

    def code_target(self, pair: FramePair, box: Box) -> TargetCode:
        """Learn what the target inside `box` of `pair` looks like."""

    def attend(self, pair: FramePair, code: TargetCode) -> NDArray[np.float32]:
        """Where the target of `code` may be: `(192, 256)` in [0, 1], of the whole image."""
