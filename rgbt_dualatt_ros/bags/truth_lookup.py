"""True boxes by the stamp of the colour image they were drawn on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box_array import Boxes


class TruthLookup:
    """True boxes looked up by stamp: the equal stamp first, else the nearest in half a period.

    Args:
        boxes: stamps, ns, each with its xywh `(4,)`, NaN where the target is absent; of two with
            one stamp the later counts.
    """

    def __init__(self, boxes: Sequence[tuple[int, NDArray[np.float32]]]) -> None:
        by_stamp = dict(boxes)
        self._stamps_ns = np.array(sorted(by_stamp), np.int64)
        self._rows = [by_stamp[stamp_ns] for stamp_ns in self._stamps_ns.tolist()]

    def at(self, stamps_ns: NDArray[np.int64]) -> Boxes:
        """True boxes `(N, 4)` of the colour images with these stamps `(N,)`; NaN where none."""
        found = np.full((len(stamps_ns), 4), np.nan, np.float32)
        if not self._rows:
            return found
        limit_ns = self._half_period_ns(stamps_ns)
        after = np.searchsorted(self._stamps_ns, stamps_ns)
        last = len(self._rows) - 1
        for index, stamp_ns in enumerate(stamps_ns.tolist()):
            near = {min(int(after[index]), last), max(int(after[index]) - 1, 0)}
            nearest = min(near, key=lambda row: abs(int(self._stamps_ns[row]) - stamp_ns))
            if abs(int(self._stamps_ns[nearest]) - stamp_ns) <= limit_ns:
                found[index] = self._rows[nearest]
        return found

    def _half_period_ns(self, stamps_ns: NDArray[np.int64]) -> float:
        """Half of the usual time between images; 0, that is equal stamps only, for one image."""
        if len(stamps_ns) < 2:
            return 0.0
        return float(np.median(np.abs(np.diff(stamps_ns)))) / 2
