"""Validation: the loss of the averaged net on pairs that are the same every time, and pictures."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rgbt_dualatt_ros.core.attention_training_config import AttentionTrainingConfig
from rgbt_dualatt_ros.training.global_attention.labelled_pair import PairSource
from rgbt_dualatt_ros.training.global_attention.objective import Objective
from rgbt_dualatt_ros.training.global_attention.optimization import autocast
from rgbt_dualatt_ros.training.global_attention.pair_pictures import draw_answers
from rgbt_dualatt_ros.training.global_attention.ranks import Ranks
from rgbt_dualatt_ros.training.global_attention.sample_batches import (
    VALIDATION,
    Batch,
    Numbers,
    SampleBatches,
    draw_pair,
)


class Validation:
    """Pairs that nothing is learnt from, drawn once and kept; each rank has some of them.

    Args:
        source: of pairs; only their numbers tell them from training pairs when it is the same.
        objective: of the net.
        config: the settings of the training.
        ranks: the processes that train together.

    Raises:
        RgbtError: what the source raises.
    """

    def __init__(
        self,
        source: PairSource,
        objective: Objective,
        config: AttentionTrainingConfig,
        ranks: Ranks,
    ) -> None:
        self._objective = objective
        self._config = config
        self._ranks = ranks
        batches = SampleBatches(source, objective, config.seed, workers=config.workers)
        self._batches = list(batches.draw(self._numbers()))
        shown = range(VALIDATION, VALIDATION + config.examples) if ranks.is_first else ()
        self._shown = [draw_pair(source, config.seed, number) for number in shown]

    @torch.no_grad()
    def losses(self, net: nn.Module) -> dict[str, float]:
        """Mean loss and its parts over all pairs, at least one; every rank must call it."""
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

    def picture(self, net: nn.Module) -> NDArray[np.uint8]:
        """What the net answers to the first few pairs `(H, W, 3)`."""
        net.eval()
        maps = []
        for pair in self._shown:
            sample = {name: one[None] for name, one in self._objective.prepare(pair).items()}
            batch = on_device(sample, self._config, self._ranks.device)
            with autocast(self._config, self._ranks.device):
                found = self._objective.maps(net, batch)
            maps.append(found[0, 0].float().cpu().numpy())
        return draw_answers(self._shown, maps)

    def _numbers(self) -> list[Numbers]:
        """The batches of this rank."""
        config, count = self._config, self._ranks.count
        size = max(1, config.batch // (config.accumulation * count))
        mine = range(VALIDATION + self._ranks.rank, VALIDATION + config.validation_pairs, count)
        return [tuple(mine[at : at + size]) for at in range(0, len(mine), size)]


def on_device(batch: Batch, config: AttentionTrainingConfig, device: torch.device) -> Batch:
    """The batch where the net is, images in its memory order."""
    moved = {name: value.to(device, non_blocking=True) for name, value in batch.items()}
    if not config.channels_last:
        return moved
    return {
        name: value.contiguous(memory_format=torch.channels_last) if value.ndim == 4 else value
        for name, value in moved.items()
    }
