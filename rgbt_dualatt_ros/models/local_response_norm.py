"""Local response normalisation over channels, in the three forms that MDNet's family uses.

`y_c = x_c / (k + a * sum_window x^2) ** 0.75`. VGG-M's own form has k 2, a 1e-4 (not divided by
the window) and five channels; weights made with one form are not good for another.

Everything is written out for the power 0.75, with the first and the second derivative in closed
form, as attention learning needs both; there is no third. torch's own LocalResponseNorm pools in
three dimensions and raises to a power; on one CPU thread this is 5 to 7 times as fast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable

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
_CACHED_VALUES = 1 << 18


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
    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, form: LrnForm) -> Tensor:
        ctx.save_for_backward(x)
        ctx.form = form  # type: ignore[attr-defined]
        (normalized,) = _in_parts(_value, form, 1, x)
        return normalized

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors  # type: ignore[attr-defined]
        return _NormalizeGradient.apply(x, gradient, ctx.form), None  # type: ignore[attr-defined]


class _NormalizeGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, gradient: Tensor, form: LrnForm) -> Tensor:
        ctx.save_for_backward(x, gradient)
        ctx.form = form  # type: ignore[attr-defined]
        (through,) = _in_parts(_first_derivative, form, 1, x, gradient)
        return through

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, direction: Tensor) -> tuple[Tensor, Tensor, None]:
        x, gradient = ctx.saved_tensors  # type: ignore[attr-defined]
        form: LrnForm = ctx.form  # type: ignore[attr-defined]
        to_x, to_gradient = _in_parts(_second_derivative, form, 2, x, gradient, direction)
        return to_x, to_gradient, None


def _value(form: LrnForm, x: Tensor) -> tuple[Tensor]:
    power, _ = _power(form, x)
    return (power.mul_(x),)


def _first_derivative(form: LrnForm, x: Tensor, gradient: Tensor) -> tuple[Tensor]:
    power, inverse = _power(form, x)
    own = power.mul_(gradient)
    shared = inverse.mul_(own).mul_(x)
    # A value counts in the windows of those channels that lie in its own window mirrored.
    return (own.sub_(_mirrored_sum(form, shared).mul_(x), alpha=1.5 * form.scale),)


def _second_derivative(
    form: LrnForm, x: Tensor, gradient: Tensor, direction: Tensor
) -> tuple[Tensor, Tensor]:
    """Derivatives of `(_first_derivative * direction).sum()` by `x` and by `gradient`."""
    factor = 1.5 * form.scale
    power, inverse = _power(form, x)
    steep = power * inverse  # d ** -1.75
    reached = _window_sum(form, direction * x).mul_(factor)
    to_gradient = power.mul_(direction).sub_(reached * steep * x)
    steep.mul_(gradient)
    to_x = _mirrored_sum(form, steep * x).mul_(direction).mul_(-factor).sub_(reached * steep)
    through_sum = reached.mul_(inverse).mul_(x).mul_(1.75).sub_(direction, alpha=0.75).mul_(steep)
    to_x.add_(_mirrored_sum(form, through_sum).mul_(x), alpha=2 * form.scale)
    return to_x, to_gradient


def _power(form: LrnForm, x: Tensor) -> tuple[Tensor, Tensor]:
    """`d ** -0.75` and `1 / d` of `d = k + scale * sum x^2`."""
    root = _window_sum(form, x * x).mul_(form.scale).add_(form.k).rsqrt_()
    return root.sqrt().mul_(root), root.square_()


def _window_sum(form: LrnForm, values: Tensor) -> Tensor:
    return _channel_sum(values, form.below, form.above)


def _mirrored_sum(form: LrnForm, values: Tensor) -> Tensor:
    return _channel_sum(values, form.above, form.below)


def _channel_sum(values: Tensor, below: int, above: int) -> Tensor:
    summed = values.clone()
    for step in range(1, below + 1):
        summed[:, step:] += values[:, :-step]
    for step in range(1, above + 1):
        summed[:, :-step] += values[:, step:]
    return summed


def _in_parts(
    compute: Callable[..., tuple[Tensor, ...]], form: LrnForm, answers: int, *inputs: Tensor
) -> list[Tensor]:
    """`compute` over the whole batch, on a CPU a few samples at a time: they stay in its cache."""
    x = inputs[0]
    if x.device.type != "cpu":
        return list(compute(form, *inputs))
    results = [torch.empty_like(x) for _ in range(answers)]
    step = max(1, _CACHED_VALUES * len(x) // max(1, x.numel()))
    for start in range(0, len(x), step):
        which = slice(start, start + step)
        parts = compute(form, *(value[which] for value in inputs))
        for result, part in zip(results, parts, strict=True):
            result[which] = part
    return results
