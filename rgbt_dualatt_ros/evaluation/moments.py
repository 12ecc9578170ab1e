"""The worst moments of a run: where a person should look first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rgbt_dualatt_ros.evaluation.charts import spans_of
from rgbt_dualatt_ros.evaluation.metrics import Values

_BAD_OVERLAP = 0.5
_AFTER_THE_START = 4


def worst_frames(overlaps: Values, count: int) -> list[int]:
    """At most `count` frames in order of time, as different as possible.

    From each of the longest stretches of bad overlap comes the frame just after it began, where
    the cause can still be seen; then the middle of the longest one; then the frames of lowest
    overlap outside of them.

    Args:
        overlaps: `(N,)`, NaN where not scored.
        count: pictures wanted.
    """
    is_bad = np.nan_to_num(overlaps, nan=1.0) < _BAD_OVERLAP
    distance = max(3, len(overlaps) // 12)
    chosen: list[int] = []
    for frame in _candidates(overlaps, is_bad):
        if len(chosen) < count and all(abs(frame - other) >= distance for other in chosen):
            chosen.append(frame)
    return sorted(chosen)


def _candidates(overlaps: Values, is_bad: np.ndarray) -> Iterator[int]:
    stretches = sorted(spans_of(is_bad), key=lambda span: span[0] - span[1])
    for start, end in stretches:
        yield start + min(_AFTER_THE_START, (end - start) // 2)
    for start, end in stretches[:1]:
        yield (start + end) // 2
    for frame in np.argsort(np.where(is_bad, np.inf, overlaps), kind="stable"):
        # The initial frame shows nothing; NaN is sorted to the end.
        if frame > 0 and not is_bad[frame] and np.isfinite(overlaps[frame]):
            yield int(frame)
