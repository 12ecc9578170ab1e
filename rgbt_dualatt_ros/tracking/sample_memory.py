"""SampleMemory: box features of one class, first frame kept for ever, the rest in a ring."""

from __future__ import annotations

import torch
from torch import Tensor


class SampleMemory:
    """Features of the target or of the background; all memory is reserved once.

    Draws come with repetition, so that a step costs the same however much is stored.
    """

    def __init__(self, frames: int, per_frame: int, first_share: float) -> None:
        self._frames = frames
        self._per_frame = per_frame
        self._first_share = first_share
        self._first = torch.zeros(0, 0)
        self._ring = torch.zeros(0, 0, 0)
        self._added = 0

    @property
    def frames(self) -> int:
        """Later frames stored now."""
        return min(self._added, self._frames)

    @property
    def bytes(self) -> int:
        """Memory reserved; does not change after the first `restart`."""
        return self._first.nbytes + self._ring.nbytes

    def restart(self, first: Tensor) -> None:
        """Forget everything; keep `first` `(n, width)`, n > 0, for ever."""
        self._first = first.clone()
        self._added = 0
        shape = (self._frames, self._per_frame, first.shape[1])
        if self._ring.shape != shape or self._ring.device != first.device:
            self._ring = first.new_zeros(shape)

    def add(self, features: Tensor) -> None:
        """Store a frame's `(n, width)`, repeated to fill its place; the oldest frame goes.

        Nothing is stored when n is 0.
        """
        if len(features) == 0:
            return
        repeats = -(-self._per_frame // len(features))
        self._ring[self._added % self._frames] = features.repeat(repeats, 1)[: self._per_frame]
        self._added += 1

    def draw(self, count: int, last_frames: int, generator: torch.Generator) -> Tensor:
        """`(count, width)` rows of the first frame and of the `last_frames` newest ones.

        The first frame has its share of rows by number, at least the share set.
        """
        stored = min(self.frames, last_frames)
        by_number = len(self._first) / (len(self._first) + stored * self._per_frame)
        from_first = round(count * max(by_number, self._first_share)) if stored else count
        old = self._first[self._random(len(self._first), from_first, generator)]
        if from_first == count:
            return old
        age = self._random(stored, count - from_first, generator)
        row = self._random(self._per_frame, count - from_first, generator)
        return torch.cat([old, self._ring[(self._added - 1 - age) % self._frames, row]])

    def _random(self, below: int, count: int, generator: torch.Generator) -> Tensor:
        return torch.randint(below, (count,), generator=generator, device=self._first.device)
