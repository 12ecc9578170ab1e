"""That the penalty changes the weights, as it should and no others (reciprocative learning).

Proves on tiny nets that R has slopes in the fully connected weights and none in biases and frozen
convolutions, that these slopes are those of finite differences, and that learning with R lowers
it. Whether lower R tracks better is a matter of `docs/evaluation.md`.

Broken on purpose, each found by these files: `create_graph` removed, maps detached, A_p and A_n
swapped, each term of Eq. (2) and (3) inverted, dropped or given the other class's rows,
probabilities for logits, sample variance, mu detached, no guard in the root, dead maps kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.testing import assert_close

from rgbt_dualatt_ros.core.learning_config import AttentionConfig
from rgbt_dualatt_ros.core.tracker_config import HeadConfig
from rgbt_dualatt_ros.models.classifier_head import BACKGROUND, TARGET, ClassifierHead
from rgbt_dualatt_ros.models.vgg_m import random_vgg_m
from rgbt_dualatt_ros.tracking.local_attention import (
    AttentionPenalty,
    attention_maps,
    attention_penalty,
)

CONFIG = AttentionConfig()
POSITIVES, SAMPLES = 3, 6


class SmallNet(nn.Module):
    """A camera's conv1 (not in here), the frozen conv2, and fc4 to fc6: VGG-M and head, small."""

    def __init__(self) -> None:
        super().__init__()
        self.conv2 = nn.Conv2d(4, 5, 3).requires_grad_(requires_grad=False)
        self.fc4 = nn.Linear(2 * 5 * 4 * 4, 8)
        self.fc5 = nn.Linear(8, 8)
        self.fc6 = nn.Linear(8, 2)

    def forward(self, first: tuple[Tensor, Tensor]) -> Tensor:
        """Logits `(N, 2)` of both cameras' first layer `(N, 4, 13, 13)`."""
        pooled = [functional.max_pool2d(torch.relu(z), 2) for z in first]  # (N, 4, 6, 6)
        features = [torch.relu(self.conv2(x)).flatten(1) for x in pooled]
        hidden = torch.relu(self.fc5(torch.relu(self.fc4(torch.cat(features, 1)))))
        logits: Tensor = self.fc6(hidden)
        return logits


def small_net(seed: int = 0, dtype: torch.dtype = torch.float64) -> SmallNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return SmallNet().to(dtype)


