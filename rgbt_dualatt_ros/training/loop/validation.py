"""Validation: the loss of the averaged net on samples that are the same every time."""

from __future__ import annotations

import torch
from torch import nn

from rgbt_dualatt_ros.core.training_loop_config import TrainingLoopConfig
from rgbt_dualatt_ros.training.loop.objective import Objective
from rgbt_dualatt_ros.training.loop.optimization import autocast
from rgbt_dualatt_ros.training.loop.ranks import Ranks
from rgbt_dualatt_ros.training.loop.sample_batches import (
    VALIDATION,
    Batch,
    Numbers,
    SampleBatches,
    Samples,
)


class Validation:
    """Samples that nothing is learnt from, drawn once and kept; each rank has some of them.

    Args:
        source: of samples; only their numbers tell them from training ones when it is the same.
        objective: of the net.
        config: the settings of the training.
        ranks: the processes that train together.

    Raises:
        RgbtError: what the source raises.
    """

    def __init__(
        self,
        source: Samples,
        objective: Objective,
        config: TrainingLoopConfig,
        ranks: Ranks,
    ) -> None:
        self._objective = objective
        self._config = config
        self._ranks = ranks
        batches = SampleBatches(source, workers=config.workers)
        self._batches = list(batches.draw(self._numbers()))

    @torch.no_grad()
    def losses(self, net: nn.Module) -> dict[str, float]:
        """Mean loss and its parts over all samples, at least one; every rank must call it."""
        sums: dict[str, float] = {}
        count = 0.0
        net.eval()
        for drawn in self._batches:
            batch = on_device(drawn, self._config, self._ranks.device)
            with autocast(self._config, self._ranks.device):
                loss = self._objective.loss(net, batch)
            size = len(next(iter(batch.values())))
            for name, value in {"loss": float(loss.total), **loss.parts}.items():
                sums[name] = sums.get(name, 0.0) + value * size
            count += size
        *totals, total = self._ranks.sums([*sums.values(), count])
        return {name: value / total for name, value in zip(sums, totals, strict=True)}

    def _numbers(self) -> list[Numbers]:
        """The batches of this rank."""
        config, count = self._config, self._ranks.count
        size = max(1, config.batch // (config.accumulation * count))
        mine = range(VALIDATION + self._ranks.rank, VALIDATION + config.validation_pairs, count)
        return [tuple(mine[at : at + size]) for at in range(0, len(mine), size)]


def on_device(batch: Batch, config: TrainingLoopConfig, device: torch.device) -> Batch:
    """The batch where the net is, images in its memory order."""
    moved = {name: value.to(device, non_blocking=True) for name, value in batch.items()}
    if not config.channels_last:
        return moved
    return {
        name: value.contiguous(memory_format=torch.channels_last) if value.ndim == 4 else value
        for name, value in moved.items()
    }
