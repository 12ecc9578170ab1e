"""AnswerPicture: what a net answers to the first few validation pairs."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rgbt_dualatt_ros.core.training_loop_config import TrainingLoopConfig
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.global_attention.pair_pictures import draw_answers
from rgbt_dualatt_ros.training.global_attention.pair_samples import PairSamples, draw_pair
from rgbt_dualatt_ros.training.loop.optimization import autocast
from rgbt_dualatt_ros.training.loop.sample_batches import VALIDATION
from rgbt_dualatt_ros.training.loop.validation import on_device


class AnswerPicture:
    """Draws the same pairs every time.

    Args:
        samples: that a training is validated on.
        config: the settings of the training.
    """

    def __init__(self, samples: PairSamples, config: TrainingLoopConfig) -> None:
        self._samples = samples
        self._config = config

    def __call__(self, net: nn.Module, device: torch.device) -> NDArray[np.uint8]:
        """Pairs and answers `(H, W, 3)`, a row a pair."""
        net.eval()
        objective = self._samples.objective
        maps = []
        for pair in self._pairs:
            sample = {name: one[None] for name, one in objective.prepare(pair).items()}
            batch = on_device(sample, self._config, device)
            with autocast(self._config, device):
                found = objective.maps(net, batch)
            maps.append(found[0, 0].float().cpu().numpy())
        return draw_answers(self._pairs, maps)

    @cached_property
    def _pairs(self) -> list[LabelledPair]:
        source, seed = self._samples.source, self._samples.seed
        shown = range(VALIDATION, VALIDATION + self._config.examples)
        return [draw_pair(source, seed, number) for number in shown]
