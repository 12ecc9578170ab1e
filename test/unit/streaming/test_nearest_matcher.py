"""The matcher gives what taking the closest two images again and again would give.

Proves: the same pairs as that slow rule, for any stamps and any interleaving of two cameras that
each send in order; nothing is taken while something nearer may come. Not: what happens when time
jumps, or when the period of a camera is guessed (test_pair_synchronizer*.py).
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.streaming.matched_pair import Side
from rgbt_dualatt_ros.streaming.nearest_matcher import NEVER_NS, Match, NearestMatcher

Stamps = list[int]

few_stamps = st.lists(st.integers(0, 60), max_size=12).map(sorted)


def closest_again_and_again(rgb: Stamps, thermal: Stamps, slop: int) -> list[tuple[int, int]]:
    """The slow rule: of all pairs within the slop the closest, of equals the earlier."""
    rgb, thermal = list(rgb), list(thermal)
    found: list[tuple[int, int]] = []
    while True:
        pairs = [(r, t) for r in rgb for t in thermal if abs(r - t) <= slop]
        if not pairs:
            return sorted(found)
        best = min(pairs, key=lambda pair: (abs(pair[0] - pair[1]), sum(pair)))
        found.append(best)
        rgb.remove(best[0])
        thermal.remove(best[1])


def newest_as_bound(newest: dict[Side, int]) -> dict[Side, int]:
    """All that is known of a camera that sends in order: nothing older will come."""
    return {side: newest.get(side, -NEVER_NS) for side in Side}


@given(few_stamps, few_stamps, st.integers(0, 40), st.randoms(use_true_random=False))
def test_online_pairs_are_those_of_the_slow_rule(
    rgb: Stamps, thermal: Stamps, slop: int, chance: object
) -> None:
    waiting = {Side.RGB: list(rgb), Side.THERMAL: list(thermal)}
    matcher: NearestMatcher[str] = NearestMatcher(slop, queue_size=100)
    newest: dict[Side, int] = {}
    found: list[Match[str]] = []
    while any(waiting.values()):
        side = chance.choice([side for side in Side if waiting[side]])  # type: ignore[attr-defined]
        newest[side] = waiting[side].pop(0)
        matcher.insert(side, newest[side], "image")
        found += matcher.finished(newest_as_bound(newest))
    found += matcher.finished(dict.fromkeys(Side, NEVER_NS))
    pairs = sorted((match.rgb_ns, match.thermal_ns) for match in found)
    assert pairs == closest_again_and_again(rgb, thermal, slop)


@given(few_stamps, few_stamps, st.integers(0, 40))
def test_nothing_remains_that_fits(rgb: Stamps, thermal: Stamps, slop: int) -> None:
    matcher: NearestMatcher[str] = NearestMatcher(slop, queue_size=100)
    for side, stamps in ((Side.RGB, rgb), (Side.THERMAL, thermal)):
        for stamp in stamps:
            matcher.insert(side, stamp, "image")
    found = matcher.finished(dict.fromkeys(Side, NEVER_NS))
    assert [match.rgb_ns for match in found] == sorted(match.rgb_ns for match in found)
    assert matcher.pending(Side.RGB) == len(rgb) - len(found)
    assert matcher.pending(Side.THERMAL) == len(thermal) - len(found)
    assert matcher.finished(dict.fromkeys(Side, NEVER_NS)) == []


def test_waits_while_a_nearer_one_may_come() -> None:
    matcher: NearestMatcher[str] = NearestMatcher(slop_ns=10, queue_size=5)
    matcher.insert(Side.RGB, 100, "colour")
    matcher.insert(Side.THERMAL, 92, "far")
    assert matcher.finished({Side.RGB: 100, Side.THERMAL: 92}) == []
    matcher.insert(Side.THERMAL, 103, "near")
    assert matcher.finished({Side.RGB: 106, Side.THERMAL: 103}) == [
        Match(100, "colour", 103, "near")
    ]


def test_equal_stamps_wait_for_nothing() -> None:
    matcher: NearestMatcher[str] = NearestMatcher(slop_ns=10, queue_size=5)
    matcher.insert(Side.RGB, 100, "colour")
    matcher.insert(Side.THERMAL, 100, "thermal")
    assert matcher.finished({Side.RGB: 100, Side.THERMAL: 100}) == [
        Match(100, "colour", 100, "thermal")
    ]


def test_of_equal_stamps_the_first_to_come_is_taken() -> None:
    matcher: NearestMatcher[str] = NearestMatcher(slop_ns=10, queue_size=5)
    for item in ("first", "second"):
        matcher.insert(Side.RGB, 100, item)
    matcher.insert(Side.THERMAL, 101, "thermal")
    (match,) = matcher.finished(dict.fromkeys(Side, NEVER_NS))
    assert match.rgb == "first"


def test_a_full_queue_gives_up_its_oldest_or_pairs_it() -> None:
    matcher: NearestMatcher[str] = NearestMatcher(slop_ns=10, queue_size=2)
    matcher.insert(Side.THERMAL, 108, "thermal")
    for stamp in (50, 100):
        matcher.insert(Side.RGB, stamp, str(stamp))
        assert matcher.take_oldest(Side.RGB) is None
    matcher.insert(Side.RGB, 200, "200")
    assert matcher.take_oldest(Side.RGB) == 50
    matcher.insert(Side.RGB, 300, "300")
    assert matcher.take_oldest(Side.RGB) == Match(100, "100", 108, "thermal")
    assert matcher.pending(Side.RGB) == 2
