"""Recall of global attention: is the target among the first regions of a later frame's map?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes, iou
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation import metrics
from rgbt_dualatt_ros.evaluation.attention_baselines import Map, Method, Search
from rgbt_dualatt_ros.evaluation.one_pass import check_truth
from rgbt_dualatt_ros.tracking.global_regions import find_regions

REGIONS = 5
USUAL_FRAMES = 9
LOOSE, STRICT = 0.3, 0.5
"""Overlaps from which a region counts as the target."""
# The tracker's rule, without its floor: what counts here is the order of the places.
_CENTRED = GlobalAttentionConfig(regions="peaks", max_regions=REGIONS, floor=0.0)
_AS_THEY_ARE = replace(_CENTRED, centering=0.05)


@dataclass(frozen=True, slots=True)
class Condition:
    """What is done to the later frames, never to the first.

    Attributes:
        name: in the tables.
        is_mirrored: left and right change places, so that the target is elsewhere.
        blank_color: the colour image is 0 everywhere.
        blank_thermal: likewise the thermal image.
    """

    name: str
    is_mirrored: bool = False
    blank_color: bool = False
    blank_thermal: bool = False

    def pair(self, pair: FramePair) -> FramePair:
        """The pair under this condition; the one given is not changed."""
        rgb = np.zeros_like(pair.rgb) if self.blank_color else pair.rgb
        thermal = np.zeros_like(pair.thermal) if self.blank_thermal else pair.thermal
        if self.is_mirrored:
            rgb, thermal = (np.ascontiguousarray(image[:, ::-1]) for image in (rgb, thermal))
        return FramePair(rgb, thermal, pair.stamp_ns)

    def box(self, box: NDArray[np.float32], width: int) -> NDArray[np.float32]:
        """The true box under this condition, in an image `width` px wide."""
        if not self.is_mirrored:
            return box
        x, y, w, h = box
        return np.array([width - x - w, y, w, h], np.float32)


PLAIN = Condition("plain")
MIRRORED = Condition("mirrored", is_mirrored=True)
COLOR_BLANK = Condition("colour blank", blank_color=True)
THERMAL_BLANK = Condition("thermal blank", blank_thermal=True)
THERMAL_BLANK_MIRRORED = Condition("thermal blank, mirrored", is_mirrored=True, blank_thermal=True)
CONDITIONS = (PLAIN, MIRRORED, COLOR_BLANK, THERMAL_BLANK, THERMAL_BLANK_MIRRORED)


@dataclass(frozen=True, slots=True)
class Look:
    """How one method did on one later frame.

    Attributes:
        sequence: its name.
        condition: its name.
        method: its name.
        frame: index in the sequence, from 0.
        loose_rank: place, from 1, of the first region with IoU `LOOSE`; 0 when none of them has.
        strict_rank: likewise with IoU `STRICT`.
        has_peak_inside: whether the strongest pixel lies in the true box.
    """

    sequence: str
    condition: str
    method: str
    frame: int
    loose_rank: int
    strict_rank: int
    has_peak_inside: bool


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What a look saw, for a picture of it.

    Attributes:
        look: its outcome.
        pair: as the method was shown it.
        strength: its map.
        regions: `(R, 4)`, best first, at most `REGIONS`.
        truth: `(4,)` the true box in this pair.
    """

    look: Look
    pair: FramePair
    strength: Map
    regions: Boxes
    truth: NDArray[np.float32]


def recall_looks(
    sequence: RgbtSequence,
    methods: Sequence[Method],
    conditions: Sequence[Condition] = CONDITIONS,
    frames: int = USUAL_FRAMES,
    on_sight: Callable[[Sight], None] = lambda _: None,
) -> list[Look]:
    """Every method's look at some later frames, under every condition.

    The regions have the size that the target truly had in the frame before: a tracker knows it.

    Args:
        sequence: is read once; the target is learnt from its first pair.
        methods: names must differ.
        conditions: of the later frames.
        frames: how many later ones, evenly spread over those that have a true box.
        on_sight: told of every look with its map; the maps are not kept here.

    Raises:
        DatasetError: when the sequence cannot be scored or read.
    """
    check_truth(sequence)
    truth = sequence.truth
    wanted = later_frames(truth, frames)
    if not wanted:
        raise DatasetError(
            f"sequence {sequence.name} has no true box after the first: nothing can be looked for"
        )
    looks: list[Look] = []
    searches: list[tuple[Method, Search]] = []
    for index, pair in enumerate(sequence.pairs()):
        if index == 0:
            box = Box.from_sequence(truth[0])
            searches = [(each, each.learn(pair, box)) for each in methods]
        if index not in wanted:
            continue
        size = size_before(truth, index)
        for condition in conditions:
            moment = _Moment(
                sequence.name,
                condition.name,
                index,
                condition.pair(pair),
                condition.box(truth[index], pair.size.width),
                Box(0, 0, *size),
            )
            for method, search in searches:
                sight = moment.sight(method, search)
                looks.append(sight.look)
                on_sight(sight)
    return looks


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    sequence: str
    condition: str
    frame: int
    pair: FramePair
    truth: NDArray[np.float32]
    size: Box

    def sight(self, method: Method, search: Search) -> Sight:
        strength = search(self.pair)
        rule = _CENTRED if method.is_centred else _AS_THEY_ARE
        regions = find_regions(strength, self.size, self.pair.size, rule).boxes
        overlaps = iou(regions, self.truth[None])
        look = Look(
            self.sequence,
            self.condition,
            method.name,
            self.frame,
            first_rank(overlaps, LOOSE),
            first_rank(overlaps, STRICT),
            has_peak_inside(strength, self.pair, self.truth),
        )
        return Sight(look, self.pair, strength, regions, self.truth)


def later_frames(truth: Boxes, count: int) -> list[int]:
    """Up to `count` frames after the first, evenly spread over those with a true box."""
    known = np.flatnonzero(metrics.has_area(truth))[1:]
    if len(known) <= count:
        return [int(frame) for frame in known]
    places = np.linspace(0, len(known), count + 1)[1:] - 1
    return [int(known[int(place)]) for place in np.round(places)]


def size_before(truth: Boxes, frame: int) -> tuple[float, float]:
    """Width and height of the last true box before `frame`, px."""
    last = np.flatnonzero(metrics.has_area(truth[:frame]))[-1]
    return float(truth[last, 2]), float(truth[last, 3])


def first_rank(overlaps: NDArray[np.float32], least: float) -> int:
    """Place, from 1, of the first overlap of at least `least`; 0 when there is none."""
    hits = np.flatnonzero(overlaps >= least)
    return int(hits[0]) + 1 if len(hits) else 0


def has_peak_inside(strength: Map, pair: FramePair, box: NDArray[np.float32]) -> bool:
    """Whether the map's strongest pixel lies in `box`; a map of zeros has none."""
    row, column = np.unravel_index(int(strength.argmax()), strength.shape)
    if not strength[row, column] > 0:
        return False
    x = (column + 0.5) * pair.size.width / strength.shape[1]
    y = (row + 0.5) * pair.size.height / strength.shape[0]
    return bool(box[0] <= x < box[0] + box[2] and box[1] <= y < box[1] + box[3])
