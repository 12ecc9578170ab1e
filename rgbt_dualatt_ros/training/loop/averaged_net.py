"""AveragedNet: weights that follow those of the net slowly, and are better on unseen pairs."""

from __future__ import annotations

import copy

import torch
from torch import nn

# Early on the average follows fast, or it would hold the first weights for long.
_HEAD_START = 10


class AveragedNet:
    """An exponential average of a net's weights and of the statistics of its layers.

    Args:
        net: whose weights it starts with.
        decay: how much stays at a step, in [0, 1); 0 gives the net itself.

    Attributes:
        net: with the averaged weights; never trained.
    """

    def __init__(self, net: nn.Module, decay: float) -> None:
        self._decay = decay
        self._learning = net
        self.net = copy.deepcopy(net).requires_grad_(False) if decay else net

    @torch.no_grad()
    def follow(self, step: int) -> None:
        """Take in the weights after step `step`, counted from 0."""
        if not self._decay:
            return
        share = 1 - min(self._decay, (1 + step) / (_HEAD_START + step))
        newest = self._learning.state_dict()
        for name, average in self.net.state_dict().items():
            if average.is_floating_point():
                average.lerp_(newest[name], share)
            else:
                average.copy_(newest[name])
