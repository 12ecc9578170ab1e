"""The online-trained classifier: box features to two logits, background and target (fc4-fc6)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_HIDDEN_GAIN = 0.7  # first layer: keeps fresh logits small beside standardised inputs
_LAST_STD = 0.01
BACKGROUND, TARGET = 0, 1


class ClassifierHead(nn.Module):
    """Two hidden layers and the domain-specific layer, new for every target."""

    def __init__(self, inputs: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.fc4 = nn.Linear(inputs, hidden)
        self.fc5 = nn.Linear(hidden, hidden)
        self.domain_specific = nn.Linear(hidden, 2)
        self._dropout = dropout

    def reinitialize(self, generator: torch.Generator) -> None:
        """Fresh weights from `generator` (a CPU one, so that every device starts equal)."""
        for layer, gain in ((self.fc4, _HIDDEN_GAIN), (self.fc5, 1.0)):
            std = gain * (2.0 / layer.in_features) ** 0.5
            fresh = torch.randn(layer.weight.shape, generator=generator) * std
            layer.weight.data.copy_(fresh)
            layer.bias.data.zero_()
        last = torch.randn(self.domain_specific.weight.shape, generator=generator) * _LAST_STD
        self.domain_specific.weight.data.copy_(last)
        self.domain_specific.bias.data.zero_()

    def forward(self, features: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Logits `(N, 2)` of features `(N, inputs)`.

        Args:
            features: one row a box.
            generator: given in learning, where it draws the dropout; None scores without it.
        """
        hidden = torch.relu(self.fc4(features))
        hidden = torch.relu(self.fc5(self._drop(hidden, generator)))
        logits: Tensor = self.domain_specific(self._drop(hidden, generator))
        return logits

    def score(self, features: Tensor) -> Tensor:
        """Target logit minus background logit `(N,)`: above 0 means target."""
        logits = self(features)
        margin: Tensor = logits[:, TARGET] - logits[:, BACKGROUND]
        return margin

    def _drop(self, hidden: Tensor, generator: torch.Generator | None) -> Tensor:
        if generator is None or self._dropout == 0:
            return hidden
        kept = torch.rand(hidden.shape, generator=generator, device=hidden.device)
        return hidden * (kept >= self._dropout) / (1 - self._dropout)
