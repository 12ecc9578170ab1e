"""RegionSearch: regions of the newest map: which to look at, and which is the target."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes, iou
from rgbt_dualatt_ros.core.explanation import GlobalAttentionMap
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSet
from rgbt_dualatt_ros.models.global_attention import GlobalAttentionNet, Look
from rgbt_dualatt_ros.tracking.global_attention import GlobalAttention
from rgbt_dualatt_ros.tracking.global_proposals import GlobalProposals
from rgbt_dualatt_ros.tracking.global_regions import Regions, find_regions
from rgbt_dualatt_ros.tracking.identity import Identity
from rgbt_dualatt_ros.tracking.map_thread import DoneMap
from rgbt_dualatt_ros.tracking.sampling import whole_image
from rgbt_dualatt_ros.tracking.target_localizer import Finding
from rgbt_dualatt_ros.tracking.track_confidence import Confidence, Evidence
from rgbt_dualatt_ros.tracking.track_state import TrackState

_FRESH = 2  # frames: an older map says little of where a trusted target is now
_LAG = 3  # frames: so old may a map be that comes from a thread, to count as one of this frame
_ONE_BODY = 1.1  # sides
_SAME = 0.1  # overlap from which a region and a box are one thing
_USUAL = 20  # own likenesses whose median is what the target usually has
_REMEMBERED = 30  # frames whose trusted box is kept until a map of theirs is ready
_NO_REGIONS = Regions(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A region that may be the target.

    Attributes:
        box: of the size of the target, px.
        likeness: of `Identity`.
        is_alone: no other region is nearly as like.
    """

    box: Box
    likeness: float
    is_alone: bool


