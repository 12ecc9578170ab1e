"""The Tracker protocol: three verbs that the node and the evaluation use, and nothing else."""

from __future__ import annotations

from typing import Protocol

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction


class Tracker(Protocol):
    """Anything that follows one target through frame pairs."""

    def initialize(self, pair: FramePair, box: Box) -> None:
        """Start (or start again) with the target inside `box` of `pair`.

        Raises:
            InvalidBoxError: when the box is outside the image or too small; the old target stays.
        """

    def track(self, pair: FramePair) -> Prediction:
        """Find the target in the next pair.

        Raises:
            NotInitializedError: before the first `initialize`.
            FramePairError: when the image size differs from that of `initialize`.
        """

    def reset(self) -> None:
        """Forget the target and return to the state after construction, seed included."""
