"""TrackConfidence: from scores to a status, with memory and hysteresis; no images, no nets."""

from __future__ import annotations

import statistics
from collections import deque
from typing import Protocol

from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.tracker_config import StatusConfig


class Confidence(Protocol):
    """What a rule answers; `update` is called once a frame."""

    @property
    def has_clue(self) -> bool: ...  # noqa: D102  see TrackConfidence, here and below

    def is_doubtful(self, score: float) -> bool: ...  # noqa: D102

    def is_found(self, score: float) -> bool: ...  # noqa: D102

    def restart(self, score: float) -> None: ...  # noqa: D102

    def update(  # noqa: D102
        self, score: float | None, *, is_elsewhere: bool = False
    ) -> TrackStatus: ...


def build_confidence(config: StatusConfig) -> Confidence:
    """The rule that the settings name."""
    return TrackConfidence(config) if config.rule == "relative" else ScoreSign(config)


class ScoreSign:
    """The rule of MDNet's family: a score above a fixed number, 0, is a success."""

    has_clue = False

    def __init__(self, config: StatusConfig) -> None:
        self._config = config
        self._failures = 0

    def is_doubtful(self, score: float) -> bool:
        """`score` is no success."""
        return not score > self._config.success_above

    def is_found(self, score: float) -> bool:
        """`score` is a success, wherever it was found."""
        return not self.is_doubtful(score)

    def restart(self, score: float) -> None:
        """Begin; the score of the first frame does not matter."""
        del score
        self._failures = 0

    def update(self, score: float | None, *, is_elsewhere: bool = False) -> TrackStatus:
        """The status after a frame; one success makes good any number of failures."""
        del is_elsewhere
        if score is not None and not self.is_doubtful(score):
            self._failures = 0
            return TrackStatus.TRACKING
        self._failures += 1
        is_lost = self._failures >= self._config.lost_after
        return TrackStatus.LOST if is_lost else TrackStatus.UNCERTAIN


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
        self._good_needed = 0
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

    def is_doubtful(self, score: float) -> bool:
        """`score` is so low that one should look elsewhere too."""
        return not self._reaches(score, self._config.uncertain_below)

    def is_found(self, score: float) -> bool:
        """`score` is high enough for a place away from where the target was followed."""
        return self._reaches(score, self._config.found_above)

    def restart(self, score: float) -> None:
        """Begin with `score`, that of the target in its first frame."""
        self._accepted.clear()
        self._accept(score)
        self._status = TrackStatus.TRACKING
        self._good_in_row = self._good_needed = self._doubtful_in_row = 0

    def update(self, score: float | None, *, is_elsewhere: bool = False) -> TrackStatus:
        """The status after a frame.

        Args:
            score: of the best boxes; None when no camera showed anything.
            is_elsewhere: they were looked for away from where the target was followed, so that
                more is asked of them.
        """
        if self._status is TrackStatus.TRACKING:
            self._watch(score, is_elsewhere=is_elsewhere)
        else:
            self._recover(score, is_elsewhere=is_elsewhere)
        if score is not None and self._status is TrackStatus.TRACKING:
            self._accept(score)
        return self._status

    def _watch(self, score: float | None, *, is_elsewhere: bool) -> None:
        if score is None or self.is_doubtful(score) or is_elsewhere:
            self._status = TrackStatus.UNCERTAIN
            self._good_in_row, self._doubtful_in_row = 0, 0
            self._recover(score, is_elsewhere=is_elsewhere)

    def _recover(self, score: float | None, *, is_elsewhere: bool) -> None:
        config = self._config
        is_good = self._reaches(
            score, config.found_above if is_elsewhere else config.trusted_above
        )
        if is_good and self._good_in_row == 0:
            is_lost = self._status is TrackStatus.LOST
            self._good_needed = (
                config.found_after if is_elsewhere or is_lost else config.trusted_after
            )
        self._good_in_row = self._good_in_row + 1 if is_good else 0
        if is_good:
            if self._good_in_row >= self._good_needed:
                self._status, self._doubtful_in_row = TrackStatus.TRACKING, 0
            return
        self._doubtful_in_row += 1
        self._fall()

    def _fall(self) -> None:
        if self._doubtful_in_row >= self._config.lost_after:
            self._status = TrackStatus.LOST

    def _reaches(self, score: float | None, share: float) -> bool:
        return score is not None and score >= share * self.reference

    def _accept(self, score: float) -> None:
        self._accepted.append(max(score, self._config.least_reference))
