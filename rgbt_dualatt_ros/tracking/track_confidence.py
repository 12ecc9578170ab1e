"""TrackConfidence: from scores to a status, with memory and hysteresis; no images, no nets."""

from __future__ import annotations

import statistics
from collections import deque

from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.tracker_config import StatusConfig


class TrackConfidence:
    """Decides what a score means by comparing it with those that were trusted before.

    An absolute rule (score above 0) was destructive with small, freshly trained heads: the
    target's score sinks below 0 while it still ranks first (docs/paper.md, failure rule).
    """

    def __init__(self, config: StatusConfig) -> None:
        self._config = config
        self._accepted: deque[float] = deque(maxlen=config.history)
        self._status = TrackStatus.TRACKING
        self._good_in_row = 0
        self._doubtful_in_row = 0

    @property
    def status(self) -> TrackStatus:
        """What is known after the last score."""
        return self._status

    @property
    def has_clue(self) -> bool:
        """The last score was good enough to be the target's."""
        return self._good_in_row > 0

    @property
    def reference(self) -> float:
        """Median of the accepted scores: what a trusted target scores nowadays."""
        return statistics.median(self._accepted)

    def restart(self, score: float) -> None:
        """Begin with `score`, that of the target in its first frame."""
        self._accepted.clear()
        self._accepted.append(max(score, self._config.least_reference))
        self._status = TrackStatus.TRACKING
        self._good_in_row = self._doubtful_in_row = 0

    def update(self, score: float | None) -> TrackStatus:
        """The status after a frame whose best boxes scored `score`; None when nothing was seen."""
        trusted, doubtful = self._judge(score)
        self._good_in_row = self._good_in_row + 1 if trusted else 0
        if self._status is TrackStatus.TRACKING:
            self._doubtful_in_row = 0
            if doubtful:
                self._status, self._doubtful_in_row = TrackStatus.UNCERTAIN, 1
        elif self._good_in_row >= self._needed():
            self._status, self._doubtful_in_row = TrackStatus.TRACKING, 0
        elif not trusted:
            self._doubtful_in_row += 1
            if self._doubtful_in_row >= self._config.lost_after:
                self._status = TrackStatus.LOST
        if score is not None and self._status is TrackStatus.TRACKING:
            self._accepted.append(max(score, self._config.least_reference))
        return self._status

    def _judge(self, score: float | None) -> tuple[bool, bool]:
        if score is None:
            return False, True
        config = self._config
        return (
            score >= config.trusted_above * self.reference,
            score < config.uncertain_below * self.reference,
        )

    def _needed(self) -> int:
        is_lost = self._status is TrackStatus.LOST
        return self._config.found_after if is_lost else self._config.trusted_after
