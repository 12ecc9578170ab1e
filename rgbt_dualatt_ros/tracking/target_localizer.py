"""TargetLocalizer: from the best proposals to one box and its refined form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import clip_to_image, iou
from rgbt_dualatt_ros.core.proposals import ProposalSource
from rgbt_dualatt_ros.tracking.box_regressor import BoxRegressor
from rgbt_dualatt_ros.tracking.proposal_scorer import ScoredProposals


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

    def __init__(self, regressor: BoxRegressor, agreement: float, min_side: float) -> None:
        """A localizer.

        Args:
            regressor: refines the boxes.
            agreement: boxes that overlap the very best one less are another answer, and the mean
                of two answers is none.
            min_side: smallest side of an answer, px.
        """
        self._regressor = regressor
        self._agreement = agreement
        self._min_side = min_side

    def localize(self, scored: ScoredProposals, size: ImageSize) -> Finding:
        """The best place in an image of `size`."""
        agreeing = np.flatnonzero(iou(scored.boxes, scored.boxes[:1]) >= self._agreement)
        boxes = scored.boxes[agreeing]
        mean = clip_to_image(boxes.mean(axis=0, keepdims=True), size, self._min_side)
        refined = self._regressor.refine(scored.features[agreeing], boxes, size, self._min_side)
        return Finding(
            Box.from_sequence(mean[0]),
            Box.from_sequence(refined.mean(axis=0)),
            float(scored.scores.mean()),
            scored.source,
        )
