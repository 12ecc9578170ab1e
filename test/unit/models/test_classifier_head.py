"""The head: seeded weights, dropout only in learning, the score as the members' mean margin."""

from __future__ import annotations

import pytest
import torch

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.core.tracker_config import HeadConfig
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead, _relu


def seeded_head(seed: int = 0) -> ClassifierHead:
    head = ClassifierHead(12, HeadConfig(members=3, hidden=8, dropout=0.5))
    head.reinitialize(torch.Generator().manual_seed(seed))
    return head


def test_fresh_weights_depend_on_the_generator_alone() -> None:
    features = torch.rand(4, 12)
    torch.testing.assert_close(seeded_head()(features), seeded_head()(features))
    assert not torch.allclose(seeded_head(0)(features), seeded_head(1)(features))


def test_scoring_has_no_chance_and_learning_has() -> None:
    head, features = seeded_head(), torch.rand(64, 12)
    torch.testing.assert_close(head(features), head(features))
    generator = torch.Generator().manual_seed(0)
    assert not torch.allclose(head(features, generator), head(features, generator))


def test_the_score_is_the_mean_margin_of_the_members() -> None:
    head, features = seeded_head(), torch.rand(5, 12)
    logits = head(features)
    assert logits.shape == (3, 5, 2)
    torch.testing.assert_close(head.score(features), (logits[..., 1] - logits[..., 0]).mean(0))


def test_members_differ_and_do_not_meddle_with_each_other() -> None:
    head, features = seeded_head(), torch.rand(5, 12)
    before = head(features)
    assert not torch.allclose(before[0], before[1])
    head.fc4[0].weight.data[1] += 1
    head.fc5[0].bias.data[1] += 1
    after = head(features)
    torch.testing.assert_close(before[[0, 2]], after[[0, 2]])
    assert not torch.allclose(before[1], after[1])


def test_one_member_is_the_plain_three_layers() -> None:
    head, features = ClassifierHead(12, HeadConfig(members=1, hidden=8)), torch.rand(5, 12)
    head.reinitialize(torch.Generator().manual_seed(0))
    (fc4,), (fc5,) = head.fc4, head.fc5
    hidden = torch.relu(features @ fc4.weight[0] + fc4.bias[0])
    hidden = torch.relu(hidden @ fc5.weight[0] + fc5.bias[0])
    expected = hidden @ head.domain_specific.weight[0] + head.domain_specific.bias[0]
    torch.testing.assert_close(head(features)[0], expected)


def test_each_member_may_have_features_of_its_own() -> None:
    head, features = seeded_head(), torch.rand(5, 12)
    own = torch.stack([features, features + 1, features])
    answers = head(own)
    torch.testing.assert_close(answers[[0, 2]], head(features)[[0, 2]])
    torch.testing.assert_close(answers[1], head(features + 1)[1])


STREAMS = ("fc5_concat", "fc5_sum", "fc5_max")


@pytest.mark.parametrize("fusion", STREAMS)
def test_streams_meet_after_fc5(fusion: str) -> None:
    """Written out for one member: each stream sees its own half, fc6 sees both."""
    head = ClassifierHead(12, HeadConfig(members=1, hidden=8, fusion=fusion))
    head.reinitialize(torch.Generator().manual_seed(0))
    features = torch.rand(5, 12)
    ends = []
    for stream, fc4, fc5 in zip(features.chunk(2, dim=1), head.fc4, head.fc5, strict=True):
        hidden = torch.relu(stream @ fc4.weight[0] + fc4.bias[0])
        ends.append(torch.relu(hidden @ fc5.weight[0] + fc5.bias[0]))
    color, thermal = ends
    joined = {
        "fc5_concat": torch.cat(ends, dim=1),
        "fc5_sum": color + thermal,
        "fc5_max": torch.maximum(color, thermal),
    }[fusion]
    last = head.domain_specific
    torch.testing.assert_close(head(features)[0], joined @ last.weight[0] + last.bias[0])


def test_fc5_concat_is_the_papers_shape() -> None:
    head = ClassifierHead(9216, build(Config, {"preset": "paper"}).tracker.head)
    assert [fc4.weight.shape for fc4 in head.fc4] == [(1, 4608, 512)] * 2
    assert [fc5.weight.shape for fc5 in head.fc5] == [(1, 512, 512)] * 2
    assert head.domain_specific.weight.shape == (1, 1024, 2)


