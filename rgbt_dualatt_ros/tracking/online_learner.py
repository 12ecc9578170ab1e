"""OnlineLearner: first-frame fit, short- and long-term updates, hard negative mining (Eq. 1)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from rgbt_dualatt_ros.core.learning_config import LearningConfig
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.models.classifier_head import BACKGROUND, TARGET, ClassifierHead
from rgbt_dualatt_ros.tracking.sample_memory import SampleMemory


def mine_hard_negatives(head: ClassifierHead, negatives: Tensor, count: int) -> Tensor:
    """The `count` rows of `negatives` `(N, width)` that look most like the target."""
    with torch.no_grad():
        scores = head.score(negatives)
    return negatives[scores.topk(min(count, len(negatives))).indices]


class OnlineLearner:
    """Keeps the head and its memory of one target; the features themselves never change.

    An update is not done at once: its steps are spread evenly over the frames until the next one,
    so that no frame takes much longer than another. Hard negatives are mined once an update.
    """

    def __init__(self, head: ClassifierHead, config: TrackerConfig) -> None:
        self._head = head
        self._config = config
        memory, learning = config.memory, config.learning
        self._positives = SampleMemory(
            memory.long_term, learning.positives_per_frame, memory.first_share
        )
        self._negatives = SampleMemory(
            memory.short_term, learning.negatives_per_frame, memory.first_share
        )
        self._generator = torch.Generator(next(head.parameters()).device)
        self._hard_negatives = torch.zeros(0, 0)
        self._optimizer = self._new_optimizer()
        self._steps_left = 0
        self._steps_per_frame = 0
        self._last_frames = memory.long_term
        self._frame = 0

    @property
    def memory_bytes(self) -> int:
        """Memory reserved for samples."""
        return self._positives.bytes + self._negatives.bytes

    def reseed(self, seed: int) -> None:
        """Return the random numbers to their beginning."""
        self._generator.manual_seed(seed)

    def fit_first_frame(self, positives: Tensor, negatives: Tensor) -> None:
        """Train the head anew on samples `(N, width)` of the first frame and of altered views."""
        first = self._config.first_frame
        self._head.reinitialize(torch.Generator().manual_seed(int(self._draw_seed())))
        self._optimizer = self._new_optimizer()
        for _ in range(first.iterations):
            pool = negatives[self._random_rows(negatives, first.mining_pool)]
            hard = mine_hard_negatives(self._head, pool, self._learning.batch_negatives)
            rows = self._random_rows(positives, self._learning.batch_positives)
            self._step(positives[rows], hard)
        self._positives.restart(positives[self._random_rows(positives, first.kept_positives)])
        self._negatives.restart(negatives[self._random_rows(negatives, first.kept_negatives)])
        self._frame = 0
        self._steps_left = 0

    def remember(self, positives: Tensor, negatives: Tensor) -> None:
        """Store the samples `(N, width)` of a trusted frame."""
        self._positives.add(positives)
        self._negatives.add(negatives)

    def count_frame(self) -> None:
        """One trusted frame more; starts a long-term update when it is time."""
        self._frame += 1
        interval = self._interval()
        if self._frame % interval == 0:
            self._start_update(self._config.memory.long_term, interval)

    def work(self) -> None:
        """Do this frame's share of the steps of the update that is under way."""
        steps = min(self._steps_left, self._steps_per_frame)
        for _ in range(steps):
            self._update_step()
        self._steps_left -= steps

    def update_short_term(self) -> None:
        """The target has become uncertain: start an update from the newest frames only."""
        self._start_update(self._config.memory.short_term, self._interval())

    @property
    def _learning(self) -> LearningConfig:
        return self._config.learning

    def _interval(self) -> int:
        is_early = self._frame <= self._learning.early_frames
        return self._learning.early_interval if is_early else self._learning.interval

    def _start_update(self, last_frames: int, frames: int) -> None:
        learning = self._learning
        pool = self._negatives.draw(
            learning.mining_pool, self._config.memory.short_term, self._generator
        )
        count = max(learning.batch_negatives, round(learning.mining_share * len(pool)))
        self._hard_negatives = mine_hard_negatives(self._head, pool, count)
        self._optimizer = self._new_optimizer()  # momentum of old updates points elsewhere
        self._last_frames = last_frames
        self._steps_left = learning.iterations
        self._steps_per_frame = -(-learning.iterations // frames)

    def _update_step(self) -> None:
        learning = self._learning
        positives = self._positives.draw(
            learning.batch_positives, self._last_frames, self._generator
        )
        rows = self._random_rows(self._hard_negatives, learning.batch_negatives)
        self._step(positives, self._hard_negatives[rows])

    def _step(self, positives: Tensor, negatives: Tensor) -> None:
        """One descent step on the classification loss, Eq. (1), as a mean over the batch."""
        features = self._hide_modalities(torch.cat([positives, negatives]))
        labels = torch.full(
            (self._head.members, len(features)), BACKGROUND, device=features.device
        )
        labels[:, : len(positives)] = TARGET
        with torch.enable_grad():
            logits = self._head(features, self._generator)  # (members, N, 2)
            loss = functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
            loss = loss * self._head.members  # each member learns as if it were alone
        if not torch.isfinite(loss):
            return
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._head.parameters(), self._learning.max_gradient)
        self._optimizer.step()

    def _hide_modalities(self, features: Tensor) -> Tensor:
        """Zero one modality of some rows, so that the head can do with either."""
        share = self._learning.modality_dropout
        if share == 0:
            return features
        draws = torch.rand(len(features), generator=self._generator, device=features.device)
        shown = torch.stack([draws >= share / 2, draws <= 1 - share / 2], dim=1)  # (N, 2)
        halves = features.view(len(features), 2, -1)  # colour, thermal
        return (halves * shown[..., None]).flatten(1)

    def _new_optimizer(self) -> torch.optim.Optimizer:
        learning, head = self._learning, self._head
        hidden = [*head.fc4.parameters(), *head.fc5.parameters()]
        last = list(head.domain_specific.parameters())
        return torch.optim.SGD(
            [
                {"params": hidden, "lr": learning.rate},
                {"params": last, "lr": learning.rate * learning.last_layer_factor},
            ],
            lr=learning.rate,
            momentum=learning.momentum,
            weight_decay=learning.weight_decay,
            fused=True,
        )

    def _random_rows(self, rows: Tensor, count: int) -> Tensor:
        return torch.randint(len(rows), (count,), generator=self._generator, device=rows.device)

    def _draw_seed(self) -> Tensor:
        device = self._generator.device
        return torch.randint(2**31 - 1, (1,), generator=self._generator, device=device)
