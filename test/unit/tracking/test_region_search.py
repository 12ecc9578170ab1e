"""RegionSearch on made-up looks: which region is the target, and when what is followed is not.

What a real net's features tell apart is in docs/evaluation.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import iou
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSource
from rgbt_dualatt_ros.core.tracker_config import StatusConfig
from rgbt_dualatt_ros.models.global_attention import Look, TargetCode
from rgbt_dualatt_ros.tracking.identity import Identity
from rgbt_dualatt_ros.tracking.region_search import Candidate, RegionSearch
from rgbt_dualatt_ros.tracking.target_localizer import Finding
from rgbt_dualatt_ros.tracking.track_confidence import TrackConfidence
from rgbt_dualatt_ros.tracking.track_state import TrackState

SIZE = ImageSize(640, 480)  # a cell of the features is 20 px wide and high
CONFIG = GlobalAttentionConfig(enabled=True, when="every_frame")
THREADED = dataclasses.replace(CONFIG, asynchronous="on")
HERE, THERE, YONDER = Box(80, 100, 80, 80), Box(400, 320, 80, 80), Box(480, 60, 80, 80)
OWN, TWIN, TREE = (2.0, 2.0, 0.0, 0.0), (2.0, 1.2, 1.2, 0.0), (0.0, 0.0, 0.0, 2.0)
# The map takes the twin for the target.
STRENGTHS: dict[tuple[float, ...], float] = {OWN: 0.85, TWIN: 0.95, TREE: 0.5}
REFERENCE = 8.0
WAIT_S = 10.0
Scene = Sequence[tuple[Box, tuple[float, ...]]]


class _World:
    """Remembers scenes by their stamp, and is the net that looks at them."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []
        self.looked: list[int] = []

    def pair(self, *scene: tuple[Box, tuple[float, ...]]) -> FramePair:
        self.scenes.append(scene)
        rgb = np.zeros((SIZE.height, SIZE.width, 3), np.uint8)
        return FramePair(rgb, rgb[..., 0], stamp_ns=len(self.scenes) - 1)

    def code_target(self, pair: FramePair, box: Box) -> TargetCode:
        del pair, box
        return []

    def look(self, pair: FramePair, code: TargetCode) -> Look:
        del code
        self.looked.append(pair.stamp_ns)
        features = 0.1 * np.random.default_rng(pair.stamp_ns).normal(size=(4, 24, 32))
        strength = np.zeros((192, 256), np.float32)
        for box, kind in self.scenes[pair.stamp_ns]:
            left, top = round(box.x / 20), round(box.y / 20)
            right, bottom = left + round(box.w / 20), top + round(box.h / 20)
            features[:, top:bottom, left:right] += np.array(kind)[:, None, None]
            strength[8 * top : 8 * bottom, 8 * left : 8 * right] = STRENGTHS[kind]
        return Look(strength, features.astype(np.float32), 4.0, 8.0)

    def attend(self, pair: FramePair, code: TargetCode) -> NDArray[np.float32]:
        return self.look(pair, code).strength


@pytest.fixture
def world() -> _World:
    return _World()


def search_of(world: _World, config: GlobalAttentionConfig = CONFIG) -> RegionSearch:
    confidence = TrackConfidence(StatusConfig())
    confidence.restart(REFERENCE)
    return RegionSearch(world, config, confidence)


def followed(
    world: _World, *scene: tuple[Box, tuple[float, ...]], config: GlobalAttentionConfig = CONFIG
) -> RegionSearch:
    """A search whose target, the first of `scene`, was trusted for six frames."""
    search, box = search_of(world, config), scene[0][0]
    search.start(world.pair(*scene), box)
    for _ in range(6):
        assert not step(search, world.pair(*scene), box)
    return search


def step(search: RegionSearch, pair: FramePair, box: Box) -> bool:
    """A frame of a trusted target at `box`; whether that was a mistake, else it is learnt."""
    state = TrackState.start(SIZE, box)
    search.begin(pair, state)
    is_mistaken = search.is_mistaken(box, state)
    if not is_mistaken:
        search.trust(pair, box)
    return is_mistaken


def away(box: Box = HERE, frames: int = 9, *, has_clue: bool = False) -> TrackState:
    """Lost since `frames`; a clue is followed at `box`."""
    state = TrackState.start(SIZE, HERE)
    return dataclasses.replace(
        state, box=box, status=TrackStatus.LOST, doubtful_frames=frames, has_clue=has_clue
    )


def asked(search: RegionSearch, pair: FramePair) -> Candidate | None:
    """The candidate of a frame in which the target is lost."""
    search.begin(pair, away())
    return search.candidate(away())


def overlap(box: Box, other: Box) -> float:
    return float(iou(box.as_array()[None], other.as_array()[None])[0])


def finding(box: Box, score: float) -> Finding:
    return Finding(box, box, score, ProposalSource.GLOBAL)


def test_a_target_that_is_back_elsewhere_is_the_candidate(world: _World) -> None:
    found = asked(followed(world, (HERE, OWN)), world.pair((THERE, OWN), (YONDER, TREE)))
    assert found is not None
    assert overlap(found.box, THERE) > 0.7
    assert found.likeness > 0.7
    assert found.is_alone


