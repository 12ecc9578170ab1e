"""Sequences cut so that the target jumps: truth, images and continuity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.evaluation.disappearances import disappearances, has_jumped
from rgbt_dualatt_ros.evaluation.jumping_sequence import JUMP_KINDS, JumpingSequence
from rgbt_dualatt_ros.evaluation.results import SequenceTruth

WIDTH = 160


class _Walk:
    """A bright target of 10 x 20 px that goes 2 px a frame to the right from x = 8."""

    name = "walk"
    attributes = ("SV",)

    def __init__(self, frames: int, step: int = 2) -> None:
        self._left = [8 + step * index for index in range(frames)]
        self.truth: Boxes = np.array([[x, 30, 10, 20] for x in self._left], np.float32)

    def __len__(self) -> int:
        return len(self.truth)

    def pairs(self) -> Iterator[FramePair]:
        for x in self._left:
            thermal = np.full((64, WIDTH), 40, np.uint8)
            thermal[30:50, x : x + 10] = 240
            yield FramePair(np.stack([thermal] * 3, axis=2), thermal)


@pytest.mark.parametrize(
    ("kind", "frames"),
    [("mirror", 9), ("shift", 9), ("mirror", 40), ("shift", 40), ("cut", 40)],
)
def test_the_truth_is_where_the_target_is_seen(kind: str, frames: int) -> None:
    jumping = JumpingSequence(_Walk(frames), kind)
    pairs = list(jumping.pairs())
    assert len(pairs) == len(jumping) == len(jumping.truth)
    for pair, box in zip(pairs, jumping.truth, strict=True):
        columns = np.flatnonzero((pair.thermal == 240).any(axis=0))
        assert (columns[0], columns[-1] + 1) == (box[0], box[0] + 10)
        np.testing.assert_array_equal(pair.rgb[..., 0], pair.thermal)


@pytest.mark.parametrize("kind", JUMP_KINDS)
def test_there_is_one_jump_and_it_can_be_judged(kind: str) -> None:
    jumping = JumpingSequence(_Walk(40), kind)
    (jump,) = jumping.jumps
    steps = np.abs(np.diff(jumping.truth[:, 0]))
    assert has_jumped(jumping.truth[jump - 1], jumping.truth[jump])
    assert np.delete(steps, jump - 1).max() <= 2
    assert [each.back for each in disappearances(jumping.truth, jumping.jumps)] == [jump]


def test_it_is_named_and_labelled_by_its_kind_and_kept_with_the_truth() -> None:
    jumping = JumpingSequence(_Walk(40), "mirror")
    assert jumping.name == "walk@mirror"
    assert jumping.attributes == ("SV", "MIRROR")
    assert SequenceTruth.of(jumping).jumps == jumping.jumps


def test_stamps_rise_evenly() -> None:
    stamps = np.array([pair.stamp_ns for pair in JumpingSequence(_Walk(40), "mirror").pairs()])
    assert set(np.diff(stamps)) == {33_333_333}


def test_a_target_in_the_middle_cannot_be_mirrored_away() -> None:
    middle = _Walk(1)
    middle.truth[:] = [75, 30, 10, 20]
    with pytest.raises(DatasetError, match="walk cannot jump far enough by mirror"):
        JumpingSequence(middle, "mirror")


def test_a_still_target_cannot_be_cut_away() -> None:
    with pytest.raises(DatasetError, match="by cut"):
        JumpingSequence(_Walk(40, step=0), "cut")


def test_a_seam_never_goes_through_the_target() -> None:
    walk = _Walk(1)
    walk.truth[:] = [WIDTH / 2 - 5, 30, 10, 20]  # a turn by half the width would tear it
    jumping = JumpingSequence(walk, "shift")
    after = jumping.truth[jumping.jumps[0] :]
    assert (after[:, 0] + after[:, 2] <= WIDTH).all()


def test_a_walk_through_the_middle_is_mirrored_before_it_gets_there() -> None:
    jumping = JumpingSequence(_Walk(60, step=1), "mirror")
    assert jumping.jumps[0] < 60
    assert JumpingSequence(_Walk(20, step=1), "mirror").jumps[0] == 60
