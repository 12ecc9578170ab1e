"""The synchroniser pairs what belongs together, early, and loses nothing without counting it.

Proves: exact pairs under shuffled arrival, jitter, loss, different rates and an offset; the closed
interval at the slop; bounded memory; one count per image for any input; no lock while others work.
Not: jumps of time (test_pair_synchronizer_jumps.py), ROS (integration/).
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.config import SyncConfig
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.streaming.pair_synchronizer import MatchedPair, PairSynchronizer, Side

MS = 1_000_000
Arrivals = Iterable[tuple[Side, int]]
Label = tuple[Side, int]


def make(
    slop: int = 15 * MS, offset: int = 0, queue_size: int = 10, jump_back: int = 500 * MS
) -> PairSynchronizer[Label]:
    return PairSynchronizer(slop, offset, queue_size, jump_back)


def play(synchronizer: PairSynchronizer[Label], arrivals: Arrivals) -> list[MatchedPair[Label]]:
    """All pairs, those of the end included; each image is its own label."""
    pairs = [
        pair for side, stamp in arrivals for pair in synchronizer.add(side, stamp, (side, stamp))
    ]
    return pairs + synchronizer.flush()


def stamps_of(pairs: Iterable[MatchedPair[Label]]) -> list[tuple[int, int]]:
    return [(pair.rgb[1], pair.thermal[1]) for pair in pairs]


def in_turn(rgb: Iterable[int], thermal: Iterable[int]) -> list[tuple[Side, int]]:
    """Arrival in the order of the stamps."""
    arrivals = [(Side.RGB, stamp) for stamp in rgb] + [(Side.THERMAL, stamp) for stamp in thermal]
    return sorted(arrivals, key=lambda arrival: arrival[1])


@given(st.integers(0, 2**32))
def test_pairs_survive_any_arrival_order(seed: int) -> None:
    stamps = range(0, 300, 33)
    arrivals = in_turn(stamps, stamps)
    random.Random(seed).shuffle(arrivals)
    pairs = play(make(slop=5, queue_size=20), arrivals)
    assert sorted(stamps_of(pairs)) == [(stamp, stamp) for stamp in stamps]


@given(st.integers(0, 2**32), st.integers(0, 16 * MS), st.integers(0, 4))
def test_exact_pairs_with_jitter_loss_and_mixed_up_arrival(
    seed: int, slop: int, displacement: int
) -> None:
    chance = random.Random(seed)
    ticks = range(0, 2000 * MS, 33 * MS)
    # Half the slop each: partners are within it, and no other image is.
    rgb, thermal = (
        {
            tick: 10**12 + tick + chance.randint(-(slop // 2), slop // 2)
            for tick in ticks
            if chance.random() > 0.2
        }
        for _ in Side
    )
    arrivals = in_turn(rgb.values(), thermal.values())
    places = [index + chance.uniform(0, displacement) for index in range(len(arrivals))]
    arrivals = [arrivals[index] for index in sorted(range(len(places)), key=places.__getitem__)]
    synchronizer = make(slop=slop)
    pairs = play(synchronizer, arrivals)
    both = sorted(rgb.keys() & thermal.keys())
    assert sorted(stamps_of(pairs)) == [(rgb[tick], thermal[tick]) for tick in both]
    counts = synchronizer.counts
    assert counts.paired == len(both)
    assert counts.rgb_unmatched + counts.late + counts.thermal_unmatched == (
        len(rgb) + len(thermal) - 2 * len(both)
    )


@pytest.mark.parametrize("slow", list(Side), ids=lambda side: side.value)
@given(
    shift=st.integers(-16 * MS, 16 * MS),
    seed=st.integers(0, 2**32),
    slop_ms=st.sampled_from([17, 30, 60]),
)
def test_each_image_at_ten_hertz_gets_its_nearest_at_thirty(
    slow: Side, shift: int, seed: int, slop_ms: int
) -> None:
    chance = random.Random(seed)
    fast_stamps = [10**12 + 33 * MS * index + chance.randint(-MS, MS) for index in range(90)]
    # Not halfway between two, where the two nearest are nearly equal.
    slow_stamps = [10**12 + 99 * MS * index + shift for index in range(1, 29)]
    rgb, thermal = (slow_stamps, fast_stamps) if slow is Side.RGB else (fast_stamps, slow_stamps)
    synchronizer = make(slop=slop_ms * MS)
    pairs = play(synchronizer, in_turn(rgb, thermal))
    nearest = [
        (stamp, min(fast_stamps, key=lambda fast: abs(fast - stamp))) for stamp in slow_stamps
    ]
    found = [(r, t) if slow is Side.RGB else (t, r) for r, t in stamps_of(pairs)]
    expected = [pair for pair in nearest if abs(pair[0] - pair[1]) <= slop_ms * MS]
    assert found == expected
    assert len(expected) == len(slow_stamps)


@given(st.integers(0, 2**32), st.sampled_from([10, 25, 33, 40]), st.sampled_from([33, 50, 100]))
def test_regular_cameras_get_the_closest_pairs_even_with_a_wide_slop(
    seed: int, rgb_period: int, thermal_period: int
) -> None:
    chance = random.Random(seed)
    rgb, thermal = (
        [
            10**12 + phase + round(period * MS * (index + chance.uniform(-0.025, 0.025)))
            for index in range(3000 // period)
        ]
        for period, phase in (
            (rgb_period, 0),
            (thermal_period, chance.randint(0, thermal_period * MS)),
        )
    )
    slop = 45 * MS
    pairs = play(make(slop=slop, queue_size=30), in_turn(rgb, thermal))
    expected = []
    candidates = sorted(
        (abs(r - t), r + t, r, t) for r in rgb for t in thermal if abs(r - t) <= slop
    )
    used: set[tuple[Side, int]] = set()
    for _, _, r, t in candidates:
        if not used & {(Side.RGB, r), (Side.THERMAL, t)}:
            used |= {(Side.RGB, r), (Side.THERMAL, t)}
            expected.append((r, t))
    assert stamps_of(pairs) == sorted(expected)


@pytest.mark.parametrize(
    ("slop", "delta", "is_pair"),
    [
        pytest.param(10, 10, True, id="exactly the slop"),
        pytest.param(10, -10, True, id="exactly the slop, thermal first"),
        pytest.param(10, 11, False, id="one more"),
        pytest.param(0, 0, True, id="slop zero, equal"),
        pytest.param(0, 1, False, id="slop zero, not equal"),
    ],
)
def test_interval_is_closed(slop: int, delta: int, is_pair: bool) -> None:
    pairs = play(make(slop=slop), [(Side.RGB, 1000 + delta), (Side.THERMAL, 1000)])
    assert [pair.delta_ns for pair in pairs] == ([delta] if is_pair else [])


def test_equal_stamps_are_given_out_at_once() -> None:
    synchronizer = make()
    for stamp in (7 * MS, 40 * MS, 73 * MS):
        assert synchronizer.add(Side.RGB, stamp, (Side.RGB, stamp)) == []
        assert len(synchronizer.add(Side.THERMAL, stamp, (Side.THERMAL, stamp))) == 1


@pytest.mark.parametrize("lag_ms", [3, 8, 12, 14])
@pytest.mark.parametrize("later", list(Side), ids=lambda side: side.value)
def test_a_constant_lag_costs_no_waiting_once_the_period_is_known(
    lag_ms: int, later: Side
) -> None:
    synchronizer = make()
    waited = []
    for frame in range(1, 21):
        stamp = frame * 33 * MS
        assert frame <= 5 or synchronizer.pending == 0
        synchronizer.add(later.other, stamp, (later.other, stamp))
        pairs = synchronizer.add(later, stamp + lag_ms * MS, (later, stamp))
        waited.append(len(pairs) == 0)
    assert not any(waited[5:])
    assert synchronizer.counts.paired == 20


def test_offset_is_added_to_thermal_stamps_and_taken_out_of_the_difference() -> None:
    stamps = range(1000 * MS, 2000 * MS, 33 * MS)
    late = [stamp + 50 * MS for stamp in stamps]
    assert play(make(), in_turn(stamps, late)) == []
    pairs = play(make(offset=-50 * MS), in_turn(stamps, late))
    assert stamps_of(pairs) == list(zip(stamps, late, strict=True))
    assert {pair.delta_ns for pair in pairs} == {0}
    assert [pair.stamp_ns for pair in pairs] == list(stamps), "the pair's time is the colour time"


def test_one_silent_camera_fills_no_memory() -> None:
    synchronizer = make(queue_size=4)
    for stamp in range(0, 100 * 33 * MS, 33 * MS):
        assert synchronizer.add(Side.RGB, stamp + 1, (Side.RGB, stamp)) == []
        assert synchronizer.pending <= 4
    assert synchronizer.counts.rgb_unmatched == 96
    assert synchronizer.counts.thermal_unmatched == 0


def test_a_pair_does_not_wait_for_ever_for_a_camera_that_died() -> None:
    synchronizer = make(queue_size=4)
    synchronizer.add(Side.RGB, 1000 * MS, (Side.RGB, 0))
    pairs = []
    for frame in range(5):
        pairs += synchronizer.add(Side.THERMAL, 1014 * MS + frame * 33 * MS, (Side.THERMAL, frame))
    assert len(pairs) == 1


def test_duplicated_stamps_make_as_many_pairs_as_there_are_partners() -> None:
    arrivals = [(side, stamp) for stamp in (100, 100, 200, 200) for side in Side]
    synchronizer = make(slop=5)
    pairs = play(synchronizer, [*arrivals, (Side.RGB, 200)])
    assert stamps_of(pairs) == [(100, 100), (100, 100), (200, 200), (200, 200)]
    assert synchronizer.counts.rgb_unmatched == 1


def test_images_too_old_for_a_full_queue_are_late_not_unmatched() -> None:
    synchronizer = make(slop=5, queue_size=2)
    for stamp in (1000, 1100, 1200, 900):
        synchronizer.add(Side.RGB, stamp, (Side.RGB, stamp))
    counts = synchronizer.counts
    assert (counts.rgb_unmatched, counts.late, counts.out_of_order) == (1, 1, 1)


def test_an_old_image_still_finds_its_waiting_partner_past_a_full_queue() -> None:
    synchronizer = make(slop=5, queue_size=2)
    synchronizer.add(Side.THERMAL, 900, (Side.THERMAL, 900))
    for stamp in (1000, 1100):
        synchronizer.add(Side.RGB, stamp, (Side.RGB, stamp))
    assert stamps_of(synchronizer.add(Side.RGB, 900, (Side.RGB, 900))) == [(900, 900)]
    assert synchronizer.counts.late == 0


def test_cameras_without_stamps_are_reported_and_not_paired_for_ever() -> None:
    synchronizer = make()
    pairs = play(synchronizer, [(side, 0) for _ in range(50) for side in Side])
    assert len(pairs) == 1
    assert synchronizer.counts.unstamped == 98


def test_one_camera_without_stamps_gives_no_pairs() -> None:
    synchronizer = make()
    arrivals: list[tuple[Side, int]] = []
    for frame in range(30):
        arrivals += [(Side.RGB, 10**15 + frame * 33 * MS), (Side.THERMAL, 0)]
    assert play(synchronizer, arrivals) == []
    assert synchronizer.counts.unstamped == 29


def test_time_that_begins_at_zero_is_no_fault() -> None:
    stamps = range(0, 300, 33)
    synchronizer = make(slop=5)
    assert len(play(synchronizer, in_turn(stamps, stamps))) == len(stamps)
    assert synchronizer.counts.unstamped == 0


wild_arrivals = st.lists(
    st.tuples(st.sampled_from(list(Side)), st.integers(0, 60) | st.integers(0, 2000)),
    max_size=120,
)


@given(wild_arrivals, st.integers(0, 20), st.integers(1, 6), st.integers(-5, 5))
def test_every_image_is_counted_once_whatever_comes(
    arrivals: list[tuple[Side, int]], slop: int, queue_size: int, offset: int
) -> None:
    synchronizer: PairSynchronizer[int] = PairSynchronizer(slop, offset, queue_size, 50)
    seen: list[tuple[Side, int]] = []
    for number, (side, stamp) in enumerate(arrivals):
        for pair in synchronizer.add(side, stamp, number):
            seen += [(Side.RGB, pair.rgb), (Side.THERMAL, pair.thermal)]
            assert abs(pair.delta_ns) <= slop
            assert pair.stamp_ns == arrivals[pair.rgb][1]
            assert pair.delta_ns == pair.stamp_ns - arrivals[pair.thermal][1] - offset
        counts = synchronizer.counts
        gone = 2 * counts.paired + counts.unmatched + counts.late + counts.unstamped
        assert gone + synchronizer.pending == number + 1
        assert synchronizer.pending <= 4 * queue_size
    synchronizer.flush()
    assert synchronizer.pending == 0
    assert len(set(seen)) == len(seen), "an image was used twice"
    assert all(arrivals[number][0] is side for side, number in seen)


@given(st.lists(st.integers(0, 400), unique=True), st.lists(st.integers(0, 400), unique=True))
def test_images_in_order_give_pairs_in_order(rgb: list[int], thermal: list[int]) -> None:
    # Stamps ten apart and a slop of four: below half a period.
    arrivals = in_turn((10 * stamp for stamp in rgb), (10 * stamp + 3 for stamp in thermal))
    stamps = [pair.stamp_ns for pair in play(make(slop=4), arrivals)]
    assert stamps == sorted(10 * stamp for stamp in set(rgb) & set(thermal))


def test_reset_starts_over_and_keeps_counting() -> None:
    synchronizer = make()
    synchronizer.add(Side.RGB, 10**12, (Side.RGB, 1))
    synchronizer.reset()
    assert synchronizer.pending == 0
    pairs = play(synchronizer, [(Side.THERMAL, 5), (Side.RGB, 5)])
    assert [pair.after_jump for pair in pairs] == [False]
    assert synchronizer.counts.rgb_unmatched == 1
    assert synchronizer.counts.time_jumps == 0


def test_two_threads_lose_nothing() -> None:
    synchronizer = make(queue_size=1000)
    pairs: dict[Side, list[MatchedPair[Label]]] = {side: [] for side in Side}

    def feed(side: Side) -> None:
        for stamp in range(1, 1001):
            pairs[side] += synchronizer.add(side, stamp * MS, (side, stamp))

    threads = [threading.Thread(target=feed, args=(side,)) for side in Side]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    found = stamps_of(pairs[Side.RGB] + pairs[Side.THERMAL] + synchronizer.flush())
    assert len(found) == synchronizer.counts.paired
    counts = synchronizer.counts
    assert 2 * counts.paired + counts.unmatched + counts.late == 2000


@pytest.mark.parametrize(
    ("slop", "queue_size", "jump_back"),
    [
        pytest.param(-1, 10, 10, id="negative slop"),
        pytest.param(1, 0, 10, id="no queue"),
        pytest.param(1, 10, 0, id="no jump"),
    ],
)
def test_impossible_numbers_are_refused(slop: int, queue_size: int, jump_back: int) -> None:
    with pytest.raises(ConfigError, match="synchroniser"):
        make(slop=slop, queue_size=queue_size, jump_back=jump_back)


def test_settings_reach_it() -> None:
    config = SyncConfig(slop_ms=2.5, thermal_offset_ms=-1.5, queue_size=3)
    synchronizer: PairSynchronizer[Label] = PairSynchronizer.from_config(config)
    arrivals = [(Side.RGB, 10 * MS), (Side.THERMAL, 14 * MS)]
    assert [pair.delta_ns for pair in play(synchronizer, arrivals)] == [-2_500_000]
