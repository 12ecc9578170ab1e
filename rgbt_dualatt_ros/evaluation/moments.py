"""The worst moments of a run: where a person should look first."""

from __future__ import annotations

import numpy as np

from rgbt_dualatt_ros.evaluation.charts import spans_of
from rgbt_dualatt_ros.evaluation.metrics import Values

_BAD_OVERLAP = 0.5


def worst_frames(overlaps: Values, count: int) -> list[int]:
    """At most `count` frames in order of time, few of them from the same trouble.

    From each of the longest stretches of bad overlap comes the frame just after it began, where
    the cause can still be seen. When there are fewer stretches than frames wanted, the frames of
    lowest overlap far from the others are added.

    Args:
        overlaps: `(N,)`, NaN where not scored.
        count: pictures wanted.
    """
    filled = np.where(np.isnan(overlaps), np.inf, overlaps)
    distance = max(3, len(overlaps) // 12)
    stretches = sorted(
        spans_of(filled < _BAD_OVERLAP), key=lambda span: span[1] - span[0], reverse=True
    )
    begun = [start + min(3, (end - start) // 2) for start, end in stretches]
    lowest = [int(index) for index in np.argsort(filled, kind="stable")]
    chosen: list[int] = []
    for frame in [*begun, *lowest]:
        is_far = all(abs(frame - other) >= distance for other in chosen)
        if len(chosen) < count and is_far and np.isfinite(filled[frame]) and frame > 0:
            chosen.append(frame)
    return sorted(chosen)
