"""The status machine alone, on made-up scores: thresholds, hysteresis, confirmation, recovery."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.tracker_config import StatusConfig
from rgbt_dualatt_ros.tracking.track_confidence import (
    Evidence,
    ScoreSign,
    TrackConfidence,
    build_confidence,
)

CONFIG = StatusConfig(
    history=5,
    uncertain_below=0.25,
    trusted_above=0.5,
    found_above=0.75,
    trusted_after=2,
    found_after=3,
    lost_after=4,
    least_reference=1.0,
)
ELSEWHERE = Evidence(is_elsewhere=True)
T, U, L = TrackStatus.TRACKING, TrackStatus.UNCERTAIN, TrackStatus.LOST


@pytest.fixture
def confidence() -> TrackConfidence:
    confidence = TrackConfidence(CONFIG)
    confidence.restart(8.0)
    return confidence


def statuses(confidence: TrackConfidence, *scores: float | None) -> list[TrackStatus]:
    return [confidence.update(score) for score in scores]


def test_good_scores_keep_it_tracking(confidence: TrackConfidence) -> None:
    assert statuses(confidence, 8, 7, 6, 9) == [T] * 4


def test_a_threshold_belongs_to_the_better_side(confidence: TrackConfidence) -> None:
    assert statuses(confidence, 2.0) == [T]
    confidence.restart(8.0)
    assert statuses(confidence, 1.99) == [U]


def test_between_the_thresholds_the_status_stays_what_it_was(confidence: TrackConfidence) -> None:
    assert statuses(confidence, 3.0, 3.0) == [T, T]
    confidence.restart(8.0)
    assert statuses(confidence, 0.0, 3.0, 3.0) == [U, U, U]


def test_trust_returns_after_good_frames_in_a_row(confidence: TrackConfidence) -> None:
    assert statuses(confidence, 0.0, 5.0, 0.0, 5.0, 5.0) == [U, U, U, U, T]


def test_lost_after_doubtful_frames_in_a_row(confidence: TrackConfidence) -> None:
    assert statuses(confidence, 0, 0, 0, 0, 0) == [U, U, U, L, L]


def test_a_lost_target_needs_more_confirmation(confidence: TrackConfidence) -> None:
    statuses(confidence, 0, 0, 0, 0)
    assert statuses(confidence, 8, 8, 8) == [L, L, T]


def test_a_clue_is_a_good_score_that_is_not_trusted_yet(confidence: TrackConfidence) -> None:
    assert not confidence.has_clue
    confidence.update(0.0)
    assert not confidence.has_clue
    confidence.update(8.0)
    assert confidence.has_clue


def test_elsewhere_more_is_asked(confidence: TrackConfidence) -> None:
    confidence.update(0.0)
    confidence.update(5.0, ELSEWHERE)
    assert not confidence.has_clue
    confidence.update(6.0, ELSEWHERE)
    assert confidence.has_clue
    assert statuses(confidence, 6.0, 6.0) == [U, T]  # three in a row, counting the first


def test_what_may_be_something_else_is_no_clue_however_well_it_scores(
    confidence: TrackConfidence,
) -> None:
    confidence.update(0.0)
    for _ in range(2):
        assert confidence.update(9.0, Evidence(is_elsewhere=True, is_refused=True)) is U
        assert not confidence.has_clue
    assert confidence.update(9.0, Evidence(is_elsewhere=True, is_refused=True)) is L


def test_the_evidence_says_how_many_frames_must_confirm(confidence: TrackConfidence) -> None:
    statuses(confidence, 0, 0, 0, 0)
    assert confidence.update(9.0, Evidence(is_elsewhere=True, frames_needed=1)) is T
    statuses(confidence, 0, 0, 0, 0)
    assert confidence.update(9.0, Evidence(is_elsewhere=True, frames_needed=2)) is L
    assert confidence.update(9.0) is T


@pytest.mark.parametrize("rule", ["relative", "absolute"])
def test_what_is_known_later_in_a_row_counts(rule: str) -> None:
    confidence = build_confidence(dataclasses.replace(CONFIG, rule=rule))
    confidence.restart(8.0)
    slow, sure = Evidence(frames_needed=4), Evidence(frames_needed=1)
    confidence.update(-9.0)
    assert [confidence.update(9.0, slow), confidence.update(9.0, sure)] == [U, T]
    confidence.update(-9.0)
    twice = Evidence(frames_needed=2)
    assert T not in [confidence.update(9.0, each) for each in (twice, slow, slow)]
    assert confidence.update(9.0) is T


def test_an_identified_target_sets_what_a_trusted_one_scores(
    confidence: TrackConfidence,
) -> None:
    known = Evidence(is_elsewhere=True, frames_needed=2, least_share=0.0, is_identified=True)
    statuses(confidence, 8, 8, 0, 0, 0, 0)
    assert confidence.update(1.5, known) is L
    assert confidence.reference == 8  # not before it is believed
    assert confidence.update(1.6, known) is T
    assert confidence.reference == 1.6
    assert statuses(confidence, 1.5, 0.5) == [T, T]  # as usual from now on


def test_one_that_is_only_found_does_not(confidence: TrackConfidence) -> None:
    found = Evidence(is_elsewhere=True, frames_needed=2, least_share=0.0)
    statuses(confidence, 8, 8, 0, 0, 0, 0)
    assert [confidence.update(1.5, found) for _ in range(2)] == [L, T]
    assert confidence.reference == 8
    assert statuses(confidence, 1.5) == [U]


def test_an_identified_target_must_reach_the_share_that_is_asked(
    confidence: TrackConfidence,
) -> None:
    confidence.update(0.0)
    asked = Evidence(is_elsewhere=True, frames_needed=1, least_share=0.3, is_identified=True)
    assert confidence.update(2.3, asked) is U
    assert confidence.update(2.4, asked) is T


def test_refused_or_still_tracking_an_identified_one_changes_no_reference(
    confidence: TrackConfidence,
) -> None:
    confidence.update(7.0, Evidence(is_identified=True))
    assert confidence.reference == 7.5
    confidence.update(0.0)
    refused = Evidence(is_refused=True, is_identified=True, frames_needed=1, least_share=0.0)
    assert confidence.update(3.0, refused) is U
    assert confidence.reference == 7.5


def test_the_sign_of_the_score_may_need_confirmation_too() -> None:
    rule = ScoreSign(dataclasses.replace(CONFIG, rule="absolute"))
    thrice = Evidence(is_elsewhere=True, frames_needed=3)
    assert rule.update(-1.0) is U
    assert rule.update(1.0, thrice) is U
    assert rule.has_clue
    assert [rule.update(1.0), rule.update(1.0)] == [U, T]
    assert not rule.has_clue
    assert rule.update(1.0, Evidence(is_refused=True)) is U
    assert not rule.has_clue


def test_a_jump_is_uncertain_however_well_it_scores(confidence: TrackConfidence) -> None:
    assert confidence.update(9.0, ELSEWHERE) is U
    assert confidence.has_clue


def test_the_reference_follows_trusted_scores_only(confidence: TrackConfidence) -> None:
    statuses(confidence, 4, 4, 4, 4, 4)
    assert confidence.reference == 4
    statuses(confidence, 0.5, 0.5)
    assert confidence.reference == 4


def test_negative_scores_cannot_turn_the_rule_round(confidence: TrackConfidence) -> None:
    """With a reference below 0 the share of it would accept everything; there is a least one."""
    confidence.restart(-3.0)
    assert confidence.reference == 1.0
    assert statuses(confidence, -3.0) == [U]


def test_a_frame_in_which_nothing_is_seen_is_doubtful(confidence: TrackConfidence) -> None:
    assert statuses(confidence, None, None, None, None) == [U, U, U, L]


def test_restart_forgets_everything(confidence: TrackConfidence) -> None:
    statuses(confidence, 0, 0, 0, 0)
    confidence.restart(2.0)
    assert confidence.status is T
    assert confidence.reference == 2.0
    assert not confidence.has_clue


@given(st.lists(st.tuples(st.one_of(st.none(), st.floats(-20, 20)), st.booleans()), max_size=60))
def test_every_road_obeys_the_rules(frames: list[tuple[float | None, bool]]) -> None:
    confidence = TrackConfidence(CONFIG)
    confidence.restart(5.0)
    before, good_in_row = T, 0
    for score, is_elsewhere in frames:
        reference = confidence.reference
        status = confidence.update(score, Evidence(is_elsewhere=is_elsewhere))
        is_good = score is not None and score >= CONFIG.trusted_above * reference
        good_in_row = good_in_row + 1 if is_good else 0
        if before is not T and status is T:
            assert good_in_row >= CONFIG.trusted_after
        if before is T:
            assert status is not L
        assert math.isfinite(confidence.reference)
        assert confidence.reference >= CONFIG.least_reference
        before = status


def test_the_sign_of_the_score_alone_may_decide() -> None:
    """MDNet's rule: one success makes good any number of failures."""
    sign = build_confidence(StatusConfig(rule="absolute", lost_after=3))
    assert isinstance(sign, ScoreSign)
    sign.restart(-5.0)
    scores = (0.1, 0.0, -1.0, None, -1.0, 0.1, -0.1)
    assert [sign.update(score) for score in scores] == [T, U, U, L, L, T, U]
    assert not sign.has_clue


def test_the_sign_rule_may_ask_for_more_than_zero() -> None:
    sign = ScoreSign(StatusConfig(rule="absolute", success_above=2.0))
    assert [sign.update(score) for score in (2.0, 2.1)] == [U, T]
    assert sign.is_doubtful(math.nan)
