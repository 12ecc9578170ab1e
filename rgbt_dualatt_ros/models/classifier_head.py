"""The online-trained classifier: box features to two logits, background and target (fc4-fc6).

It may be a committee: several small heads of the paper's form that begin with different weights
and learn under different dropout. Their mean answer depends far less on chance than that of one
head of the same cost (docs/paper.md, committee). One member is the paper's own design.

Where the two cameras meet is `head.fusion`: one stream of both cameras' features, or one stream of
fc4 and fc5 a camera, whose answers are joined before fc6 (the paper's text, section 3.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

import torch
from torch import Tensor, nn

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.tracker_config import HeadConfig

_HIDDEN_GAIN = 0.7  # first layer: keeps fresh logits small beside standardised inputs
_SMALL_STD = 0.01  # of MDNet, and of fc6 everywhere
_MDNET_BIAS = 0.1
BACKGROUND, TARGET = 0, 1


class MemberLinear(nn.Module):
    """A linear layer for every member at once.

    Inputs are `(N, inputs)`, the same for all, or `(members, N, inputs)`; outputs are
    `(members, N, outputs)`.
    """

    def __init__(self, members: int, inputs: int, outputs: int) -> None:
        super().__init__()
        # Unit by unit: one product for all members needs no copy then, and all that adds up to a
        # gradient, with attention too, comes in this order.
        self.units = nn.Parameter(torch.zeros(members, outputs, inputs))
        self.bias = nn.Parameter(torch.zeros(members, 1, outputs))

    @property
    def weight(self) -> Tensor:
        """`(members, inputs, outputs)`; another view of `units`."""
        return self.units.transpose(1, 2)

    def reinitialize(self, std: float, bias: float, generator: torch.Generator) -> None:
        """Normal weights and equal biases, from a CPU generator: every device starts equal."""
        self.weight.data.copy_(torch.randn(self.weight.shape, generator=generator) * std)
        self.bias.data.fill_(bias)

    def forward(self, x: Tensor) -> Tensor:
        """`x` times the weights plus the bias, member by member."""
        if x.dim() == 2:  # one product serves all members
            members, outputs, _ = self.units.shape
            joined = self.units.flatten(0, 1).T
            answers = (x @ joined).view(len(x), members, outputs).transpose(0, 1)
            return answers + self.bias
        return torch.baddbmm(self.bias, x, self.weight)


class StreamLayers(nn.ModuleList):
    """One `MemberLinear` a stream."""

    def __iter__(self) -> Iterator[MemberLinear]:
        return cast("Iterator[MemberLinear]", super().__iter__())

    def __getitem__(self, stream: int) -> MemberLinear:  # type: ignore[override]  # no slices
        return cast("MemberLinear", super().__getitem__(stream))


class ClassifierHead(nn.Module):
    """fc4, fc5 of one or two streams and fc6, the domain-specific layer, new for every target."""

    def __init__(self, inputs: int, config: HeadConfig) -> None:
        """A head for features `(N, inputs)`, whose first half belongs to the colour image."""
        super().__init__()
        self._config = config
        self.members = config.members
        self._streams = 1 if config.fusion == "conv3_concat" else 2
        width = inputs // self._streams
        joined = config.hidden * (2 if config.fusion == "fc5_concat" else 1)
        members, hidden, streams = config.members, config.hidden, range(self._streams)
        self.fc4 = StreamLayers(MemberLinear(members, width, hidden) for _ in streams)
        self.fc5 = StreamLayers(MemberLinear(members, hidden, hidden) for _ in streams)
        self.domain_specific = MemberLinear(config.members, joined, 2)

    def reinitialize(
        self, generator: torch.Generator, trained: Mapping[str, Tensor] | None = None
    ) -> None:
        """Fresh weights from `generator`, a CPU one.

        Args:
            trained: `fc4.weight`, `fc4.bias`, `fc5.weight` and `fc5.bias` as of `nn.Linear`, for
                `head.start: weights`; each stream and member starts from them.

        Raises:
            ConfigError: when they are asked for and missing, or of another shape.
        """
        for name, layers in (("fc4", self.fc4), ("fc5", self.fc5)):
            for layer in layers:
                self._start(name, layer, generator, trained)
        self.domain_specific.reinitialize(_SMALL_STD, 0.0, generator)

    def forward(self, features: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Logits `(members, N, 2)` of features.

        Args:
            features: `(N, inputs)`, one row a box, or `(members, N, inputs)`.
            generator: given in learning, where it draws the dropout; None scores without it.
        """
        if self._config.dropout_input:
            features = self._drop(features, generator)
        streams = features.chunk(self._streams, dim=-1)
        answers = [
            _relu(fc5(self._drop(_relu(fc4(stream)), generator)))  # (M, N, hidden)
            for stream, fc4, fc5 in zip(streams, self.fc4, self.fc5, strict=True)
        ]
        logits: Tensor = self.domain_specific(self._drop(self._join(answers), generator))
        return logits

    def score(self, features: Tensor) -> Tensor:
        """Mean over the members of what `head.score` says `(N,)`: a margin or a target logit."""
        logits = self(features).mean(dim=0)  # (N, 2)
        target: Tensor = logits[:, TARGET]
        return target if self._config.score == "target" else target - logits[:, BACKGROUND]

    def _join(self, answers: list[Tensor]) -> Tensor:
        if len(answers) == 1:
            return answers[0]
        if self._config.fusion == "fc5_concat":
            return torch.cat(answers, dim=-1)  # (M, N, 2 hidden)
        color, thermal = answers
        return color + thermal if self._config.fusion == "fc5_sum" else color.maximum(thermal)

    def _start(
        self,
        name: str,
        layer: MemberLinear,
        generator: torch.Generator,
        trained: Mapping[str, Tensor] | None,
    ) -> None:
        inputs, outputs = layer.weight.shape[1:]
        if self._config.start == "mdnet":
            layer.reinitialize(_SMALL_STD, _MDNET_BIAS, generator)
        elif self._config.start == "he":
            gain = _HIDDEN_GAIN if name == "fc4" else 1.0
            layer.reinitialize(gain * (2.0 / inputs) ** 0.5, 0.0, generator)
        else:
            weight = (trained or {}).get(f"{name}.weight")
            if weight is None or weight.shape != (outputs, inputs):
                found = "none" if weight is None else "x".join(map(str, weight.shape))
                raise ConfigError(
                    f"head.start is weights, but the weights file has {found} for {name} and the "
                    f"head needs {outputs}x{inputs}; choose head.start mdnet or he, or another "
                    "file, head.hidden or head.fusion"
                )
            layer.weight.data.copy_(weight.T)
            layer.bias.data.copy_((trained or {})[f"{name}.bias"])

    def _drop(self, hidden: Tensor, generator: torch.Generator | None) -> Tensor:
        dropout = self._config.dropout
        if generator is None or dropout == 0:
            return hidden
        draws = torch.rand(hidden.shape, generator=generator, device=hidden.device)
        return hidden * draws.ge_(dropout).mul_(1 / (1 - dropout))


def _relu(x: Tensor) -> Tensor:
    """ReLU whose second derivative is known to be nothing: a fifth off a step with attention."""
    if not x.requires_grad:
        return torch.relu(x)
    # Written as numbers: a product with truth values takes four times as long.
    is_open = torch.gt(x.detach(), 0, out=torch.empty_like(x, requires_grad=False))
    return x * is_open
