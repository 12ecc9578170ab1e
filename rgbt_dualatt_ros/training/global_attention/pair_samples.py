"""PairSamples: training pairs by number, as the tensors that an objective makes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.training.global_attention.attention_objective import AttentionObjective
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair, PairSource
from rgbt_dualatt_ros.training.loop.sample_batches import Batch


def draw_pair(source: PairSource, seed: int, number: int) -> LabelledPair:
    """The pair with that number; equal arguments give equal pairs."""
    return source.draw(np.random.default_rng([seed, number]))


@dataclass(frozen=True, slots=True)
class PairSamples:
    """Implements `Samples`.

    Attributes:
        source: of the pairs.
        objective: makes samples of them.
        seed: of everything random in them.
    """

    source: PairSource
    objective: AttentionObjective
    seed: int

    def sample(self, number: int) -> Batch:
        """As `Samples`."""
        return self.objective.prepare(draw_pair(self.source, self.seed, number))
