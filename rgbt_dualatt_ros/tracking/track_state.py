"""TrackState: what is carried from frame to frame besides what was learned."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import clip_to_image
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
        doubtful_frames: frames since the target was trusted last, 0 while it is.
        has_clue: the last frame had a good score though the target does not count as found yet.
    """

    size: ImageSize
    box: Box
    trusted: Box
    reported: Box
    status: TrackStatus = TrackStatus.TRACKING
    doubtful_frames: int = 0
    has_clue: bool = False

    @classmethod
    def start(cls, size: ImageSize, box: Box) -> TrackState:
        """The state in the first frame; what is reported lies inside the image from the start."""
        right, bottom = box.x + box.w, box.y + box.h
        if min(box.x, box.y) >= 0 and right <= size.width and bottom <= size.height:
            return cls(size, box, box, box)
        inside = clip_to_image(box.as_array()[None], size, min_side=1.0)[0]
        return cls(size, box, box, Box.from_sequence(inside))

    def looks_elsewhere(self, patience: int) -> bool:
        """The next frame should look for the target away from `box`.

        A doubtful target may be hidden where it is or may have jumped: after `patience` frames
        both are tried in turn; a lost one is looked for elsewhere in every frame.
        """
        if self.status is TrackStatus.TRACKING or self.has_clue:
            return False
        if self.status is TrackStatus.LOST:
            return True
        late = self.doubtful_frames - patience
        return late > 0 and late % 2 == 1

    def after(self, box: Box, refined: Box, status: TrackStatus, *, has_clue: bool) -> TrackState:
        """The state after a frame whose best place was `box`."""
        if status is TrackStatus.TRACKING:
            return TrackState(self.size, box, box, refined)
        return replace(
            self,
            box=box,
            status=status,
            doubtful_frames=self.doubtful_frames + 1,
            has_clue=has_clue,
        )

    def after_nothing(self, status: TrackStatus) -> TrackState:
        """The state after a frame in which no camera showed anything, or nothing elsewhere."""
        place = self.trusted if status is TrackStatus.LOST else self.box
        return replace(
            self,
            box=place,
            status=status,
            doubtful_frames=self.doubtful_frames + 1,
            has_clue=False,
        )
