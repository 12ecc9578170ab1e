"""The head: seeded weights, dropout only in learning, the score as a margin of logits."""

from __future__ import annotations

import torch

from rgbt_dualatt_ros.models.classifier_head import ClassifierHead


def seeded_head(seed: int = 0) -> ClassifierHead:
    head = ClassifierHead(inputs=12, hidden=8, dropout=0.5)
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


def test_the_score_is_target_minus_background() -> None:
    head, features = seeded_head(), torch.rand(5, 12)
    logits = head(features)
    torch.testing.assert_close(head.score(features), logits[:, 1] - logits[:, 0])
