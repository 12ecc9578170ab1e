"""Palette: which colours and which heat the target shows, whatever its shape.

The features of a net say what kind of thing is where; two of a kind may differ in nothing but
their colour, or their heat. So the middle of the target's box is remembered as two histograms, of
its chroma and of its thermal grey levels, and a place is compared with the most similar memory.
"""

from __future__ import annotations

import statistics
from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair

_INNER = 0.7  # of the sides of a box: its border shows what is behind the target, too
_MOST_PIXELS = 2500  # more say nothing new
_CHROMA_BINS, _CHROMA_RANGE = 16, (0.085, 0.585)  # shares of red and green; grey is mid-bin
_HEAT_BINS, _HEAT_RANGE = 24, (-2.4, 4.0)  # of spreads of the image above its mean
_DARK = 10.0  # grey levels added to the sum of a colour: the chroma of darkness is noise
_LIVING_CONTRAST = 2.0  # grey levels; less is a dead image
_SPARSE = 8  # px from one to the next of those that say how a whole image is
_REMEMBERED = 12  # besides frame one
_USUAL = 20  # own distances whose median is what the target usually has
_USUAL_AT_FIRST = 0.15

_Histogram = NDArray[np.float64]
"""Square roots of the shares of its bins."""


class _Seen(NamedTuple):
    """What one camera shows in a box, and in the whole image."""

    place: _Histogram
    image: _Histogram


_Both = tuple[_Seen | None, _Seen | None]
"""Of chroma and of heat; None where the camera shows nothing."""


class _Memory:
    """What one camera has shown of the target."""

    def __init__(self) -> None:
        self._first: tuple[_Seen, ...] = ()
        self._later: deque[_Seen] = deque(maxlen=_REMEMBERED)
        self._distances: deque[float] = deque(maxlen=_USUAL)

    def learn(self, seen: _Seen) -> None:
        if not self._first:
            self._first = (seen,)
            return
        self._distances.append(self._distance(seen))
        self._later.append(seen)

    def strangeness(self, seen: _Seen) -> float:
        if not self._first:
            return 0.0
        usual = statistics.median(self._distances) if self._distances else _USUAL_AT_FIRST
        return max(0.0, self._distance(seen) - usual)

    def _distance(self, seen: _Seen) -> float:
        """Hellinger's, to the most similar one, less that of the whole images.

        What has changed everywhere, as colours in smoke and at dusk, says nothing of the target.
        """
        best = max((*self._first, *self._later), key=lambda each: float(seen.place @ each.place))
        return max(0.0, _hellinger(seen.place, best.place) - _hellinger(seen.image, best.image))


def _hellinger(one: _Histogram, other: _Histogram) -> float:
    return float(np.sqrt(max(0.0, 1 - float(one @ other))))


class Palette:
    """One target at a time; boxes are xywh in px of the image."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """No target."""
        self._memories = _Memory(), _Memory()
        self._shown: _Shown | None = None

    def learn(self, pair: FramePair, box: Box) -> None:
        """Remember what is in `box`; the first call after `forget` is frame one."""
        for memory, seen in zip(self._memories, self._histograms(pair, box), strict=True):
            if seen is not None:
                memory.learn(seen)

    def strangeness(self, pair: FramePair, box: Box) -> float:
        """How much further what is in `box` is from the target than the target usually is.

        The sum over both cameras of the Hellinger distance to the most similar memory, less what
        that usually is: 0 for the target, at most 2. A camera that shows nothing says nothing.
        """
        both = zip(self._memories, self._histograms(pair, box), strict=True)
        return sum(memory.strangeness(seen) for memory, seen in both if seen is not None)

    def _histograms(self, pair: FramePair, box: Box) -> _Both:
        if self._shown is None or self._shown.pair is not pair:
            self._shown = _Shown(pair)
        return self._shown.histograms(box)


class _Shown:
    """What both cameras show in boxes of one pair.

    The same boxes are asked of a pair several times, by what judges it and by what learns it, so
    each is read once.
    """

    def __init__(self, pair: FramePair) -> None:
        self.pair = pair
        color, heat = (image[::_SPARSE, ::_SPARSE] for image in (pair.rgb, pair.thermal))
        self._heat_mean, self._heat_spread = float(heat.mean()), float(heat.std())
        self._of_image = (
            _of_chroma(color) if color.std() > _LIVING_CONTRAST else None,
            self._of_heat(heat) if self._heat_spread > _LIVING_CONTRAST else None,
        )
        self._known: dict[Box, _Both] = {}

    def histograms(self, box: Box) -> _Both:
        if box not in self._known:
            self._known[box] = self._read(box)
        return self._known[box]

    def _read(self, box: Box) -> _Both:
        rows, columns = _middle(box)
        color, heat = self.pair.rgb[rows, columns], self.pair.thermal[rows, columns]
        if heat.size == 0:
            return None, None
        of_color, of_heat = self._of_image
        return (
            None if of_color is None else _Seen(_of_chroma(color), of_color),
            None if of_heat is None else _Seen(self._of_heat(heat), of_heat),
        )

    def _of_heat(self, heat: NDArray[np.uint8]) -> _Histogram:
        return _of_heat(heat, self._heat_mean, self._heat_spread)


def _of_chroma(color: NDArray[np.uint8]) -> _Histogram:
    flat = color.reshape(-1, 3).astype(np.float64)
    shares = flat[:, :2] / (flat.sum(axis=1, keepdims=True) + _DARK)
    low, high = _CHROMA_RANGE
    bins = (_CHROMA_BINS * np.clip((shares - low) / (high - low), 0, 0.999)).astype(np.intp)
    return _roots(bins[:, 0] * _CHROMA_BINS + bins[:, 1], _CHROMA_BINS**2)


def _of_heat(heat: NDArray[np.uint8], mean: float, spread: float) -> _Histogram:
    """Levels are those of the whole image: thermal cameras set gain and offset anew for each."""
    low, high = _HEAT_RANGE
    shares = ((heat.ravel() - mean) / spread - low) / (high - low)
    bins = (_HEAT_BINS * np.clip(shares, 0, 0.999)).astype(np.intp)
    return _roots(bins, _HEAT_BINS)


def _roots(bins: NDArray[np.intp], count: int) -> _Histogram:
    return np.sqrt(np.bincount(bins, minlength=count) / len(bins))


def _middle(box: Box) -> tuple[slice, slice]:
    """Rows and columns of the middle of `box`, not all of them when it is large."""
    (x, y), half = box.center, _INNER / 2
    step = max(1, int(np.sqrt(box.w * box.h * _INNER**2 / _MOST_PIXELS)))
    return (
        slice(max(0, round(y - half * box.h)), max(0, round(y + half * box.h)), step),
        slice(max(0, round(x - half * box.w)), max(0, round(x + half * box.w)), step),
    )
