"""RegionMemory: regions of the newest maps, what the classifier said of each, whose they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.tracking.global_regions import Regions

# Distances of centres are in sides of the target, each axis in its own.
_REACH = 0.8  # a region lies nearer than this to where it was expected, or it is another one
_OWN_REACH = 0.75  # nearer than this to a trusted target a region is the target's own
_NEVER = -(10**9)
_LONGEST_GUESS = 12  # frames: nothing walks straight on for longer without being seen
_LONGEST_ABSENCE = 24  # frames: what shows up later at a place may be anything
_INERTIA = 0.5  # share of the old velocity in the new one; more for the target, whose place is
_OWN_INERTIA = 0.85  # known in every frame
_ALONE = 1.2  # farther than this from all others, the target cannot be taken for one of them
_PLAINLY = 0.4  # so much nearer must one expected place be than another to decide whose it is


@dataclass(slots=True, eq=False)
class KnownRegion:
    """Something that looks like the target to the net.

    Attributes:
        box: where it was last, px.
        strength: score of the region in the newest map that showed it.
        shown: frame of that map.
        velocity: of its centre in x and y, px a frame.
        score: of the classifier when it was looked at last; None before.
        reviewed: frame of that look, before the first one long ago.
        beside: last frame in which it was there while the target was trusted elsewhere.
    """

    box: Box
    strength: float
    shown: int
    velocity: tuple[float, float] = (0.0, 0.0)
    score: float | None = None
    reviewed: int = _NEVER
    beside: int = _NEVER

    def at(self, frame: int) -> Box:
        """Where it is expected in that frame if it goes straight on."""
        frames = min(frame - self.shown, _LONGEST_GUESS)
        (vx, vy), box = self.velocity, self.box
        return Box(box.x + vx * frames, box.y + vy * frames, box.w, box.h)

    def move(self, box: Box, strength: float, frame: int, inertia: float = _INERTIA) -> None:
        """It was shown again, at `box`."""
        if frame > self.shown:
            (x, y), (old_x, old_y) = box.center, self.box.center
            step = (x - old_x) / (frame - self.shown), (y - old_y) / (frame - self.shown)
            vx, vy = (
                inertia * old + (1 - inertia) * new
                for old, new in zip(self.velocity, step, strict=True)
            )
            self.velocity = vx, vy
        self.box, self.strength, self.shown = box, strength, frame


class RegionMemory:
    """Follows regions from map to map by their places and pace; knows nothing of images."""

    def __init__(self, config: GlobalAttentionConfig) -> None:
        self._config = config
        self._known: list[KnownRegion] = []
        self._own: KnownRegion | None = None
        self._newest = _NEVER

    @property
    def regions(self) -> list[KnownRegion]:
        """Those of the newest map, strongest first."""
        return [each for each in self._known if each.shown == self._newest]

    def forget(self) -> None:
        """A new target."""
        self._known = []
        self._own = None
        self._newest = _NEVER

    def show(self, regions: Regions, frame: int, target: Box | None) -> None:
        """Take in the regions of a new map.

        Args:
            regions: strongest first.
            frame: number of the map's pair.
            target: where it was in that pair; None when that is not known.
        """
        shown = [
            KnownRegion(Box.from_sequence(values), strength, frame)
            for values, strength in zip(regions.boxes, regions.scores.tolist(), strict=True)
        ]
        if target is not None:
            shown = [each for each in shown if _distance(each.box, target) >= _OWN_REACH]
        kept = [each for each in self._known if frame - each.shown <= _LONGEST_ABSENCE]
        known = _match(shown, kept, frame)
        if target is not None:
            for each in known:
                each.beside = frame
        self._known = known + [each for each in kept if each not in known]
        self._newest = frame

    def is_other(self, region: KnownRegion, frame: int) -> bool:
        """The region was there while the target was trusted elsewhere: it is something else."""
        return frame - region.beside <= self._config.remembered

    def follow(self, box: Box, frame: int) -> None:
        """The target was trusted at `box`; its pace is learned while nothing else is near."""
        if self._own is None or frame - self._own.shown > _LONGEST_GUESS:
            self._own = KnownRegion(box, 1.0, frame)
        elif self._nearest_other(box, frame) > _ALONE:
            self._own.move(box, 1.0, frame, _OWN_INERTIA)

    def is_mistaken(self, box: Box, frame: int, lead: float = _PLAINLY) -> bool:
        """What is at `box` moves on as something else did, and not as the target did.

        For the moments after two have met: the classifier may go on with the wrong one.

        Args:
            box: where the classifier sees the target.
            frame: the present one.
            lead: how much nearer the other is expected to `box` than the target is.
        """
        to_other = self._nearest_other(box, frame)
        if self._own is None or frame - self._own.shown > _LONGEST_GUESS:
            return lead <= 0 and to_other < _REACH
        return to_other < _REACH and _distance(box, self._own.at(frame)) > to_other + lead

    def _nearest_other(self, box: Box, frame: int, candidate: KnownRegion | None = None) -> float:
        places = [
            _distance(box, each.at(frame))
            for each in self._known
            if self.is_other(each, frame)
            and frame - each.shown <= _LONGEST_GUESS
            and not self._is_echo(each, candidate)
        ]
        return min(places, default=math.inf)

    def _is_echo(self, other: KnownRegion, candidate: KnownRegion | None) -> bool:
        """Of two peaks of one body in the newest map the weaker one says nothing."""
        if candidate is None or other.shown != self._newest:
            return False
        return other.strength < candidate.strength

    def holds_other(self, box: Box, frame: int, candidate: KnownRegion | None = None) -> bool:
        """Something else is at `box`, or is expected there.

        Args:
            box: the place.
            frame: the present one.
            candidate: the region of the newest map that `box` was found at, if any.
        """
        return self._nearest_other(box, frame, candidate) < _REACH

    def next(self, frame: int) -> KnownRegion | None:
        """The region to look at now: the one not looked at for longest; None without any.

        Those never looked at come first, the strongest before the others.
        """
        worth = [each for each in self.regions if not self.is_other(each, frame)]
        return min(worth, key=lambda each: each.reviewed, default=None)

    def rivals(self, region: KnownRegion, frame: int) -> list[KnownRegion]:
        """What else may be the target: regions of the newest map not much weaker than `region`."""
        least = self._config.accept_ratio * region.strength
        return [
            each
            for each in self.regions
            if each is not region and each.strength >= least and not self.is_other(each, frame)
        ]


def _match(shown: list[KnownRegion], kept: list[KnownRegion], frame: int) -> list[KnownRegion]:
    """The regions of a new map, each as the kept one that it goes on from; the nearest first."""
    found = list(shown)
    pairs = sorted(
        (_distance(new.box, old.at(frame)), row, column)
        for row, new in enumerate(shown)
        for column, old in enumerate(kept)
    )
    taken: set[int] = set()
    for distance, row, column in pairs:
        if distance < _REACH and found[row] is shown[row] and column not in taken:
            taken.add(column)
            kept[column].move(shown[row].box, shown[row].strength, frame)
            found[row] = kept[column]
    return found


def _distance(box: Box, other: Box) -> float:
    """Distance of the centres in sides of `other`."""
    x, y = box.center
    other_x, other_y = other.center
    return math.hypot((x - other_x) / other.w, (y - other_y) / other.h)
