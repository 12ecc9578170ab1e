"""The range of thermal counts that becomes grey levels, kept steady from frame to frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GREY_LEVELS = 255.0

# A camera's shutter closes for 0.2 to 0.5 s to calibrate itself: that many frames at 30 Hz.
_PATIENCE_FRAMES = 15
# A frame whose range is so much smaller than usual shows the shutter, not the scene.
_SHUTTER_SHARE = 0.25
# With more than this share of pixels black or white the scene, not one object in it, has changed.
_CHANGED_SHARE = 0.5
_SAMPLE_PIXELS = 20_000


@dataclass(frozen=True, slots=True)
class CountRange:
    """Counts shown as black and as white."""

    low: float
    high: float

    @property
    def span(self) -> float:
        """Counts from black to white."""
        return self.high - self.low


class CountSample:
    """Some counts of a frame, evenly spread over it, in rising order."""

    def __init__(self, image: NDArray[np.uint16] | NDArray[np.float32]) -> None:
        step = max(1, math.ceil(math.sqrt(image.size / _SAMPLE_PIXELS)))
        counts = image[::step, ::step].ravel()
        if counts.dtype == np.uint16:
            # For 16-bit numbers the stable sort is a radix sort, several times faster.
            self._counts = np.sort(counts, kind="stable")
        else:
            self._counts = np.sort(counts[np.isfinite(counts)])

    def __len__(self) -> int:
        return self._counts.size

    def percentiles(self, low: float, high: float) -> CountRange:
        """Range from the count below which are `low` percent, to that of `high` percent."""
        last = self._counts.size - 1
        return CountRange(
            float(self._counts[round(last * low / 100)]),
            float(self._counts[round(last * high / 100)]),
        )

    def share_outside(self, counts: CountRange) -> float:
        """Share of the counts, [0, 1], that are below or above the range."""
        below = np.searchsorted(self._counts, counts.low, "left")
        within = np.searchsorted(self._counts, counts.high, "right") - below
        return 1.0 - float(within) / self._counts.size


class SmoothedRange:
    """Follows the percentiles of the scene slowly enough that nothing flickers.

    A frame without contrast (dead, or a closed shutter) does not move the range. A scene that is
    altogether different is taken over when it has lasted longer than a shutter closes.

    Args:
        smoothing: weight of the past, [0, 1).
        max_drift: grey levels by which the grey of a constant count may change per frame.
    """

    def __init__(self, smoothing: float, max_drift: float) -> None:
        self._smoothing = smoothing
        self._max_drift = max_drift
        self._range: CountRange | None = None
        self._unusual_frames = 0

    @property
    def range(self) -> CountRange | None:
        """The range of the last frame; None before the first one with contrast."""
        return self._range

    def forget(self) -> None:
        """Take the next frame as the first."""
        self._range = None
        self._unusual_frames = 0

    def update(self, sample: CountSample, wanted: CountRange) -> None:
        """Move towards `wanted`, the percentiles of this frame."""
        current = self._range
        if not wanted.span > 0:
            return
        if current is None:
            self._range = wanted
            return
        is_other_scene = sample.share_outside(current) > _CHANGED_SHARE
        if is_other_scene or wanted.span < _SHUTTER_SHARE * current.span:
            self._unusual_frames += 1
            if self._unusual_frames < _PATIENCE_FRAMES:
                return
        else:
            self._unusual_frames = 0
        self._range = wanted if is_other_scene else self._moved(current, wanted)

    def _moved(self, current: CountRange, wanted: CountRange) -> CountRange:
        # Moving both ends by this much changes no grey level inside by more than max_drift.
        limit = self._max_drift / GREY_LEVELS * current.span
        share = 1.0 - self._smoothing
        low, high = (
            min(max(share * (there - here), -limit), limit)
            for here, there in ((current.low, wanted.low), (current.high, wanted.high))
        )
        return CountRange(current.low + low, current.high + high)
