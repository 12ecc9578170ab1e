"""Learning rates, and an average that follows."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rgbt_dualatt_ros.core.attention_training_config import AttentionTrainingConfig
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.training.loop.averaged_net import AveragedNet
from rgbt_dualatt_ros.training.loop.optimization import build_optimizer, learning_rate


def _config(**changes: object) -> AttentionTrainingConfig:
    settings = {"steps": 100, "warm_up": 4, "learning_rate": 0.8, "schedule": "constant"}
    return build(AttentionTrainingConfig, {**settings, **changes})


def test_the_rate_rises_and_stays() -> None:
    rates = [learning_rate(_config(), step) for step in (0, 1, 2, 3, 50, 99)]
    assert rates == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.8, 0.8])


def test_the_rate_rises_and_falls_to_nothing() -> None:
    config = _config(schedule="cosine", warm_up=0)
    rates = [learning_rate(config, step) for step in (0, 25, 50, 75, 100)]
    assert rates == pytest.approx([0.8, 0.8 * 0.853553, 0.4, 0.8 * 0.146447, 0.0], abs=1e-6)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("adagrad", torch.optim.Adagrad),
        ("adamw", torch.optim.AdamW),
        ("sgd", torch.optim.SGD),
    ],
)
def test_only_weights_that_learn_are_optimised(
    name: str, kind: type[torch.optim.Optimizer]
) -> None:
    net = nn.Sequential(nn.Conv2d(1, 1, 1), nn.Conv2d(1, 1, 1))
    net[0].requires_grad_(False)
    optimizer = build_optimizer(net, _config(optimizer=name, weight_decay=0.25))
    assert isinstance(optimizer, kind)
    assert optimizer.param_groups[0]["params"] == list(net[1].parameters())
    assert optimizer.param_groups[0]["weight_decay"] == 0.25


def test_sgd_has_the_momentum_of_the_settings() -> None:
    optimizer = build_optimizer(nn.Conv2d(1, 1, 1), _config(optimizer="sgd", momentum=0.5))
    assert optimizer.param_groups[0]["momentum"] == 0.5


def test_the_average_follows_fast_at_first_and_slowly_later() -> None:
    net = nn.BatchNorm2d(1)
    average = AveragedNet(net, 0.9)
    with torch.no_grad():
        net.weight.fill_(2.0)
        net.running_mean.fill_(4.0)  # type: ignore[union-attr]  # it has statistics
        net.num_batches_tracked.fill_(7)  # type: ignore[union-attr]  # it has statistics
    average.follow(0)  # keeps 1 / 10 of the first weights
    state = average.net.state_dict()
    assert float(state["weight"]) == pytest.approx(0.1 * 1 + 0.9 * 2)
    assert float(state["running_mean"]) == pytest.approx(0.9 * 4)
    assert int(state["num_batches_tracked"]) == 7
    before = float(state["weight"])
    average.follow(1000)
    assert float(average.net.state_dict()["weight"]) == pytest.approx(0.9 * before + 0.1 * 2)
    assert not any(weight.requires_grad for weight in average.net.parameters())


def test_no_decay_is_no_average() -> None:
    net = nn.Conv2d(1, 1, 1)
    assert AveragedNet(net, 0.0).net is net
