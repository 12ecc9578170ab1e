"""The online-trained classifier: box features to two logits, background and target (fc4-fc6).

It is a committee: several small heads of the paper's form that begin with different weights and
learn under different dropout. Their mean answer depends far less on chance than that of one head
of the same cost (docs/paper.md, committee). One member is the paper's own design.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rgbt_dualatt_ros.core.tracker_config import HeadConfig

_HIDDEN_GAIN = 0.7  # first layer: keeps fresh logits small beside standardised inputs
_LAST_STD = 0.01
BACKGROUND, TARGET = 0, 1


class _MemberLinear(nn.Module):
    """A linear layer for every member at once: `(M, N, inputs)` to `(M, N, outputs)`."""

    def __init__(self, members: int, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(members, inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(members, 1, outputs))

    def reinitialize(self, std: float, generator: torch.Generator) -> None:
        self.weight.data.copy_(torch.randn(self.weight.shape, generator=generator) * std)
        self.bias.data.zero_()

    def forward(self, x: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, x, self.weight)


class ClassifierHead(nn.Module):
    """Two hidden layers and the domain-specific layer, new for every target, for each member."""

    def __init__(self, inputs: int, config: HeadConfig) -> None:
        super().__init__()
        self.members = config.members
        # All members read the same features: one product serves them, member by member in a row.
        self.fc4 = nn.Linear(inputs, config.members * config.hidden)
        self.fc5 = _MemberLinear(config.members, config.hidden, config.hidden)
        self.domain_specific = _MemberLinear(config.members, config.hidden, 2)
        self._dropout = config.dropout

    def reinitialize(self, generator: torch.Generator) -> None:
        """Fresh weights from `generator` (a CPU one, so that every device starts equal)."""
        std = _HIDDEN_GAIN * (2.0 / self.fc4.in_features) ** 0.5
        fresh = torch.randn(self.fc4.weight.shape, generator=generator) * std
        self.fc4.weight.data.copy_(fresh)
        self.fc4.bias.data.zero_()
        self.fc5.reinitialize((2.0 / self.fc5.weight.shape[1]) ** 0.5, generator)
        self.domain_specific.reinitialize(_LAST_STD, generator)

    def forward(self, features: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Logits `(members, N, 2)` of features `(N, inputs)`.

        Args:
            features: one row a box.
            generator: given in learning, where it draws the dropout; None scores without it.
        """
        joined = torch.relu(self.fc4(features))  # (N, members * hidden)
        hidden = joined.view(len(features), self.members, -1).transpose(0, 1)  # (M, N, hidden)
        hidden = torch.relu(self.fc5(self._drop(hidden, generator)))
        logits: Tensor = self.domain_specific(self._drop(hidden, generator))
        return logits

    def score(self, features: Tensor) -> Tensor:
        """Mean over the members of target logit minus background logit `(N,)`."""
        logits = self(features).mean(dim=0)  # (N, 2)
        margin: Tensor = logits[:, TARGET] - logits[:, BACKGROUND]
        return margin

    def _drop(self, hidden: Tensor, generator: torch.Generator | None) -> Tensor:
        if generator is None or self._dropout == 0:
            return hidden
        draws = torch.rand(hidden.shape, generator=generator, device=hidden.device)
        return hidden * (draws >= self._dropout) * (1 / (1 - self._dropout))
