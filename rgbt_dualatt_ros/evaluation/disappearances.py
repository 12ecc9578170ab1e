"""When a target disappears or jumps, and when it is there again: read from the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.evaluation import metrics
from rgbt_dualatt_ros.evaluation.charts import spans_of

FEWEST_ABSENT = 5
"""Frames; a target that is away for less was hidden by something in passing."""
JUMP = 2.0
"""At least so many widths or heights of its box, along the same axis, a target jumps."""
SOON = 15
"""Frames in which the target shall be found again."""
HOLD = 5
"""Frames in a row that make a finding, or a false one."""
FEWEST_AFTER = SOON + HOLD - 1
"""With fewer frames after it nobody can be judged, and the disappearance does not count."""

Boxes = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Disappearance:
    """A time without the target, or a jump, which is one of no length.

    Attributes:
        start: first frame without the target; of a jump the first at the new place.
        back: first frame with the target again.
        end: where judging ends: the next disappearance, or the end of the sequence.
    """

    start: int
    back: int
    end: int


def disappearances(truth: Boxes, jumps: Sequence[int] = ()) -> list[Disappearance]:
    """All that can be judged, in order.

    Args:
        truth: `(N, 4)` xywh; NaN or without area where the target is absent.
        jumps: first frames at a new place.
    """
    spans = sorted([*_absences(truth), *((frame, frame) for frame in jumps)])
    starts = [*(start for start, _ in spans), len(truth)]
    return [
        Disappearance(start, back, end)
        for (start, back), end in zip(spans, starts[1:], strict=True)
        if end - back >= FEWEST_AFTER
    ]


def has_jumped(before: NDArray[np.floating], after: NDArray[np.floating]) -> bool:
    """Whether a target at `before` that is then at `after` has jumped; both `(4,)`."""
    way = np.abs((after[:2] + after[2:] / 2) - (before[:2] + before[2:] / 2))
    return bool((way > JUMP * before[2:]).any())


def _absences(truth: Boxes) -> list[tuple[int, int]]:
    return [
        (start, back)
        for start, back in spans_of(~metrics.has_area(truth))
        if back - start >= FEWEST_ABSENT and back < len(truth)
    ]
