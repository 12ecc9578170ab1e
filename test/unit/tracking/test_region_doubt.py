"""RegionSearch on made-up looks: when what is followed, or found again, is not the target.

Not: which region is (test_region_search.py).
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.tracking.recognition import Recognition
from rgbt_dualatt_ros.tracking.region_search import RegionSearch
from rgbt_dualatt_ros.tracking.track_confidence import Evidence

if TYPE_CHECKING:
    from test.unit.tracking.conftest import RegionWorld

HERE, THERE, YONDER = Box(80, 100, 80, 80), Box(400, 320, 80, 80), Box(480, 60, 80, 80)
NEAR, ON_IT = Box(180, 100, 80, 80), Box(140, 100, 80, 80)
OWN, TWIN, TREE, DITCH = "own", "twin", "tree", "ditch"
FAINT, BETWEEN = "faint", "between"  # likenesses of 0.3 and 0


def test_a_trusted_target_that_becomes_another_is_noticed_on_the_next_map(
    world: RegionWorld,
) -> None:
    search = world.followed((HERE, OWN), (THERE, TWIN))
    assert not world.step(search, world.pair((HERE, OWN), (THERE, TWIN)), HERE)
    assert world.step(search, world.pair((HERE, OWN), (THERE, TWIN)), THERE)


def test_one_that_stays_itself_is_not_whatever_comes(world: RegionWorld) -> None:
    search = world.followed((HERE, OWN))
    assert not world.step(search, world.pair((HERE, OWN), (THERE, TWIN)), HERE)
    assert not world.step(search, world.pair((HERE, OWN), (THERE, TREE), (YONDER, TWIN)), HERE)


def test_a_mistake_is_not_learnt(world: RegionWorld) -> None:
    search = world.followed((HERE, OWN), (THERE, TWIN))
    for _ in range(10):
        assert world.step(search, world.pair((HERE, OWN), (THERE, TWIN)), THERE)
    assert not world.step(search, world.pair((HERE, OWN), (THERE, TWIN)), HERE)


def test_a_target_that_only_looks_otherwise_is_no_mistake(world: RegionWorld) -> None:
    search = world.followed((HERE, OWN), (THERE, TWIN))
    assert not world.step(search, world.pair((HERE, TREE), (THERE, TWIN)), HERE)
    assert not world.step(search, world.pair((HERE, TWIN)), HERE)


def test_one_that_was_never_told_from_the_rest_is_never_called_mistaken(
    world: RegionWorld,
) -> None:
    search = world.search()
    search.start(world.pair((HERE, OWN), (THERE, OWN), (YONDER, OWN)), HERE)
    for _ in range(6):
        assert not world.step(search, world.pair((HERE, OWN), (THERE, OWN), (YONDER, OWN)), HERE)
    scene = (HERE, TREE), (THERE, OWN), (YONDER, OWN)
    assert judged(world, search, world.pair(*scene), 9) == Evidence()
    for _ in range(3):
        assert not world.step(search, world.pair(*scene), HERE)


def test_a_trusted_target_that_is_elsewhere_is_noticed_though_the_map_does_not_show_it(
    world: RegionWorld,
) -> None:
    search = world.followed((HERE, OWN), (THERE, TWIN))
    assert not world.step(search, world.pair((HERE, OWN), (THERE, TWIN)), HERE)
    assert world.step(search, world.pair((HERE, TREE), (YONDER, "unseen")), HERE)


def test_a_target_beside_the_box_is_not_elsewhere(world: RegionWorld) -> None:
    search = world.followed((HERE, OWN))
    slipped = Box(HERE.x + 60, HERE.y, HERE.w, HERE.h)
    assert not world.step(search, world.pair((HERE, OWN)), slipped)


def test_a_new_target_begins_without_suspicion_and_its_maps_are_asked(world: RegionWorld) -> None:
    search = misled(world, 1)
    for frames in (1, 2):
        search.start(world.pair((HERE, OWN), (YONDER, TREE)), HERE)
        for _ in range(frames):
            assert not world.step(search, world.pair((HERE, OWN), (YONDER, TREE)), HERE)
        if frames == 1:
            assert not world.step(search, half_in_sight(world), YONDER)
    search.start(world.pair((HERE, OWN), (YONDER, TREE)), HERE)
    assert not world.step(search, world.pair((HERE, OWN), (YONDER, TREE)), HERE)
    assert world.step(search, world.pair((HERE, OWN), (YONDER, TREE)), YONDER)


def test_regions_are_as_like_it_as_the_best_of_places_beside_them(
    world: RegionWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = world.followed((HERE, OWN))
    monkeypatch.setattr(Recognition, "likeness", lambda *_: -0.9)
    monkeypatch.setattr(Recognition, "best_likeness", lambda *_: 0.9)
    assert world.step(search, world.pair((THERE, OWN)), HERE)
    search.begin(world.pair((THERE, OWN)), world.away())
    found = search.candidate(world.away())
    assert found is not None
    assert found.likeness == 0.9


def judged(world: RegionWorld, search: RegionSearch, pair: FramePair, frames: int) -> Evidence:
    """What is worth what the local search found at the last place after so long a doubt."""
    state = world.away(frames=frames)
    search.begin(pair, state)
    return search.judge_here(pair, HERE, state)


@pytest.mark.parametrize("is_long", [False, True], ids=["brief", "longer"])
def test_what_is_at_its_place_after_a_doubt(world: RegionWorld, *, is_long: bool) -> None:
    search = world.followed((HERE, OWN), (THERE, TWIN))
    frames = world.config.brief_doubt + is_long

    def asked_of(kind: str) -> Evidence:
        return judged(world, search, world.pair((HERE, kind)), frames)

    assert judged(world, search, world.pair((HERE, OWN), (THERE, TWIN)), frames) == Evidence()
    plainly_elsewhere = world.pair((HERE, TWIN), (THERE, OWN))
    assert judged(world, search, plainly_elsewhere, frames).is_refused
    # Another is refused after a longer doubt; after a brief one the target may have turned.
    assert asked_of(TWIN).is_refused is is_long
    # What is neither like it nor unlike is asked for longer, and must score higher.
    between = Evidence(
        frames_needed=world.config.resume_frames, least_share=world.config.resume_above
    )
    assert asked_of(BETWEEN) == (between if is_long else Evidence())
    assert asked_of(FAINT) == Evidence()


@pytest.mark.parametrize(
    ("company", "is_like"),
    [((NEAR, TREE), False), ((ON_IT, TREE), False), ((ON_IT, DITCH), True), ((THERE, TREE), True)],
    ids=["near", "within its place", "there but weak", "far"],
)
def test_what_is_at_its_place_must_be_more_like_it_when_another_was_near(
    world: RegionWorld, company: tuple[Box, str], *, is_like: bool
) -> None:
    search = world.followed((HERE, OWN), resume_likeness=0.5)
    for _ in range(2):
        assert not world.step(search, world.pair((HERE, OWN), company), HERE)
    faint = judged(world, search, world.pair((HERE, FAINT)), world.config.brief_doubt + 1)
    longer = Evidence(
        frames_needed=world.config.resume_frames, least_share=world.config.resume_above
    )
    assert faint == (Evidence() if is_like else longer)


def test_a_crowd_when_the_doubt_began_counts_however_long_it_lasts(world: RegionWorld) -> None:
    search = world.followed((HERE, OWN), (NEAR, TREE), resume_likeness=0.5)
    for frames in range(1, 20):
        search.begin(world.pair(), world.away(frames=frames))
    assert judged(world, search, world.pair((HERE, FAINT)), 20) != Evidence()


@pytest.mark.parametrize(
    ("colorless", "kinship", "is_mistaken"),
    [(-1.1, 0.0, True), (-0.9, 0.0, False), (-1.1, -0.1, False)],
    ids=["heat too, and company", "colours alone", "heat too, but nobody of its kind in sight"],
)
def test_heat_alone_is_a_mistake_in_company_and_other_colours_never(
    world: RegionWorld,
    monkeypatch: pytest.MonkeyPatch,
    colorless: float,
    kinship: float,
    *,
    is_mistaken: bool,
) -> None:
    search = world.followed((HERE, OWN))
    monkeypatch.setattr(Recognition, "likeness", lambda *_: -1.5)
    monkeypatch.setattr(Recognition, "best_likeness", lambda *_: -1.5)
    monkeypatch.setattr(Recognition, "colorless_likeness", lambda *_: colorless)
    monkeypatch.setattr(Recognition, "kinship", lambda *_: kinship)
    scene = (HERE, OWN), (THERE, TREE)
    found = [world.step(search, world.pair(*scene), HERE) for _ in range(2)]
    assert found == [False, is_mistaken]


@pytest.mark.parametrize(
    ("fades", "company", "is_refused"),
    [(True, -0.1, False), (True, 0.1, True), (False, -0.1, True)],
    ids=["thermal crossover", "somebody was in sight", "its heat was as ever"],
)
def test_at_its_place_the_heat_of_a_fading_target_does_not_count(
    world: RegionWorld,
    monkeypatch: pytest.MonkeyPatch,
    company: float,
    *,
    fades: bool,
    is_refused: bool,
) -> None:
    search = world.followed((HERE, OWN))
    monkeypatch.setattr(Recognition, "kinship", lambda *_: company)
    assert not world.step(search, world.pair((HERE, OWN), (THERE, TREE)), HERE)
    monkeypatch.setattr(Recognition, "likeness", lambda *_: -1.5)
    monkeypatch.setattr(Recognition, "best_likeness", lambda *_: -1.5)
    monkeypatch.setattr(Recognition, "heatless_likeness", lambda *_: 0.9)
    monkeypatch.setattr(Recognition, "is_fading", property(lambda _: fades))
    found = judged(world, search, world.pair((HERE, OWN)), world.config.brief_doubt + 1)
    assert found.is_refused is is_refused


def test_bare_ground_at_its_place_is_refused_however_brief_the_doubt(world: RegionWorld) -> None:
    search = world.followed((HERE, OWN), (THERE, TWIN), (YONDER, TREE))
    assert judged(world, search, world.pair((HERE, DITCH)), 1).is_refused


def misled(world: RegionWorld, maps: int) -> RegionSearch:
    """For some maps a tree is followed; the target is in sight, but half of it only.

    The first of these is no mistake yet.
    """
    search = world.followed((HERE, OWN), (THERE, TWIN), (YONDER, TREE))
    for count in range(maps):
        is_mistaken = world.step(search, half_in_sight(world), YONDER)
        assert is_mistaken is (count > 0)
    return search


def half_in_sight(world: RegionWorld) -> FramePair:
    return world.pair((HERE, BETWEEN), (YONDER, TREE))


def test_two_maps_in_a_row_for_another_make_a_mistake_and_one_is_not_enough(
    world: RegionWorld,
) -> None:
    search = misled(world, 1)
    assert not world.step(search, world.pair((HERE, OWN)), HERE)
    assert not world.step(search, half_in_sight(world), YONDER)
    assert world.step(search, half_in_sight(world), YONDER)


def test_trusted_again_it_takes_two_maps_again(world: RegionWorld) -> None:
    search = misled(world, 2)
    search.begin(world.pair((HERE, OWN)), world.away(status=TrackStatus.UNCERTAIN))
    search.trust(HERE)
    assert not world.step(search, half_in_sight(world), YONDER)
    assert world.step(search, half_in_sight(world), YONDER)


def test_found_again_after_a_doubt_it_takes_two_maps_again(world: RegionWorld) -> None:
    search = misled(world, 1)
    for _ in range(3):
        search.begin(world.pair(), world.away())
    search.begin(world.pair((HERE, OWN)), world.away())
    search.trust(HERE)
    assert not world.step(search, half_in_sight(world), YONDER)
    assert world.step(search, half_in_sight(world), YONDER)


def test_a_mistake_never_becomes_what_is_known_of_the_target(world: RegionWorld) -> None:
    search = misled(world, 8)
    assert not world.step(search, world.pair((HERE, OWN), (YONDER, TREE)), HERE)


@pytest.mark.parametrize(
    ("maps", "status", "is_chosen"),
    [
        (2, TrackStatus.UNCERTAIN, True),
        (1, TrackStatus.UNCERTAIN, False),
        (2, TrackStatus.LOST, False),
    ],
    ids=["contested", "one map says so", "lost"],
)
def test_of_two_that_contest_it_the_one_more_like_it_is_chosen_though_little_like_it(
    world: RegionWorld, maps: int, status: TrackStatus, *, is_chosen: bool
) -> None:
    search = misled(world, maps)
    state = world.away(YONDER, 1, status=status)
    search.begin(half_in_sight(world), state)
    found = search.candidate(state)
    if not is_chosen:
        assert found is None
        return
    assert found is not None
    assert found.box.center == pytest.approx(HERE.center, abs=8)
    assert found.likeness < world.config.accept_likeness
    assert found.is_alone


def test_contested_none_is_chosen_that_does_not_lead(world: RegionWorld) -> None:
    search, state = misled(world, 2), world.away(YONDER, 1, status=TrackStatus.UNCERTAIN)
    search.begin(world.pair((THERE, DITCH), (YONDER, TREE)), state)
    assert search.candidate(state) is None


def test_contested_none_is_chosen_that_is_plainly_another_itself(world: RegionWorld) -> None:
    chosen = misled(world, 2)
    strict = misled(world, 2)
    strict._config = dataclasses.replace(world.config, unlike_below=0.09)
    state = world.away(YONDER, 1, status=TrackStatus.UNCERTAIN)
    for search in (chosen, strict):
        search.begin(half_in_sight(world), state)
    found = chosen.candidate(state)
    assert found is not None
    assert world.config.unlike_below < found.likeness < 0.09
    assert strict.candidate(state) is None


def test_contested_one_as_like_it_as_ever_need_not_lead(world: RegionWorld) -> None:
    search, state = misled(world, 2), world.away(YONDER, 1, status=TrackStatus.UNCERTAIN)
    search.begin(world.pair((HERE, OWN), (YONDER, OWN)), state)
    found = search.candidate(state)
    assert found is not None
    assert not found.is_alone


def test_unlike_the_target_after_a_crowd_but_uncontested_none_is_chosen_instead(
    world: RegionWorld,
) -> None:
    search = world.followed((HERE, OWN), (NEAR, TWIN))
    found = [world.step(search, world.pair((HERE, TREE)), HERE) for _ in range(2)]
    assert found == [False, True]
    state = world.away(HERE, 1, status=TrackStatus.UNCERTAIN)
    search.begin(world.pair((HERE, TREE), (THERE, BETWEEN)), state)
    assert search.candidate(state) is None


def test_after_a_mistake_its_place_is_not_believed_however_brief_the_doubt(
    world: RegionWorld,
) -> None:
    assert judged(world, misled(world, 2), world.pair((HERE, BETWEEN)), 1).is_refused
    assert judged(world, misled(world, 2), world.pair((HERE, OWN)), 1) == Evidence()


@pytest.mark.parametrize(
    ("twin", "since", "is_mistaken"),
    [(NEAR, 0, True), (NEAR, 7, True), (NEAR, 8, False), (THERE, 0, False)],
    ids=["just then", "lately", "too long ago", "far away"],
)
def test_who_comes_out_of_a_crowd_unlike_the_target_is_noticed(
    world: RegionWorld, twin: Box, since: int, *, is_mistaken: bool
) -> None:
    search = world.followed((HERE, OWN), (twin, TWIN))
    for _ in range(since):
        assert not world.step(search, world.pair((HERE, OWN)), HERE)
    found = [world.step(search, world.pair((HERE, TWIN)), HERE) for _ in range(2)]
    assert found == [False, is_mistaken]
