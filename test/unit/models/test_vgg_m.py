"""VGG-M's first layers: shapes, order of operations, what a cell sees, the split at conv1.

Not: what trained weights are worth (weights/README.md).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.models.vgg_m import (
    CROP_SIDE,
    FEATURE_CELLS,
    FEATURE_CHANNELS,
    RECEPTIVE_FIELD,
    STRIDE,
    VggM,
    random_vgg_m,
)


def planes(count: int, side: int = CROP_SIDE) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(count, 3, side, side, generator=generator) * 255 - 128


@pytest.fixture
def shapes() -> Iterator[tuple[VggM, list[tuple[int, ...]]]]:
    net = random_vgg_m(0)
    seen: list[tuple[int, ...]] = []
    handles = [
        layer.register_forward_hook(
            lambda _layer, inputs, output: seen.extend([inputs[0].shape[1:], output.shape[1:]])
        )
        for layer in (net.conv1, net.conv2, net.conv3)
    ]
    yield net, seen
    for handle in handles:
        handle.remove()


def test_sizes_of_the_paper(shapes: tuple[VggM, list[tuple[int, ...]]]) -> None:
    net, seen = shapes
    assert net(planes(2)).shape == (2, FEATURE_CHANNELS, FEATURE_CELLS, FEATURE_CELLS)
    assert [tuple(shape) for shape in seen] == [
        (3, 107, 107),
        (96, 51, 51),
        (96, 25, 25),
        (256, 11, 11),
        (256, 5, 5),
        (512, 3, 3),
    ]
    assert sum(value.numel() for value in net.parameters()) == 1_809_024


def test_names_of_the_weights() -> None:
    names = [f"conv{layer}.{part}" for layer in (1, 2, 3) for part in ("weight", "bias")]
    assert list(VggM().state_dict()) == names


def test_the_same_as_layers_in_the_order_of_the_codes() -> None:
    net = random_vgg_m(1)
    norm = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)
    first = nn.Sequential(net.conv1, nn.ReLU(), norm, nn.MaxPool2d(3, 2))
    reference = nn.Sequential(
        first, net.conv2, nn.ReLU(), norm, nn.MaxPool2d(3, 2), net.conv3, nn.ReLU()
    )
    torch.testing.assert_close(net(planes(2)), reference(planes(2)), rtol=1e-4, atol=1e-4)


def test_split_at_the_first_layer_before_its_relu() -> None:
    net = random_vgg_m(2)
    first = net.first_layer(planes(1))
    assert first.shape == (1, 96, 51, 51)
    assert float(first.detach().min()) < 0
    before = first.detach().clone()
    torch.testing.assert_close(net.after_first_layer(first), net(planes(1)))
    assert torch.equal(first.detach(), before)  # an in-place ReLU would spoil attention


def test_features_can_be_differentiated_twice_from_the_first_layer() -> None:
    net = random_vgg_m(3)
    first = net.first_layer(planes(1)).detach().requires_grad_()
    score = net.after_first_layer(first).square().sum()
    (gradient,) = torch.autograd.grad(score, first, create_graph=True)
    gradient.square().sum().backward()  # type: ignore[no-untyped-call]
    assert first.grad is not None
    assert torch.isfinite(first.grad).all()
    assert float(first.grad.abs().max()) > 0


@pytest.mark.parametrize("cell", [0, 1, 2], ids=str)
def test_a_cell_sees_75_pixels_from_16_times_its_number(cell: int) -> None:
    images = planes(4).requires_grad_()
    random_vgg_m(4)(images)[:, :, cell, cell].sum().backward()
    assert images.grad is not None
    reached = images.grad.abs().sum(dim=(0, 1)) > 0  # (107, 107)
    seen = torch.nonzero(reached.any(dim=0)).flatten()
    assert (int(seen[0]), int(seen[-1])) == (STRIDE * cell, STRIDE * cell + RECEPTIVE_FIELD - 1)


def test_forms_of_the_normalisation_differ() -> None:
    nets = [random_vgg_m(5, lrn) for lrn in ("vggm", "window1", "pymdnet")]
    vggm, window1, pymdnet = (net(planes(1)) for net in nets)
    assert not torch.allclose(vggm, window1, rtol=0.05)
    assert not torch.allclose(vggm, pymdnet, rtol=0.05)
    with pytest.raises(ConfigError, match="lrn must be one of"):
        VggM("vgg")


def test_same_seed_same_net_and_the_global_generator_is_left_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    first, again, other = (random_vgg_m(seed).state_dict() for seed in (1, 1, 2))
    torch.testing.assert_close(torch.rand(3), expected)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["conv1.weight"], other["conv1.weight"])