def first_layers(seed: int = 1, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    color, thermal = torch.randn(2, SAMPLES, 4, 13, 13, generator=generator, dtype=dtype)
    return color.requires_grad_(), thermal.requires_grad_()


def penalty_of(
    net: nn.Module,
    config: AttentionConfig = CONFIG,
    *,
    gain: float = 1.0,
    create_graph: bool = True,
) -> AttentionPenalty:
    leaves = first_layers()
    maps = attention_maps(gain * net(leaves), leaves, config, create_graph=create_graph)
    return attention_penalty(maps, POSITIVES, config)


def slopes_of(penalty: AttentionPenalty, weights: Sequence[Tensor]) -> list[Tensor]:
    found = torch.autograd.grad(
        penalty.target + penalty.background,
        list(weights),
        retain_graph=True,
        materialize_grads=True,
    )
    return list(found)


def test_penalty_changes_the_weights() -> None:
    net = small_net()
    penalty = penalty_of(net)
    weights = [net.fc4.weight, net.fc5.weight, net.fc6.weight]
    for slope in slopes_of(penalty, weights):
        assert slope.norm() > 1e-2


def test_penalty_has_no_opinion_about_biases() -> None:
    net = small_net()
    biases = [net.fc4.bias, net.fc5.bias, net.fc6.bias]
    for slope in slopes_of(penalty_of(net), biases):
        assert (slope == 0).all()


def test_frozen_convolutions_get_no_slope() -> None:
    net = small_net()
    penalty = penalty_of(net)
    (penalty.target + penalty.background).backward()  # type: ignore[no-untyped-call]
    assert net.conv2.weight.grad is None
    assert net.conv2.bias is not None
    assert net.conv2.bias.grad is None
    assert net.fc4.weight.grad is not None


@pytest.mark.parametrize("ratio", ["of_sums", "mean_of_each"])
@pytest.mark.parametrize("modalities", ["common", "separate", "product"])
def test_slopes_are_those_of_finite_differences(modalities: str, ratio: str) -> None:
    config = replace(CONFIG, modalities=modalities, ratio=ratio)
    net = small_net()
    weights = [net.fc4.weight, net.fc6.weight]
    slopes = slopes_of(penalty_of(net, config), weights)
    generator = torch.Generator().manual_seed(0)
    for weight, slope in zip(weights, slopes, strict=True):
        direction = torch.randn(weight.shape, generator=generator, dtype=weight.dtype)
        step, values = 1e-7, []
        for sign in (1, -1):
            with torch.no_grad():
                weight += sign * step * direction
            moved = penalty_of(net, config, create_graph=False)
            values.append(moved.target + moved.background)
            with torch.no_grad():
                weight -= sign * step * direction
        expected = (values[0] - values[1]) / (2 * step)
        assert_close((slope * direction).sum(), expected, rtol=1e-4, atol=0)


def test_without_a_graph_of_the_maps_the_penalty_trains_nothing() -> None:
    looked, learnt = (penalty_of(small_net(), create_graph=kept) for kept in (False, True))
    assert not looked.target.requires_grad
    assert learnt.target.requires_grad
    assert_close(looked.target, learnt.target.detach(), rtol=0, atol=0)


@pytest.mark.parametrize("modalities", ["common", "separate", "product"])
def test_scaled_logits_have_the_same_penalty_and_slopes(modalities: str) -> None:
    config = replace(CONFIG, modalities=modalities)
    net = small_net()
    weights = [net.fc4.weight, net.fc6.weight]
    plain, tenfold = penalty_of(net, config), penalty_of(net, config, gain=10.0)
    assert_close(tenfold.target, plain.target)
    assert_close(tenfold.background, plain.background)
    for a, b in zip(slopes_of(plain, weights), slopes_of(tenfold, weights), strict=True):
        assert_close(a, b)


def test_a_head_whose_units_are_all_off_learns_nothing_and_breaks_nothing() -> None:
    net = small_net()
    nn.init.constant_(net.fc5.bias, -1e3)
    penalty = penalty_of(net)
    assert int(penalty.valid) == 0
    assert penalty.target.item() == penalty.background.item() == 0
    for slope in slopes_of(penalty, [net.fc4.weight, net.fc6.weight]):
        assert (slope == 0).all()


def learn_toy(weight: float, steps: int) -> tuple[float, float, float]:
    """Penalty, least margin of a right answer and correlation of A_p with A_n, after learning."""
    generator = torch.Generator().manual_seed(0)
    features = 0.5 * torch.randn(40, 8, 3, 3, generator=generator)
    features[:20, :4, 1, 1] += 1.0  # the target differs in the middle
    features[20:, 4:] += 0.3
    labels = torch.tensor([TARGET] * 20 + [BACKGROUND] * 20)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        net = nn.Sequential(nn.Flatten(), nn.Linear(72, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=3e-3, momentum=0.9)
    for _ in range(steps + 1):
        leaf = features.clone().requires_grad_()
        logits = net(leaf)
        (maps,) = attention_maps(logits, [leaf], CONFIG, create_graph=True)
        penalty = attention_penalty(maps, 20, CONFIG)
        total = penalty.target + penalty.background
        loss = functional.cross_entropy(logits, labels, reduction="sum") + weight * total
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    margins = (logits[:, TARGET] - logits[:, BACKGROUND]) * (2 * labels - 1)
    both = torch.stack([maps.target.flatten(), maps.background.flatten()]).detach()
    return total.item(), margins.min().item(), torch.corrcoef(both)[0, 1].item()


def test_learning_with_the_penalty_lowers_it_and_keeps_the_answers_right() -> None:
    beginning, _, _ = learn_toy(3.0, 0)
    plain, plain_margin, _ = learn_toy(0.0, 20)
    attended, margin, _ = learn_toy(3.0, 20)
    assert plain_margin > 0
    assert margin > 0
    assert attended < min(beginning, plain) - 0.2


def test_the_penalty_parts_two_maps_that_classification_alone_makes_equal() -> None:
    # The cross entropy moves both rows of the last layer by opposite amounts, so in the end one is
    # minus the other and A_p is A_n: it is the penalty alone that gives them different places.
    assert learn_toy(0.0, 100)[2] > 0.95
    assert learn_toy(3.0, 100)[2] < 0.8


def committee(members: int = 4) -> ClassifierHead:
    head = ClassifierHead(2 * 9, HeadConfig(members=members, hidden=8, dropout=0.5))
    head.reinitialize(torch.Generator().manual_seed(0))
    return head


def test_every_member_of_a_committee_learns_from_leaves_of_its_own() -> None:
    head = committee()
    features = torch.randn(SAMPLES, 2, 3, 3, generator=torch.Generator().manual_seed(0))
    leaf = features.expand(head.members, *features.shape).requires_grad_()
    maps = attention_maps(head(leaf.flatten(2)), [leaf], CONFIG, create_graph=True)
    penalty = attention_penalty(maps, POSITIVES, CONFIG)
    assert maps[0].target.shape == (head.members, SAMPLES, 3, 3)
    for name, weight in head.named_parameters():
        (slope,) = slopes_of(penalty, [weight])
        learns = slope.flatten(1).norm(dim=1)  # of each member
        assert (learns == 0).all() if name.endswith("bias") else (learns > 1e-3).all()


def test_the_first_layer_of_vgg_m_teaches_the_head_and_leaves_the_net_alone() -> None:
    net = random_vgg_m(0).double().requires_grad_(requires_grad=False)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    generator = torch.Generator().manual_seed(0)
    planes = 50 * torch.randn(2, 4, 3, 75, 75, generator=generator, dtype=torch.float64)
    leaves = [net.first_layer(camera).detach().requires_grad_() for camera in planes]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        head = nn.Sequential(
            nn.Linear(1024, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2)
        ).double()

    def penalty() -> AttentionPenalty:
        features = torch.cat([net.after_first_layer(z).flatten(1) for z in leaves], 1)
        maps = attention_maps(head(features), leaves, CONFIG, create_graph=True)
        assert maps[0].target.shape == (4, 35, 35)
        return attention_penalty(maps, 2, CONFIG)

    found = penalty()
    assert int(found.valid) == 4
    assert 0.3 < found.spreads.min() < found.spreads.max() < 10
    first, last = head[0].weight, head[4].weight
    assert isinstance(first, Tensor)
    assert isinstance(last, Tensor)
    for weight, slope in zip((first, last), slopes_of(found, [first, last]), strict=True):
        assert slope.norm() > 1e-3
        place = tuple(int(i) for i in (slope.abs() == slope.abs().max()).nonzero()[0])
        values = []
        for step in (1e-6, -2e-6):
            with torch.no_grad():
                weight[place] += step
            moved = penalty()
            values.append((moved.target + moved.background).detach())
        with torch.no_grad():
            weight[place] += 1e-6
        assert_close(slope[place], (values[0] - values[1]) / 2e-6, rtol=1e-4, atol=0)
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
