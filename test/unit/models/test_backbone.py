"""The compact net's shape, its neutral grey and its seed. Not: how good its features are."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from rgbt_dualatt_ros.models.backbone import GREY, STRIDE, BackboneShape, random_backbone

TINY = BackboneShape(stem=2, middle=3, trunk=4, features=5)


@pytest.mark.parametrize("side", [32, 64, 96], ids=str)
def test_one_cell_for_every_stride(side: int) -> None:
    features = random_backbone(TINY, 0)(torch.zeros(2, 3, side, side))
    assert features.shape == (2, 5, side // STRIDE, side // STRIDE)


def test_grey_says_nothing() -> None:
    features = random_backbone(TINY, 0)(torch.full((1, 3, 32, 32), GREY))
    torch.testing.assert_close(features, torch.zeros_like(features))


def test_same_seed_same_net_and_the_global_generator_is_left_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    first, again, other = (random_backbone(TINY, seed).state_dict() for seed in (1, 1, 2))
    torch.testing.assert_close(torch.rand(3), expected)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_a_cell_looks_at_the_pixel_its_number_says() -> None:
    """The pixels that reach cell q lie evenly around 8q; SearchWindow.to_map rests on it."""
    net = random_backbone(BackboneShape(4, 4, 4, 4), 3)
    for weight in net.parameters():
        weight.data.abs_()  # no ReLU closes, so every pixel of the receptive field gets through
    images = 130 + 100 * torch.rand(32, 3, 128, 128, generator=torch.Generator().manual_seed(0))
    images.requires_grad_()
    cell = 8
    net(images)[:, :, cell, cell].sum().backward()
    assert images.grad is not None
    reached = images.grad.abs().sum(dim=(0, 1)) > 0  # (128, 128)
    for axis in (0, 1):
        seen = torch.nonzero(reached.any(dim=axis)).flatten()
        assert float(seen[0] + seen[-1]) / 2 == pytest.approx(STRIDE * cell, abs=0.5)


def test_the_order_of_cutting_and_pooling_changes_nothing() -> None:
    """Weights were made, and are read by others, with the ReLU before the pooling."""
    net = random_backbone(TINY, 2)
    images = 255 * torch.rand(2, 3, 32, 48, generator=torch.Generator().manual_seed(0))
    first = net.first_layer(images)
    pooled = functional.max_pool2d(functional.relu(first), 3, stride=2, padding=1)
    assert torch.equal(net.layers[1:3](first), pooled)
    assert not torch.equal(functional.relu(first), first)


def test_images_are_left_as_they_are() -> None:
    images = torch.rand(1, 3, 32, 32)
    before = images.clone()
    net = random_backbone(TINY, 0)
    first = net.first_layer(images)
    kept = first.clone()
    net.after_first_layer(first)
    assert torch.equal(images, before)
    assert torch.equal(first, kept)
