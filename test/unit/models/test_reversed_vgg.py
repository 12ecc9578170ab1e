"""The upsample networks: shapes, weights, cost; with and without ReLUs; both upsamplings."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from rgbt_dualatt_ros.models.reversed_vgg import Upsampling, lite_decoder, reversed_vgg

NARROW = 1 / 32


@pytest.mark.parametrize(
    ("build", "weights", "cost"),
    [
        pytest.param(reversed_vgg, 24.15, 26.3, id="reversed_vgg"),
        pytest.param(lite_decoder, 2.3, 1.57, id="lite"),
    ],
)
def test_size_and_cost_of_the_paper(
    build: Callable[[int], nn.Sequential],
    weights: float,
    cost: float,
    multiply_adds: Callable[[nn.Module, Callable[[], object]], int],
) -> None:
    """2048 x 12 x 16 to 1 x 192 x 256 (section 3.1); millions of weights, G multiplications."""
    with torch.device("meta"):
        net, codes = build(2048), torch.empty(1, 2048, 12, 16)
    shapes: list[torch.Size] = []
    found = multiply_adds(net, lambda: shapes.append(net(codes).shape))
    assert shapes == [(1, 1, 192, 256)]
    count = sum(value.numel() for value in net.parameters())
    assert count / 1e6 == pytest.approx(weights, abs=0.01 if weights > 10 else 0.05)
    assert found / 1e9 == pytest.approx(cost, rel=0.003)


def test_sizes_double_after_blocks_of_vgg_backwards() -> None:
    with torch.device("meta"):
        net, codes = reversed_vgg(2048), torch.empty(1, 2048, 12, 16)
    seen: list[tuple[int, ...]] = []
    for layer in net:
        codes = layer(codes)
        if isinstance(layer, nn.Conv2d):
            seen.append((codes.shape[1], codes.shape[2]))
    assert seen == [
        *[(512, 12)] * 3, *[(512, 24)] * 3, *[(256, 48)] * 3, *[(128, 96)] * 2, *[(64, 192)] * 2,
        (1, 192),
    ]  # fmt: skip


def is_linear(net: nn.Sequential) -> bool:
    """Whether doubling the input doubles the answer; biases are 0 at the beginning."""
    codes = torch.randn(1, 8, 2, 2, generator=torch.Generator().manual_seed(0))
    twice: Tensor = net(2 * codes) - 2 * net(codes)
    opposite: Tensor = net(-codes) + net(codes)
    return bool(max(twice.abs().max(), opposite.abs().max()) < 1e-5 * net(codes).abs().max())


@pytest.mark.parametrize("build", [reversed_vgg, lite_decoder])
def test_only_relus_make_it_more_than_linear(
    build: Callable[[int, float, bool, Upsampling], nn.Sequential],
) -> None:
    torch.manual_seed(0)
    assert is_linear(build(8, NARROW, False, "nearest"))
    assert not is_linear(build(8, NARROW, True, "nearest"))


def test_logits_may_be_negative() -> None:
    """No ReLU after the last layer: half of what a map says is "not here"."""
    net = reversed_vgg(8, NARROW)
    net.get_parameter(f"{len(net) - 1}.bias").data.fill_(-1e6)
    assert net(torch.ones(1, 8, 2, 2)).max() < 0


def test_bilinear_upsampling_makes_smaller_steps_than_nearest() -> None:
    steps = {}
    for upsampling in ("nearest", "bilinear"):
        net = reversed_vgg(8, NARROW, upsampling=upsampling)
        layer = next(layer for layer in net if isinstance(layer, nn.Upsample))
        steps[upsampling] = layer(torch.tensor([[[[0.0, 1.0]]]])).diff().abs().max().item()
    assert steps == {"nearest": 1.0, "bilinear": 0.5}
