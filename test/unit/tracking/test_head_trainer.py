"""One step of descent on Eq. (4), against the formulas; not how well a target is followed then."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from rgbt_dualatt_ros.core.learning_config import AttentionConfig, LearningConfig
from rgbt_dualatt_ros.core.tracker_config import HeadConfig, TrackerConfig
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead
from rgbt_dualatt_ros.tracking.frame_features import Samples, member_leaves
from rgbt_dualatt_ros.tracking.head_trainer import HeadTrainer
from rgbt_dualatt_ros.tracking.local_attention import attention_maps, attention_penalty

WIDTH = 36
CONFIG = TrackerConfig(
    head=HeadConfig(members=2, hidden=8, dropout=0.0),
    learning=LearningConfig(modality_dropout=0.0, momentum=0.0, weight_decay=0.0),
    attention=AttentionConfig(samples=6),
)


class CellSource:
    """A `LearningSource` of two channels a modality on 3 x 3 cells; features are all there is."""

    trained_layers = None

    def __init__(self, known: tuple[bool, bool] = (True, True)) -> None:
        self.known: NDArray[np.bool_] = np.array(known)

    def attend(  # noqa: D102
        self, samples: Samples, head: ClassifierHead, generator: torch.Generator | None
    ) -> tuple[Tensor, list[Tensor]]:
        leaves = member_leaves(samples.features.view(len(samples), 4, 3, 3), head.members)
        return head(torch.cat(leaves, dim=2).flatten(2), generator), leaves


def samples(count: int, level: float, seed: int) -> Samples:
    generator = torch.Generator().manual_seed(seed)
    return Samples.plain(level + torch.randn(count, WIDTH, generator=generator))


TARGETS, BACKGROUND = samples(10, 0.5, 1), samples(12, -0.5, 2)


def prepared(
    config: TrackerConfig, source: CellSource | None = None
) -> tuple[ClassifierHead, HeadTrainer]:
    head = ClassifierHead(WIDTH, config.head)
    head.reinitialize(torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(0)
    trainer = HeadTrainer(head, source or CellSource(), config, generator)
    return head, trainer


def with_learning(**changes: object) -> TrackerConfig:
    return replace(CONFIG, learning=replace(CONFIG.learning, **changes))  # type: ignore[arg-type]


def with_attention(**changes: object) -> TrackerConfig:
    return replace(CONFIG, attention=replace(CONFIG.attention, **changes))  # type: ignore[arg-type]


def losses(config: TrackerConfig) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Sum of cross entropies and R of a fresh head, by hand, and its parameters."""
    head, _ = prepared(config)
    logits = head(torch.cat([TARGETS.features, BACKGROUND.features]))
    chosen = torch.cat([logits[:, :10, 1], logits[:, 10:, 0]], dim=1)
    cross_entropy = (torch.logsumexp(logits, dim=2) - chosen).sum()
    count = config.attention.samples
    batch = Samples.join([TARGETS.rows(slice(count)), BACKGROUND.rows(slice(count))])
    found, leaves = CellSource().attend(batch, head, None)
    maps = attention_maps(found, leaves, config.attention, create_graph=True)
    penalty = attention_penalty(maps, count, config.attention)
    return cross_entropy, penalty.target + penalty.background, list(head.parameters())


@pytest.mark.parametrize(
    ("loss", "divisor"), [pytest.param("sum", 1, id="sum"), pytest.param("mean", 22, id="mean")]
)
@pytest.mark.parametrize("weight", [0.0, 3.0])
def test_a_step_descends_equation_4(loss: str, divisor: int, weight: float) -> None:
    """Lambda is always that of the summed cross entropy."""
    config = replace(
        with_learning(loss=loss, max_gradient=1e6),
        attention=AttentionConfig(weight=weight, samples=6),
    )
    cross_entropy, penalty, parameters = losses(config)
    gradients = torch.autograd.grad((cross_entropy + weight * penalty) / divisor, parameters)
    head, trainer = prepared(config)
    trainer.restart_descent(0.01)
    trainer.step(TARGETS, BACKGROUND)
    last = {id(each) for each in head.domain_specific.parameters()}
    for parameter, before, gradient in zip(head.parameters(), parameters, gradients, strict=True):
        rate = 0.01 * (10 if id(parameter) in last else 1)
        torch.testing.assert_close(
            parameter.data, before.data - rate * gradient, atol=1e-6, rtol=1e-4
        )


