"""The boundary between callbacks and worker.

Proves: newest wins and what it replaced is counted; every-mode keeps order and reports overflow;
nobody sleeps through `close`. Not: the node's worker (integration/).
"""

from __future__ import annotations

import logging
import threading
import time

import pytest

from rgbt_dualatt_ros.core.config import SyncConfig
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.streaming.latest_slot import EveryQueue, LatestSlot, Slot, open_slot

BOTH = [pytest.param(LatestSlot, id="latest"), pytest.param(lambda: EveryQueue(5), id="every")]


def test_newest_wins_and_the_others_are_counted() -> None:
    slot: LatestSlot[int] = LatestSlot()
    assert [slot.put(number) for number in range(4)] == [True, False, False, False]
    assert slot.take(0.0) == 3
    assert slot.take(0.0) is None
    assert slot.replaced == 3
    assert slot.put(9)
    assert slot.replaced == 3


def test_every_item_comes_in_order() -> None:
    queue: EveryQueue[int] = EveryQueue(10)
    assert all(queue.put(number) for number in range(10))
    assert [queue.take(0.0) for _ in range(11)] == [*range(10), None]
    assert queue.replaced == 0


def test_overflow_is_reported_once_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    queue: EveryQueue[int] = EveryQueue(2)
    with caplog.at_level(logging.WARNING):
        assert [queue.put(number) for number in range(5)] == [True, True, False, False, False]
    assert len(caplog.records) == 1
    assert "sync.every_limit" in caplog.text
    assert queue.replaced == 3
    assert [queue.take(0.0) for _ in range(2)] == [3, 4], "the oldest is what is lost"


@pytest.mark.parametrize("make", BOTH)
def test_take_waits_for_an_item_from_another_thread(make: type[LatestSlot[int]]) -> None:
    slot: Slot[int] = make()
    giver = threading.Timer(0.05, slot.put, args=(7,))
    giver.start()
    began = time.monotonic()
    assert slot.take(20.0) == 7
    assert time.monotonic() - began < 10.0
    giver.join()


@pytest.mark.parametrize("make", BOTH)
@pytest.mark.parametrize("timeout_s", [20.0, None])
def test_close_wakes_the_taker(make: type[LatestSlot[int]], timeout_s: float | None) -> None:
    slot: Slot[int] = make()
    closer = threading.Timer(0.05, slot.close)
    closer.start()
    began = time.monotonic()
    assert slot.take(timeout_s) is None
    assert time.monotonic() - began < 10.0
    closer.join()


@pytest.mark.parametrize("make", BOTH)
def test_after_close_what_is_left_can_be_taken_and_nothing_put(
    make: type[LatestSlot[int]],
) -> None:
    slot: Slot[int] = make()
    slot.put(1)
    slot.close()
    assert not slot.put(2)
    assert slot.take(None) == 1
    assert slot.take(None) is None
    assert slot.replaced == 0


def test_take_gives_up_after_its_time() -> None:
    slot: LatestSlot[int] = LatestSlot()
    began = time.monotonic()
    assert slot.take(0.05) is None
    assert time.monotonic() - began >= 0.04


def test_a_slow_taker_sees_the_newest_and_nothing_is_lost_uncounted() -> None:
    slot: LatestSlot[int] = LatestSlot()
    taken: list[int] = []

    def work() -> None:
        while (number := slot.take(20.0)) is not None:
            taken.append(number)

    worker = threading.Thread(target=work)
    worker.start()
    for number in range(2000):
        slot.put(number)
    slot.close()
    worker.join(timeout=20.0)
    assert not worker.is_alive()
    assert taken == sorted(taken)
    assert taken[-1] == 1999
    assert len(taken) + slot.replaced == 2000


def test_settings_choose_the_slot() -> None:
    latest: Slot[int] = open_slot(SyncConfig(mode="latest"))
    every: Slot[int] = open_slot(SyncConfig(mode="every", every_limit=3))
    assert [latest.put(number) for number in range(3)] == [True, False, False]
    assert [every.put(number) for number in range(4)] == [True, True, True, False]


def test_a_slot_without_a_place_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least one"):
        EveryQueue[int](0)
