"""Recall of known maps on known boxes, under every condition."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.evaluation.attention_baselines import Map, Method, Search
from rgbt_dualatt_ros.evaluation.attention_recall import (
    COLOR_BLANK,
    CONDITIONS,
    MIRRORED,
    PLAIN,
    THERMAL_BLANK,
    Look,
    Sight,
    first_rank,
    has_peak_inside,
    later_frames,
    recall_looks,
    size_before,
)


class _Street:
    """A hot target of 20 x 12 px that moves to the right, seen by both cameras."""

    name = "street"
    attributes: tuple[str, ...] = ()

    def __init__(self, frames: int = 6) -> None:
        left = 10 + 8 * np.arange(frames, dtype=np.float32)
        rows = [[x, 30, 20, 12] for x in left]
        self.truth: Boxes = np.array(rows, np.float32)

    def __len__(self) -> int:
        return len(self.truth)

    def pairs(self) -> Iterator[FramePair]:
        """Grey 90, the target 250."""
        for index in range(len(self)):
            x, y, w, h = (10 + 8 * index, 30, 20, 12)
            thermal = np.full((72, 128), 90, np.uint8)
            thermal[y : y + h, x : x + w] = 250
            yield FramePair(np.stack([thermal] * 3, axis=2), thermal, index)


def _learn_hot(_pair: FramePair, _box: Box) -> Search:
    return lambda later: (later.thermal > 200).astype(np.float32)


def _learn_cold(_pair: FramePair, _box: Box) -> Search:
    return lambda later: (later.thermal < 200).astype(np.float32)


HOT = Method("hot", _learn_hot, is_centred=True)
COLD = Method("cold", _learn_cold, is_centred=True)


def _of(looks: list[Look], method: str, condition: str) -> list[Look]:
    return [each for each in looks if (each.method, each.condition) == (method, condition)]


def test_a_map_of_the_target_finds_it_first_and_its_opposite_does_not() -> None:
    looks = recall_looks(_Street(), [HOT, COLD], [PLAIN])
    hot, cold = _of(looks, "hot", "plain"), _of(looks, "cold", "plain")
    assert [each.frame for each in hot] == [1, 2, 3, 4, 5]
    assert all(each.loose_rank == each.strict_rank == 1 for each in hot)
    assert all(each.has_peak_inside for each in hot)
    assert not any(each.has_peak_inside or each.loose_rank == 1 for each in cold)


def test_mirrored_frames_have_mirrored_truth() -> None:
    sights: list[Sight] = []
    recall_looks(_Street(), [HOT], [MIRRORED], on_sight=sights.append)
    assert all(each.look.strict_rank == 1 for each in sights)
    np.testing.assert_allclose(sights[0].truth, [128 - 18 - 20, 30, 20, 12])
    assert sights[0].pair.thermal[36, 100] == 250


def test_blank_images_are_black_and_leave_the_other_as_it_is() -> None:
    pair = next(_Street().pairs())
    assert not COLOR_BLANK.pair(pair).rgb.any()
    np.testing.assert_array_equal(COLOR_BLANK.pair(pair).thermal, pair.thermal)
    assert not THERMAL_BLANK.pair(pair).thermal.any()
    np.testing.assert_array_equal(THERMAL_BLANK.pair(pair).rgb, pair.rgb)
    assert pair.rgb.any()
    assert pair.thermal.any()


def test_who_needs_thermal_finds_nothing_without() -> None:
    looks = recall_looks(_Street(), [HOT], CONDITIONS)
    assert all(each.loose_rank == 1 for each in _of(looks, "hot", COLOR_BLANK.name))
    assert all(each.loose_rank == 0 for each in _of(looks, "hot", THERMAL_BLANK.name))


def test_the_first_frame_is_never_changed() -> None:
    seen: list[tuple[bool, bool]] = []

    def learn(pair: FramePair, box: Box) -> Search:
        seen.append((bool(pair.rgb.any()), bool(pair.thermal[36, 15] == 250)))
        assert box == Box(10, 30, 20, 12)
        return lambda later: np.asarray(later.thermal, np.float32)

    recall_looks(_Street(), [Method("watcher", learn)], CONDITIONS)
    assert seen == [(True, True)]


def test_regions_have_the_size_of_the_frame_before() -> None:
    street = _Street(3)
    street.truth[0, 2:] = (20, 12)
    street.truth[1, 2:] = (40, 24)
    sights: list[Sight] = []
    recall_looks(street, [HOT], [PLAIN], on_sight=sights.append)
    assert [tuple(each.regions[0, 2:]) for each in sights] == [(20, 12), (40, 24)]


def test_a_sequence_that_does_not_start_with_a_box_is_refused() -> None:
    street = _Street()
    street.truth[0] = np.nan
    with pytest.raises(DatasetError, match="does not start with a box"):
        recall_looks(street, [HOT])


def test_frames_without_a_box_are_not_looked_at() -> None:
    truth = _Street(6).truth
    truth[2:4] = np.nan
    assert later_frames(truth, 9) == [1, 4, 5]
    assert size_before(truth, 4) == (20, 12)


def test_nine_frames_are_spread_to_the_end() -> None:
    truth = np.tile(np.array([[1, 2, 3, 4]], np.float32), (91, 1))
    assert later_frames(truth, 9) == [10, 20, 30, 40, 50, 60, 70, 80, 90]


@given(length=st.integers(2, 200), count=st.integers(1, 20))
def test_chosen_frames_rise_and_are_later_ones(length: int, count: int) -> None:
    truth = np.tile(np.array([[1, 2, 3, 4]], np.float32), (length, 1))
    frames = later_frames(truth, count)
    assert len(frames) == min(count, length - 1)
    assert frames == sorted(set(frames))
    assert frames[0] >= 1
    assert frames[-1] == length - 1


def test_the_first_overlap_that_is_enough_counts() -> None:
    overlaps = np.array([0.1, 0.29, 0.3, 0.9], np.float32)
    assert first_rank(overlaps, 0.3) == 3
    assert first_rank(overlaps, 0.5) == 4
    assert first_rank(overlaps, 0.95) == 0
    assert first_rank(np.zeros(0, np.float32), 0.3) == 0


def test_a_peak_on_the_right_edge_of_a_box_is_outside() -> None:
    pair = FramePair(np.zeros((10, 20, 3), np.uint8), np.zeros((10, 20), np.uint8))
    strength: Map = np.zeros((10, 20), np.float32)
    strength[5, 8] = 1
    assert has_peak_inside(strength, pair, np.array([4, 2, 5, 6], np.float32))
    assert not has_peak_inside(strength, pair, np.array([4, 2, 4, 6], np.float32))
    assert not has_peak_inside(np.zeros_like(strength), pair, np.array([0, 0, 20, 10], np.float32))