def test_mdnets_start_is_small_weights_and_a_bias() -> None:
    head = ClassifierHead(400, HeadConfig(members=1, hidden=200, start="mdnet"))
    head.reinitialize(torch.Generator().manual_seed(0))
    for layer in (*head.fc4, *head.fc5):
        assert abs(float(layer.weight.detach().std()) - 0.01) < 0.001
        assert torch.equal(layer.bias, torch.full_like(layer.bias, 0.1))
    assert not head.domain_specific.bias.any()


def test_trained_layers_are_taken_over_by_every_stream() -> None:
    head = ClassifierHead(
        12, HeadConfig(members=1, hidden=8, fusion="fc5_concat", start="weights")
    )
    plain = {"fc4": torch.nn.Linear(6, 8), "fc5": torch.nn.Linear(8, 8)}
    trained = {f"{n}.{k}": v for n, layer in plain.items() for k, v in layer.state_dict().items()}
    head.reinitialize(torch.Generator().manual_seed(0), trained)
    stream = torch.rand(5, 6)
    for fc4 in head.fc4:
        torch.testing.assert_close(fc4(stream)[0], plain["fc4"](stream))


@pytest.mark.parametrize("trained", [None, {"fc4.weight": torch.zeros(8, 5)}])
def test_trained_layers_that_do_not_fit_are_refused(
    trained: dict[str, torch.Tensor] | None,
) -> None:
    head = ClassifierHead(12, HeadConfig(members=1, hidden=8, start="weights"))
    with pytest.raises(ConfigError, match="head needs 8x12"):
        head.reinitialize(torch.Generator().manual_seed(0), trained)


def test_the_score_may_be_the_target_logit_alone() -> None:
    head = ClassifierHead(12, HeadConfig(members=2, hidden=8, score="target"))
    head.reinitialize(torch.Generator().manual_seed(0))
    features = torch.rand(5, 12)
    torch.testing.assert_close(head.score(features), head(features)[..., 1].mean(0))


def test_dropout_of_the_features_is_a_choice() -> None:
    head = ClassifierHead(12, HeadConfig(members=1, hidden=8, dropout_input=True))
    head.reinitialize(torch.Generator().manual_seed(0))
    head.fc5[0].weight.data.zero_()  # dropout behind fc4 now changes nothing
    head.fc5[0].bias.data.fill_(1.0)
    head.domain_specific.weight.data.zero_()
    features = torch.rand(64, 12, requires_grad=True)
    hidden: list[torch.Tensor] = []
    head.fc4[0].register_forward_hook(lambda _, given, __: hidden.append(given[0]))
    head(features, torch.Generator().manual_seed(0))
    assert 0.4 < float((hidden[0] == 0).float().mean()) < 0.6


def test_a_step_copies_no_weights() -> None:
    """The weights lie as one product of all members wants them, and so does its gradient."""
    head = seeded_head()
    layer, features = head.fc4[0], torch.rand(4, 12)
    assert layer.weight.data_ptr() == layer.units.data_ptr()
    assert all(each.is_contiguous() for each in head.parameters())
    for given in (features, features.expand(3, -1, -1).clone().requires_grad_()):
        answers = layer(given)
        if given.requires_grad:  # as attention does: what the slope depends on
            (slope,) = torch.autograd.grad(answers.sum(), [given], create_graph=True)
            answers = slope.square()
        (gradient,) = torch.autograd.grad(answers.sum(), [layer.units])
        assert gradient.is_contiguous()


def test_a_closed_relu_passes_no_gradient_and_dropout_keeps_the_mean() -> None:
    head = ClassifierHead(3, HeadConfig(members=1, hidden=4, dropout=0.25))
    hidden = torch.ones(1, 20_000, 4)
    kept = head._drop(hidden, torch.Generator().manual_seed(0))
    assert sorted(set(kept.flatten().tolist())) == [0.0, pytest.approx(4 / 3)]
    assert float(kept.mean()) == pytest.approx(1, abs=0.01)
    signed = torch.tensor([-2.0, 0.0, 3.0], requires_grad=True)
    opened = _relu(signed)
    (slope,) = torch.autograd.grad(opened.sum(), [signed])
    assert opened.tolist() == [0, 0, 3]
    assert slope.tolist() == [0, 0, 1]
