"""SamplePicture: some validation crops of a few videos, and how sure the net is of each."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rgbt_dualatt_ros.core.local_training_config import LocalTrainingConfig
from rgbt_dualatt_ros.training.local_attention.domain_objective import DomainObjective
from rgbt_dualatt_ros.training.local_attention.domain_samples import DomainSamples
from rgbt_dualatt_ros.training.loop.sample_batches import VALIDATION
from rgbt_dualatt_ros.visualization.drawing import WHITE, Color, RgbImage, draw_tag

_SHOWN = 6  # target samples of a video, and as many background ones
_FRAME = 3
_TARGET: Color = (60, 205, 95)
_BACKGROUND: Color = (205, 70, 60)


class SamplePicture:
    """Draws the same crops every time: green frames around targets, red ones around background.

    Args:
        samples: that a training is validated on.
        objective: of the net.
        config: the settings of the training.
    """

    def __init__(
        self, samples: DomainSamples, objective: DomainObjective, config: LocalTrainingConfig
    ) -> None:
        self._samples = samples
        self._objective = objective
        self._config = config

    def __call__(self, net: nn.Module, device: torch.device) -> NDArray[np.uint8]:
        """`(H, W, 3)`: a video in two rows, colour above thermal, with what the net says."""
        net.eval()
        positives = self._config.samples.frames * self._config.samples.positives
        rows = []
        for sample in self._shown:
            count = len(sample["crops"])
            targets = np.linspace(0, positives - 1, _SHOWN).astype(int)
            others = np.linspace(positives, count - 1, _SHOWN).astype(int)
            index = torch.from_numpy(np.concatenate([targets, others]))
            crops = sample["crops"][index]
            chosen = {"crops": crops.to(device), "domain": sample["domain"].to(device)}
            scores = self._objective.scores(net, chosen).cpu().tolist()
            rows.append(_row(crops, scores))
        return np.concatenate(rows)

    @cached_property
    def _shown(self) -> list[dict[str, Tensor]]:
        count = self._config.examples
        return [self._samples.sample(VALIDATION + number) for number in range(count)]


def _row(crops: Tensor, scores: list[float]) -> RgbImage:
    columns = []
    for place, (crop, score) in enumerate(zip(crops.numpy(), scores, strict=True)):
        thermal = np.repeat(crop[3:].transpose(1, 2, 0), 3, axis=2)
        column = np.ascontiguousarray(np.concatenate([crop[:3].transpose(1, 2, 0), thermal]))
        draw_tag(column, f"{score:.2f}", (4, 4), WHITE)
        color = _TARGET if place < _SHOWN else _BACKGROUND
        framed = np.empty((len(column) + 2 * _FRAME, column.shape[1] + 2 * _FRAME, 3), np.uint8)
        framed[:] = color
        framed[_FRAME:-_FRAME, _FRAME:-_FRAME] = column
        columns.append(framed)
    return np.concatenate(columns, axis=1)
