"""Candidate boxes: their number, their place, and that they stay where there are features."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import xywh_to_cxcywh
from rgbt_dualatt_ros.core.proposals import ProposalSource
from rgbt_dualatt_ros.core.tracker_config import ProposalConfig
from rgbt_dualatt_ros.tracking.local_proposals import LocalProposals

PROPOSALS = LocalProposals(ProposalConfig(per_frame=40))
PLACE, REGION = Box(50, 40, 20, 30), Box(0, 0, 200, 150)


def test_the_first_near_proposal_is_the_place_itself() -> None:
    proposals = PROPOSALS.near(PLACE, REGION, np.random.default_rng(0))
    assert len(proposals) == 40
    np.testing.assert_array_equal(proposals.boxes[0], PLACE.as_array())
    assert set(proposals.source) == {ProposalSource.LOCAL}


def test_anywhere_reaches_all_of_the_region() -> None:
    proposals = LocalProposals(ProposalConfig(per_frame=2000)).anywhere(
        PLACE, REGION, np.random.default_rng(0)
    )
    centers = xywh_to_cxcywh(proposals.boxes)[:, :2]
    np.testing.assert_allclose(centers.min(axis=0), [10, 15], atol=3)
    np.testing.assert_allclose(centers.max(axis=0), [190, 135], atol=3)


@given(
    x=st.floats(-40, 220),
    y=st.floats(-40, 180),
    w=st.floats(2, 300),
    h=st.floats(2, 300),
    seed=st.integers(0, 5),
)
def test_all_lie_inside_the_region(x: float, y: float, w: float, h: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for draw in (PROPOSALS.near, PROPOSALS.anywhere):
        boxes = draw(Box(x, y, w, h), REGION, rng).boxes
        assert boxes.shape == (40, 4)
        assert boxes.dtype == np.float32
        assert (boxes[:, :2] >= -1e-3).all()
        assert (boxes[:, :2] + boxes[:, 2:] <= np.array([200, 150]) + 1e-2).all()


def reach(config: ProposalConfig, failed_frames: int) -> float:
    """Largest shift of a centre in mean sides, on an image without edges in the way."""
    place, endless = Box(5000, 5000, 20, 20), Box(0, 0, 10_000, 10_000)
    rng = np.random.default_rng(0)
    drawn = LocalProposals(config).near(place, endless, rng, failed_frames).boxes
    centers = xywh_to_cxcywh(drawn)[:, :2] - np.array(place.center)
    return float(np.abs(centers).max() / 20)


def test_after_a_failure_the_search_jumps_to_its_widest() -> None:
    config = ProposalConfig(per_frame=4000, shift=0.6, failed_shift=1.5)
    assert abs(reach(config, 0) - 0.6) < 0.01
    assert abs(reach(config, 1) - 1.5) < 0.01
    assert abs(reach(config, 9) - 1.5) < 0.01


def test_or_grows_to_it_frame_by_frame() -> None:
    config = ProposalConfig(per_frame=4000, shift=0.6, failed_shift=1.5, failed_growth=1.1)
    assert abs(reach(config, 1) - 0.66) < 0.01
    assert abs(reach(config, 3) - 0.6 * 1.1**3) < 0.01
    assert abs(reach(config, 100_000) - 1.5) < 0.01
