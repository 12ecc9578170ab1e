"""When maps are computed: the schedule, the thread, and that neither outlives its target.

Proves: which frames get a map, that the newest map wins, that a thread ends with its owner.
"""

from __future__ import annotations

import dataclasses
import gc
import threading
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.models.global_attention import Look, TargetCode
from rgbt_dualatt_ros.tracking.global_attention import GlobalAttention

CONFIG = GlobalAttentionConfig(every=3, every_doubtful=2)
ON = dataclasses.replace(CONFIG, asynchronous="on")
BOX = Box(1, 1, 8, 8)
WAIT_S = 10.0


def pair_at(frame: int) -> FramePair:
    return FramePair(np.zeros((12, 16, 3), np.uint8), np.zeros((12, 16), np.uint8), frame)


class _StampNet:
    """Its maps hold the stamp of their pair; in the thread it may be made to wait or fail."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.may_go = threading.Event()
        self.may_go.set()
        self.has_begun = threading.Event()
        self.fails = False

    def code_target(self, pair: FramePair, box: Box) -> TargetCode:
        return [torch.tensor(float(pair.stamp_ns)), torch.tensor(box.w)]

    def look(self, pair: FramePair, code: TargetCode) -> Look:
        self.seen.append(pair.stamp_ns)
        if threading.current_thread() is not threading.main_thread():
            self.has_begun.set()
            assert self.may_go.wait(WAIT_S)
            if self.fails:
                raise ValueError("the net is broken")
        number = pair.stamp_ns / 100 + float(code[0]) / 1000
        features = np.full((1, 24, 32), number, np.float32)
        return Look(np.full((192, 256), number, np.float32), features, 4.0, 8.0)

    def attend(self, pair: FramePair, code: TargetCode) -> NDArray[np.float32]:
        return self.look(pair, code).strength


def started(config: GlobalAttentionConfig, net: _StampNet) -> GlobalAttention:
    attention = GlobalAttention(net, config)
    attention.start(pair_at(0), BOX)
    net.seen.clear()
    return attention


def frames_with_a_map(config: GlobalAttentionConfig, trusted: Sequence[bool]) -> list[int]:
    net = _StampNet()
    attention = started(config, net)
    for frame, is_trusted in enumerate(trusted, 1):
        attention.begin(pair_at(frame), is_calm=is_trusted)
    return net.seen


def maps_come(attention: GlobalAttention, frame: int) -> bool:
    """Wait for the thread's next map by going on with frames that ask for none."""
    for _ in range(2000):
        if attention.begin(pair_at(frame), is_calm=True):
            return True
        threading.Event().wait(0.005)
    return False


def threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name == "global attention"]


def wait_until_no_thread() -> None:
    for _ in range(1000):
        if not threads():
            return
        threading.Event().wait(0.01)


def test_a_map_every_few_frames_while_trusted_and_more_often_in_doubt() -> None:
    assert frames_with_a_map(CONFIG, [True] * 8) == [1, 4, 7]
    assert frames_with_a_map(CONFIG, [False] * 6) == [1, 3, 5]
    assert frames_with_a_map(CONFIG, [True, True, True, False, False, False]) == [1, 4, 6]


def test_the_first_doubtful_frame_has_a_map_whenever_the_last_was() -> None:
    assert frames_with_a_map(CONFIG, [True, False, False, False]) == [1, 2, 4]
    assert frames_with_a_map(CONFIG, [True, False, True, False]) == [1, 2, 4]


def test_in_a_crowd_maps_come_more_often_and_never_less() -> None:
    for every_crowded, frames in ((1, [1, 2, 3, 4]), (2, [1, 3]), (100, [1, 4])):
        net = _StampNet()
        attention = started(dataclasses.replace(CONFIG, every_crowded=every_crowded), net)
        for frame in range(1, 5):
            attention.begin(pair_at(frame), is_calm=True, is_crowded=True)
        assert net.seen == frames


def test_every_frame_or_only_in_doubt() -> None:
    every = dataclasses.replace(CONFIG, when="every_frame")
    assert frames_with_a_map(every, [True, False, True]) == [1, 2, 3]
    on_doubt = dataclasses.replace(CONFIG, when="on_doubt")
    assert frames_with_a_map(on_doubt, [True, True, False, False, False, True]) == [3, 5]


def test_a_target_that_becomes_doubtful_has_a_map_of_the_same_frame_and_only_one() -> None:
    net = _StampNet()
    attention = started(CONFIG, net)
    assert attention.begin(pair_at(1), is_calm=True)
    assert not attention.look_now(pair_at(1))
    assert not attention.begin(pair_at(2), is_calm=True)
    assert attention.look_now(pair_at(2))
    assert attention.newest is not None
    assert attention.newest.job.pair.stamp_ns == 2
    assert attention.age == 0
    assert net.seen == [1, 2]


