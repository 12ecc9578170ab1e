"""JumpingSequence: a real sequence replayed so that its target jumps across the image once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes, clip_to_image
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.time_units import NS_PER_S
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation.disappearances import has_jumped
from rgbt_dualatt_ros.evaluation.metrics import has_area

JUMP_KINDS = {
    "mirror": "from some frame on left and right change places",
    "shift": "from some frame on the image is turned sideways, its edge set against the other",
    "cut": "a part of the sequence is left out",
}
_BEFORE, _AFTER = 60, 45
"""Frames before and after the jump; a short sequence is played to and fro."""
_FEWEST_BEFORE = 15
_SHIFTS = (0.5, 0.4, 0.6, 0.3, 0.7)
"""Tried in this order, shares of the image's width."""
_PERIOD_NS = NS_PER_S // 30


@dataclass(frozen=True, slots=True)
class _Step:
    """One frame: which of the source, and what is done to it."""

    source: int
    is_mirrored: bool = False
    shift_px: int = 0

    def image(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if self.is_mirrored:
            return np.ascontiguousarray(image[:, ::-1])
        return np.roll(image, self.shift_px, axis=1) if self.shift_px else image

    def box(self, box: NDArray[np.float32], width: int) -> NDArray[np.float32]:
        x, y, w, h = box
        if self.is_mirrored:
            x = width - x - w
        return np.array([(x + self.shift_px) % width if self.shift_px else x, y, w, h], np.float32)


class JumpingSequence:
    """A sequence with one jump; implements `RgbtSequence`.

    Frames before and after the jump follow each other as in the source, forwards or backwards, so
    that nothing else moves in an unusual way. The frames that are used are kept in memory.

    Args:
        sequence: has truth in most frames.
        kind: one of `JUMP_KINDS`.

    Raises:
        DatasetError: when no such jump leads far enough (`disappearances.JUMP`).
    """

    def __init__(self, sequence: RgbtSequence, kind: str) -> None:
        self._sequence = sequence
        self.name = f"{sequence.name}@{kind}"
        self.attributes = (*sequence.attributes, kind.upper())
        size = next(iter(sequence.pairs())).size
        before, after = _plan(sequence, kind, size)
        self._steps = [*before, *after]
        self.jumps = (len(before),)
        self.truth: Boxes = np.array(
            [each.box(sequence.truth[each.source], size.width) for each in self._steps], np.float32
        )

    def __len__(self) -> int:
        return len(self._steps)

    def pairs(self) -> Iterator[FramePair]:
        """Every pair in order, 30 a second; see `RgbtSequence.pairs`."""
        wanted = {each.source for each in self._steps}
        kept: dict[int, FramePair] = {}
        for index, pair in enumerate(self._sequence.pairs()):
            if index in wanted:
                kept[index] = pair
            if len(kept) == len(wanted):
                break
        for number, step in enumerate(self._steps):
            pair = kept[step.source]
            yield FramePair(step.image(pair.rgb), step.image(pair.thermal), number * _PERIOD_NS)


def _plan(sequence: RgbtSequence, kind: str, size: ImageSize) -> tuple[list[_Step], list[_Step]]:
    """Frames before and after the jump."""
    truth = sequence.truth
    for before, after in _cuts(truth) if kind == "cut" else _turns(truth, kind, size):
        ends = [each.box(truth[each.source], size.width) for each in (before[-1], after[0])]
        if (
            has_area(np.stack(ends)).all()
            and has_jumped(*ends)
            and not _is_torn(after, truth, size)
        ):
            return before, after
    raise DatasetError(
        f"the target of {sequence.name} cannot jump far enough by {kind}; leave it out"
    )


def _turns(truth: Boxes, kind: str, size: ImageSize) -> Iterator[tuple[list[_Step], list[_Step]]]:
    """Every way to mirror or shift the frames from some frame on, the latest first."""
    frames = _to_and_fro(0, min(len(truth), _BEFORE), _BEFORE + _AFTER)
    turns = [(True, 0)] if kind == "mirror" else [(False, round(s * size.width)) for s in _SHIFTS]
    for count in range(_BEFORE, _FEWEST_BEFORE - 1, -1):
        before = [_Step(source) for source in frames[:count]]
        for is_mirrored, shift in turns:
            yield before, [_Step(each, is_mirrored, shift) for each in frames[count:]]


def _cuts(truth: Boxes) -> Iterator[tuple[list[_Step], list[_Step]]]:
    """Every way to leave frames out, the earliest first, of these that over the longest way."""
    for last in range(min(_FEWEST_BEFORE, len(truth)) - 1, len(truth)):
        ways = np.abs(truth[last + 1 :, 0] - truth[last, 0])
        for place in np.argsort(-np.nan_to_num(ways), kind="stable"):
            after = _to_and_fro(last + 1 + int(place), len(truth), _AFTER)
            yield [_Step(source) for source in range(last + 1)], [_Step(each) for each in after]


def _to_and_fro(first: int, end: int, count: int) -> list[int]:
    """`count` frames from `first` to `end - 1`, back again, and so on."""
    there = list(range(first, end))
    round_trip = there + there[-2:0:-1]
    return [round_trip[index % len(round_trip)] for index in range(count)]


def _is_torn(steps: Sequence[_Step], truth: Boxes, size: ImageSize) -> bool:
    """Whether the seam of a shift goes through the target in some frame."""
    known = [each for each in steps if each.shift_px and has_area(truth[[each.source]])[0]]
    if not known:
        return False
    inside = clip_to_image(truth[[each.source for each in known]], size, 1)
    lefts = [each.box(box, size.width)[0] for each, box in zip(known, inside, strict=True)]
    return bool((np.array(lefts) + inside[:, 2] > size.width).any())