def test_what_was_seen_beside_the_target_is_refused_and_the_target_found_when_back(
    world: _World,
) -> None:
    search = followed(world, (HERE, OWN), (THERE, TWIN))
    for _ in range(3):
        assert asked(search, world.pair((THERE, TWIN))) is None
    assert asked(search, world.pair((YONDER, TWIN))) is None  # it has walked on
    found = asked(search, world.pair((THERE, TWIN), (YONDER, OWN)))
    assert found is not None
    assert overlap(found.box, YONDER) > 0.7  # though the map is stronger there
    assert found.is_alone


def test_never_seen_beside_the_target_it_is_taken_for_it(world: _World) -> None:
    found = asked(followed(world, (HERE, OWN)), world.pair((THERE, TWIN)))
    assert found is not None
    assert overlap(found.box, THERE) > 0.7


@pytest.mark.parametrize(("rival", "is_remembered"), [(0.49, True), (0.51, False)])
def test_what_the_map_shows_weakly_beside_the_target_is_not_remembered(
    world: _World, rival: float, *, is_remembered: bool
) -> None:
    search = followed(world, (HERE, OWN), config=dataclasses.replace(CONFIG, rival=rival))
    assert not search._identity.knows_others
    assert not step(search, world.pair((HERE, OWN), (THERE, TREE)), HERE)
    assert search._identity.knows_others is is_remembered


def test_there_is_no_candidate_while_trusted_or_without_a_map_of_the_frame(world: _World) -> None:
    search = followed(
        world, (HERE, OWN), config=dataclasses.replace(CONFIG, when="periodic", every=3)
    )
    search.begin(world.pair((THERE, OWN)), TrackState.start(SIZE, HERE))
    assert search.candidate(TrackState.start(SIZE, HERE)) is None
    search.begin(world.pair((THERE, OWN)), TrackState.start(SIZE, HERE))
    assert search.candidate(away()) is None  # the map is of the frame before
    search.look_now(world.pair((THERE, OWN)), away())
    assert search.candidate(away()) is not None


def test_nothing_like_the_target_is_no_candidate(world: _World) -> None:
    search = followed(world, (HERE, OWN))
    assert asked(search, world.pair((THERE, TREE))) is None
    assert asked(search, world.pair()) is None


def test_two_that_are_equally_like_it_are_refused(world: _World) -> None:
    search = followed(world, (HERE, OWN))
    both = asked(search, world.pair((THERE, OWN), (YONDER, OWN)))
    assert both is not None
    assert not both.is_alone
    one = asked(search, world.pair((THERE, OWN)))
    assert one is not None
    for candidate, is_refused in ((both, True), (one, False)):
        evidence = search.judge(candidate, finding(candidate.box, REFERENCE), away())
        assert evidence.is_refused is is_refused


@pytest.mark.parametrize(
    ("likeness", "score", "frames", "share"),
    [
        (0.9, REFERENCE, 1, CONFIG.plain_above),
        (0.9, 0.1 * REFERENCE, CONFIG.confirm_frames, CONFIG.plain_above),
        (0.5, REFERENCE, CONFIG.confirm_frames, CONFIG.accept_above),
    ],
    ids=["plain, as usual", "plain, low score", "less like it"],
)
def test_only_what_is_plainly_it_and_scores_as_usual_is_believed_at_once(
    world: _World, likeness: float, score: float, frames: int, share: float
) -> None:
    evidence = search_of(world).judge(
        Candidate(THERE, likeness, is_alone=True), finding(THERE, score), away()
    )
    assert evidence.is_elsewhere
    assert evidence.is_identified
    assert not evidence.is_refused
    assert evidence.frames_needed == frames
    assert evidence.least_share == share


def test_a_best_place_away_from_the_region_or_from_the_last_clue_is_refused(
    world: _World,
) -> None:
    search, candidate = search_of(world), Candidate(THERE, 0.9, is_alone=True)
    at_region = finding(THERE, REFERENCE)

    def is_refused(found: Finding, state: TrackState) -> bool:
        return search.judge(candidate, found, state).is_refused

    assert not is_refused(at_region, away())
    assert is_refused(finding(YONDER, REFERENCE), away())
    assert not is_refused(at_region, away(THERE, has_clue=True))
    assert is_refused(at_region, away(YONDER, has_clue=True))
    assert not is_refused(at_region, away(YONDER))


def test_a_candidate_is_believed_after_frames_in_a_row_at_one_place(world: _World) -> None:
    search = search_of(world)
    candidate = Candidate(THERE, 0.5, is_alone=True)
    state, statuses = away(), []
    confidence = TrackConfidence(StatusConfig(lost_after=2))
    confidence.restart(REFERENCE)
    for _ in range(3):
        confidence.update(None)
    for place in (THERE, THERE, YONDER, THERE, THERE, THERE):
        there = dataclasses.replace(candidate, box=place)
        found = finding(place, 0.5 * REFERENCE)
        status = confidence.update(found.score, search.judge(there, found, state))
        state = away(place, has_clue=confidence.has_clue)
        statuses.append(status is TrackStatus.TRACKING)
    assert statuses == [False] * 5 + [True]


