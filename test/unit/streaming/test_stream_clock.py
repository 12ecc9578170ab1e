"""What the stamps of one camera tell.

Proves: order, jumps, stray stamps and the expected next time are told apart at their limits. Not:
what the synchroniser makes of them (test_pair_synchronizer*.py).
"""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.streaming.stream_clock import Arrival, StreamClock


def clock_after(*stamps_ns: int, jump_back_ns: int = 100) -> StreamClock:
    clock = StreamClock(jump_back_ns)
    for stamp_ns in stamps_ns:
        clock.observe(stamp_ns)
    return clock


@pytest.mark.parametrize(
    ("before", "stamp_ns", "arrival"),
    [
        pytest.param((), 500, Arrival.IN_ORDER, id="first"),
        pytest.param((500,), 500, Arrival.IN_ORDER, id="equal"),
        pytest.param((500,), 499, Arrival.OUT_OF_ORDER, id="a little back"),
        pytest.param((500,), 400, Arrival.OUT_OF_ORDER, id="back by exactly the limit"),
        pytest.param((500,), 399, Arrival.JUMPED_BACK, id="back by more"),
        pytest.param((500, 900), 530, Arrival.AFTER_STRAY_AHEAD, id="back where it was"),
        pytest.param((500, 900), 399, Arrival.JUMPED_BACK, id="back to before that"),
        pytest.param((500, 0), 530, Arrival.AFTER_STRAY_BEHIND, id="on where it was"),
        pytest.param((500, 0), 30, Arrival.IN_ORDER, id="on after a jump"),
        pytest.param((500, 0, 30), 530, Arrival.IN_ORDER, id="two behind are not stray"),
        pytest.param((500, 900, 930), 530, Arrival.JUMPED_BACK, id="two ahead are not stray"),
        pytest.param((500, 9000), 9030, Arrival.IN_ORDER, id="ahead for good"),
    ],
)
def test_arrivals(before: tuple[int, ...], stamp_ns: int, arrival: Arrival) -> None:
    assert clock_after(*before).observe(stamp_ns) is arrival


def test_newest_is_kept_over_older_ones_and_follows_a_jump() -> None:
    clock = clock_after(500, 450)
    assert clock.newest_ns == 500
    clock.observe(10)
    assert clock.newest_ns == 10


def test_newest_after_a_stray_stamp_is_the_one_before_it() -> None:
    assert clock_after(500, 900, 470).newest_ns == 500
    assert clock_after(500, 900, 530).newest_ns == 530
    assert clock_after(500, 0, 530).newest_ns == 530


def test_next_is_expected_after_nine_tenths_of_the_period() -> None:
    assert StreamClock(100).earliest_next_ns is None
    assert clock_after(0, 40, 80).earliest_next_ns == 80, "the period is not known yet"
    assert clock_after(0, 40, 80, 120).earliest_next_ns == 156
    assert clock_after(0, 40, 80, 160, 180).earliest_next_ns == 198, "the shortest counts"


def test_an_irregular_moment_is_forgotten() -> None:
    stamps = [0, 4, *range(40, 40 * 30, 40)]
    assert clock_after(*stamps).earliest_next_ns == stamps[-1] + 36


def test_forget_keeps_the_period() -> None:
    clock = clock_after(0, 40, 80, 120)
    clock.forget()
    assert clock.earliest_next_ns is None
    assert clock.observe(5) is Arrival.IN_ORDER
    assert clock.earliest_next_ns == 41
