"""The loss of a video: Eq. (1) as a mean, and lambda times Eq. (2)-(4) where attention is on."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from rgbt_dualatt_ros.core.learning_config import AttentionConfig
from rgbt_dualatt_ros.core.local_training_config import (
    DomainAttentionConfig,
    DomainSamplesConfig,
    LocalTrainingConfig,
)
from rgbt_dualatt_ros.tracking.local_attention import attention_maps, attention_penalty
from rgbt_dualatt_ros.tracking.pair_cropper import as_planes
from rgbt_dualatt_ros.training.local_attention.domain_objective import DomainObjective
from rgbt_dualatt_ros.training.local_attention.multi_domain_net import MultiDomainNet

CONFIG = LocalTrainingConfig(
    weights="random",
    hidden=8,
    dropout=0.0,
    samples=DomainSamplesConfig(frames=1, positives=2, negatives=3),
)


def batch(*domains: int, attends: bool = False) -> dict[str, Tensor]:
    crops = torch.randint(
        0,
        256,
        (len(domains), 5, 4, 107, 107),
        dtype=torch.uint8,
        generator=torch.Generator().manual_seed(0),
    )
    return {
        "crops": crops,
        "domain": torch.tensor(domains),
        "attends": torch.tensor([attends] * len(domains)),
    }


def with_attention(level: str, weight: float = 2.0, samples: int = 32) -> LocalTrainingConfig:
    return replace(CONFIG, attention=DomainAttentionConfig(level, weight, 0.2, samples))


def logits_of(net: MultiDomainNet, of: dict[str, Tensor], index: int) -> Tensor:
    colour, thermal = (net.encoder(each) for each in as_planes(of["crops"][index]))
    return net.judge((colour, thermal), of["domain"][index], drops=False)


def test_cross_entropy_is_a_mean_over_samples_and_videos() -> None:
    objective = DomainObjective(CONFIG, 3)
    net, of = objective.build(), batch(2, 0)
    loss = objective.loss(net, of)
    labels = torch.tensor([1, 1, 0, 0, 0])
    wanted = [functional.cross_entropy(logits_of(net, of, index), labels) for index in range(2)]
    torch.testing.assert_close(loss.total, torch.stack(wanted).mean())
    assert loss.parts["classification"] == pytest.approx(loss.total.item())
    assert "penalty" not in loss.parts


def test_target_and_background_are_counted_apart() -> None:
    objective = DomainObjective(CONFIG, 1)
    net = objective.build()
    with torch.no_grad():
        net.fc6_bias[0] = torch.tensor([0.0, 100.0])  # everything is the target
    parts = objective.loss(net, batch(0)).parts
    assert (parts["right_of_targets"], parts["right_of_background"]) == (1.0, 0.0)


@pytest.mark.parametrize("level", ["conv1", "conv3"])
def test_the_penalty_is_that_of_online_learning(level: str) -> None:
    objective = DomainObjective(with_attention(level), 1)
    net, of = objective.build(), batch(0, attends=True)
    loss = objective.loss(net, of)
    first = [net.first_layer(each) for each in as_planes(of["crops"][0])]
    features = [net.after_first_layer(each) for each in first]
    leaves = first if level == "conv1" else features
    logits = net.judge((features[0], features[1]), of["domain"][0], drops=False)
    maps = attention_maps(logits, leaves, AttentionConfig(), create_graph=False)
    penalty = attention_penalty(maps, 2, AttentionConfig())
    wanted = float(penalty.target + penalty.background)
    assert loss.parts["penalty"] == pytest.approx(wanted, rel=1e-4)
    assert float(loss.total.detach()) == pytest.approx(
        loss.parts["classification"] + 2.0 / 5 * wanted, rel=1e-4
    )


def test_it_teaches_the_connected_layers_and_the_convolutions() -> None:
    gradients = []
    for weight in (0.0, 2.0):
        objective = DomainObjective(with_attention("conv1", weight), 1)
        net = objective.build()
        objective.loss(net, batch(0, attends=True)).total.backward()  # type: ignore[no-untyped-call]
        gradients.append((net.fc4.weight.grad, net.encoder.conv2.weight.grad))
    for without, with_penalty in zip(*gradients, strict=True):
        assert without is not None
        assert with_penalty is not None
        assert (with_penalty - without).norm() > 1e-3 * without.norm()


def test_the_hardest_background_is_attended() -> None:
    """Of three background samples only one is taken: the one most like a target."""
    objective = DomainObjective(with_attention("conv3", samples=1), 1)
    net, of = objective.build(), batch(0, attends=True)
    margins = logits_of(net, of, 0)[2:]
    hardest = 2 + int((margins[:, 1] - margins[:, 0]).argmax())
    found = objective.loss(net, of).parts["penalty"]
    features = [net.encoder(each) for each in as_planes(of["crops"][0][[0, hardest]])]
    logits = net.judge((features[0], features[1]), of["domain"][0], drops=False)
    maps = attention_maps(logits, features, AttentionConfig(), create_graph=False)
    penalty = attention_penalty(maps, 1, AttentionConfig())
    assert found == pytest.approx(float(penalty.target + penalty.background), rel=1e-4)


def test_before_its_time_and_in_validation_there_is_none() -> None:
    objective = DomainObjective(with_attention("conv1"), 1)
    net = objective.build()
    early = objective.loss(net, batch(0)).parts
    assert early["penalty"] == 0, "the column is there from the first step on"
    with torch.no_grad():
        validated = objective.loss(net.eval(), batch(0, attends=True))
    assert "penalty" not in validated.parts


def test_scores_are_shares_of_the_target() -> None:
    objective = DomainObjective(CONFIG, 1)
    net, of = objective.build(), batch(0)
    scores = objective.scores(net, {name: value[0] for name, value in of.items()})
    with torch.no_grad():
        torch.testing.assert_close(scores, functional.softmax(logits_of(net, of, 0), dim=1)[:, 1])
