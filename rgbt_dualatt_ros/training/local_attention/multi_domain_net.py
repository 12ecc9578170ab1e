"""MultiDomainNet: the local net with an fc6 for every training video (MDNet)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from rgbt_dualatt_ros.models.vgg_m import FEATURE_CELLS, FEATURE_CHANNELS, VggM
from rgbt_dualatt_ros.tracking.frame_features import MODALITIES

_SMALL_STD = 0.01
_HIDDEN_BIAS = 0.1


class MultiDomainNet(nn.Module):
    """VGG-M's first layers, fc4 and fc5, which all videos share, and fc6, of which each has one.

    Both cameras share the convolutions, so that one file serves the tracker for both. With
    `fc5_concat` they share fc4 and fc5 as well, as the tracker's two streams begin with equal
    ones; with `conv3_concat` fc4 takes both.

    Args:
        encoder: where the convolutions begin.
        domains: number of videos.
        fusion: `conv3_concat` or `fc5_concat`.
        hidden: width of fc4 and fc5.
        dropout: before fc5 and fc6, in learning.
        generator: of the first weights of the connected layers, on a CPU.
    """

    def __init__(
        self,
        encoder: VggM,
        domains: int,
        *,
        fusion: str,
        hidden: int,
        dropout: float,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.encoder = encoder.requires_grad_(True)
        self._is_late = fusion == "fc5_concat"
        self._dropout = dropout
        cells = FEATURE_CHANNELS * FEATURE_CELLS**2
        self.fc4 = nn.Linear(cells if self._is_late else MODALITIES * cells, hidden)
        self.fc5 = nn.Linear(hidden, hidden)
        joined = MODALITIES * hidden if self._is_late else hidden
        drawn = torch.randn(domains, 2, joined, generator=generator)
        self.fc6_weight = nn.Parameter(_SMALL_STD * drawn)
        self.fc6_bias = nn.Parameter(torch.zeros(domains, 2))
        with torch.no_grad():
            for layer in (self.fc4, self.fc5):
                shape = layer.weight.shape
                layer.weight.copy_(torch.randn(shape, generator=generator) * _SMALL_STD)
                layer.bias.fill_(_HIDDEN_BIAS)

    def first_layer(self, planes: Tensor) -> Tensor:
        """conv1 of one camera's planes `(N, 3, 107, 107)`: `(N, 96, 51, 51)`."""
        return self.encoder.first_layer(planes)

    def after_first_layer(self, first: Tensor) -> Tensor:
        """Features of one camera `(N, 512, 3, 3)`."""
        return self.encoder.after_first_layer(first)

    def judge(self, features: tuple[Tensor, Tensor], domain: Tensor, *, drops: bool) -> Tensor:
        """Logits `(N, 2)`, background and target.

        Args:
            features: of colour and thermal, `(N, 512, 3, 3)` each.
            domain: whose fc6 judges: the number of a video, a scalar tensor.
            drops: whether dropout is at work.
        """
        flat = [each.flatten(1) for each in features]
        streams = flat if self._is_late else [torch.cat(flat, dim=1)]
        answers = []
        for stream in streams:
            hidden = self._drop(torch.relu(self.fc4(stream)), drops=drops)
            answers.append(self._drop(torch.relu(self.fc5(hidden)), drops=drops))
        # Chosen by number and not by branch: every rank has a gradient for every weight.
        weight, bias = self.fc6_weight[domain], self.fc6_bias[domain]
        return functional.linear(torch.cat(answers, dim=1), weight, bias)

    def shared_layers(self) -> dict[str, Tensor]:
        """fc4 and fc5 by name, as the tracker begins with them; fc6 is new for every target."""
        layers = {"fc4": self.fc4, "fc5": self.fc5}
        return {
            f"{name}.{part}": value
            for name, layer in layers.items()
            for part, value in layer.state_dict().items()
        }

    def _drop(self, hidden: Tensor, *, drops: bool) -> Tensor:
        return functional.dropout(hidden, self._dropout, training=drops)
