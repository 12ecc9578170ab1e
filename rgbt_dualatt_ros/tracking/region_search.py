"""RegionSearch: regions of the newest map: which to look at, and which is the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.explanation import GlobalAttentionMap
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSet
from rgbt_dualatt_ros.models.global_attention import GlobalAttentionNet
from rgbt_dualatt_ros.tracking.global_attention import GlobalAttention
from rgbt_dualatt_ros.tracking.global_proposals import GlobalProposals
from rgbt_dualatt_ros.tracking.global_regions import Regions, find_regions
from rgbt_dualatt_ros.tracking.map_thread import DoneMap
from rgbt_dualatt_ros.tracking.neighbours import away_from, is_crowded, touches
from rgbt_dualatt_ros.tracking.recognition import Recognition
from rgbt_dualatt_ros.tracking.sampling import whole_image
from rgbt_dualatt_ros.tracking.suspicion import ANYTHING_ELSE, Suspicion
from rgbt_dualatt_ros.tracking.target_localizer import Finding
from rgbt_dualatt_ros.tracking.track_confidence import Confidence, Evidence
from rgbt_dualatt_ros.tracking.track_state import TrackState

_FRESH = 2  # frames: an older map says little of where a trusted target is now
_LAG = 3  # frames: so old may a map be that comes from a thread, to count as one of this frame
_ALSO = 2  # places beside the regions of a map
_EARLY = 10  # frames in which there is most to learn
_REMEMBERED = 30  # frames whose trusted box is kept until a map of theirs is ready
_NO_FRAME = -1
_NO_REGIONS = Regions(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A region that may be the target.

    Attributes:
        box: of the size of the target, px.
        likeness: of `Recognition`.
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
        self._recognition = Recognition(config)
        self._suspicion = Suspicion(config)
        # Of maps, by their frames: the maps themselves would keep their images alive.
        self._learnt = _NO_FRAME
        self._judged = _NO_FRAME
        self._clear()

    def start(self, pair: FramePair, box: Box) -> None:
        """A new target."""
        self._clear()
        look = self._attention.start(pair, box)
        if self._redetects:
            regions = find_regions(look.strength, box, pair.size, self._config)
            self._recognition.start(look, pair, box, self._rivals(regions, box))

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
        self._was_doubtful = not is_trusted
        if not is_trusted:
            self._recognition.wait()
        frame = self._attention.frame
        if self._is_crowded(self._place_in_map(state.box)):
            self._suspicion.see_crowd(frame)
        # What changes by and by is learnt by and by.
        is_changing = frame < _EARLY or self._recognition.is_puzzled
        is_busy = is_changing or self._suspicion.is_wary(frame)
        if self._attention.begin(pair, is_calm=is_trusted, is_crowded=is_busy):
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
        newest = self._fresh()
        if newest is None or is_trusted or not self._redetects:
            return None
        boxes = [Box.from_sequence(values) for values in self._places(newest, state.trusted)]
        likenesses = [self._best_likeness(newest, box) for box in boxes]
        if not likenesses:
            return None
        best = int(np.argmax(likenesses))
        least = self._config.accept_likeness
        if self._suspicion.is_contested and state.status is TrackStatus.UNCERTAIN:
            # Of two that contest it, one is the target, if it is not plainly another, too.
            contested = self._likeness(newest, state.box) + self._config.mistaken_lead
            least = min(least, max(contested, self._config.unlike_below))
        if likenesses[best] < least:
            return None
        rivals = [
            likeness
            for box, likeness in zip(boxes, likenesses, strict=True)
            if not touches(box, boxes[best])
        ]
        is_alone = all(each < likenesses[best] - self._config.margin for each in rivals)
        return Candidate(boxes[best], likenesses[best], is_alone)

    @property
    def is_blind(self) -> bool:
        """Maps come too late, if at all, to say where a doubtful target is."""
        latest = self._config.every_doubtful - 1 + self._lag
        has_none = self._attention.newest is None or self._attention.age > latest
        return self._redetects and has_none

    def is_nowhere(self, state: TrackState) -> bool:
        """The target is lost, and no region of a map of this frame is like it."""
        is_lost = state.status is TrackStatus.LOST and not state.has_clue
        can_tell = self._redetects and self._recognition.can_tell
        return is_lost and can_tell and self._fresh() is not None

    def around(
        self, candidate: Candidate, state: TrackState, rng: np.random.Generator
    ) -> ProposalSet:
        """Proposals around a region, wherever it is."""
        boxes = candidate.box.as_array()[None]
        return self._proposals.ungated(boxes, whole_image(state.size), rng)

    def judge(self, candidate: Candidate, finding: Finding, state: TrackState) -> Evidence:
        """What the best place at a region is worth."""
        config = self._config
        is_there = touches(finding.box, candidate.box)
        is_steady = not state.has_clue or touches(finding.box, state.box)
        is_plain = candidate.likeness >= config.plain_likeness
        is_sure = is_plain and self._confidence.is_found(finding.score)
        return Evidence(
            is_elsewhere=True,
            is_refused=not (is_there and is_steady and candidate.is_alone),
            frames_needed=1 if is_sure else config.confirm_frames,
            least_share=config.plain_above if is_plain else config.accept_above,
            is_identified=True,
        )

    def is_mistaken(self, box: Box) -> bool:
        """The trusted target's new place is another's.

        It is plainly elsewhere in this map, or maps in a row speak against what is followed; a
        target that only looks otherwise than before is none. Each map is asked once.
        """
        newest = self._fresh()
        if newest is None or newest.job.frame == self._judged or not self._redetects:
            return False
        self._judged = newest.job.frame
        if not self._recognition.can_tell:
            return False
        box = self._place_in_map(box)
        own, elsewhere = self._likeness(newest, box), self._best_away(newest, box)
        if self._is_plainly_elsewhere(own, elsewhere):
            return True
        colorless = self._recognition.colorless_likeness(newest.look, newest.job.pair, box)
        self._suspicion.weigh(own, elsewhere, colorless, newest.job.frame)
        return self._suspicion.is_founded

    def judge_here(self, pair: FramePair, box: Box, state: TrackState) -> Evidence:
        """What the best place near the last one of a doubtful target is worth.

        After a brief doubt it is refused only if the target is plainly elsewhere; after a longer
        one, in which another may have come to its place, it is refused when it is unlike the
        target, and asked for longer when it is not plainly like it.
        """
        if not self._redetects:
            return Evidence()
        self.look_now(pair, state)
        newest = self._fresh()
        if newest is None or not self._recognition.can_tell:
            return Evidence()
        box = self._place_in_map(box)
        config, before = self._config, self._attention.frame - state.doubtful_frames
        if self._recognition.is_fading and not self._suspicion.had_company(before):
            own = self._recognition.heatless_likeness(newest.look, newest.job.pair, box)
        else:
            own = self._likeness(newest, box)
        had_crowd = self._suspicion.was_crowded(before)
        if own >= (config.resume_likeness if had_crowd else config.accept_likeness):
            return Evidence()
        if self._suspicion.is_founded or self._is_plainly_elsewhere(
            own, self._best_away(newest, box)
        ):
            return Evidence(is_refused=True)
        is_brief = state.doubtful_frames <= config.brief_doubt
        if own < (ANYTHING_ELSE if is_brief else config.unlike_below):
            return Evidence(is_refused=True)
        if is_brief:
            return Evidence()
        return Evidence(frames_needed=config.resume_frames, least_share=config.resume_above)

    def _is_plainly_elsewhere(self, own: float, elsewhere: float) -> bool:
        """The target is elsewhere, as far as the two likenesses can tell."""
        least = max(self._config.plain_likeness, own + self._config.mistaken_lead)
        return elsewhere >= least

    def _places(self, newest: DoneMap, like: Box, *, but: Sequence[Box] = ()) -> Boxes:
        """Regions of the map, and others where its features are the target's, not near `but`.

        The map is made for the target of frame one; look-alikes may outshine the target in it.
        """
        taken = [*but, *(Box.from_sequence(each) for each in self._regions.boxes)]
        found = self._recognition.best_places(newest.look, newest.job.pair, like, _ALSO)
        is_free = [
            not any(touches(Box.from_sequence(each), one) for one in taken) for each in found
        ]
        return np.concatenate([self._regions.boxes, found[np.array(is_free, bool)]])

    def _best_away(self, newest: DoneMap, box: Box) -> float:
        """The largest likeness of a region away from `box`; -infinity without one.

        Company is noticed, too.
        """
        places = self._places(newest, box, but=(box,))
        away = [Box.from_sequence(values) for values in away_from(box, places)]
        look, pair = newest.look, newest.job.pair
        if any(self._recognition.kinship(look, pair, each) >= 0 for each in away):
            self._suspicion.see_company(newest.job.frame)
        return max((self._best_likeness(newest, each) for each in away), default=-np.inf)

    def trust(self, box: Box) -> None:
        """The target is at `box` of this frame."""
        if self._suspicion.is_founded or self._was_doubtful:
            self._suspicion.clear()
        self._trusted[self._attention.frame] = box
        while len(self._trusted) > _REMEMBERED:
            del self._trusted[next(iter(self._trusted))]
        self._learn()

    @property
    def _redetects(self) -> bool:
        return self._config.gate != "paper"

    def _place_in_map(self, place: Box) -> Box:
        """Where the target was in the frame of the newest map; `place`, if that is not known."""
        newest = self._attention.newest
        return place if newest is None else self._trusted.get(newest.job.frame, place)

    def _is_crowded(self, place: Box) -> bool:
        return is_crowded(place, self._regions, self._config.rival)

    def _likeness(self, of: DoneMap, box: Box) -> float:
        """How much what is in `box` is the target, by features and by colour and heat."""
        return self._recognition.likeness(of.look, of.job.pair, box)

    def _best_likeness(self, of: DoneMap, box: Box) -> float:
        return self._recognition.best_likeness(of.look, of.job.pair, box)

    def _fresh(self) -> DoneMap | None:
        newest = self._attention.newest
        return None if newest is None or self._attention.age > self._lag else newest

    @property
    def _lag(self) -> int:
        """Frames: so old may a map be to say something of this one."""
        return _LAG if self._config.asynchronous == "on" else 0

    def _take_in(self, state: TrackState) -> None:
        newest = self._attention.newest
        if newest is not None:
            strength = newest.look.strength
            self._regions = find_regions(strength, state.trusted, state.size, self._config)
            self._learn()

    def _learn(self) -> None:
        """Once for every map, when it is known where the target was in its frame."""
        newest = self._attention.newest
        if newest is None or newest.job.frame == self._learnt or not self._redetects:
            return
        target = self._trusted.get(newest.job.frame)
        if target is not None:
            self._learnt = newest.job.frame
            others = self._rivals(self._regions, target)
            self._recognition.learn(
                newest.look,
                newest.job.pair,
                target,
                others,
                is_crowded=self._is_crowded(target)
                or self._suspicion.is_wary(self._attention.frame),
            )

    def _rivals(self, regions: Regions, target: Box) -> Boxes:
        """What looks like the target beside it."""
        return away_from(target, regions.boxes[regions.scores >= self._config.rival])

    def _clear(self) -> None:
        self._recognition.forget()
        self._regions = _NO_REGIONS
        self._trusted: dict[int, Box] = {}
        self._suspicion.forget()
        self._learnt = self._judged = _NO_FRAME
        self._was_doubtful = False
