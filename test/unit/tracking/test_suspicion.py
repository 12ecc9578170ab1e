"""Suspicion: which maps speak against what is followed, and how many it takes."""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.tracking.suspicion import Suspicion

CONFIG = GlobalAttentionConfig(mistaken_lead=0.5, accept_likeness=0.1, unlike_below=-0.3)
LEAD, LIKE, UNLIKE = CONFIG.mistaken_lead, CONFIG.accept_likeness, CONFIG.unlike_below
NOBODY = -float("inf")
CALM, CROWD = 100, 50


@pytest.fixture
def suspicion() -> Suspicion:
    found = Suspicion(CONFIG)
    found.see_crowd(CROWD)
    return found


def weigh(suspicion: Suspicion, *maps: tuple[float, float], frame: int) -> None:
    """Maps in which what is followed has the target's colours."""
    for own, elsewhere in maps:
        suspicion.weigh(own, elsewhere, own, frame)


@pytest.mark.parametrize(
    ("own", "elsewhere", "is_contested"),
    [
        (LIKE - 0.1, LIKE - 0.1 + LEAD, True),
        (LIKE - 0.1, LIKE - 0.15 + LEAD, False),  # too small a lead
        (LIKE + 0.1, LIKE + 0.2 + LEAD, False),  # it is like the target itself
        (-1.0, NOBODY, False),
    ],
)
def test_another_that_is_more_like_it_contests_it_with_the_second_map(
    suspicion: Suspicion, own: float, elsewhere: float, *, is_contested: bool
) -> None:
    weigh(suspicion, (own, elsewhere), frame=CALM)
    assert suspicion.is_aroused is is_contested
    assert not suspicion.is_founded
    weigh(suspicion, (own, elsewhere), frame=CALM)
    assert suspicion.is_contested is suspicion.is_founded is is_contested


@pytest.mark.parametrize(
    ("frame", "is_founded"), [(CROWD, True), (CROWD + 9, True), (CROWD + 10, False)]
)
def test_what_is_unlike_it_counts_after_a_crowd_only(
    suspicion: Suspicion, frame: int, *, is_founded: bool
) -> None:
    weigh(suspicion, (UNLIKE - 0.1, NOBODY), frame=frame)
    assert suspicion.is_aroused is is_founded
    weigh(suspicion, (UNLIKE - 0.1, NOBODY), frame=frame)
    assert suspicion.is_founded is is_founded
    assert not suspicion.is_contested  # there is nobody to choose instead


def test_neither_like_nor_unlike_says_nothing(suspicion: Suspicion) -> None:
    weigh(suspicion, *[(UNLIKE + 0.1, NOBODY)] * 4, frame=CROWD)
    assert not suspicion.is_aroused


@pytest.mark.parametrize(("frame", "elsewhere"), [(CALM, UNLIKE + LEAD), (CROWD, NOBODY)])
def test_what_has_other_colours_is_suspected_whatever_else_is_like_it(
    suspicion: Suspicion, frame: int, elsewhere: float
) -> None:
    for _ in range(2):
        suspicion.weigh(UNLIKE - 0.1, elsewhere, 0.9, frame)
    assert suspicion.is_founded


def test_a_map_for_it_ends_the_row(suspicion: Suspicion) -> None:
    against, for_it = (-0.5, 0.5), (0.8, 0.5)
    weigh(suspicion, against, for_it, against, frame=CROWD)
    assert suspicion.is_aroused
    assert not suspicion.is_founded
    weigh(suspicion, against, frame=CROWD)
    assert suspicion.is_founded
    suspicion.clear()
    assert not suspicion.is_aroused
    assert suspicion.was_crowded(CROWD)


@pytest.mark.parametrize("elsewhere", [NOBODY, 0.9])
def test_of_a_new_target_nothing_is_suspected(suspicion: Suspicion, elsewhere: float) -> None:
    weigh(suspicion, *[(UNLIKE - 0.1, elsewhere)] * 2, frame=CROWD)
    assert suspicion.was_crowded(CROWD)
    assert suspicion.is_founded
    suspicion.forget()
    assert not suspicion.was_crowded(0)
    assert not suspicion.is_aroused


def test_company_is_of_one_target_and_counts_since_then(suspicion: Suspicion) -> None:
    assert not suspicion.had_company(0)
    suspicion.see_company(CALM)
    assert suspicion.had_company(0)
    suspicion.forget()
    assert not suspicion.had_company(0)


def test_a_crowd_since_then_counts_too(suspicion: Suspicion) -> None:
    assert suspicion.was_crowded(CROWD - 30)


@pytest.mark.parametrize(
    ("own", "colorless", "company", "is_founded"),
    [
        (-1.1, -1.1, CALM, True),
        (-1.1, -1.1, CALM - 19, True),
        (-1.1, -1.1, CALM - 20, False),
        (-0.9, -0.9, CALM, False),
        (-1.1, -0.9, CALM, False),
    ],
    ids=[
        "not even a look-alike",
        "its company was in sight lately",
        "thermal crossover: nobody was",
        "a look-alike",
        "one in other colours, or in smoke",
    ],
)
def test_what_something_else_has_come_before_is_watched_as_after_a_crowd(
    suspicion: Suspicion, own: float, colorless: float, company: int, *, is_founded: bool
) -> None:
    suspicion.see_company(company)
    suspicion.weigh(own, NOBODY, colorless, CALM)
    assert suspicion.was_crowded(CALM) is is_founded
    assert not suspicion.is_founded
    weigh(suspicion, (UNLIKE - 0.1, NOBODY), frame=CALM + 2)
    assert suspicion.is_founded is is_founded
