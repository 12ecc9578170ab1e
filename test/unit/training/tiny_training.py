"""A training of 28 weights on made-up pairs, for tests; run as a program, it can be killed."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rgbt_dualatt_ros.cli.command import end_in_order, run_command
from rgbt_dualatt_ros.core.attention_training_config import AttentionTrainingConfig
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.models.shared_batch_norm import SharedBatchNorm2d
from rgbt_dualatt_ros.models.weight_files import write_tensors
from rgbt_dualatt_ros.training.global_attention.answer_picture import AnswerPicture
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.global_attention.pair_samples import PairSamples
from rgbt_dualatt_ros.training.loop.objective import Loss
from rgbt_dualatt_ros.training.loop.start import StartMode, run_training
from rgbt_dualatt_ros.training.loop.trainer import TrainingParts

HEIGHT, WIDTH = 24, 32


class TinySource:
    """A warm square that has moved; colour is noise."""

    def __init__(self, pause_s: float = 0.0) -> None:
        self._pause_s = pause_s

    def draw(self, rng: np.random.Generator) -> LabelledPair:
        """As `PairSource`."""
        time.sleep(self._pause_s)
        first, first_boxes = self._frame(rng)
        search, search_boxes = self._frame(rng)
        return LabelledPair(first, search, first_boxes, search_boxes, search_boxes)

    @staticmethod
    def _frame(
        rng: np.random.Generator,
    ) -> tuple[FramePair, Boxes]:
        rgb = rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
        thermal = rng.integers(0, 100, (HEIGHT, WIDTH), np.uint8)
        x, y = rng.integers(0, WIDTH - 8), rng.integers(0, HEIGHT - 8)
        thermal[y : y + 8, x : x + 8] += 120
        return FramePair(rgb, thermal), np.array([[x, y, 8, 8]], np.float32)


class TinyObjective:
    """One convolution answers how warm it is; `spoilt` samples have a loss that is not finite.

    Args:
        spoilt: numbers of the steps, by the count of calls of `loss` in training.
        kind: plain; normalized, with layers that remember and that draw at random; or shared,
            with a normalisation over all ranks.
    """

    def __init__(self, spoilt: tuple[int, ...] = (), kind: str = "plain") -> None:
        self._spoilt = spoilt
        self._calls = 0
        self._kind = kind

    def build(self) -> nn.Module:
        """As `Objective`."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            # A bias before a normalisation does nothing; its gradient is nothing but rounding.
            layers: list[nn.Module] = [nn.Conv2d(1, 2, 3, padding=1, bias=self._kind == "plain")]
            if self._kind == "normalized":
                layers += [nn.BatchNorm2d(2), nn.Dropout(0.2)]
            elif self._kind == "shared":
                layers.append(SharedBatchNorm2d(2))
            return nn.Sequential(*layers, nn.Conv2d(2, 1, 3, padding=1))

    def prepare(self, pair: LabelledPair) -> dict[str, Tensor]:
        """As `Objective`."""
        mask = torch.zeros(1, HEIGHT, WIDTH)
        x, y, w, h = (int(number) for number in pair.search_boxes[0])
        mask[:, y : y + h, x : x + w] = 1
        return {"thermal": torch.from_numpy(pair.search.thermal)[None], "mask": mask}

    def loss(self, net: nn.Module, batch: Mapping[str, Tensor]) -> Loss:
        """As `Objective`."""
        total = functional.binary_cross_entropy_with_logits(
            self._logits(net, batch).float(), batch["mask"]
        )
        if net.training:
            self._calls += 1
            if self._calls in self._spoilt:
                total = total * float("nan")
        return Loss(total, {"twice": 2 * float(total.detach())})

    def maps(self, net: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        """As `Objective`."""
        with torch.no_grad():
            return torch.sigmoid(self._logits(net, batch))

    @staticmethod
    def _logits(net: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        logits: Tensor = net(batch["thermal"].float() / 255)
        return logits


def tiny_parts(
    spoilt: tuple[int, ...] = (), kind: str = "plain", pause_s: float = 0.0
) -> TrainingParts:
    """Objective and source of the tiny training."""
    objective = TinyObjective(spoilt, kind)
    samples = PairSamples(TinySource(pause_s), objective, 0)
    picture = AnswerPicture(samples, AttentionTrainingConfig(examples=2))
    return TrainingParts(objective, samples, samples, _save, picture)


def _save(net: nn.Module, path: Path, facts: Mapping[str, str]) -> None:
    write_tensors(net.state_dict(), path, facts)


def main() -> int:
    """`tiny_training.py FOLDER KIND PAUSE_S [NAME=VALUE ...]`: the loop as the command runs it.

    KIND is that of `TinyObjective`.
    """
    folder, kind, pause_s, *changes = sys.argv[1:]
    config = load_config(AttentionTrainingConfig, None, changes)
    parts = tiny_parts(kind=kind, pause_s=float(pause_s))
    result = run_training(config, lambda: parts, Path(folder), StartMode.AUTO, sys.argv)
    return 128 + result.signal if result.signal else 0


if __name__ == "__main__":
    end_in_order()
    sys.exit(run_command(main))
