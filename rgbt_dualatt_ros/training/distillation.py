"""Distillation: a small net learns the features of larger ones. Data, targets, optimiser, loop.

Teacher features are computed once for a fixed set of crops; the student sees each crop many
times under changing light, noise and blur and must keep answering the same components.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.core.training_config import DistillationConfig
from rgbt_dualatt_ros.training.crop_source import CropSource, disturb
from rgbt_dualatt_ros.training.distillation_targets import (
    TargetBasis,
    fit_basis,
    joined_features,
)
from rgbt_dualatt_ros.training.students import Student
from rgbt_dualatt_ros.training.teachers import Teacher, load_teacher
from rgbt_dualatt_ros.training.training_clips import read_clips

_log = logging.getLogger(__name__)
_BASIS_CROPS = 384
_HELD_OUT_SHARE = 0.04
_SAMPLE_CROPS = 64
_GRADIENT_NORM = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class DistillationResult:
    """How well a student answers on crops it was not trained on.

    Attributes:
        error: mean squared error relative to the variance of the components; 1 is "knows nothing".
        explained: share of the teachers' variance that the components hold.
        steps, seconds: how long it took.
        sample: a few of the crops `(N, 3, side, side)` in [0, 255], to measure the net on.
    """

    error: float
    explained: float
    steps: int
    seconds: float
    sample: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class _Lessons:
    """Crops `(N, side, side, 3)` uint8 and their components `(N, K, count, count)` float16."""

    crops: NDArray[np.uint8]
    components: Tensor

    def part(self, which: slice) -> _Lessons:
        return _Lessons(self.crops[which], self.components[which])


def distill(
    student: Student, data: Path, teachers: Sequence[Path], config: DistillationConfig
) -> DistillationResult:
    """Train `student` in place on the clips below `data`.

    Raises:
        DatasetError: when clips are missing or unreadable.
        WeightsError: when a teacher cannot be read.
        RgbtError: when the loss is no longer finite.
    """
    started = time.monotonic()
    if config.threads:
        torch.set_num_threads(config.threads)
    loaded = [load_teacher(path) for path in teachers]
    rng = np.random.default_rng(config.seed)
    source = CropSource(read_clips(data, config.frame_step), config, rng)
    crops = np.stack([source.draw() for _ in tqdm(range(config.crops), "crops")])
    lessons, basis = _teach(crops, loaded, student, config)
    held_out = max(1, int(config.crops * _HELD_OUT_SHARE))
    student.learning.to(memory_format=torch.channels_last)
    steps = _learn(student, lessons.part(slice(held_out, None)), config, rng)
    student.learning.eval()
    error = _relative_error(student, lessons.part(slice(held_out)))
    sample = _as_tensor(crops[:_SAMPLE_CROPS])
    seconds = time.monotonic() - started
    return DistillationResult(error, basis.explained, steps, seconds, sample)


def _teach(
    crops: NDArray[np.uint8],
    teachers: Sequence[Teacher],
    student: Student,
    config: DistillationConfig,
) -> tuple[_Lessons, TargetBasis]:
    places = student.places(config.crop_side)
    widths = [int(teacher(_as_tensor(crops[:1])).shape[1]) for teacher in teachers]

    def features(which: NDArray[np.uint8]) -> Iterator[Tensor]:
        for start in range(0, len(which), config.batch):
            with _precision(config):
                batch = _as_tensor(which[start : start + config.batch])
                yield joined_features(teachers, batch, places)

    basis = fit_basis(features(crops[:_BASIS_CROPS]), widths, student.components)
    _log.info("%d components hold %.3f of the variance", student.components, basis.explained)
    batches = -(-len(crops) // config.batch)
    answers = [
        basis.components(batch).half()
        for batch in tqdm(features(crops), "teachers", total=batches)
    ]
    return _Lessons(crops, torch.cat(answers)), basis


def _learn(
    student: Student, lessons: _Lessons, config: DistillationConfig, rng: np.random.Generator
) -> int:
    per_epoch = len(lessons.crops) // config.batch
    total = max(1, per_epoch * config.epochs)
    optimizer = torch.optim.AdamW(
        student.learning.parameters(), config.learning_rate, weight_decay=config.weight_decay
    )
    warm_up = max(1, total // 50)

    def rate(step: int) -> float:
        return min(1.0, (step + 1) / warm_up) * 0.5 * (1 + math.cos(math.pi * step / total))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    progress = tqdm(range(total), "student")
    order = np.zeros(0, np.int64)
    recent = 1.0
    for step in progress:
        if len(order) < config.batch:
            order = rng.permutation(len(lessons.crops))
        chosen, order = order[: config.batch], order[config.batch :]
        crops = np.stack([disturb(lessons.crops[index], rng) for index in chosen])
        with _precision(config):
            answers = student(_as_tensor(crops)).float()
        loss = _loss(answers, lessons.components[torch.from_numpy(chosen)].float())
        if not torch.isfinite(loss):
            raise RgbtError(
                f"the loss is not finite at step {step}; lower learning_rate "
                f"(now {config.learning_rate:g}) or use precision=fp32"
            )
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(student.learning.parameters(), _GRADIENT_NORM)
        optimizer.step()
        schedule.step()
        recent += 0.02 * (float(loss.detach()) - recent)
        progress.set_postfix(error=f"{recent:.3f}", refresh=False)
    return total


def _loss(answers: Tensor, wanted: Tensor) -> Tensor:
    return (answers - wanted).square().mean()


@torch.inference_mode()
def _relative_error(student: Student, lessons: _Lessons) -> float:
    errors = [
        float(_loss(student(_as_tensor(crop[None])), wanted[None].float()))
        for crop, wanted in zip(lessons.crops, lessons.components, strict=True)
    ]
    nothing = lessons.components.float().square().mean()
    return float(np.mean(errors) / float(nothing))


def _as_tensor(crops: NDArray[np.uint8]) -> Tensor:
    planes = torch.from_numpy(crops).permute(0, 3, 1, 2).float()  # (N, 3, side, side)
    return planes.contiguous(memory_format=torch.channels_last)


def _precision(config: DistillationConfig) -> torch.autocast:
    return torch.autocast("cpu", torch.bfloat16, enabled=config.precision == "bf16")