def test_the_age_counts_frames_since_the_map() -> None:
    attention = started(CONFIG, _StampNet())
    with pytest.raises(RuntimeError, match="no map"):
        _ = attention.age
    for frame in range(1, 4):
        attention.begin(pair_at(frame), is_calm=True)
    assert attention.age == 2


def test_the_first_frame_is_looked_at_with_its_own_code_and_is_no_map_to_search() -> None:
    attention = GlobalAttention(_StampNet(), CONFIG)
    look = attention.start(pair_at(7), BOX)
    assert look.strength[0, 0] == pytest.approx(0.07 + 0.007)
    assert look.features[0, 0, 0] == pytest.approx(0.07 + 0.007)
    assert attention.newest is None
    assert attention.frame == 0
    attention.begin(pair_at(8), is_calm=True)
    assert attention.frame == 1


def test_a_new_target_has_no_map_of_the_old_one() -> None:
    attention = started(CONFIG, _StampNet())
    attention.begin(pair_at(1), is_calm=True)
    attention.start(pair_at(9), BOX)
    assert attention.newest is None
    attention.begin(pair_at(10), is_calm=True)
    assert attention.newest is not None
    assert attention.newest.look.strength[0, 0] == pytest.approx(0.1 + 0.009)  # frame 9's


def test_the_thread_answers_the_newest_frame_and_drops_those_between() -> None:
    net = _StampNet()
    net.may_go.clear()
    attention = started(dataclasses.replace(ON, when="every_frame"), net)
    assert not attention.begin(pair_at(1), is_calm=True)
    assert net.has_begun.wait(WAIT_S)
    for frame in range(2, 6):
        assert not attention.begin(pair_at(frame), is_calm=True)  # and nobody waits
    assert attention.newest is None
    net.has_begun.clear()
    net.may_go.set()
    assert net.has_begun.wait(WAIT_S)
    for _ in range(2000):
        attention.look_now(pair_at(5))  # already asked for: changes nothing
        if net.seen == [1, 5]:
            break
        threading.Event().wait(0.005)
    assert net.seen == [1, 5]
    attention.forget()
    assert threads() == []


def test_a_map_keeps_the_stamp_of_its_own_frame() -> None:
    attention = started(dataclasses.replace(ON, every=10_000), _StampNet())
    assert not attention.begin(pair_at(1), is_calm=True)
    assert maps_come(attention, 2)
    assert attention.newest is not None
    assert attention.newest.job.pair.stamp_ns == 1
    assert attention.newest.look.strength[0, 0] == pytest.approx(0.01)
    assert attention.age >= 1
    attention.forget()


def test_a_map_under_way_is_dropped_when_the_target_changes() -> None:
    net = _StampNet()
    net.may_go.clear()
    attention = started(ON, net)
    attention.begin(pair_at(1), is_calm=True)
    assert net.has_begun.wait(WAIT_S)
    attention.start(pair_at(50), BOX)
    net.may_go.set()
    assert attention.newest is None
    attention.begin(pair_at(51), is_calm=True)
    assert maps_come(attention, 52)
    assert attention.newest is not None
    assert attention.newest.job.pair.stamp_ns == 51
    attention.forget()


def test_forgetting_ends_the_thread_and_it_may_start_again() -> None:
    net = _StampNet()
    attention = started(ON, net)
    attention.begin(pair_at(1), is_calm=True)
    assert threads() == ["global attention"]
    attention.forget()
    assert threads() == []
    attention.forget()
    attention.start(pair_at(5), BOX)
    attention.begin(pair_at(6), is_calm=True)
    assert maps_come(attention, 7)
    attention.forget()
    assert threads() == []


def test_a_thread_ends_when_nobody_holds_its_owner() -> None:
    attention = started(ON, _StampNet())
    attention.begin(pair_at(1), is_calm=True)
    assert threads() == ["global attention"]
    del attention
    gc.collect()
    wait_until_no_thread()
    assert threads() == []


def test_an_error_in_the_thread_reaches_the_tracker() -> None:
    net = _StampNet()
    net.fails = True
    attention = started(ON, net)
    attention.begin(pair_at(1), is_calm=True)
    with pytest.raises(ValueError, match="the net is broken"):
        maps_come(attention, 2)
    # It is told once; the next target has a thread of its own.
    net.fails = False
    attention.start(pair_at(0), BOX)
    attention.begin(pair_at(1), is_calm=True)
    assert maps_come(attention, 2)
    attention.forget()
    assert threads() == []


@pytest.mark.parametrize("asynchronous", ["off", "auto"])
def test_without_a_thread_maps_are_there_at_once(asynchronous: str) -> None:
    config = dataclasses.replace(CONFIG, asynchronous=asynchronous)
    attention = started(config, _StampNet())
    assert attention.begin(pair_at(1), is_calm=True)
    assert threads() == []
