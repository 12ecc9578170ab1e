"""Global proposals and their gate: limits by hand, polarity, number, and the exact first box."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import center_distance, iou
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.core.proposals import ProposalSource
from rgbt_dualatt_ros.tracking.global_proposals import GlobalProposals, passes_gate
from rgbt_dualatt_ros.tracking.sampling import whole_image

IMAGE = whole_image(ImageSize(640, 480))
CONFIG = GlobalAttentionConfig(proposals_per_region=16)
LAST = Box(300, 200, 100, 100)
NEAR = np.array([[310, 205, 100, 100]], np.float32)
FAR = np.array([[20, 20, 100, 100]], np.float32)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("box", "passes"),
    [
        (Box(300, 200, 100, 100), True),
        (Box(325, 200, 100, 100), True),  # 25 px away: the limit itself
        (Box(326, 200, 100, 100), False),  # 26 px, though it overlaps by .59
        (Box(315, 220, 100, 100), True),  # 15 and 20 make 25
        (Box(316, 220, 100, 100), False),
        (Box(320, 220, 60, 60), True),  # the same centre, overlap .36
        (Box(325, 225, 50, 50), False),  # the same centre, overlap .25
    ],
)
def test_the_gate_keeps_what_is_near_and_overlaps(box: Box, passes: bool) -> None:
    assert passes_gate(box.as_array()[None], LAST, CONFIG).tolist() == [passes]


def test_the_gate_lets_the_near_one_through_and_not_the_far_one() -> None:
    assert passes_gate(np.concatenate([NEAR, FAR]), LAST, CONFIG).tolist() == [True, False]


def test_gated_proposals_all_pass_and_far_regions_give_none() -> None:
    proposals = GlobalProposals(CONFIG).gated(np.concatenate([NEAR, FAR]), LAST, IMAGE, rng())
    last = LAST.as_array()[None]
    assert 1 <= len(proposals) <= 16
    assert np.all(center_distance(proposals.boxes, last) <= 25)
    assert np.all(iou(proposals.boxes, last) >= 0.3)
    assert set(proposals.source.tolist()) == {ProposalSource.GLOBAL}
    assert len(GlobalProposals(CONFIG).gated(FAR, LAST, IMAGE, rng())) == 0


def test_the_exact_box_is_the_first_of_each_region() -> None:
    config = dataclasses.replace(CONFIG, size_step=1.0)
    regions = np.concatenate([NEAR, FAR])
    boxes = GlobalProposals(config).ungated(regions, IMAGE, rng()).boxes
    assert len(boxes) == 32
    np.testing.assert_allclose(boxes[[0, 16]], regions)
    assert np.all(iou(boxes[1:16], NEAR) < 1)
    assert np.all(center_distance(boxes[16:], FAR) <= 0.3 * 100 * np.sqrt(2) + 1e-3)


def test_without_a_gate_several_sizes_are_tried() -> None:
    config = dataclasses.replace(CONFIG, size_step=2.0)
    boxes = GlobalProposals(config).ungated(FAR, IMAGE, rng()).boxes
    np.testing.assert_allclose(
        boxes[[0, 16, 32]], [[20, 20, 100, 100], [45, 45, 50, 50], [0, 0, 200, 200]]
    )
    assert len(boxes) == 48


def test_no_regions_are_no_error() -> None:
    none = np.zeros((0, 4), np.float32)
    proposals = GlobalProposals(CONFIG)
    assert len(proposals.gated(none, LAST, IMAGE, rng())) == 0
    assert proposals.ungated(none, IMAGE, rng()).boxes.shape == (0, 4)


def test_boxes_stay_inside_the_image() -> None:
    corner = np.array([[600, 450, 100, 100]], np.float32)
    boxes = GlobalProposals(CONFIG).ungated(corner, IMAGE, rng()).boxes
    assert np.all(boxes[:, :2] >= 0)
    assert np.all(boxes[:, 0] + boxes[:, 2] <= 640 + 1e-3)
    assert np.all(boxes[:, 1] + boxes[:, 3] <= 480 + 1e-3)


def test_equal_seeds_give_equal_boxes() -> None:
    proposals = GlobalProposals(CONFIG)
    first, second = (proposals.ungated(NEAR, IMAGE, rng()).boxes for _ in range(2))
    np.testing.assert_array_equal(first, second)
