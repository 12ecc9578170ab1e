"""VGG-16's encoder: torchvision's answers on the same weights, shapes, cost, normalisation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torchvision
from torch import nn

from rgbt_dualatt_ros.models.vgg16 import Vgg16, normalize, random_vgg16, scaled

CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
POOLINGS = (4, 9, 16, 23)


def torchvisions() -> nn.Sequential:
    """Its own layers, empty; on no device, since its classifier of 124 M weights is not used."""
    with torch.device("meta"):
        features = torchvision.models.vgg16(weights=None, init_weights=False).features[:30]
    assert isinstance(features, nn.Sequential)
    return features


def test_equals_torchvision_on_the_same_weights() -> None:
    ours, theirs = random_vgg16(0), torchvisions()
    theirs.load_state_dict(ours.state_dict(), assign=True)
    planes = torch.randn(1, 3, 48, 32, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected, found = theirs(planes.clone()), ours(planes)
    assert expected.std() > 0.1  # else anything would be close
    assert (found - expected).abs().max() < 1e-5


def test_layers_have_torchvisions_indices() -> None:
    with torch.device("meta"):
        net = Vgg16()
    assert len(net) == 30
    assert [i for i, layer in enumerate(net) if isinstance(layer, nn.Conv2d)] == [*CONVOLUTIONS]
    assert [i for i, layer in enumerate(net) if isinstance(layer, nn.MaxPool2d)] == [*POOLINGS]
    assert isinstance(net[29], nn.ReLU)
    wanted = {name: value.shape for name, value in torchvisions().state_dict().items()}
    assert {name: value.shape for name, value in net.state_dict().items()} == wanted


def test_size_and_cost_of_the_paper(
    multiply_adds: Callable[[nn.Module, Callable[[], object]], int],
) -> None:
    """3 x 192 x 256 to 512 x 12 x 16 (section 3.1); 14.71 M weights, 15.03 G multiplications."""
    with torch.device("meta"):
        net, planes = Vgg16(), torch.empty(1, 3, 192, 256)
    shapes: list[torch.Size] = []
    cost = multiply_adds(net, lambda: shapes.append(net(planes).shape))
    assert shapes == [(1, 512, 12, 16)]
    assert sum(value.numel() for value in net.parameters()) == 14_714_688
    assert cost / 1e9 == pytest.approx(15.03, abs=0.005)


def test_a_narrow_net_keeps_an_eighth_of_the_channels() -> None:
    net = random_vgg16(0, width=1 / 8)
    assert net(torch.zeros(1, 3, 32, 48)).shape == (1, 64, 2, 3)
    assert (scaled(64, 1 / 8), scaled(512, 1 / 8), scaled(3, 1 / 8)) == (8, 64, 1)


def test_random_weights_follow_the_seed() -> None:
    first, again, other = (random_vgg16(seed, 1 / 8) for seed in (1, 1, 2))
    name = "28.weight"
    torch.testing.assert_close(first.state_dict()[name], again.state_dict()[name])
    assert not torch.allclose(first.state_dict()[name], other.state_dict()[name])


def test_grey_levels_become_imagenets_numbers() -> None:
    """Red 255 is (1 - .485) / .229, green 0 is -.456 / .224, blue 128 (.50196 - .406) / .225."""
    planes = torch.tensor([255, 0, 128], dtype=torch.uint8).view(1, 3, 1, 1)
    expected = torch.tensor([2.248908, -2.035714, 0.426492])
    torch.testing.assert_close(normalize(planes).flatten(), expected, atol=1e-5, rtol=0)


def test_a_thermal_plane_is_replicated() -> None:
    thermal = torch.randint(0, 256, (2, 1, 4, 5), generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(normalize(thermal), normalize(thermal.expand(-1, 3, -1, -1)))
