"""RegionMemory: regions of the newest maps, what the classifier said of each, whose they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.tracking.global_regions import Regions

_REACH = 0.6  # of its mean side: a region moves less between two maps, and not much more when
_REACH_PER_FRAME = 0.05  # it was not seen for some frames
_LONGEST_REACH = 1.5
_OWN_REACH = 0.75  # nearer than this to a trusted target a region is the target's own


@dataclass(slots=True, eq=False)
class KnownRegion:
    """Something that looks like the target to the net.

    Attributes:
        box: where it was last, px.
        strength: score of the region in the newest map that showed it.
        shown: frame of that map.
        score: of the classifier when it was looked at last; None before.
        reviewed: frame of that look, -1 before.
        is_other: it was there while the target was followed elsewhere, so it is something else.
    """

    box: Box
    strength: float
    shown: int
    score: float | None = None
    reviewed: int = -1
    is_other: bool = False


class RegionMemory:
    """Follows regions from map to map by their places; knows nothing of images."""

    def __init__(self, config: GlobalAttentionConfig) -> None:
        self._config = config
        self._known: list[KnownRegion] = []
        self._newest = -1

    @property
    def regions(self) -> list[KnownRegion]:
        """Those of the newest map, strongest first."""
        return [each for each in self._known if each.shown == self._newest]

    def forget(self) -> None:
        """A new target."""
        self._known = []
        self._newest = -1

    def show(self, regions: Regions, frame: int, target: Box | None) -> None:
        """Take in the regions of a new map.

        Args:
            regions: strongest first.
            frame: number of the map's pair.
            target: where it was in that pair; None when that is not known.
        """
        free = [each for each in self._known if frame - each.shown <= self._config.remembered]
        found = []
        for values, strength in zip(regions.boxes, regions.scores.tolist(), strict=True):
            box = Box.from_sequence(values)
            if target is not None and _distance(box, target) < _OWN_REACH:
                continue
            known = _nearest(box, frame, free)
            if known is None:
                known = KnownRegion(box, strength, frame)
            else:
                free.remove(known)
            known.box, known.strength, known.shown = box, strength, frame
            known.is_other = known.is_other or target is not None
            found.append(known)
        self._known = found + free
        self._newest = frame

    def next(self) -> KnownRegion | None:
        """The region to look at now; None when none is worth it.

        Each is looked at once, the strongest first; then the ones that scored best so far and,
        in between, the ones not looked at for longest.
        """
        worth = [each for each in self.regions if not each.is_other]
        return min(worth, key=lambda each: each.reviewed, default=None)

    def rivals(self, region: KnownRegion) -> list[KnownRegion]:
        """Others of the newest map that are not much weaker than `region`."""
        least = self._config.accept_ratio * region.strength
        return [each for each in self.regions if each is not region and each.strength >= least]


def _nearest(box: Box, frame: int, known: list[KnownRegion]) -> KnownRegion | None:
    near = [each for each in known if _distance(box, each.box) <= _reach(frame - each.shown)]
    return min(near, key=lambda each: _distance(box, each.box), default=None)


def _reach(frames: int) -> float:
    return min(_REACH + _REACH_PER_FRAME * frames, _LONGEST_REACH)


def _distance(box: Box, other: Box) -> float:
    """Distance of the centres in mean sides of `other`."""
    x, y = box.center
    other_x, other_y = other.center
    return math.hypot(x - other_x, y - other_y) / ((other.w + other.h) / 2)