class RegionSearch:
    """The global part of the search; one target at a time."""

    def __init__(
        self, net: GlobalAttentionNet, config: GlobalAttentionConfig, confidence: Confidence
    ) -> None:
        self._config = config
        self._confidence = confidence
        self._attention = GlobalAttention(net, config)
        self._proposals = GlobalProposals(config)
        self._identity = Identity()
        self._learnt: DoneMap | None = None
        self._clear()

    def start(self, pair: FramePair, box: Box) -> None:
        """A new target."""
        self._clear()
        look = self._attention.start(pair, box)
        if self._redetects:
            regions = find_regions(look.strength, box, pair.size, self._config)
            self._identity.learn(look, box, self._rivals(regions, box), pair.size)

    def forget(self) -> None:
        """No target; ends the thread of maps, if there is one."""
        self._clear()
        self._attention.forget()

    @property
    def report(self) -> GlobalAttentionMap | None:
        """The newest map and its regions."""
        newest = self._attention.newest
        if newest is None:
            return None
        return GlobalAttentionMap(
            newest.look.strength,
            self._regions.boxes,
            self._regions.scores,
            newest.job.pair.stamp_ns,
        )

    def begin(self, pair: FramePair, state: TrackState) -> None:
        """A frame begins: get the map that is due."""
        is_trusted = state.status is TrackStatus.TRACKING
        is_crowded = self._is_crowded(state.box)
        if self._attention.begin(pair, is_calm=is_trusted, is_crowded=is_crowded):
            self._take_in(state)

    def look_now(self, pair: FramePair, state: TrackState) -> None:
        """Get a map of this frame, unless there is one."""
        if self._attention.look_now(pair):
            self._take_in(state)

    def gated(self, place: Box, inside: Box, rng: np.random.Generator) -> ProposalSet:
        """Proposals of the regions near the last result, to be scored with the local ones."""
        regions: Boxes = self._regions.boxes
        if self._attention.newest is None or self._attention.age > _FRESH:
            regions = regions[:0]
        return self._proposals.gated(regions, place, inside, rng)

    def candidate(self, state: TrackState) -> Candidate | None:
        """The region of the newest map that is most like the target, away from its last place.

        None while the target is trusted, without a fresh map, or when no region is like it.
        """
        is_trusted = state.status is TrackStatus.TRACKING
        look = self._fresh_look()
        if look is None or is_trusted or not self._redetects:
            return None
        boxes = [Box.from_sequence(values) for values in self._regions.boxes]
        likenesses = [self._identity.likeness(look, box, state.size) for box in boxes]
        if not likenesses:
            return None
        best = int(np.argmax(likenesses))
        if likenesses[best] < self._least_likeness:
            return None
        rivals = [
            likeness
            for box, likeness in zip(boxes, likenesses, strict=True)
            if not _touches(box, boxes[best])
        ]
        is_alone = all(each < likenesses[best] - self._config.margin for each in rivals)
        return Candidate(boxes[best], likenesses[best], is_alone)

    def is_nowhere(self, state: TrackState) -> bool:
        """The target is lost, and no region of a map of this frame is like it."""
        is_lost = state.status is TrackStatus.LOST and not state.has_clue
        return is_lost and self._redetects and self._can_tell and self._fresh_look() is not None

    def around(
        self, candidate: Candidate, state: TrackState, rng: np.random.Generator
    ) -> ProposalSet:
        """Proposals around a region, wherever it is."""
        boxes = candidate.box.as_array()[None]
        return self._proposals.ungated(boxes, whole_image(state.size), rng)

    def judge(self, candidate: Candidate, finding: Finding, state: TrackState) -> Evidence:
        """What the best place at a region is worth."""
        config = self._config
        is_there = _touches(finding.box, candidate.box)
        is_steady = not state.has_clue or _touches(finding.box, state.box)
        is_plain = candidate.likeness >= config.plain_likeness
        is_sure = is_plain and self._confidence.is_found(finding.score)
        return Evidence(
            is_elsewhere=True,
            is_refused=not (is_there and is_steady and candidate.is_alone),
            frames_needed=1 if is_sure else config.confirm_frames,
            least_share=config.plain_above if is_plain else config.accept_above,
            is_identified=True,
        )

    def is_mistaken(self, box: Box, state: TrackState) -> bool:
        """The trusted target's new place is another's: it is plainly elsewhere in this map.

        A target that only looks otherwise than before is none: it may have turned, or met smoke.
        """
        look = self._fresh_look()
        if look is None or not self._redetects:
            return False
        own = self._identity.likeness(look, box, state.size)
        if self._is_elsewhere(look, box, own, state):
            return True
        self._own.append(own)
        return False

    def is_another(self, pair: FramePair, box: Box, state: TrackState) -> bool:
        """What a doubtful target's local search has found at `box` is not the target.

        After a brief doubt only if the target is plainly elsewhere; after a longer one, in which
        another may have come to its place, what is there must be like the target.
        """
        if not self._redetects:
            return False
        self.look_now(pair, state)
        look = self._fresh_look()
        if look is None or not self._can_tell:
            return False
        own = self._identity.likeness(look, box, state.size)
        if state.doubtful_frames <= self._config.brief_doubt:
            return self._is_elsewhere(look, box, own, state)
        return own < self._least_likeness

    def _is_elsewhere(self, look: Look, box: Box, own: float, state: TrackState) -> bool:
        """Some region away from `box` is the target, as far as likeness can tell."""
        least = max(self._least_likeness, own + self._config.mistaken_lead)
        away = [Box.from_sequence(values) for values in _away_from(box, self._regions.boxes)]
        return self._can_tell and any(
            self._identity.likeness(look, each, state.size) >= least for each in away
        )

    @property
    def _can_tell(self) -> bool:
        """The target has been plainly more like itself than what is beside it."""
        return bool(self._own) and statistics.median(self._own) >= self._config.accept_likeness

    def trust(self, pair: FramePair, box: Box) -> None:
        """The target is at `box` of this frame."""
        self._trusted[self._attention.frame] = box
        while len(self._trusted) > _REMEMBERED:
            del self._trusted[next(iter(self._trusted))]
        self._learn(pair)

    @property
    def _redetects(self) -> bool:
        return self._config.gate != "paper"

    @property
    def _least_likeness(self) -> float:
        most = self._config.accept_likeness
        if not self._can_tell:
            return most
        return min(most, self._config.accept_share * statistics.median(self._own))

    def _is_crowded(self, place: Box) -> bool:
        """Something like the target is so near that a mistake may happen any moment."""
        reach = Box(place.x - place.w, place.y - place.h / 2, 3 * place.w, 2 * place.h)
        others = _away_from(place, self._regions.boxes)
        return any(_overlap(Box.from_sequence(each), reach) > 0 for each in others)

    def _fresh_look(self) -> Look | None:
        newest = self._attention.newest
        lag = _LAG if self._config.asynchronous == "on" else 0
        if newest is None or self._attention.age > lag:
            return None
        return newest.look

    def _take_in(self, state: TrackState) -> None:
        newest = self._attention.newest
        if newest is not None:
            strength = newest.look.strength
            self._regions = find_regions(strength, state.trusted, state.size, self._config)
            self._learn(newest.job.pair)

    def _learn(self, pair: FramePair) -> None:
        """Once for every map, when it is known where the target was in its frame."""
        newest = self._attention.newest
        if newest is None or newest is self._learnt or not self._redetects:
            return
        target = self._trusted.get(newest.job.frame)
        if target is not None:
            self._learnt = newest
            others = self._rivals(self._regions, target)
            self._identity.learn(newest.look, target, others, pair.size)

    def _rivals(self, regions: Regions, target: Box) -> Boxes:
        """What looks like the target beside it."""
        return _away_from(target, regions.boxes[regions.scores >= self._config.rival])

    def _clear(self) -> None:
        self._identity.forget()
        self._regions = _NO_REGIONS
        self._trusted: dict[int, Box] = {}
        self._own: deque[float] = deque(maxlen=_USUAL)
        self._learnt = None


def _overlap(box: Box, other: Box) -> float:
    return float(iou(box.as_array()[None], other.as_array()[None])[0])


def _touches(box: Box, other: Box) -> bool:
    """The centres lie so near that both may be on one thing of the size of `other`."""
    (x, y), (other_x, other_y) = box.center, other.center
    return abs(x - other_x) < _ONE_BODY * other.w and abs(y - other_y) < _ONE_BODY * other.h


def _away_from(box: Box, boxes: Boxes) -> Boxes:
    """Those of `boxes` that do not touch the middle of `box`."""
    return boxes[iou(boxes, box.as_array()[None]) < _SAME] if len(boxes) else boxes
