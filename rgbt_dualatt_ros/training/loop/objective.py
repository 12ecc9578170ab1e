"""Objective: what a net is trained on and how wrong it is; the loop knows no more of either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from torch import Tensor, nn


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """How wrong a net is on a batch.

    Attributes:
        total: scalar to differentiate; a mean over the samples of the batch, so that the mean
            over ranks of equal batches is the loss of the whole.
        parts: its terms by name, for the curves; not differentiated.
    """

    total: Tensor
    parts: Mapping[str, float] = field(default_factory=dict)


class Objective(Protocol):
    """One for each net."""

    def build(self) -> nn.Module:
        """The net to train, with its first weights drawn from the seed of the settings."""

    def loss(self, net: nn.Module, batch: Mapping[str, Tensor]) -> Loss:
        """Of samples, stacked."""
