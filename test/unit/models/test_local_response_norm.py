"""The normalisation against a loop, against torch's own, and its first two derivatives.

Not: how fast it is (measured once; the figures stand in the module).
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from torch import Tensor

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.models.local_response_norm import LRN_FORMS, LocalResponseNorm, lrn_form

FORMS = sorted(LRN_FORMS)
DEVICES = [
    "cpu",
    pytest.param(
        "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
    ),
]


def values(*shape: int, spread: float = 90.0, dtype: torch.dtype = torch.float32) -> Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randn(*shape, generator=generator, dtype=dtype) * spread


def closed_form(
    x: NDArray[np.float64], k: float, scale: float, window: range
) -> NDArray[np.float64]:
    """The formula channel by channel, as the papers print it."""
    y = np.zeros_like(x)
    for channel in range(x.shape[1]):
        total = np.zeros_like(x[:, 0])
        for offset in window:
            if 0 <= channel + offset < x.shape[1]:
                total += x[:, channel + offset] ** 2
        y[:, channel] = x[:, channel] / (k + scale * total) ** 0.75
    return y


@pytest.mark.parametrize(
    ("form", "k", "scale", "window"),
    [
        ("vggm", 2.0, 1e-4, range(-2, 3)),
        ("window1", 2.0, 1e-4, range(0, 1)),
        ("pymdnet", 1.0, 0.5e-4, range(-1, 1)),
    ],
    ids=["vggm", "window1", "pymdnet"],
)
@pytest.mark.parametrize("device", DEVICES)
def test_closed_form(form: str, k: float, scale: float, window: range, device: str) -> None:
    x = values(2, 7, 3, 4)
    y = LocalResponseNorm(lrn_form(form))(x.to(device)).cpu().numpy()
    assert_allclose(y, closed_form(x.double().numpy(), k, scale, window), rtol=1e-5)


@pytest.mark.parametrize(
    ("form", "other"),
    [
        ("vggm", torch.nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)),
        ("pymdnet", torch.nn.LocalResponseNorm(2)),
    ],
    ids=["vggm", "pymdnet"],
)
def test_equal_to_torch(form: str, other: torch.nn.Module) -> None:
    x = values(2, 9, 4, 5)
    torch.testing.assert_close(LocalResponseNorm(lrn_form(form))(x), other(x), rtol=1e-5, atol=0)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("device", DEVICES)
def test_both_derivatives_are_those_of_finite_differences(form: str, device: str) -> None:
    x = values(1, 6, 2, 2, dtype=torch.float64).to(device).requires_grad_()
    norm = LocalResponseNorm(lrn_form(form))
    assert torch.autograd.gradcheck(norm, (x,))
    assert torch.autograd.gradgradcheck(norm, (x,))


def test_the_forms_differ() -> None:
    x = values(1, 6, 2, 2)
    vggm, window1, pymdnet = (LocalResponseNorm(lrn_form(f))(x) for f in LRN_FORMS)
    assert float((vggm - window1).abs().max()) > 1
    assert float((vggm - pymdnet).abs().max()) > 1
    assert float((window1 - pymdnet).abs().max()) > 1


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_half_precision_neither_overflows_nor_rounds_the_sum(dtype: torch.dtype) -> None:
    x = torch.full((1, 5, 1, 1), 2048.0)  # its square is beyond float16; both halves hold it
    norm = LocalResponseNorm(lrn_form("vggm"))
    torch.testing.assert_close(norm(x.to(dtype)), norm(x))


def test_the_input_is_left_alone() -> None:
    x = values(1, 6, 2, 2).requires_grad_()
    before = x.detach().clone()
    LocalResponseNorm(lrn_form("vggm"))(x).sum().backward()
    assert torch.equal(x.detach(), before)


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ConfigError, match="lrn must be one of vggm, window1, pymdnet; got 'vgg'"):
        lrn_form("vgg")
