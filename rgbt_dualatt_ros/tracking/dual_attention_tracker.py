"""DualAttentionTracker: follows one target by an online-trained classifier over two modalities."""

from __future__ import annotations

import numpy as np
import torch

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.errors import FramePairError, NotInitializedError
from rgbt_dualatt_ros.core.explanation import AttentionImages, LearningReport, SearchReport
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead
from rgbt_dualatt_ros.models.device import choose_device
from rgbt_dualatt_ros.models.global_attention import GlobalAttentionNet
from rgbt_dualatt_ros.models.lite_attention_net import LiteAttentionNet
from rgbt_dualatt_ros.models.weights import load_global_attention
from rgbt_dualatt_ros.tracking.box_regressor import BoxRegressor
from rgbt_dualatt_ros.tracking.feature_readers import build_reader
from rgbt_dualatt_ros.tracking.first_frame import FirstFrame
from rgbt_dualatt_ros.tracking.frame_features import PRECISIONS, FeatureReader, FrameFeatures
from rgbt_dualatt_ros.tracking.online_learner import OnlineLearner
from rgbt_dualatt_ros.tracking.proposal_scorer import ProposalScorer
from rgbt_dualatt_ros.tracking.region_search import RegionSearch
from rgbt_dualatt_ros.tracking.sample_collector import BackgroundPlan, SampleCollector
from rgbt_dualatt_ros.tracking.stage_clock import ClockedNet, StageClock
from rgbt_dualatt_ros.tracking.target_localizer import Finding, TargetLocalizer
from rgbt_dualatt_ros.tracking.target_search import Found, SearchTools, TargetSearch
from rgbt_dualatt_ros.tracking.track_confidence import build_confidence
from rgbt_dualatt_ros.tracking.track_state import TrackState

_SCORE_OF_NOTHING = 0.0  # neither for nor against: no camera showed anything


