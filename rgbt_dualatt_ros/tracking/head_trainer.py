"""HeadTrainer: one step of descent on Eq. (4), classification plus attention penalty."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from rgbt_dualatt_ros.core.explanation import LearningReport
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.models.classifier_head import BACKGROUND, TARGET, ClassifierHead
from rgbt_dualatt_ros.tracking.frame_features import MODALITIES, LearningSource, Samples
from rgbt_dualatt_ros.tracking.local_attention import (
    AttentionPenalty,
    attention_maps,
    attention_penalty,
)


class HeadTrainer:
    """Trains the head and keeps the report; the convolutions stay as they are.

    Every member of the committee learns as if it were alone: losses are summed over members.
    """

    def __init__(
        self,
        head: ClassifierHead,
        source: LearningSource,
        config: TrackerConfig,
        generator: torch.Generator,
    ) -> None:
        self._head = head
        self._source = source
        self._learning = config.learning
        self._attention = config.attention
        self._generator = generator
        self._parameters = list(head.parameters())
        self._optimizer = self._new_optimizer(config.learning.rate)
        self.restart_report()

    @property
    def report(self) -> LearningReport:
        """How the learning went since `restart_report`."""
        target, background, *spreads = self._attention_numbers.tolist()
        first, second, third, fourth = spreads
        return LearningReport(
            self._steps,
            self._skipped,
            int(self._unattended),
            float(self._classification_loss),
            target,
            background,
            (first, second, third, fourth),
        )

    def restart_report(self) -> None:
        """Count from zero: a new target."""
        device = self._parameters[0].device
        self._steps = self._skipped = 0
        self._unattended = torch.zeros((), dtype=torch.int64, device=device)
        self._classification_loss = torch.zeros((), device=device)
        self._attention_numbers = torch.zeros(6, device=device)  # both penalties, four spreads

    def restart_descent(self, rate: float) -> None:
        """Forget the momentum, which belongs to old samples, and go on at `rate`."""
        self._optimizer = self._new_optimizer(rate)

    def step(self, positives: Samples, negatives: Samples) -> None:
        """One step on target and background samples; left out when anything is not finite."""
        is_attending = self._is_attending
        self._steps += 1
        with torch.enable_grad():
            loss = self._classification(positives, negatives)  # Eq. (1)
            if is_attending:
                penalty = self._penalty(positives, negatives)  # Eq. (2) and (3)
                loss = loss + self._weight(len(positives) + len(negatives)) * (
                    penalty.target + penalty.background
                )  # Eq. (4)
            # Only the head's gradients: `backward` would carry on into the convolutions.
            gradients = torch.autograd.grad(loss, self._parameters)
        for parameter, gradient in zip(self._parameters, gradients, strict=True):
            # The fused optimiser reads memory in order, whatever the strides say.
            parameter.grad = gradient.contiguous()
        norm = torch.nn.utils.clip_grad_norm_(self._parameters, self._learning.max_gradient)
        if torch.isfinite(loss + norm):
            self._optimizer.step()
        else:
            self._skipped += 1

    @property
    def _is_attending(self) -> bool:
        attention = self._attention
        # At weight 0 the maps are still taken, so that lambda 0 can be compared with others.
        return attention.enabled and self._steps % attention.every == 0

    def _weight(self, samples: int) -> float:
        """Lambda stands beside the sum of the cross entropies; beside their mean it is smaller."""
        weight = self._attention.weight
        return weight if self._learning.loss == "sum" else weight / samples

    def _classification(self, positives: Samples, negatives: Samples) -> Tensor:
        """Cross entropy of Eq. (1), summed over the members."""
        features = self._hide_modalities(torch.cat([positives.features, negatives.features]))
        labels = torch.full(
            (self._head.members, len(features)), BACKGROUND, device=features.device
        )
        labels[:, : len(positives)] = TARGET
        logits = self._head(features, self._generator)  # (members, N, 2)
        total = functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="sum")
        self._classification_loss = total.detach() / labels.numel()
        return total if self._learning.loss == "sum" else total / len(features)

    def _penalty(self, positives: Samples, negatives: Samples) -> AttentionPenalty:
        attention = self._attention
        some = slice(attention.samples)
        batch = Samples.join([positives.rows(some), negatives.rows(some)])
        generator = self._generator if attention.dropout else None
        logits, leaves = self._source.attend(batch, self._head, generator)
        maps = attention_maps(logits, leaves, attention, create_graph=True)
        penalty = attention_penalty(maps, min(len(positives), attention.samples), attention)
        self._unattended += penalty.valid == 0
        found = torch.stack([penalty.target, penalty.background]).detach() / self._head.members
        self._attention_numbers = torch.cat([found, penalty.spreads])
        return penalty

    def _hide_modalities(self, features: Tensor) -> Tensor:
        """Zero one modality of some rows, so that the head can do with either.

        Not when there is only one: its rows would say nothing at all.
        """
        share = self._learning.modality_dropout
        if share == 0 or not self._source.known.all():
            return features
        draws = torch.rand(len(features), generator=self._generator, device=features.device)
        shown = torch.stack([draws >= share / 2, draws <= 1 - share / 2], dim=1)  # (N, 2)
        halves = features.view(len(features), MODALITIES, -1)  # colour, thermal
        return (halves * shown[..., None].to(features)).flatten(1)

    def _new_optimizer(self, rate: float) -> torch.optim.Optimizer:
        learning, head = self._learning, self._head
        hidden = [*head.fc4.parameters(), *head.fc5.parameters()]
        last = list(head.domain_specific.parameters())
        return torch.optim.SGD(
            [
                {"params": hidden, "lr": rate},
                {"params": last, "lr": rate * learning.last_layer_factor},
            ],
            lr=rate,
            momentum=learning.momentum,
            weight_decay=learning.weight_decay,
            fused=True,
        )
