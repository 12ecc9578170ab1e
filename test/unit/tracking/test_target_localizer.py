"""From the best proposals to one box: agreement, mean, score. The regression has its own tests."""

from __future__ import annotations

import numpy as np
import torch

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.proposals import ProposalSource
from rgbt_dualatt_ros.core.tracker_config import BoxRegressionConfig
from rgbt_dualatt_ros.tracking.box_regressor import BoxRegressor
from rgbt_dualatt_ros.tracking.proposal_scorer import ScoredProposals
from rgbt_dualatt_ros.tracking.target_localizer import TargetLocalizer

SIZE = ImageSize(200, 150)


def scored(*boxes: tuple[float, float, float, float]) -> ScoredProposals:
    count = len(boxes)
    return ScoredProposals(
        np.array(boxes, np.float32),
        torch.arange(count, 0, -1, dtype=torch.float32),
        torch.zeros(count, 4),
        ProposalSource.GLOBAL,
    )


def localizer(agreement: float = 0.3) -> TargetLocalizer:
    return TargetLocalizer(BoxRegressor(BoxRegressionConfig()), agreement, min_side=8.0)


def test_agreeing_boxes_are_averaged() -> None:
    finding = localizer().localize(scored((10, 10, 20, 30), (12, 10, 22, 30)), SIZE)
    assert finding.box == Box(11, 10, 21, 30)
    assert finding.refined == Box(11, 10, 21, 30)
    assert finding.score == 1.5
    assert finding.source is ProposalSource.GLOBAL


def test_the_mean_of_two_places_is_no_place() -> None:
    finding = localizer().localize(scored((10, 10, 20, 30), (100, 90, 20, 30)), SIZE)
    assert finding.box == Box(10, 10, 20, 30)


def test_without_agreement_all_boxes_count_as_in_mdnet() -> None:
    finding = localizer(0.0).localize(scored((10, 10, 20, 30), (100, 90, 20, 30)), SIZE)
    assert finding.box == Box(55, 50, 20, 30)


def test_the_box_stays_inside_the_image() -> None:
    finding = localizer().localize(scored((190, 140, 30, 30)), SIZE)
    assert finding.box == Box(190, 140, 10, 10)
