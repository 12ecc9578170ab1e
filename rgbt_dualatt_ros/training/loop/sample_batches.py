"""Batches of training samples; sample i is always the same one, whoever draws it and when.

So a run goes on from nothing but its step, with any number of workers and ranks.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import cv2
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from rgbt_dualatt_ros.core.errors import RgbtError

Batch = dict[str, Tensor]
Numbers = tuple[int, ...]
"""Which samples make a batch."""
# Numbers of validation samples start here: no training gets as far.
VALIDATION = 2**48


class Samples(Protocol):
    """Training samples by number."""

    def sample(self, number: int) -> Batch:
        """Tensors of fixed shape, without the batch axis; equal numbers, equal samples.

        Numbers from `VALIDATION` on are of samples that nothing is learnt from.

        Raises:
            RgbtError: when it cannot be drawn.
        """


def numbers_of_part(
    step: int, part: int, batch: int, parts: int, ranks: tuple[int, int]
) -> Numbers:
    """The samples of one part of step `step` that one rank computes.

    Args:
        step: from 0; its samples are `step * batch` and those that follow.
        part: in [0, parts).
        batch: samples a step, over all ranks and parts; a multiple of parts times ranks.
        parts: in which each rank computes its share.
        ranks: this rank and how many there are; rank r takes the samples r, r + count, ...
    """
    rank, count = ranks
    mine = range(step * batch + rank, (step + 1) * batch, count)
    size = len(mine) // parts
    return tuple(mine[part * size : (part + 1) * size])


@dataclass(frozen=True, slots=True)
class _Refusal:
    """An error of a worker; sent as a value, because torch would put its traceback around it."""

    error: RgbtError


class _Batches(Dataset["Batch | _Refusal"]):
    def __init__(self, source: Samples) -> None:
        self._source = source

    def __getitem__(self, numbers: Numbers) -> Batch | _Refusal:
        try:
            samples = [self._source.sample(number) for number in numbers]
        except RgbtError as error:
            return _Refusal(error)
        return {name: torch.stack([each[name] for each in samples]) for name in samples[0]}


class SampleBatches:
    """Draws batches, in other processes when there are workers.

    Args:
        source: of the samples.
        workers: processes; 0 draws in this one.
        is_pinned: whether batches are put where a GPU fetches them faster.
    """

    def __init__(
        self,
        source: Samples,
        *,
        workers: int = 0,
        is_pinned: bool = False,
    ) -> None:
        self._drawn = _Batches(source)
        self._workers = workers
        self._is_pinned = is_pinned

    def draw(self, wanted: Iterable[Numbers]) -> Iterator[Batch]:
        """A batch for each of `wanted`, in this order.

        Raises:
            RgbtError: what the source raised.
        """
        # Each worker has one core. It must be said here: in a fork, OpenCV would wait for threads
        # that were left behind in this process.
        cv2.setNumThreads(1)
        loader = DataLoader(
            self._drawn,
            batch_size=None,
            sampler=wanted,
            num_workers=self._workers,
            collate_fn=_as_it_is,
            pin_memory=self._is_pinned,
            worker_init_fn=_begin_worker,
            multiprocessing_context=_start_method() if self._workers else None,
            generator=torch.Generator(),  # else it would take a number from torch's own
        )
        for drawn in loader:
            if isinstance(drawn, _Refusal):
                raise drawn.error
            yield drawn


def _as_it_is(batch: object) -> object:
    return batch


def _start_method() -> str:
    # A fork shares the clips that the source has read; anything else would copy them.
    return "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"


def _begin_worker(_number: int) -> None:
    # Ctrl-C reaches every process of the terminal. The trainer finishes its step and still needs
    # the workers; it ends them itself, by SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
