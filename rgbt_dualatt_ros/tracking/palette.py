"""Palette: which colours and which heat the target shows, whatever its shape.

The features of a net say what kind of thing is where; two of a kind may differ in nothing but
their colour, or their heat. So the middle of the target's box is remembered as two histograms, of
its colours and of its thermal grey levels, and a place is compared with all memories at once.

What a place shares with its surroundings says nothing: smoke, shade and whatever hides the target
are around it as well, another body is not. Cloths hide no heat, smoke hides little of it; so heat
of the target that is missing speaks against a place, while missing colours do not.
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
_AROUND = 1.15, 2.2  # of the sides of a box: inner and outer border of its surroundings
_SAMPLES = 64  # along each side of the surroundings
_CHROMA_BINS, _CHROMA_RANGE = 16, (0.099, 0.599)  # shares of red and green; grey is mid-bin
_LIGHT_BINS, _LIGHT_RANGE = 8, (-2.5, 2.0)  # doublings of the brightness of the whole image
_HEAT_BINS, _HEAT_RANGE = 24, (-2.4, 4.0)  # of spreads of the image above its mean
_DARK = 20.0  # grey levels of grey added to every colour: the chroma of darkness is noise
_LIVING_CONTRAST = 2.0  # grey levels; less is a dead image
_LEAST_SPREAD = 6.0  # grey levels of heat: less would be noise made large
_SPARSE = 8  # px from one to the next of those that say how a whole image is
_REMEMBERED = 12  # besides frame one
_USUAL = 20  # own distances whose median is what the target usually has
_USUAL_AT_FIRST = 0.05
_UNIT = 0.1  # of distance, of a target that never changes
_DISCOUNT = 2.0  # of colours: smoke, dusk and a turning camera change the whole image


def _blur(count: int) -> NDArray[np.float64]:
    """Gives half of each of `count` bins to its neighbours; what would leave at an end stays."""
    blur = np.eye(count) / 2 + np.eye(count, k=1) / 4 + np.eye(count, k=-1) / 4
    blur[[0, -1], [0, -1]] += 1 / 4
    return blur


_CHROMA_BLUR, _LIGHT_BLUR = _blur(_CHROMA_BINS), _blur(_LIGHT_BINS)
_HEAT_BLUR = np.linalg.matrix_power(_blur(_HEAT_BINS), 3)

_Histogram = NDArray[np.float64]
"""Shares of its bins; blurred, so that neighbouring bins are alike."""


class _Seen(NamedTuple):
    """What one camera shows in the middle of a box, around it, and everywhere."""

    place: _Histogram
    around: _Histogram
    image: _Histogram

    @property
    def own(self) -> _Histogram:
        """What there is more of in the place than around it."""
        return np.maximum(self.place - self.around, 0.0)


_Both = tuple[_Seen | None, _Seen | None]
"""Of colours and of heat; None where the camera shows nothing."""


class _Memory:
    """What one camera has shown of the target."""

    def __init__(self, *, can_miss: bool, discount: float) -> None:
        """Nothing yet.

        Args:
            can_miss: what is missing speaks against a place, too.
            discount: pixels of a place excused for each one of the image that was never seen.
        """
        self._can_miss = can_miss
        self._discount = discount
        self._first: tuple[_Seen, ...] = ()
        self._later: deque[_Seen] = deque(maxlen=_REMEMBERED)
        self._known = self._known_images = np.zeros(0)
        self._distances: deque[float] = deque(maxlen=_USUAL)

    def learn(self, seen: _Seen) -> None:
        if not self._first:
            self._first = (seen,)
        else:
            self._distances.append(self._distance(seen))
            self._later.append(seen)
        self._known = np.max([each.place for each in self._all], axis=0)
        self._known_images = np.max([each.image for each in self._all], axis=0)

    def strangeness(self, seen: _Seen) -> float:
        if not self._first:
            return 0.0
        usual = statistics.median(self._distances) if self._distances else _USUAL_AT_FIRST
        return max(0.0, self._distance(seen) - usual) / (_UNIT + usual)

    @property
    def _all(self) -> tuple[_Seen, ...]:
        return (*self._first, *self._later)

    def _distance(self, seen: _Seen) -> float:
        """Share of the pixels that neither the surroundings nor any memory explains.

        Less when the whole image has changed; with what is missing of the most similar memory,
        if that counts.
        """
        distance = _surplus(seen.place, np.maximum(seen.around, self._known))
        distance -= self._discount * _surplus(seen.image, self._known_images)
        distance = max(0.0, distance)
        if self._can_miss:
            best = max(self._all, key=lambda each: float(np.sqrt(seen.place * each.place).sum()))
            distance += _surplus(best.own, seen.place)
        return distance


class Palette:
    """One target at a time; boxes are xywh in px of the image."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """No target."""
        color = _Memory(can_miss=False, discount=_DISCOUNT)
        self._memories = color, _Memory(can_miss=True, discount=0.0)
        self._shown: _Shown | None = None

    def learn(self, pair: FramePair, box: Box) -> None:
        """Remember what is in `box`; the first call after `forget` is frame one."""
        for memory, seen in zip(self._memories, self._histograms(pair, box), strict=True):
            if seen is not None:
                memory.learn(seen)

    def strangeness(self, pair: FramePair, box: Box) -> tuple[float, float]:
        """How much of what is in `box` the target never showed, more than it usually has.

        Of colours, the share of pixels that nothing explains; of heat, that and the target's heat
        that is missing.

        Returns:
            Both, less and in units of what is usual: 0 for the target, at most 10 and 20. A camera
            that shows nothing says nothing: 0.
        """
        color, heat = (
            0.0 if seen is None else memory.strangeness(seen)
            for memory, seen in zip(self._memories, self._histograms(pair, box), strict=True)
        )
        return color, heat

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
        self._light = 3 * float(color.mean()) + _DARK
        self._heat_mean = float(heat.mean())
        self._heat_spread = max(_LEAST_SPREAD, float(heat.std()))
        # One colour all over, as of a camera without a signal, shows nothing either.
        sees_color = color.std(axis=(0, 1)).max() > _LIVING_CONTRAST
        sees_heat = heat.std() > _LIVING_CONTRAST
        self._image_color = self._color_shares(color) if sees_color else None
        self._image_heat = self._heat_shares(heat) if sees_heat else None
        self._known: dict[Box, _Both] = {}

    def histograms(self, box: Box) -> _Both:
        if box not in self._known:
            self._known[box] = self._read(box)
        return self._known[box]

    def _read(self, box: Box) -> _Both:
        rows, in_rows = _samples(box.y, box.h, self.pair.size.height)
        columns, in_columns = _samples(box.x, box.w, self.pair.size.width)
        off = np.maximum(in_rows[:, None], in_columns[None, :]).ravel()
        is_place, is_around = off <= _INNER, off >= _AROUND[0]
        if not (is_place.any() and is_around.any()):
            return None, None
        at = np.ix_(rows, columns)
        color, heat = (
            None
            if image is None
            else _Seen(shares(pixels[is_place]), shares(pixels[is_around]), image)
            for pixels, shares, image in (
                (self.pair.rgb[at].reshape(-1, 3), self._color_shares, self._image_color),
                (self.pair.thermal[at].ravel(), self._heat_shares, self._image_heat),
            )
        )
        return color, heat

    def _color_shares(self, pixels: NDArray[np.uint8]) -> _Histogram:
        return _color_histogram(self._bins_of_color(pixels))

    def _heat_shares(self, pixels: NDArray[np.uint8]) -> _Histogram:
        """In levels of the whole image: thermal cameras set gain and offset anew for each."""
        levels = (pixels.ravel().astype(np.float32) - self._heat_mean) / self._heat_spread
        return _heat_histogram(_binned(levels, _HEAT_RANGE, _HEAT_BINS))

    def _bins_of_color(self, color: NDArray[np.uint8]) -> NDArray[np.intp]:
        flat = color.reshape(-1, 3).astype(np.float32)
        total = flat.sum(axis=1) + _DARK
        red, green = (
            _binned((flat[:, k] + _DARK / 3) / total, _CHROMA_RANGE, _CHROMA_BINS) for k in (0, 1)
        )
        light = _binned(np.log2(total / self._light), _LIGHT_RANGE, _LIGHT_BINS)
        return (red * _CHROMA_BINS + green) * _LIGHT_BINS + light


def _surplus(shares: _Histogram, explained: _Histogram) -> float:
    return float(np.maximum(shares - explained, 0.0).sum())


def _samples(
    start: float, side: float, length: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Pixels of an image's side across a box and its surroundings, and how far out each lies.

    Returns:
        Their numbers, and their distances from the middle in halves of the box's side.
    """
    out = _AROUND[1] * ((np.arange(_SAMPLES) + 0.5) * 2 / _SAMPLES - 1)
    places = np.floor(start + side / 2 * (1 + out)).astype(np.intp)
    is_inside = (places >= 0) & (places < length)
    return places[is_inside], np.abs(out[is_inside])


def _binned(
    values: NDArray[np.float32], limits: tuple[float, float], count: int
) -> NDArray[np.intp]:
    low, high = limits
    return np.asarray(np.clip((values - low) / (high - low) * count, 0, count - 1), np.intp)


def _color_histogram(bins: NDArray[np.intp]) -> _Histogram:
    shape = _CHROMA_BINS, _CHROMA_BINS, _LIGHT_BINS
    shares = np.bincount(bins, minlength=int(np.prod(shape))) / len(bins)
    along_red = _CHROMA_BLUR @ shares.reshape(_CHROMA_BINS, -1)
    return np.asarray(_CHROMA_BLUR @ along_red.reshape(shape) @ _LIGHT_BLUR).ravel()


def _heat_histogram(bins: NDArray[np.intp]) -> _Histogram:
    return np.asarray(_HEAT_BLUR @ (np.bincount(bins, minlength=_HEAT_BINS) / len(bins)))
