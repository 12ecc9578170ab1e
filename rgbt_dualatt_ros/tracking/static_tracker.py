"""StaticTracker: the first box for ever."""

from __future__ import annotations

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.errors import FramePairError, NotInitializedError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus

MIN_SIDE_PX = 1.0


class StaticTracker:
    """Answers the first box for ever: a baseline, and the double for every test without a net."""

    def __init__(self) -> None:
        self._box: Box | None = None
        self._size: ImageSize | None = None

    def initialize(self, pair: FramePair, box: Box) -> None:
        """Keep `box`; see `Tracker.initialize`."""
        box.check_usable(pair.size, MIN_SIDE_PX)
        self._box, self._size = box, pair.size

    def track(self, pair: FramePair) -> Prediction:
        """The first box with score 1; see `Tracker.track`."""
        if self._box is None:
            raise NotInitializedError("call initialize(pair, box) before track(pair)")
        if pair.size != self._size:
            raise FramePairError(
                f"the target was chosen in a {self._size} image; this pair is {pair.size}"
            )
        return Prediction(self._box, 1.0, TrackStatus.TRACKING, pair.stamp_ns)

    def reset(self) -> None:
        """Forget the box."""
        self._box = self._size = None
