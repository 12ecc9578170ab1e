"""RegionSearch: regions of the newest map: which to look at, and when one is the target."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.explanation import GlobalAttentionMap
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSet
from rgbt_dualatt_ros.models.global_attention import GlobalAttentionNet
from rgbt_dualatt_ros.tracking.appearance import Appearance
from rgbt_dualatt_ros.tracking.global_attention import GlobalAttention
from rgbt_dualatt_ros.tracking.global_proposals import GlobalProposals
from rgbt_dualatt_ros.tracking.global_regions import Regions, find_regions
from rgbt_dualatt_ros.tracking.region_memory import KnownRegion, RegionMemory
from rgbt_dualatt_ros.tracking.sampling import whole_image
from rgbt_dualatt_ros.tracking.target_localizer import Finding
from rgbt_dualatt_ros.tracking.track_confidence import Confidence, Evidence
from rgbt_dualatt_ros.tracking.track_state import TrackState

_HIDDEN = 3  # frames: a target that is doubtful for longer may be another when it is seen again
_CHANGE_PER_FRAME = 0.005
_FRESH = 2  # frames: an older map says little of where a trusted target is now


class RegionSearch:
    """The global part of the search; one target at a time."""

    def __init__(
        self, net: GlobalAttentionNet, config: GlobalAttentionConfig, confidence: Confidence
    ) -> None:
        self._config = config
        self._confidence = confidence
        self._attention = GlobalAttention(net, config)
        self._proposals = GlobalProposals(config)
        self._memory = RegionMemory(config)
        self._appearance = Appearance()
        self._regions = Regions(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))
        self._frame = 0

    def start(self, pair: FramePair, box: Box) -> None:
        """A new target."""
        self._clear()
        self._attention.start(pair, box)
        self._appearance.restart(pair, box)

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
            newest.strength, self._regions.boxes, self._regions.scores, newest.job.pair.stamp_ns
        )

    def begin(self, pair: FramePair, state: TrackState) -> None:
        """A frame begins: get the map that is due."""
        self._frame += 1
        is_trusted = state.status is TrackStatus.TRACKING
        if self._attention.begin(pair, is_trusted=is_trusted):
            self._take_in(state, is_trusted=is_trusted)

    def look_now(self, pair: FramePair, state: TrackState) -> None:
        """The target has just become doubtful: get a map of this frame."""
        if self._attention.look_now(pair):
            self._take_in(state, is_trusted=False)

    def gated(self, place: Box, inside: Box, rng: np.random.Generator) -> ProposalSet:
        """Proposals of the regions near the last result, to be scored with the local ones."""
        regions: Boxes = self._regions.boxes
        if self._attention.newest is None or self._attention.age > _FRESH:
            regions = regions[:0]
        return self._proposals.gated(regions, place, inside, rng)

    def next(self, state: TrackState) -> KnownRegion | None:
        """The region to look at instead of the last place; None when it is not their turn."""
        if self._config.gate == "paper" or not state.looks_at_regions:
            return None
        return self._memory.next(self._frame)

    def is_mistaken(self, box: Box) -> bool:
        """The trusted target's new place `box` is that of something it has just met."""
        if self._memory.is_mistaken(box, self._frame):
            return True
        self._memory.follow(box, self._frame)
        return False

    def is_doubtful(self, pair: FramePair, box: Box, state: TrackState) -> bool:
        """The doubtful target's new place `box` is rather that of something else."""
        if self._memory.is_mistaken(box, self._frame, lead=0.0):
            return True
        return state.doubtful_frames > _HIDDEN and self._is_unlike(pair, box, state)

    def trust(self, pair: FramePair, box: Box) -> None:
        """The target is at `box` of this frame."""
        self._appearance.learn(pair, box)

    def is_another(self, pair: FramePair, box: Box, state: TrackState) -> bool:
        """What is at `box`, away from where the target was followed, is not the target."""
        return self._memory.holds_other(box, self._frame) or self._is_unlike(pair, box, state)

    def _is_unlike(self, pair: FramePair, box: Box, state: TrackState) -> bool:
        """It looks otherwise; the longer the target was not seen, the more it may have changed."""
        limit = self._config.max_unlikeness * (1 + _CHANGE_PER_FRAME * state.doubtful_frames)
        return self._appearance.unlikeness(pair, box) > limit

    def around(
        self, region: KnownRegion, state: TrackState, rng: np.random.Generator
    ) -> ProposalSet:
        """Proposals around one region, wherever it is."""
        boxes = region.box.as_array()[None]
        return self._proposals.ungated(boxes, whole_image(state.size), rng)

    def judge(
        self, region: KnownRegion, pair: FramePair, finding: Finding, state: TrackState
    ) -> Evidence:
        """What the best place at a region is worth."""
        config, confidence, score = self._config, self._confidence, finding.score
        is_other = self._memory.holds_other(finding.box, self._frame, region)
        is_another = is_other or self._is_unlike(pair, finding.box, state)
        region.reviewed = self._frame
        region.score = -math.inf if is_another else score
        evidence = Evidence(
            is_elsewhere=True, is_refused=is_another, least_share=config.accept_above
        )
        if is_another or not confidence.is_found(score, config.accept_above):
            return evidence
        region.box = finding.box
        rivals = self._memory.rivals(region, self._frame)
        least = score - config.margin * confidence.reference
        is_alone = all(each.score is not None and each.score < least for each in rivals)
        is_plain = not rivals and confidence.is_found(score)
        needed = 1 if is_plain else config.confirm_frames
        return replace(evidence, is_refused=not is_alone, frames_needed=needed)

    def _take_in(self, state: TrackState, *, is_trusted: bool) -> None:
        newest = self._attention.newest
        if newest is None:
            return
        self._regions = find_regions(newest.strength, state.trusted, state.size, self._config)
        target = state.box if is_trusted else None
        self._memory.show(self._regions, self._frame, target)

    def _clear(self) -> None:
        self._memory.forget()
        self._regions = Regions(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))
        self._frame = 0
