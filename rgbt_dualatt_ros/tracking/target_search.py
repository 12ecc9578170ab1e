"""TargetSearch: where one frame is searched, what is scored there, and what may be believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.explanation import SearchReport
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSet, ProposalSource
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.tracking.frame_features import FeatureReader, FrameFeatures
from rgbt_dualatt_ros.tracking.local_proposals import LocalProposals
from rgbt_dualatt_ros.tracking.lost_search import search_place
from rgbt_dualatt_ros.tracking.proposal_scorer import ProposalScorer
from rgbt_dualatt_ros.tracking.region_search import RegionSearch
from rgbt_dualatt_ros.tracking.search_window import SearchWindow
from rgbt_dualatt_ros.tracking.target_localizer import Finding, TargetLocalizer
from rgbt_dualatt_ros.tracking.track_confidence import Confidence, Evidence
from rgbt_dualatt_ros.tracking.track_state import TrackState

_NO_PROPOSALS = ProposalSet.of(np.zeros((0, 4), np.float32), ProposalSource.LOCAL)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What the search of one frame came to.

    Attributes:
        features: of the part of the image that was searched last.
        finding: the best place there.
        evidence: what that is worth.
    """

    features: FrameFeatures
    finding: Finding
    evidence: Evidence


@dataclass(frozen=True, slots=True, eq=False)
class SearchTools:
    """What the search scores with; the tracker teaches the head behind the scorer."""

    reader: FeatureReader
    scorer: ProposalScorer
    localizer: TargetLocalizer
    confidence: Confidence


class TargetSearch:
    """Local search around the last place; elsewhere when the target is doubtful."""

    def __init__(
        self, config: TrackerConfig, tools: SearchTools, regions: RegionSearch | None
    ) -> None:
        """A search; without `regions`, or while they are blind, it looks elsewhere on a spiral."""
        self._config = config
        self._tools = tools
        self._regions = regions
        self._local = LocalProposals(config.proposals)
        self._scored: list[ProposalSet] = []

    @property
    def report(self) -> SearchReport | None:
        """Where the last pair was searched; None before the first."""
        attention = None if self._regions is None else self._regions.report
        if not self._scored and attention is None:
            return None
        return SearchReport(reduce(ProposalSet.__add__, self._scored, _NO_PROPOSALS), attention)

    def start(self, pair: FramePair, box: Box) -> None:
        """A new target."""
        self._scored = []
        if self._regions is not None:
            self._regions.start(pair, box)

    def trust(self, box: Box) -> None:
        """The target was found at `box` of the last pair."""
        if self._regions is not None:
            self._regions.trust(box)

    def forget(self) -> None:
        """No target."""
        self._scored = []
        if self._regions is not None:
            self._regions.forget()

    def find(
        self,
        pair: FramePair,
        state: TrackState,
        rng: np.random.Generator,
        on_features: Callable[[], None],
    ) -> Found | None:
        """The best place of `pair`; None when there is nothing to look at.

        No camera shows anything there, or the target is lost and a map of this frame shows nothing
        like it anywhere, the last place included.

        Args:
            pair: of this frame.
            state: after the frame before.
            rng: draws the proposals.
            on_features: called when the features are there, for the clock.
        """
        self._scored = []
        if self._regions is not None:
            self._regions.begin(pair, state)
            found = self._at_region(self._regions, pair, state, rng)
            if found is not None:
                return found
            if self._regions.is_nowhere(state):
                return None
        is_blind = self._regions is None or self._regions.is_blind
        is_elsewhere = is_blind and self._looks_elsewhere(state)
        place = self._place_elsewhere(state) if is_elsewhere else state.box
        features = self._tools.reader.read_frame(pair, place)
        on_features()
        if not features.sees.any():
            return None
        if is_elsewhere:
            return Found(
                features, self._anywhere(features, place, rng), Evidence(is_elsewhere=True)
            )
        return self._near(features, pair, state, rng)

    def _looks_elsewhere(self, state: TrackState) -> bool:
        search = self._config.search
        return search.elsewhere and state.looks_elsewhere(search.patience)

    def _near(
        self,
        features: FrameFeatures,
        pair: FramePair,
        state: TrackState,
        rng: np.random.Generator,
    ) -> Found:
        """The best place near the last one, or anywhere in its window when that is doubtful."""
        region, confidence = features.region, self._tools.confidence
        proposals = self._local.near(state.box, region, rng, state.doubtful_frames)
        if self._regions is not None:
            proposals += self._regions.gated(state.box, region, rng)
        near = self._best(features, proposals)
        if not confidence.is_doubtful(near.score):
            return Found(features, near, self._evidence_near(pair, near.box, state))
        if self._regions is None and self._config.search.elsewhere:
            anywhere = self._anywhere(features, state.box, rng)
            if confidence.is_found(anywhere.score):
                return Found(features, anywhere, Evidence(is_elsewhere=True))
        return Found(features, near, Evidence())

    def _evidence_near(self, pair: FramePair, box: Box, state: TrackState) -> Evidence:
        """A trusted target may pass what looks like it; a doubtful one must not become it."""
        if self._regions is None:
            return Evidence()
        if state.status is TrackStatus.TRACKING:
            return Evidence(is_refused=self._regions.is_mistaken(box))
        return self._regions.judge_here(pair, box, state)

    def _anywhere(self, features: FrameFeatures, place: Box, rng: np.random.Generator) -> Finding:
        region = features.region
        rough = self._best(features, self._local.anywhere(place, region, rng))
        return self._best(features, self._local.near(rough.box, region, rng))

    def _at_region(
        self, regions: RegionSearch, pair: FramePair, state: TrackState, rng: np.random.Generator
    ) -> Found | None:
        """The best place at the region that is most like the target; None when none is."""
        candidate = regions.candidate(state)
        if candidate is None:
            return None
        features = self._tools.reader.read_frame(pair, candidate.box)
        if not features.sees.any():
            return None
        rough = self._best(features, regions.around(candidate, state, rng))
        near = self._best(features, self._local.near(rough.box, features.region, rng))
        finding = replace(near, source=ProposalSource.GLOBAL)
        return Found(features, finding, regions.judge(candidate, finding, state))

    def _place_elsewhere(self, state: TrackState) -> Box:
        search = self._config.search
        window = SearchWindow.around(state.trusted, search)
        step = search.lost_step * window.w, search.lost_step * window.h
        turn = max(0, state.doubtful_frames - search.patience)
        turn = turn // 2 if state.status is TrackStatus.UNCERTAIN else turn
        return search_place(state.trusted, turn, step, state.size)

    def _best(self, features: FrameFeatures, proposals: ProposalSet) -> Finding:
        self._scored.append(proposals)
        scored = self._tools.scorer.best(features, proposals)
        return self._tools.localizer.localize(scored, features.size)
