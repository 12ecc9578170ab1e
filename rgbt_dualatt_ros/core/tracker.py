"""The Tracker protocol: three verbs for node and evaluation, and two questions for the curious."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.explanation import AttentionImages, LearningReport, SearchReport
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


@runtime_checkable
class ExplainingTracker(Tracker, Protocol):
    """A tracker that can also say where it looks and how its learning goes; ours is one."""

    @property
    def learning(self) -> LearningReport:
        """How the learning of the present target goes."""

    @property
    def search(self) -> SearchReport | None:
        """Where the last pair was searched; None before the first `track` of a target."""

    def attention(self, pair: FramePair, box: Box) -> AttentionImages:
        """Where the classifier looks when it judges `box` of `pair`; changes nothing.

        Costs about as much as a frame: ask only when someone looks.

        Raises:
            NotInitializedError: before the first `initialize`.
            InvalidBoxError: when the box is outside the image or too small.
        """