class DualAttentionTracker:
    """Implements `ExplainingTracker`; one instance follows one target and belongs to one thread.

    Attributes:
        clock: times the stages when it is enabled.
    """

    def __init__(
        self,
        config: TrackerConfig,
        reader: FeatureReader,
        device: torch.device,
        net: GlobalAttentionNet | None = None,
    ) -> None:
        """A tracker without target.

        Args:
            config: all settings.
            reader: of the features, with its net.
            device: where the classifier learns.
            net: finds the target in the whole image; None searches without.
        """
        self.clock = StageClock()
        self._config = config
        self._reader = reader
        self._head = ClassifierHead(reader.width, config.head).to(device)
        self._learner = OnlineLearner(self._head, reader, config)
        self._scorer = ProposalScorer(self._head, config.proposals.best)
        self._collector = SampleCollector(config.samples)
        self._background = BackgroundPlan.of_update(config.samples, config.learning)
        self._first_frame = FirstFrame(config, reader, self._collector)
        self._regressor = BoxRegressor(config.box_regression)
        self._confidence = build_confidence(config.status)
        localizer = TargetLocalizer(self._regressor, config.proposals.agreement, config.min_side)
        tools = SearchTools(reader, self._scorer, localizer, self._confidence)
        regions = self._region_search(net)
        self._search = TargetSearch(config, tools, regions)
        self.reset()

    @classmethod
    def from_config(cls, config: TrackerConfig) -> DualAttentionTracker:
        """A tracker with the weights and on the device that `config` names.

        Raises:
            ConfigError: when the device is not there, or settings do not go together.
            WeightsError: when the weights are missing or do not fit.
        """
        device = choose_device(config.device)
        if config.threads:
            torch.set_num_threads(config.threads)
        return cls(config, build_reader(config, device), device, _load_net(config, device))

    @property
    def learning(self) -> LearningReport:
        """How the learning of the present target goes."""
        return self._learner.report

    @property
    def search(self) -> SearchReport | None:
        """Where the last pair was searched."""
        return self._search.report

    def reset(self) -> None:
        """Forget the target; the next run draws the same random numbers as the first."""
        self._state: TrackState | None = None
        self._search.forget()
        self._rng = np.random.default_rng(self._config.seed)
        self._learner.reseed(self._config.seed)

    def initialize(self, pair: FramePair, box: Box) -> None:
        """Learn the target inside `box`; see `Tracker.initialize`."""
        box.check_usable(pair.size, self._config.min_side)
        first = self._first_frame.samples(pair, box, self._rng)
        self._learner.fit_first_frame(first.positives, first.negatives)
        self._regressor.forget()
        if self._config.box_regression.enabled:
            self._regressor.fit(first.regression_features, first.regression_boxes, box)
        self._confidence.restart(self._scorer.mean_score(first.positives.features))
        self._state = TrackState.start(pair.size, box)
        self._search.start(pair, box)

    def track(self, pair: FramePair) -> Prediction:
        """Localise the target, then learn from it; see `Tracker.track`."""
        state = self._checked_state(pair)
        self.clock.start()
        found = self._search.find(pair, state, self._rng, self._mark_features)
        if found is None:
            return self._wait(pair, state)
        self.clock.mark("localize")
        self._state = self._judge(state, found)
        if self._state.status is TrackStatus.TRACKING:
            self._search.trust(self._state.box)
        self._learn(found, state.status)
        self.clock.mark("learn")
        return self._predict(pair, self._state, found.finding)

    def _region_search(self, net: GlobalAttentionNet | None) -> RegionSearch | None:
        if net is None:
            return None
        clocked = ClockedNet(net, self.clock)
        return RegionSearch(clocked, self._config.global_attention, self._confidence)

    def _mark_features(self) -> None:
        self.clock.mark("features")

    def attention(self, pair: FramePair, box: Box) -> AttentionImages:
        """Where the classifier looks in `box`; see `ExplainingTracker.attention`."""
        self._checked_state(pair)
        box.check_usable(pair.size, self._config.min_side)
        return self._reader.explain(pair, box, self._head)

    def _checked_state(self, pair: FramePair) -> TrackState:
        if self._state is None:
            raise NotInitializedError("call initialize(pair, box) before track(pair)")
        if pair.size != self._state.size:
            raise FramePairError(
                f"the image size changed from {self._state.size} to {pair.size}; initialize again"
            )
        return self._state

    def _judge(self, state: TrackState, found: Found) -> TrackState:
        finding, evidence = found.finding, found.evidence
        status = self._confidence.update(finding.score, evidence)
        has_clue = self._confidence.has_clue
        is_trusted = status is TrackStatus.TRACKING
        # A clue is looked at again, else a target found elsewhere could never be confirmed.
        is_held = self._config.status.on_failure == "hold" or evidence.is_elsewhere
        if is_held and not is_trusted and not has_clue:
            return state.after_nothing(status)
        return state.after(finding.box, finding.refined, status, has_clue=has_clue)

    def _wait(self, pair: FramePair, state: TrackState) -> Prediction:
        """No camera shows anything: keep the last trusted box, learn nothing."""
        self._state = state.after_nothing(self._confidence.update(None))
        return Prediction(state.reported, _SCORE_OF_NOTHING, self._state.status, pair.stamp_ns)

    def _learn(self, found: Found, status_before: TrackStatus) -> None:
        config, state = self._config.learning, self._state
        if not config.enabled or state is None:
            return
        is_trusted = state.status is TrackStatus.TRACKING
        # What showed nothing in the first frame is never looked at, so it need not be seen now.
        if is_trusted and found.features.sees[self._reader.known].all():
            self._remember(found.features, state)
        self._learner.count_frame(is_trusted=is_trusted)
        has_just_failed = not is_trusted and status_before is TrackStatus.TRACKING
        asks_for_update = {"never": False, "once": has_just_failed, "always": not is_trusted}
        was_missed = is_trusted and status_before is not TrackStatus.TRACKING
        # It may look otherwise than before, and the classifier must follow it from here.
        has_come_back = was_missed and found.evidence.is_identified
        if asks_for_update[config.short_term] or has_come_back:
            self._learner.update_short_term()
        elif state.status is TrackStatus.LOST:
            return
        self._learner.work()

    def _remember(self, features: FrameFeatures, state: TrackState) -> None:
        config, target = self._config.learning, state.box
        positives = self._collector.positives(
            target, config.positives_per_frame, state.size, self._rng
        )
        negatives = self._collector.negatives(
            target, config.negatives_per_frame, self._background, features.region, self._rng
        )
        both = features.sample(np.concatenate([positives, negatives]))
        count = len(positives)
        self._learner.remember(both.rows(slice(count)), both.rows(slice(count, None)))

    @staticmethod
    def _predict(pair: FramePair, state: TrackState, finding: Finding) -> Prediction:
        """What is reported: the place being followed; the last trusted one while it is lost."""
        box = finding.refined
        if state.status is TrackStatus.LOST:
            box = state.reported
        elif state.box != finding.box:  # looked elsewhere in vain, or holds on after a failure
            box = state.reported if state.box == state.trusted else state.box
        return Prediction(box, finding.score, state.status, pair.stamp_ns, finding.source)


def _load_net(config: TrackerConfig, device: torch.device) -> GlobalAttentionNet | None:
    wanted = config.global_attention
    if not wanted.enabled:
        return None
    net = load_global_attention(wanted.net, wanted.weights, config.seed, device)
    if isinstance(net, LiteAttentionNet):
        net.use_precision(PRECISIONS[config.features.precision])
    # A fifth faster on a processor; the numbers are the same but for their last digits.
    return net.to(memory_format=torch.channels_last)
