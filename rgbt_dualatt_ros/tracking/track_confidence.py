"""TrackConfidence: from scores to a status, with memory and hysteresis; no images, no nets."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.tracker_config import StatusConfig


@dataclass(frozen=True, slots=True)
class Evidence:
    """What besides its score speaks for the best place of a frame.

    Attributes:
        is_elsewhere: it was looked for away from where the target was followed, so that more is
            asked of it.
        is_refused: something else may be the target as well, so it must not be believed.
        frames_needed: good frames in a row before it is believed; None leaves that to the frame
            before it in the row, and to the status in the first.
        least_share: of the reference that is asked of its score; None leaves that to the status.
        is_identified: it is known to be the target whatever its score; once it is believed, its
            score is what a trusted target scores from now on.
    """

    is_elsewhere: bool = False
    is_refused: bool = False
    frames_needed: int | None = None
    least_share: float | None = None
    is_identified: bool = False


class Confidence(Protocol):
    """What a rule answers; `update` is called once a frame."""

    @property
    def has_clue(self) -> bool: ...  # noqa: D102  see TrackConfidence, here and below

    @property
    def reference(self) -> float: ...  # noqa: D102

    def is_doubtful(self, score: float) -> bool: ...  # noqa: D102

    def is_found(self, score: float, least_share: float | None = None) -> bool: ...  # noqa: D102

    def restart(self, score: float) -> None: ...  # noqa: D102

    def update(  # noqa: D102
        self, score: float | None, evidence: Evidence = Evidence()
    ) -> TrackStatus: ...


def build_confidence(config: StatusConfig) -> Confidence:
    """The rule that the settings name."""
    return TrackConfidence(config) if config.rule == "relative" else ScoreSign(config)


class ScoreSign:
    """The rule of MDNet's family: a score above a fixed number, 0, is a success."""

    reference = 1.0  # margins between scores are in logits

    def __init__(self, config: StatusConfig) -> None:
        self._config = config
        self._failures = 0
        self._good_in_row = 0
        self._good_needed = 1

    @property
    def has_clue(self) -> bool:
        """The last score was a success elsewhere that other frames must confirm."""
        return self._good_in_row > 0

    def is_doubtful(self, score: float) -> bool:
        """`score` is no success."""
        return not score > self._config.success_above

    def is_found(self, score: float, least_share: float | None = None) -> bool:
        """`score` is a success, wherever it was found."""
        del least_share
        return not self.is_doubtful(score)

    def restart(self, score: float) -> None:
        """Begin; the score of the first frame does not matter."""
        del score
        self._failures = self._good_in_row = 0

    def update(self, score: float | None, evidence: Evidence = Evidence()) -> TrackStatus:
        """The status after a frame; one success makes good any number of failures."""
        if score is None or evidence.is_refused or self.is_doubtful(score):
            self._good_in_row = 0
        else:
            if self._good_in_row == 0 or evidence.frames_needed:
                self._good_needed = evidence.frames_needed or 1
            self._good_in_row += 1
            if self._good_in_row >= self._good_needed:
                self._failures = self._good_in_row = 0
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

    def is_found(self, score: float, least_share: float | None = None) -> bool:
        """`score` is high enough for a place away from where the target was followed."""
        usual = self._config.found_above
        return self._reaches(score, usual if least_share is None else least_share)

    def restart(self, score: float) -> None:
        """Begin with `score`, that of the target in its first frame."""
        self._accepted.clear()
        self._accept(score)
        self._status = TrackStatus.TRACKING
        self._good_in_row = self._good_needed = self._doubtful_in_row = 0

    def update(self, score: float | None, evidence: Evidence = Evidence()) -> TrackStatus:
        """The status after a frame.

        Args:
            score: of the best boxes; None when no camera showed anything.
            evidence: what besides speaks for them.
        """
        known = None if evidence.is_refused else score
        if self._status is TrackStatus.TRACKING:
            self._watch(known, evidence)
        else:
            self._recover(known, evidence)
        if known is not None and self._status is TrackStatus.TRACKING:
            self._accept(known)
        return self._status

    def _watch(self, score: float | None, evidence: Evidence) -> None:
        if score is None or self.is_doubtful(score) or evidence.is_elsewhere:
            self._status = TrackStatus.UNCERTAIN
            self._good_in_row, self._doubtful_in_row = 0, 0
            self._recover(score, evidence)

    def _recover(self, score: float | None, evidence: Evidence) -> None:
        config, is_elsewhere = self._config, evidence.is_elsewhere
        least = config.found_above if is_elsewhere else config.trusted_above
        is_good = self._reaches(
            score, least if evidence.least_share is None else evidence.least_share
        )
        if is_good and (self._good_in_row == 0 or evidence.frames_needed):
            is_lost = self._status is TrackStatus.LOST
            usual = config.found_after if is_elsewhere or is_lost else config.trusted_after
            self._good_needed = evidence.frames_needed or usual
        self._good_in_row = self._good_in_row + 1 if is_good else 0
        if is_good:
            if self._good_in_row >= self._good_needed:
                self._status, self._doubtful_in_row = TrackStatus.TRACKING, 0
                if evidence.is_identified:
                    self._accepted.clear()
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
