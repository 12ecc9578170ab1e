"""ProposalScorer: the head's opinion of every proposal of a frame, in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.proposals import ProposalSet, ProposalSource
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead
from rgbt_dualatt_ros.tracking.frame_features import FrameFeatures


@dataclass(frozen=True, slots=True, eq=False)
class ScoredProposals:
    """The best proposals, best first.

    Attributes:
        boxes: `(N, 4)`.
        scores: `(N,)` target logits, falling.
        features: `(N, width)`.
        source: where the very best one came from.
    """

    boxes: Boxes
    scores: Tensor
    features: Tensor
    source: ProposalSource


class ProposalScorer:
    """Scores proposals of every source together."""

    def __init__(self, head: ClassifierHead, best: int) -> None:
        self._head = head
        self._best = best

    @torch.inference_mode()
    def mean_score(self, features: Tensor) -> float:
        """Mean target logit of box features `(N, width)`."""
        return float(self._head.score(features).mean())

    @torch.inference_mode()
    def best(self, features: FrameFeatures, proposals: ProposalSet) -> ScoredProposals:
        """The few proposals that look most like the target."""
        read = features.read(proposals.boxes)  # (N, width)
        scores, order = self._head.score(read).topk(min(self._best, len(proposals)))
        rows = order.cpu().numpy()
        return ScoredProposals(
            proposals.boxes[rows],
            scores,
            read[order],
            ProposalSource(int(proposals.source[rows[0]])),
        )
