"""From stamps to queued pairs: history, epochs, jumps of the clock.

Proves: a jump is marked on every later pair, once. Not: which images make a pair
(unit/streaming), threads (integration/).
"""

from __future__ import annotations

import time

import pytest

from rgbt_dualatt_ros.core.config import SyncConfig
from rgbt_dualatt_ros.core.time_units import NS_PER_S
from rgbt_dualatt_ros.ros.pair_intake import PairHistory, PairIntake, QueuedPair
from rgbt_dualatt_ros.streaming.pair_synchronizer import MatchedPair, PairSynchronizer, Side

PERIOD_NS = 33_000_000


class ListQueue:
    """Keeps everything."""

    def __init__(self) -> None:
        self.items: list[QueuedPair] = []

    def put(self, item: QueuedPair) -> bool:
        """Keep one more."""
        self.items.append(item)
        return True


@pytest.fixture
def queue() -> ListQueue:
    return ListQueue()


@pytest.fixture
def history() -> PairHistory:
    return PairHistory(3)


@pytest.fixture
def intake(queue: ListQueue, history: PairHistory) -> PairIntake:
    config = SyncConfig()
    return PairIntake(config, PairSynchronizer.from_config(config), queue, history)


def feed(intake: PairIntake, count: int, first_ns: int) -> None:
    for index in range(count):
        for side in Side:
            intake.add(side, first_ns + index * PERIOD_NS, f"{side.value} {index}")


def test_pairs_are_queued_and_kept(
    intake: PairIntake, queue: ListQueue, history: PairHistory
) -> None:
    feed(intake, 5, NS_PER_S)
    stamps = [NS_PER_S + index * PERIOD_NS for index in range(5)]
    assert [each.pair.stamp_ns for each in queue.items] == stamps
    assert queue.items[1].pair.rgb == "rgb 1"
    assert queue.items[1].pair.thermal == "thermal 1"
    assert history.oldest_stamp_ns() == stamps[2]


def test_stamps_that_jump_back_begin_an_epoch(
    intake: PairIntake, queue: ListQueue, history: PairHistory
) -> None:
    feed(intake, 4, 10 * NS_PER_S)
    feed(intake, 4, NS_PER_S)
    assert [each.epoch for each in queue.items] == [0, 0, 0, 0, 1, 1, 1, 1]
    oldest = history.oldest_stamp_ns()
    assert oldest is not None
    assert oldest < 2 * NS_PER_S, "pairs of the old time are kept"


def test_clock_that_jumps_before_the_stamps_counts_once(
    intake: PairIntake, queue: ListQueue
) -> None:
    feed(intake, 3, 10 * NS_PER_S)
    intake.clock_jumped_back(NS_PER_S)
    feed(intake, 3, NS_PER_S)
    assert [each.epoch for each in queue.items] == [0, 0, 0, 1, 1, 1]
    assert intake.clock_jumps + intake.counts.time_jumps == 1


def test_clock_that_jumps_after_the_stamps_counts_once(
    intake: PairIntake, queue: ListQueue
) -> None:
    feed(intake, 3, 10 * NS_PER_S)
    feed(intake, 3, NS_PER_S)
    intake.clock_jumped_back(NS_PER_S)
    feed(intake, 3, NS_PER_S + 3 * PERIOD_NS)
    assert [each.epoch for each in queue.items] == [0, 0, 0, 1, 1, 1, 1, 1, 1]
    assert intake.clock_jumps + intake.counts.time_jumps == 1


@pytest.mark.parametrize("zeros", [1, 5])
def test_stamp_of_zero_in_mid_stream_is_no_jump(
    intake: PairIntake, queue: ListQueue, zeros: int
) -> None:
    feed(intake, 4, 10 * NS_PER_S)
    for _ in range(zeros):
        for side in Side:
            intake.add(side, 0, "without a stamp")
    feed(intake, 4, 11 * NS_PER_S)
    assert [each.epoch for each in queue.items] == [0] * 8
    assert intake.counts.time_jumps == 0
    assert intake.counts.unstamped == 2 * zeros


def test_time_that_begins_at_zero_loses_no_pair(intake: PairIntake, queue: ListQueue) -> None:
    feed(intake, 4, 0)
    assert len(queue.items) == 4
    assert intake.counts.unstamped == 0


def test_of_a_camera_without_stamps_all_but_the_first_image_are_dropped(
    intake: PairIntake, queue: ListQueue
) -> None:
    for _ in range(5):
        for side in Side:
            intake.add(side, 0, "without a stamp")
    assert len(queue.items) <= 1
    assert intake.counts.unstamped == 2 * 4


def test_pair_that_waits_for_a_nearer_partner_comes_when_the_input_ends(
    intake: PairIntake, queue: ListQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_ns = NS_PER_S
    monkeypatch.setattr(time, "monotonic_ns", lambda: now_ns)
    lag_ns = 15_000_000  # a thermal image still to come might be as near
    for index in range(3):
        for side, delay_ns in ((Side.RGB, 0), (Side.THERMAL, lag_ns)):
            now_ns = NS_PER_S + index * PERIOD_NS + delay_ns
            intake.add(side, now_ns, f"{side.value} {index}")
    intake.finish_when_silent(now_ns + 3 * PERIOD_NS)
    assert len(queue.items) == 2, "a short silence is no end"
    intake.finish_when_silent(now_ns + NS_PER_S)
    intake.finish_when_silent(now_ns + 2 * NS_PER_S)
    assert [each.pair.rgb for each in queue.items] == ["rgb 0", "rgb 1", "rgb 2"]


def test_slow_cameras_are_not_taken_for_silent(
    intake: PairIntake, queue: ListQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_ns = NS_PER_S
    monkeypatch.setattr(time, "monotonic_ns", lambda: now_ns)
    for index in range(4):
        for side in Side:  # each image comes a second after the one before
            now_ns += NS_PER_S
            intake.add(side, (1 + index) * NS_PER_S, f"{side.value} {index}")
            intake.finish_when_silent(now_ns + NS_PER_S * 9 // 10)
    assert len(queue.items) == 4


def queued(stamp_ns: int) -> QueuedPair:
    return QueuedPair(MatchedPair("rgb", "thermal", stamp_ns, 0), 0, 0)


def test_history_finds_the_nearest() -> None:
    history = PairHistory(10)
    pairs = [queued(stamp) for stamp in (100, 200, 300, 400)]
    for each in pairs:
        history.add(each)
    assert history.find(210, tolerance_ns=20) is pairs[1]
    assert history.find(251, tolerance_ns=49) is pairs[2]
    assert history.find(250, tolerance_ns=20) is None
    assert history.between(pairs[0], pairs[3]) == pairs[1:3]
    history.clear()
    assert history.find(200, tolerance_ns=20) is None