def test_a_trusted_target_that_becomes_another_is_noticed_on_the_next_map(world: _World) -> None:
    search = followed(world, (HERE, OWN), (THERE, TWIN))
    assert not step(search, world.pair((HERE, OWN), (THERE, TWIN)), HERE)
    assert step(search, world.pair((HERE, OWN), (THERE, TWIN)), THERE)


def test_one_that_stays_itself_is_not_whatever_comes(world: _World) -> None:
    search = followed(world, (HERE, OWN))
    assert not step(search, world.pair((HERE, OWN), (THERE, TWIN)), HERE)
    assert not step(search, world.pair((HERE, OWN), (THERE, TREE), (YONDER, TWIN)), HERE)


def test_a_mistake_is_not_learnt(world: _World) -> None:
    search = followed(world, (HERE, OWN), (THERE, TWIN))
    for _ in range(10):
        assert step(search, world.pair((HERE, OWN), (THERE, TWIN)), THERE)
    assert not step(search, world.pair((HERE, OWN), (THERE, TWIN)), HERE)


def test_a_target_that_only_looks_otherwise_is_no_mistake(world: _World) -> None:
    search = followed(world, (HERE, OWN), (THERE, TWIN))
    assert not step(search, world.pair((HERE, TREE), (THERE, TWIN)), HERE)
    assert not step(search, world.pair((HERE, TWIN)), HERE)


def test_one_that_was_never_told_from_the_rest_is_never_called_mistaken(world: _World) -> None:
    search = search_of(world)
    search.start(world.pair((HERE, OWN), (THERE, OWN), (YONDER, OWN)), HERE)
    for _ in range(6):
        assert not step(search, world.pair((HERE, OWN), (THERE, OWN), (YONDER, OWN)), HERE)
    pair = world.pair((HERE, TREE), (THERE, OWN), (YONDER, OWN))
    assert not step(search, pair, HERE)
    assert not search.is_another(pair, HERE, away())


@pytest.mark.parametrize("frames", [CONFIG.brief_doubt, CONFIG.brief_doubt + 1])
def test_only_after_a_long_doubt_must_what_is_at_its_place_be_like_it(
    world: _World, frames: int
) -> None:
    search = followed(world, (HERE, OWN), (THERE, TWIN))
    state, is_long = away(frames=frames), frames > CONFIG.brief_doubt

    def is_another(*scene: tuple[Box, tuple[float, ...]]) -> bool:
        pair = world.pair(*scene)
        search.begin(pair, state)
        return search.is_another(pair, HERE, state)

    assert not is_another((HERE, OWN), (THERE, TWIN))
    assert is_another((HERE, TWIN), (THERE, OWN))  # it is plainly elsewhere
    assert is_another((HERE, TWIN)) is is_long


def test_doubt_asks_for_a_map_of_its_own_frame(world: _World) -> None:
    rarely = dataclasses.replace(CONFIG, when="periodic", every=100, every_doubtful=100)
    search = followed(world, (HERE, OWN), config=rarely)
    pair = world.pair((HERE, OWN))
    search.begin(pair, away())
    assert world.looked == [0, 1]
    search.is_another(pair, HERE, away())
    assert world.looked == [0, 1, pair.stamp_ns]


def test_near_another_there_are_more_maps(world: _World) -> None:
    periodic = dataclasses.replace(CONFIG, when="periodic", every=5, every_crowded=2)
    near = Box(HERE.x + 100, HERE.y, 80, 80)
    followed(world, (HERE, OWN), (THERE, TWIN), config=periodic)
    assert world.looked == [0, 1, 6]
    crowded = _World()
    followed(crowded, (HERE, OWN), (near, TWIN), config=periodic)
    assert crowded.looked == [0, 1, 3, 5]


def test_a_new_target_is_not_told_by_the_old_one(world: _World) -> None:
    search = followed(world, (HERE, OWN), (THERE, TWIN))
    search.start(world.pair((THERE, TWIN)), THERE)
    assert not search._identity.knows_others
    for _ in range(3):
        assert not step(search, world.pair((HERE, OWN), (THERE, TWIN)), THERE)
    found = asked(search, world.pair((HERE, OWN), (YONDER, TWIN)))
    assert found is not None
    assert overlap(found.box, YONDER) > 0.7


def test_the_papers_gate_never_asks_who_is_who(
    world: _World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr(Identity, "learn", refuse)
    monkeypatch.setattr(Identity, "likeness", refuse)
    with pytest.raises(AssertionError, match="asked"):
        followed(world, (HERE, OWN))
    search = followed(
        world, (HERE, OWN), (THERE, TWIN), config=dataclasses.replace(CONFIG, gate="paper")
    )
    pair = world.pair((THERE, OWN))
    search.begin(pair, away())
    search.look_now(pair, away())
    assert search.candidate(away()) is None
    assert not search.is_another(pair, THERE, away())
    assert not search.is_mistaken(THERE, TrackState.start(SIZE, HERE))
