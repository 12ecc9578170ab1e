"""TrackState: what is carried from frame to frame besides what was learned."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.prediction import TrackStatus


@dataclass(frozen=True, slots=True)
class TrackState:
    """Where the target is thought to be.

    Attributes:
        size: of the images; it may not change.
        box: where the next search begins; never refined by box regression, which would drift.
        trusted: `box` when the target was trusted last.
        reported: the refined box when the target was trusted last.
        status: after the last frame.
        frames_lost: frames since the target was lost, 0 while it is not.
        has_clue: the last frame had a good score though the target does not count as found yet.
    """

    size: ImageSize
    box: Box
    trusted: Box
    reported: Box
    status: TrackStatus = TrackStatus.TRACKING
    frames_lost: int = 0
    has_clue: bool = False

    @classmethod
    def start(cls, size: ImageSize, box: Box) -> TrackState:
        """The state in the first frame."""
        return cls(size, box, box, box)

    @property
    def is_searching(self) -> bool:
        """Lost and without a clue: look elsewhere than around `box`."""
        return self.status is TrackStatus.LOST and not self.has_clue

    def after(self, box: Box, refined: Box, status: TrackStatus, *, has_clue: bool) -> TrackState:
        """The state after a frame whose best place was `box`."""
        if status is TrackStatus.TRACKING:
            return TrackState(self.size, box, box, refined)
        if status is TrackStatus.UNCERTAIN:
            return replace(self, box=box, status=status, frames_lost=0, has_clue=has_clue)
        place = box if has_clue else self.trusted
        lost = self.frames_lost + 1
        return replace(self, box=place, status=status, frames_lost=lost, has_clue=has_clue)

    def after_nothing(self, status: TrackStatus) -> TrackState:
        """The state after a frame in which no camera showed anything."""
        lost = self.frames_lost + 1 if status is TrackStatus.LOST else 0
        return replace(self, status=status, frames_lost=lost, has_clue=False)