def test_the_report_is_of_the_last_step() -> None:
    cross_entropy, penalty, _ = losses(CONFIG)
    _, trainer = prepared(CONFIG)
    trainer.step(TARGETS, BACKGROUND)
    report = trainer.report
    assert report.steps == 1
    assert report.classification_loss == pytest.approx(
        float(cross_entropy.detach()) / 44, rel=1e-5
    )
    assert report.target_penalty + report.background_penalty == pytest.approx(
        float(penalty.detach()) / 2,
        rel=1e-5,  # mean over the two members
    )
    trainer.restart_report()
    assert trainer.report.steps == 0


def test_the_gradient_is_cut_to_the_largest_norm() -> None:
    config = with_learning(max_gradient=1e-3)
    head, trainer = prepared(config)
    before = [each.detach().clone() for each in head.parameters()]
    trainer.restart_descent(1.0)
    trainer.step(TARGETS, BACKGROUND)
    moved = [now.data - old for now, old in zip(head.parameters(), before, strict=True)]
    hidden = torch.cat([each.flatten() for each in moved[:-2]])
    last = torch.cat([each.flatten() for each in moved[-2:]]) / 10
    assert float(torch.cat([hidden, last]).norm()) == pytest.approx(1e-3, rel=1e-3)


def test_attention_changes_what_is_learned() -> None:
    heads = []
    for config in (with_attention(enabled=False), CONFIG):
        head, trainer = prepared(config)
        trainer.step(TARGETS, BACKGROUND)
        heads.append(head)
    plain, attentive = (head.fc4[0].weight for head in heads)
    assert not torch.allclose(plain, attentive)


def test_the_penalty_can_be_left_out_of_most_steps() -> None:
    """Every third step with it: after four steps the report is of the fourth, 0-based 3."""
    _, trainer = prepared(with_attention(every=3))
    asked = []
    attend = trainer._source.attend

    def counted(*given: object) -> object:
        asked.append(trainer.report.steps)
        return attend(*given)  # type: ignore[arg-type]

    trainer._source.attend = counted  # type: ignore[method-assign,assignment]
    for _ in range(7):
        trainer.step(TARGETS, BACKGROUND)
    assert asked == [1, 4, 7]


def test_a_step_that_is_not_finite_is_skipped_and_counted() -> None:
    head, trainer = prepared(CONFIG)
    before = [each.detach().clone() for each in head.parameters()]
    broken = Samples.plain(torch.full_like(TARGETS.features, torch.inf))
    trainer.step(broken, BACKGROUND)
    assert trainer.report.skipped == 1
    for now, old in zip(head.parameters(), before, strict=True):
        torch.testing.assert_close(now.data, old)
    trainer.step(TARGETS, BACKGROUND)
    assert (trainer.report.steps, trainer.report.skipped) == (2, 1)
    assert not torch.allclose(next(head.parameters()), before[0])


def test_a_dead_head_has_no_maps_and_still_learns_to_classify() -> None:
    head, trainer = prepared(CONFIG)
    head.domain_specific.weight.data.zero_()
    trainer.step(TARGETS, BACKGROUND)
    assert trainer.report.unattended == 1
    assert trainer.report.skipped == 0
    assert head.domain_specific.weight.abs().sum() > 0


def test_modalities_are_hidden_only_while_there_are_two() -> None:
    features = torch.ones(400, WIDTH)
    _, both = prepared(with_learning(modality_dropout=0.5))
    hidden = (both._hide_modalities(features).view(400, 2, -1) == 0).all(dim=2)
    assert 60 < int(hidden[:, 0].sum()) < 140
    assert 60 < int(hidden[:, 1].sum()) < 140
    assert not hidden.all(dim=1).any()
    _, one = prepared(with_learning(modality_dropout=0.5), CellSource(known=(True, False)))
    assert torch.equal(one._hide_modalities(features), features)


@pytest.mark.parametrize("dropout", [False, True])
def test_maps_are_taken_without_dropout_unless_asked_for(dropout: bool) -> None:
    _, trainer = prepared(with_attention(dropout=dropout))
    given: list[torch.Generator | None] = []
    attend = trainer._source.attend

    def seen(
        samples: Samples, head: ClassifierHead, generator: torch.Generator | None
    ) -> tuple[Tensor, list[Tensor]]:
        given.append(generator)
        return attend(samples, head, generator)

    trainer._source.attend = seen  # type: ignore[method-assign]
    trainer.step(TARGETS, BACKGROUND)
    assert [each is None for each in given] == [not dropout]
