"""The head: seeded weights, dropout only in learning, the score as the members' mean margin."""

from __future__ import annotations

import torch

from rgbt_dualatt_ros.core.tracker_config import HeadConfig
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead


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
    head.fc4.weight.data[8:16] += 1  # the second member's 8 units
    head.fc5.bias.data[1] += 1
    after = head(features)
    torch.testing.assert_close(before[[0, 2]], after[[0, 2]])
    assert not torch.allclose(before[1], after[1])


def test_one_member_is_the_plain_three_layers() -> None:
    head, features = ClassifierHead(12, HeadConfig(members=1, hidden=8)), torch.rand(5, 12)
    head.reinitialize(torch.Generator().manual_seed(0))
    hidden = torch.relu(features @ head.fc4.weight.T + head.fc4.bias)
    hidden = torch.relu(hidden @ head.fc5.weight[0] + head.fc5.bias[0])
    expected = hidden @ head.domain_specific.weight[0] + head.domain_specific.bias[0]
    torch.testing.assert_close(head(features)[0], expected)
