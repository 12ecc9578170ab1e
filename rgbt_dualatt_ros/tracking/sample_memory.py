"""SampleMemory: samples of one class, first frame kept for ever, the rest in a ring."""

from __future__ import annotations

import torch
from torch import Tensor

from rgbt_dualatt_ros.core.learning_config import MemoryConfig
from rgbt_dualatt_ros.tracking.frame_features import Samples


class SampleMemory:
    """Samples of the target or of the background; all memory is reserved once.

    Draws come with repetition, so that a step costs the same however much is stored.
    """

    def __init__(self, frames: int, per_frame: int, config: MemoryConfig) -> None:
        """Room for `per_frame` samples of each of `frames` frames, and for the first frame."""
        self._frames = frames
        self._per_frame = per_frame
        self._config = config
        self._first = Samples.plain(torch.zeros(0, 0))
        self._ring = self._first
        self._added = 0

    @property
    def frames(self) -> int:
        """Later frames stored now."""
        return min(self._added, self._frames)

    @property
    def bytes(self) -> int:
        """Memory reserved; does not change after the first `restart`."""
        parts = (self._first, self._ring)
        return sum(each.features.nbytes + each.source.nbytes for each in parts)

    def restart(self, first: Samples) -> None:
        """Forget everything but `first`, which must not be empty.

        It is kept for ever, or (`memory.keep_first` off) like any other frame.
        """
        self._ring = Samples(
            self._reserve(self._ring.features, first.features),
            self._reserve(self._ring.source, first.source),
        )
        self._added = 0
        self._first = Samples(first.features.clone(), first.source.clone())
        if not self._config.keep_first:
            self._first = self._first.rows(slice(0))
            self.add(first)

    def add(self, samples: Samples) -> None:
        """Store a frame, repeated or cut to fill its place; the oldest frame goes.

        Nothing is stored when there are no samples.
        """
        if len(samples) == 0:
            return
        rows = torch.arange(self._per_frame, device=samples.features.device) % len(samples)
        place = self._added % self._frames * self._per_frame
        filled = slice(place, place + self._per_frame)
        self._ring.features[filled] = samples.features[rows]
        self._ring.source[filled] = samples.source[rows]
        self._added += 1

    def draw(self, count: int, last_frames: int, generator: torch.Generator) -> Samples:
        """`count` samples of the first frame and of the `last_frames` newest ones.

        The first frame has its share of rows by number, at least the share set.
        """
        stored = min(self.frames, last_frames)
        from_first = self._count_of_first(count, stored)
        old = self._first.rows(self._random(len(self._first), from_first, generator))
        if from_first == count:
            return old
        age = self._random(stored, count - from_first, generator)
        row = self._random(self._per_frame, count - from_first, generator)
        place = (self._added - 1 - age) % self._frames
        new = self._ring.rows(place * self._per_frame + row)
        return Samples.join([old, new]) if from_first else new

    def _count_of_first(self, count: int, stored: int) -> int:
        if len(self._first) == 0 or stored == 0:
            return count if stored == 0 else 0
        by_number = len(self._first) / (len(self._first) + stored * self._per_frame)
        return round(count * max(by_number, self._config.first_share))

    def _reserve(self, reserved: Tensor, first: Tensor) -> Tensor:
        shape = (self._frames * self._per_frame, *first.shape[1:])
        fits = reserved.shape == shape and reserved.device == first.device
        return reserved if fits and reserved.dtype == first.dtype else first.new_zeros(shape)

    def _random(self, below: int, count: int, generator: torch.Generator) -> Tensor:
        device = self._first.features.device
        return torch.randint(max(below, 1), (count,), generator=generator, device=device)
