"""Optimiser, learning rate, and one step: parts of a batch, mixed precision, the NaN guard."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from rgbt_dualatt_ros.core.training_loop_config import TrainingLoopConfig
from rgbt_dualatt_ros.training.loop.objective import Objective
from rgbt_dualatt_ros.training.loop.ranks import Ranks
from rgbt_dualatt_ros.training.loop.sample_batches import Batch

_ENCODER = "encoder."  # every net calls its own so
_SHARE = "share"  # of the learning rate, in the optimiser's groups
_PRECISIONS = {"bfloat16": torch.bfloat16, "float16": torch.float16}


def learning_rate(config: TrainingLoopConfig, step: int) -> float:
    """Of step `step`, from 0: rises through the warm-up, then stays or falls to nothing."""
    total = config.total_steps
    rate = config.learning_rate * min(1.0, (step + 1) / max(1, config.warm_up))
    if config.schedule == "cosine":
        rate *= 0.5 * (1 + math.cos(math.pi * step / total))
    return rate


def build_optimizer(net: nn.Module, config: TrainingLoopConfig) -> torch.optim.Optimizer:
    """Of every weight that learns; what an encoder brought along may learn more slowly."""
    encoder: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, weight in net.named_parameters():
        if weight.requires_grad:
            (encoder if name.startswith(_ENCODER) else others).append(weight)
    groups = [
        {"params": weights, _SHARE: share}
        for weights, share in ((others, 1.0), (encoder, config.encoder_rate))
        if weights
    ]
    rate, decay = config.learning_rate, config.weight_decay
    if config.optimizer == "adagrad":
        return torch.optim.Adagrad(groups, rate, weight_decay=decay)
    if config.optimizer == "sgd":
        return torch.optim.SGD(groups, rate, config.momentum, weight_decay=decay)
    return torch.optim.AdamW(groups, rate, weight_decay=decay)


def autocast(config: TrainingLoopConfig, device: torch.device) -> torch.autocast:
    """Compute with the precision of the settings."""
    kind = _PRECISIONS.get(config.precision)
    return torch.autocast(device.type, kind or torch.bfloat16, enabled=kind is not None)


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What one step did; numbers are means over all ranks and parts.

    Attributes:
        gradient_norm: before it was shortened.
        is_skipped: the loss or the gradient was not finite, and the weights stayed as they were.
    """

    loss: float
    gradient_norm: float
    is_skipped: bool
    parts: dict[str, float] = field(default_factory=dict)


class _LossOfNet(nn.Module):
    """The whole way from a batch to its loss, as the one module that DDP wants."""

    def __init__(self, net: nn.Module, objective: Objective) -> None:
        super().__init__()
        self.net = net
        self.parts: dict[str, float] = {}
        self._objective = objective

    def forward(self, batch: Batch) -> Tensor:
        loss = self._objective.loss(self.net, batch)
        self.parts = dict(loss.parts)
        return loss.total


class Stepper:
    """Teaches `net` one batch after the other.

    Attributes:
        optimizer: holds its state.
        scaler: keeps small gradients of float16 from becoming 0; else it does nothing.
    """

    def __init__(
        self, net: nn.Module, objective: Objective, config: TrainingLoopConfig, ranks: Ranks
    ) -> None:
        self.optimizer = build_optimizer(net, config)
        self.scaler = torch.amp.GradScaler(
            ranks.device.type, enabled=config.precision == "float16"
        )
        self._net = net
        self._config = config
        self._ranks = ranks
        self._loss_of_net = _LossOfNet(net, objective)
        self._shared: DistributedDataParallel | None = None
        if ranks.count > 1:
            devices = [ranks.device] if ranks.device.type == "cuda" else None
            self._shared = DistributedDataParallel(self._loss_of_net, devices)

    def learn(self, step: int, batches: Iterable[Batch]) -> StepOutcome:
        """One step from the parts of its batch; step counts from 0."""
        statistics = [buffer.clone() for buffer in self._net.buffers()]
        found = self._add_gradients(list(batches))
        self.scaler.unscale_(self.optimizer)
        limit = self._config.max_gradient_norm or math.inf
        weights = [weight for weight in self._net.parameters() if weight.requires_grad]
        norm = float(nn.utils.clip_grad_norm_(weights, limit))
        outcome = self._agree(found, norm)
        if outcome.is_skipped:
            with torch.no_grad():
                for buffer, before in zip(self._net.buffers(), statistics, strict=True):
                    buffer.copy_(before)
        else:
            for group in self.optimizer.param_groups:
                group["lr"] = group[_SHARE] * learning_rate(self._config, step)
            self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)
        return outcome

    def _add_gradients(self, batches: list[Batch]) -> dict[str, float]:
        """Back through every part; the losses by name, means over the parts."""
        means: dict[str, float] = {}
        for index, batch in enumerate(batches):
            with self._without_exchange(is_last=index == len(batches) - 1):
                with autocast(self._config, self._ranks.device):
                    total: Tensor = (self._shared or self._loss_of_net)(batch)
                self.scaler.scale(total / len(batches)).backward()  # type: ignore[no-untyped-call]
            losses = {"loss": float(total.detach()), **self._loss_of_net.parts}
            for name, value in losses.items():
                means[name] = means.get(name, 0.0) + value / len(batches)
        return means

    def _without_exchange(self, *, is_last: bool) -> AbstractContextManager[None]:
        # Ranks exchange gradients once a step, after its last part.
        if self._shared is None or is_last:
            return nullcontext()
        exchange: AbstractContextManager[None] = self._shared.no_sync()
        return exchange

    def _agree(self, found: dict[str, float], norm: float) -> StepOutcome:
        """Ranks must skip the same steps, or their weights would part."""
        is_bad = not (math.isfinite(found["loss"]) and math.isfinite(norm))
        *sums, bad = self._ranks.sums([*found.values(), float(is_bad)])
        means = {name: value / self._ranks.count for name, value in zip(found, sums, strict=True)}
        return StepOutcome(means.pop("loss"), norm, bad > 0, means)
