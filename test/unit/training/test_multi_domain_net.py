"""An fc6 a video: answers are those of the tracker's head, and videos are apart."""

from __future__ import annotations

import pytest
import torch

from rgbt_dualatt_ros.core.tracker_config import HeadConfig
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead
from rgbt_dualatt_ros.models.vgg_m import random_vgg_m
from rgbt_dualatt_ros.training.local_attention.multi_domain_net import MultiDomainNet

FUSIONS = ("conv3_concat", "fc5_concat")
HIDDEN = 8


def make_net(fusion: str, domains: int = 3, dropout: float = 0.5) -> MultiDomainNet:
    net = MultiDomainNet(
        random_vgg_m(0).requires_grad_(False),  # as it comes from its file
        domains,
        fusion=fusion,
        hidden=HIDDEN,
        dropout=dropout,
        generator=torch.Generator().manual_seed(1),
    )
    with torch.no_grad():
        net.fc6_bias.copy_(torch.randn(domains, 2, generator=torch.Generator().manual_seed(2)))
    return net


def features(count: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    colour, thermal = torch.rand(2, count, 512, 3, 3, generator=torch.Generator().manual_seed(3))
    return colour, thermal


@pytest.mark.parametrize("fusion", FUSIONS)
def test_the_trackers_head_begins_with_its_layers(fusion: str) -> None:
    net = make_net(fusion)
    head = ClassifierHead(
        2 * 4608, HeadConfig(members=1, hidden=HIDDEN, fusion=fusion, start="weights")
    )
    head.reinitialize(torch.Generator().manual_seed(0), net.shared_layers())
    with torch.no_grad():
        head.domain_specific.weight.copy_(net.fc6_weight[2].T)
        head.domain_specific.bias.copy_(net.fc6_bias[2])
        colour, thermal = features()
        wanted = head(torch.cat([colour.flatten(1), thermal.flatten(1)], dim=1))[0]
        found = net.judge((colour, thermal), torch.tensor(2), drops=False)
    torch.testing.assert_close(found, wanted)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_a_video_teaches_its_own_fc6_and_what_all_share(fusion: str) -> None:
    net = make_net(fusion)
    net.judge(features(), torch.tensor(1), drops=False).square().sum().backward()  # type: ignore[no-untyped-call]
    gradient = net.fc6_weight.grad
    assert gradient is not None
    assert gradient[1].abs().max() > 0
    assert gradient[[0, 2]].abs().max() == 0
    assert net.fc4.weight.grad is not None
    assert net.fc4.weight.grad.abs().max() > 0


def test_the_convolutions_learn_and_dropout_is_for_learning() -> None:
    net = make_net("fc5_concat")
    assert all(weight.requires_grad for weight in net.encoder.parameters())
    domain = torch.tensor(0)
    with torch.no_grad():
        still = [net.judge(features(), domain, drops=False) for _ in range(2)]
        dropped = [net.judge(features(), domain, drops=True) for _ in range(2)]
    assert torch.equal(*still)
    assert not torch.equal(*dropped)


def test_only_what_is_shared_is_saved() -> None:
    names = make_net("fc5_concat").shared_layers().keys()
    assert names == {"fc4.weight", "fc4.bias", "fc5.weight", "fc5.bias"}
