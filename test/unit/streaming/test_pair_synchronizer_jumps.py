"""The synchroniser when time jumps.

Proves: a looped bag gives as many pairs the second time as the first, whichever camera jumps first
and however far the other lags; one jump is counted once and marks one pair; clocks set forward or
back and stray stamps do no lasting harm. Not: what the node does about a jump (integration/).
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from rgbt_dualatt_ros.streaming.pair_synchronizer import MatchedPair, PairSynchronizer, Side

MS = 1_000_000
START = 10**12
Label = tuple[Side, int]


def make(slop: int = 15 * MS, queue_size: int = 10) -> PairSynchronizer[Label]:
    return PairSynchronizer(slop, 0, queue_size, 500 * MS)


def feed(
    synchronizer: PairSynchronizer[Label], arrivals: Iterable[tuple[Side, int]]
) -> list[MatchedPair[Label]]:
    return [
        pair for side, stamp in arrivals for pair in synchronizer.add(side, stamp, (side, stamp))
    ]


def recording(
    rgb_period: int, thermal_period: int, thermal_shift: int, thermal_delay: int, passes: int
) -> list[tuple[Side, int]]:
    """Arrivals of a looped bag of 2 s: stamps of each pass again, thermal ones arriving later."""
    length = 2000 * MS
    rgb_stamps = range(0, length, rgb_period * MS)
    thermal_stamps = range(thermal_shift * MS, length, thermal_period * MS)
    arrivals = []
    for begin in range(0, passes * length, length):
        arrivals += [(begin + stamp, Side.RGB, START + stamp) for stamp in rgb_stamps]
        delayed = begin + thermal_delay * MS
        arrivals += [(delayed + stamp, Side.THERMAL, START + stamp) for stamp in thermal_stamps]
    arrivals.sort(key=lambda arrival: arrival[0])
    return [(side, stamp) for _, side, stamp in arrivals]


@pytest.mark.parametrize("delay", [-100, -40, -20, 0, 20, 40, 100, 250])
@pytest.mark.parametrize(
    ("rgb_period", "thermal_period", "shift"),
    [
        pytest.param(33, 33, 0, id="equal stamps"),
        pytest.param(33, 33, 3, id="lag of 3 ms"),
        pytest.param(33, 33, 12, id="lag of 12 ms"),
        pytest.param(33, 99, 0, id="30 with 10 Hz"),
        pytest.param(99, 33, 5, id="10 with 30 Hz"),
    ],
)
def test_each_pass_of_a_looped_bag_gives_as_many_pairs(
    rgb_period: int, thermal_period: int, shift: int, delay: int
) -> None:
    synchronizer = make()
    pairs = feed(synchronizer, recording(rgb_period, thermal_period, shift, delay, passes=3))
    pairs += synchronizer.flush()
    passes: list[list[int]] = [[]]
    for pair in pairs:
        if pair.after_jump:
            passes.append([])
        passes[-1].append(pair.stamp_ns)
    alone = make()
    once = feed(alone, recording(rgb_period, thermal_period, shift, delay, passes=1))
    once += alone.flush()
    assert passes == [[pair.stamp_ns for pair in once]] * 3
    assert len(once) >= 2000 // max(rgb_period, thermal_period)
    assert synchronizer.counts.time_jumps == 2


def test_a_jump_is_counted_once_and_marks_one_pair() -> None:
    synchronizer = make()
    stamps = [START + frame * 33 * MS for frame in range(60)]
    arrivals = [(side, stamp) for stamp in [*stamps, *stamps] for side in Side]
    pairs = feed(synchronizer, arrivals)
    assert [index for index, pair in enumerate(pairs) if pair.after_jump] == [60]
    assert len(pairs) == 120
    assert synchronizer.counts.time_jumps == 1
    assert synchronizer.counts.unmatched == 0


def test_a_pair_of_the_old_time_does_not_wait_for_what_cannot_come() -> None:
    synchronizer = make()
    assert feed(synchronizer, [(Side.RGB, START), (Side.THERMAL, START + 14 * MS)]) == []
    pairs = feed(synchronizer, [(Side.RGB, START - 10**10)])
    assert [(pair.stamp_ns, pair.after_jump) for pair in pairs] == [(START, False)]


def test_images_of_the_old_time_do_not_stop_the_new_one() -> None:
    synchronizer = make(queue_size=4)
    old = START + 10**12
    feed(synchronizer, [(side, old + frame * 33 * MS) for frame in range(10) for side in Side])
    # The thermal camera is still in the old time while colour has begun again.
    feed(synchronizer, [(Side.RGB, START)])
    stragglers = [(Side.THERMAL, old + (10 + frame) * 33 * MS) for frame in range(8)]
    assert feed(synchronizer, stragglers) == []
    stamps = [START + frame * 33 * MS for frame in range(20)]
    pairs = feed(synchronizer, [(Side.THERMAL, stamps[0])])
    pairs += feed(synchronizer, [(side, stamp) for stamp in stamps[1:] for side in Side])
    assert [pair.stamp_ns for pair in pairs] == stamps
    assert synchronizer.counts.time_jumps == 1


def test_one_clock_set_back_to_the_other_is_one_jump_and_goes_on() -> None:
    synchronizer = make()
    wrong = [
        arrival
        for frame in range(30)
        for arrival in (
            (Side.RGB, START + 5000 * MS + frame * 33 * MS),
            (Side.THERMAL, START + frame * 33 * MS),
        )
    ]
    assert feed(synchronizer, wrong) == []
    stamps = [START + frame * 33 * MS for frame in range(30, 90)]
    pairs = feed(synchronizer, [(side, stamp) for stamp in stamps for side in Side])
    assert [pair.stamp_ns for pair in pairs] == stamps
    assert [pair.after_jump for pair in pairs] == [True] + [False] * 59
    assert synchronizer.counts.time_jumps == 1
    # Later both jump: the second camera is not taken for the first's belated follower.
    again = feed(synchronizer, [(side, stamp) for stamp in stamps for side in Side])
    assert len(again) == 60
    assert synchronizer.counts.time_jumps == 2


@pytest.mark.parametrize("leap_ms", [400, 600, 10**9])
def test_clocks_set_forward_lose_at_most_what_waits(leap_ms: int) -> None:
    synchronizer = make()
    before = [START + frame * 33 * MS for frame in range(30)]
    after = [before[-1] + leap_ms * MS + frame * 33 * MS for frame in range(30)]
    arrivals = [(side, stamp) for stamp in [*before, *after] for side in Side]
    pairs = feed(synchronizer, arrivals)
    assert [pair.stamp_ns for pair in pairs] == [*before, *after]
    assert synchronizer.counts.time_jumps == 0


@pytest.mark.parametrize("queue_size", [1, 10])
@pytest.mark.parametrize("side", list(Side), ids=lambda side: side.value)
@pytest.mark.parametrize("stray", [START + 10**15, START - 10**11, 0], ids=str)
def test_one_stray_stamp_costs_one_image_and_is_no_jump(
    stray: int, side: Side, queue_size: int
) -> None:
    synchronizer = make(queue_size=queue_size)
    stamps = [START + frame * 33 * MS for frame in range(60)]
    arrivals = [(each, stamp) for stamp in stamps for each in Side]
    for frame in (20, 40):
        arrivals[arrivals.index((side, stamps[frame]))] = (side, stray)
    pairs = feed(synchronizer, arrivals)
    assert [pair.stamp_ns for pair in pairs] == stamps[:20] + stamps[21:40] + stamps[41:]
    assert not any(pair.after_jump for pair in pairs)
    synchronizer.flush()
    counts = synchronizer.counts
    assert (counts.time_jumps, counts.unmatched, counts.paired) == (0, 4, 58)


def test_memory_stays_bounded_over_many_jumps_of_one_camera() -> None:
    synchronizer = make(queue_size=3)
    for number in range(50):
        stamps = [START + frame * 33 * MS for frame in range(40)]
        feed(synchronizer, [(Side.RGB, stamp) for stamp in stamps])
        feed(synchronizer, [(Side.THERMAL, START + 10**12 + number * 33 * MS)])
        assert synchronizer.pending <= 4 * 3
    assert synchronizer.counts.time_jumps == 49
