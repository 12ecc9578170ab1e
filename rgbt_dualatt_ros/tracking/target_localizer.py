"""TargetLocalizer: from the best proposals to one box and its refined form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import clip_to_image, iou
from rgbt_dualatt_ros.core.proposals import ProposalSource
from rgbt_dualatt_ros.tracking.box_regressor import BoxRegressor
from rgbt_dualatt_ros.tracking.proposal_scorer import ScoredProposals

_SAME_PLACE_OVERLAP = 0.3  # proposals further apart are two answers, whose mean is none


@dataclass(frozen=True, slots=True)
class Finding:
    """The best place of one frame.

    Attributes:
        box: mean of the best proposals; drives the next search.
        refined: the same after box regression; what is reported.
        score: mean target logit of the best proposals.
        source: of the very best proposal.
    """

    box: Box
    refined: Box
    score: float
    source: ProposalSource


class TargetLocalizer:
    """Averages the best proposals that agree with the very best one."""

    def __init__(self, regressor: BoxRegressor, min_side: float) -> None:
        self._regressor = regressor
        self._min_side = min_side

    def localize(self, scored: ScoredProposals, size: ImageSize) -> Finding:
        """The best place in an image of `size`."""
        agreeing = np.flatnonzero(iou(scored.boxes, scored.boxes[:1]) >= _SAME_PLACE_OVERLAP)
        boxes = scored.boxes[agreeing]
        mean = clip_to_image(boxes.mean(axis=0, keepdims=True), size, self._min_side)
        refined = self._regressor.refine(scored.features[agreeing], boxes, size, self._min_side)
        return Finding(
            Box.from_sequence(mean[0]),
            Box.from_sequence(refined.mean(axis=0)),
            float(scored.scores.mean()),
            scored.source,
        )
