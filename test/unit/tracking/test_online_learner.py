"""The learner: mining takes the hardest, steps are spread, memory is bounded, chance is seeded."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from rgbt_dualatt_ros.core.learning_config import (
    AttentionConfig,
    FirstFrameConfig,
    LearningConfig,
    MemoryConfig,
)
from rgbt_dualatt_ros.core.tracker_config import HeadConfig, TrackerConfig
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead
from rgbt_dualatt_ros.tracking.frame_features import Samples, member_leaves
from rgbt_dualatt_ros.tracking.online_learner import OnlineLearner, mine_hard_negatives

WIDTH = 20
CONFIG = TrackerConfig(
    head=HeadConfig(members=2, hidden=8, dropout=0.2),
    first_frame=FirstFrameConfig(iterations=60, kept_positives=10, kept_negatives=20),
    learning=LearningConfig(
        rate=0.01,
        batch_positives=8,
        batch_negatives=8,
        mining_pool=64,
        iterations=6,
        interval=4,
        early_interval=2,
        early_frames=4,
        positives_per_frame=5,
        negatives_per_frame=7,
    ),
    memory=MemoryConfig(long_term=6, short_term=3),
    attention=AttentionConfig(enabled=False),  # see test_head_trainer
)


def samples(count: int, level: float, seed: int) -> Samples:
    generator = torch.Generator().manual_seed(seed)
    return Samples.plain(level + 0.3 * torch.randn(count, WIDTH, generator=generator))


class PlainSource:
    """A `LearningSource` of nothing but features, with maps of 1 x 5."""

    known = np.ones(2, np.bool_)
    trained_layers = None

    def attend(  # noqa: D102
        self, samples: Samples, head: ClassifierHead, generator: torch.Generator | None
    ) -> tuple[Tensor, list[Tensor]]:
        leaves = member_leaves(samples.features.view(len(samples), 4, 1, 5), head.members)
        return head(torch.cat(leaves, dim=2).flatten(2), generator), leaves


def fitted(config: TrackerConfig = CONFIG, seed: int = 0) -> tuple[ClassifierHead, OnlineLearner]:
    head = ClassifierHead(WIDTH, config.head)
    learner = OnlineLearner(head, PlainSource(), config)
    learner.reseed(seed)
    learner.fit_first_frame(samples(50, 0.5, 1), samples(80, -0.5, 2))
    return head, learner


def test_the_first_fit_tells_target_from_background() -> None:
    head, _ = fitted()
    with torch.no_grad():
        assert head.score(samples(30, 0.5, 3).features).min() > 0
        assert head.score(samples(30, -0.5, 4).features).max() < 0


def test_mining_takes_the_negatives_that_score_highest() -> None:
    head, _ = fitted()
    negatives = Samples.join([samples(20, level, 5) for level in (-0.6, 0.1, -0.3)])
    hardest = mine_hard_negatives(head, negatives, 15)
    with torch.no_grad():
        taken, others = head.score(hardest.features), head.score(negatives.features)
    torch.testing.assert_close(taken.sort().values, others.sort().values[-15:])


def test_mining_more_than_there_are_takes_all() -> None:
    head, _ = fitted()
    assert len(mine_hard_negatives(head, samples(4, 0, 5), 9)) == 4


def count_steps(learner: OnlineLearner, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    taken: list[int] = []
    step = learner._update_step

    def counted() -> None:
        taken.append(1)
        step()

    monkeypatch.setattr(learner, "_update_step", counted)
    return taken


def test_the_steps_of_an_update_are_spread_over_the_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, learner = fitted()
    taken = count_steps(learner, monkeypatch)
    per_frame = []
    for frame in range(13):
        learner.remember(samples(5, 0.5, frame), samples(7, -0.5, 100 + frame))
        learner.count_frame(is_trusted=True)
        before = len(taken)
        learner.work()
        per_frame.append(len(taken) - before)
    # Early updates at frames 2 and 4, then at 8 and 12: six steps each, evenly.
    assert per_frame == [0, 3, 3, 3, 3, 0, 0, 2, 2, 2, 0, 2, 2]


def test_an_update_changes_the_weights() -> None:
    head, learner = fitted()
    before = head.fc4[0].weight.detach().clone()
    learner.remember(samples(5, 0.4, 7), samples(7, -0.2, 8))
    learner.update_short_term()
    learner.work()
    assert not torch.equal(before, head.fc4[0].weight)


def test_it_adapts_to_a_target_that_changes() -> None:
    head, learner = fitted()
    for frame in range(40):
        learner.remember(samples(5, -0.1, frame), samples(7, -0.6, 100 + frame))
        learner.count_frame(is_trusted=True)
        learner.work()
    with torch.no_grad():
        assert (
            head.score(samples(30, -0.1, 3).features).mean()
            > head.score(samples(30, -0.6, 4).features).mean() + 2
        )


def test_memory_does_not_grow() -> None:
    _, learner = fitted()
    reserved = learner.memory_bytes
    for frame in range(30):
        learner.remember(samples(5, 0.5, frame), samples(7, -0.5, frame))
    assert learner.memory_bytes == reserved


def test_the_same_seed_gives_the_same_head() -> None:
    first, again, other = (fitted(seed=seed)[0].state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_features_that_are_no_numbers_do_not_reach_the_weights() -> None:
    head, learner = fitted()
    learner.remember(Samples.plain(torch.full((5, WIDTH), torch.nan)), samples(7, -0.5, 8))
    learner.update_short_term()
    for _ in range(8):
        learner.work()
    assert all(torch.isfinite(value).all() for value in head.state_dict().values())


def test_updates_may_be_done_at_once() -> None:
    _, learner = fitted(changed(spread=False))
    before = learner.report.steps
    learner.remember(samples(5, 0.5, 1), samples(7, -0.5, 2))
    learner.update_short_term()
    learner.work()
    assert learner.report.steps == before + 6
    learner.work()
    assert learner.report.steps == before + 6


def test_hard_ones_may_be_found_anew_in_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    for mining, expected in (("once", 1), ("each_step", 6)):
        head, learner = fitted(changed(spread=False, mining=mining))
        mined: list[int] = []
        score = head.score

        def counted(
            features: Tensor,
            seen: list[int] = mined,
            score: Callable[[Tensor], Tensor] = score,
        ) -> Tensor:
            seen.append(len(features))
            return score(features)

        monkeypatch.setattr(head, "score", counted)
        learner.update_short_term()
        learner.work()
        assert mined == [64] * expected


@pytest.mark.parametrize(("counts", "expected"), [(False, 0), (True, 6)])
def test_failed_frames_may_count_for_the_interval(counts: bool, expected: int) -> None:
    _, learner = fitted(changed(counts_failures=counts, spread=False, early_frames=0))
    before = learner.report.steps
    for is_trusted in (True, False, False, True):  # the interval is 4 frames
        learner.count_frame(is_trusted=is_trusted)
        learner.work()
    assert learner.report.steps - before == expected


def changed(**changes: object) -> TrackerConfig:
    learning = dataclasses.replace(CONFIG.learning, **changes)  # type: ignore[arg-type]
    return dataclasses.replace(CONFIG, learning=learning)
