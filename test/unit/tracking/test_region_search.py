"""RegionSearch on made-up looks: which region is the target.

Not: when what is followed is not (test_region_doubt.py), what a real net's features tell apart
(docs/evaluation.md).
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import iou
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSource
from rgbt_dualatt_ros.core.tracker_config import StatusConfig
from rgbt_dualatt_ros.tracking.identity import Identity
from rgbt_dualatt_ros.tracking.region_search import Candidate, RegionSearch
from rgbt_dualatt_ros.tracking.target_localizer import Finding
from rgbt_dualatt_ros.tracking.track_confidence import Evidence, TrackConfidence
from rgbt_dualatt_ros.tracking.track_state import TrackState

if TYPE_CHECKING:
    from test.unit.tracking.conftest import RegionWorld

HERE, THERE, YONDER = Box(80, 100, 80, 80), Box(400, 320, 80, 80), Box(480, 60, 80, 80)
OWN, TWIN, TREE = "own", "twin", "tree"
REFERENCE = 8.0  # what a trusted target scores


def asked(world: RegionWorld, search: RegionSearch, pair: FramePair) -> Candidate | None:
    """The candidate of a frame in which the target is lost."""
    search.begin(pair, world.away())
    return search.candidate(world.away())


def overlap(box: Box, other: Box) -> float:
    return float(iou(box.as_array()[None], other.as_array()[None])[0])


def finding(box: Box, score: float) -> Finding:
    return Finding(box, box, score, ProposalSource.GLOBAL)


def test_a_target_that_is_back_elsewhere_is_the_candidate(world: RegionWorld) -> None:
    found = asked(world, world.followed((HERE, OWN)), world.pair((THERE, OWN), (YONDER, TREE)))
    assert found is not None
    assert overlap(found.box, THERE) > 0.7
    assert found.likeness > 0.7
    assert found.is_alone


@pytest.mark.parametrize("place", [THERE, HERE], ids=["elsewhere", "where it was"])
def test_a_target_that_the_map_does_not_show_is_the_candidate(
    world: RegionWorld, place: Box
) -> None:
    search = world.followed((HERE, OWN), (YONDER, TWIN))
    found = asked(world, search, world.pair((place, "unseen"), (YONDER, TWIN)))
    assert found is not None
    assert overlap(found.box, place) > 0.5  # it is told on cells of 20 px
    assert found.is_alone


def test_what_was_seen_beside_the_target_is_refused_and_the_target_found_when_back(
    world: RegionWorld,
) -> None:
    search = world.followed((HERE, OWN), (THERE, TWIN))
    for _ in range(3):
        assert asked(world, search, world.pair((THERE, TWIN))) is None
    assert asked(world, search, world.pair((YONDER, TWIN))) is None  # it has walked on
    found = asked(world, search, world.pair((THERE, TWIN), (YONDER, OWN)))
    assert found is not None
    assert overlap(found.box, YONDER) > 0.7  # though the map is stronger there
    assert found.is_alone


def test_never_seen_beside_the_target_it_is_taken_for_it(world: RegionWorld) -> None:
    found = asked(world, world.followed((HERE, OWN)), world.pair((THERE, TWIN)))
    assert found is not None
    assert overlap(found.box, THERE) > 0.7


@pytest.mark.parametrize(("rival", "remembered"), [(0.49, 1), (0.51, 0)])
def test_what_the_map_shows_weakly_beside_the_target_is_not_remembered(
    world: RegionWorld, monkeypatch: pytest.MonkeyPatch, rival: float, remembered: int
) -> None:
    search = world.followed((HERE, OWN), rival=rival)
    found: list[int] = []
    monkeypatch.setattr(
        Identity, "learn", lambda _, __, ___, others, ____: found.append(len(others))
    )
    assert not world.step(search, world.pair((HERE, OWN), (THERE, TREE)), HERE)
    assert found == [remembered]


def test_there_is_no_candidate_while_trusted_or_without_a_map_of_the_frame(
    world: RegionWorld,
) -> None:
    search = world.followed((HERE, OWN), when="periodic", every=3)
    trusted = world.away(status=TrackStatus.TRACKING)
    search.begin(world.pair((THERE, OWN)), trusted)
    assert search.candidate(trusted) is None
    search.begin(world.pair((THERE, OWN)), trusted)
    assert search.candidate(world.away()) is None  # the map is of the frame before
    search.look_now(world.pair((THERE, OWN)), world.away())
    assert search.candidate(world.away()) is not None


def test_nothing_like_the_target_is_no_candidate(world: RegionWorld) -> None:
    search = world.followed((HERE, OWN))
    assert asked(world, search, world.pair((THERE, TREE))) is None
    assert asked(world, search, world.pair()) is None


def test_a_lost_target_is_nowhere_only_where_a_map_of_this_frame_can_tell(
    world: RegionWorld,
) -> None:
    def is_nowhere(search: RegionSearch, state: TrackState, frames: int = 1) -> bool:
        for _ in range(frames):
            search.begin(world.pair((THERE, TREE)), state)
        return search.is_nowhere(state)

    known, lost = (HERE, OWN), world.away()
    assert is_nowhere(world.followed(known), lost)
    assert not is_nowhere(world.followed(known), world.away(has_clue=True))
    assert not is_nowhere(world.followed(known), world.away(status=TrackStatus.UNCERTAIN))
    assert not is_nowhere(world.followed(known, frames=0), lost)
    rarely = world.followed(known, when="periodic", every_doubtful=9)
    assert not is_nowhere(rarely, lost, frames=2)
    assert not is_nowhere(world.followed(known, gate="paper"), lost)


def test_two_that_are_equally_like_it_are_refused(world: RegionWorld) -> None:
    search = world.followed((HERE, OWN))
    both = asked(world, search, world.pair((THERE, OWN), (YONDER, OWN)))
    assert both is not None
    assert not both.is_alone
    one = asked(world, search, world.pair((THERE, OWN)))
    assert one is not None
    for candidate, is_refused in ((both, True), (one, False)):
        evidence = search.judge(candidate, finding(candidate.box, REFERENCE), world.away())
        assert evidence.is_refused is is_refused


@pytest.mark.parametrize(
    ("likeness", "score", "frames", "share"),
    [
        (0.9, REFERENCE, 1, 0.05),
        (0.9, 0.1 * REFERENCE, 4, 0.05),
        (0.4, REFERENCE, 4, 0.35),
    ],
    ids=["plain, as usual", "plain, low score", "less like it"],
)
def test_only_what_is_plainly_it_and_scores_as_usual_is_believed_at_once(
    world: RegionWorld, likeness: float, score: float, frames: int, share: float
) -> None:
    search = world.search(confirm_frames=4, plain_above=0.05, accept_above=0.35)
    candidate = Candidate(THERE, likeness, is_alone=True)
    evidence = search.judge(candidate, finding(THERE, score), world.away())
    assert evidence.is_elsewhere
    assert evidence.is_identified
    assert not evidence.is_refused
    assert evidence.frames_needed == frames
    assert evidence.least_share == share


def test_a_best_place_away_from_the_region_or_from_the_last_clue_is_refused(
    world: RegionWorld,
) -> None:
    search, candidate = world.search(), Candidate(THERE, 0.9, is_alone=True)
    at_region = finding(THERE, REFERENCE)

    def is_refused(found: Finding, state: TrackState) -> bool:
        return search.judge(candidate, found, state).is_refused

    assert not is_refused(at_region, world.away())
    assert is_refused(finding(YONDER, REFERENCE), world.away())
    assert not is_refused(at_region, world.away(THERE, has_clue=True))
    assert is_refused(at_region, world.away(YONDER, has_clue=True))
    assert not is_refused(at_region, world.away(YONDER))


def test_a_candidate_is_believed_after_frames_in_a_row_at_one_place(world: RegionWorld) -> None:
    search = world.search(confirm_frames=3, plain_above=0.0)
    candidate = Candidate(THERE, 0.5, is_alone=True)
    state, statuses = world.away(), []
    confidence = TrackConfidence(StatusConfig(lost_after=2))
    confidence.restart(REFERENCE)
    for _ in range(3):
        confidence.update(None)
    for place in (THERE, THERE, YONDER, THERE, THERE, THERE):
        there = dataclasses.replace(candidate, box=place)
        found = finding(place, 0.5 * REFERENCE)
        status = confidence.update(found.score, search.judge(there, found, state))
        state = world.away(place, has_clue=confidence.has_clue)
        statuses.append(status is TrackStatus.TRACKING)
    assert statuses == [False] * 5 + [True]


def test_a_new_target_is_not_told_by_the_old_one(world: RegionWorld) -> None:
    search = world.followed((HERE, OWN), (THERE, TWIN))
    search.start(world.pair((THERE, TWIN)), THERE)
    for _ in range(3):
        assert not world.step(search, world.pair((HERE, OWN), (THERE, TWIN)), THERE)
    found = asked(world, search, world.pair((HERE, OWN), (YONDER, TWIN)))
    assert found is not None
    assert overlap(found.box, YONDER) > 0.7


def test_the_papers_gate_never_asks_who_is_who(
    world: RegionWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr(Identity, "learn", refuse)
    monkeypatch.setattr(Identity, "likeness", refuse)
    with pytest.raises(AssertionError, match="asked"):
        world.followed((HERE, OWN))
    search = world.followed((HERE, OWN), (THERE, TWIN), gate="paper")
    pair = world.pair((THERE, OWN))
    search.begin(pair, world.away())
    search.look_now(pair, world.away())
    assert search.candidate(world.away()) is None
    assert search.judge_here(pair, THERE, world.away()) == Evidence()
    assert not search.is_mistaken(THERE)
