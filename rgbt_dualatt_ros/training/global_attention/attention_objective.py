"""AttentionObjective: what makes samples of labelled pairs, and maps of a net's answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from torch import Tensor, nn

from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.loop.objective import Objective


class AttentionObjective(Objective, Protocol):
    """One for each net of global attention."""

    def prepare(self, pair: LabelledPair) -> dict[str, Tensor]:
        """A training sample as tensors of fixed shape, without the batch axis; runs in workers."""

    def maps(self, net: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        """Attention `(B, K, h, w)` in [0, 1], of the K targets of each sample; no gradients."""
