"""Maps that need no net, to be compared with global attention: place, brightness, correlation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.frame_pair import FramePair

if TYPE_CHECKING:
    # It needs torch, and the baselines do not.
    from rgbt_dualatt_ros.models.global_attention import GlobalAttentionNet

Map = NDArray[np.float32]
"""`(h, w)`, not negative, of the whole image: the higher, the more likely the target is there."""
Search = Callable[[FramePair], Map]
"""Gives the map of a later pair."""
Learn = Callable[[FramePair, Box], Search]
"""Takes what it needs from the first pair and the target's box in it."""

# Standard deviations of the bump, as shares of the sides of the image and of the box.
_CENTER_SPREAD = 0.25
_PLACE_SPREAD = 0.5
# Spread of the blur, as a share of the box's geometric mean side.
_BLUR = 0.25
_MIN_SIDE = 3
# Below this spread of grey levels an image part has no pattern to compare.
_FLAT = 1e-6


@dataclass(frozen=True, slots=True)
class Method:
    """Something that looks for the target in a whole image.

    Attributes:
        name: in the tables.
        learn: called once a sequence and condition.
        is_centred: its peaks are moved to the middle of the mass around them, as the tracker does
            with those of its net. Where that makes a baseline worse, it is left out.
    """

    name: str
    learn: Learn
    is_centred: bool = False


def net_method(name: str, net: GlobalAttentionNet) -> Method:
    """A net of ours, which codes the target once."""

    def learn(pair: FramePair, box: Box) -> Search:
        code = net.code_target(pair, box)
        return lambda later: net.attend(later, code)

    return Method(name, learn, is_centred=True)


def baselines(size: ImageSize) -> tuple[Method, ...]:
    """The usual ones, on images scaled to `size`, as the net sees them."""
    scaled = _Scaled(size)
    return (
        Method("centre prior", scaled.center),
        Method("place of frame 1", scaled.place),
        Method("thermal brightness", scaled.brightness, is_centred=True),
        Method("NCC thermal", scaled.thermal_correlation),
        Method("NCC colour", scaled.color_correlation),
        Method("NCC colour + thermal", scaled.both_correlations),
    )


@dataclass(frozen=True, slots=True)
class _Scaled:
    size: ImageSize

    def center(self, _pair: FramePair, _box: Box) -> Search:
        """A bump in the middle of the image, whatever it shows."""
        middle = (self.size.width / 2, self.size.height / 2)
        spread = (_CENTER_SPREAD * self.size.width, _CENTER_SPREAD * self.size.height)
        bump = self._bump(middle, spread)
        return lambda _: bump

    def place(self, pair: FramePair, box: Box) -> Search:
        """A bump where the target was in the first pair."""
        at = self._scale(pair, box)
        bump = self._bump(at.center, (_PLACE_SPREAD * at.w, _PLACE_SPREAD * at.h))
        return lambda _: bump

    def brightness(self, pair: FramePair, box: Box) -> Search:
        """The warmth of the thermal image, blurred a little."""
        at = self._scale(pair, box)
        spread = max(1.0, _BLUR * float(np.sqrt(at.w * at.h)))

        def search(later: FramePair) -> Map:
            return np.asarray(cv2.GaussianBlur(self._image(later.thermal), (0, 0), spread))

        return search

    def thermal_correlation(self, pair: FramePair, box: Box) -> Search:
        """Normalised cross-correlation with the target's part of the first thermal image."""
        part = self._part(self._image(pair.thermal), self._scale(pair, box))
        return lambda later: correlation(self._image(later.thermal), part)

    def color_correlation(self, pair: FramePair, box: Box) -> Search:
        """The same of the colour image, over its three channels."""
        part = self._part(self._image(pair.rgb), self._scale(pair, box))
        return lambda later: correlation(self._image(later.rgb), part)

    def both_correlations(self, pair: FramePair, box: Box) -> Search:
        """The sum of both; a blank image adds nothing."""
        thermal, color = self.thermal_correlation(pair, box), self.color_correlation(pair, box)
        return lambda later: thermal(later) + color(later)

    def _bump(self, center: tuple[float, float], spread: tuple[float, float]) -> Map:
        x, y = (
            np.exp(-0.5 * ((np.arange(length) + 0.5 - middle) / width) ** 2)
            for length, middle, width in zip(
                (self.size.width, self.size.height), center, spread, strict=True
            )
        )
        return np.outer(y, x).astype(np.float32)

    def _image(self, image: NDArray[np.uint8]) -> Map:
        wanted = (self.size.width, self.size.height)
        small = cv2.resize(image, wanted, interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.float32) / np.float32(255)

    def _scale(self, pair: FramePair, box: Box) -> Box:
        x, y = self.size.width / pair.size.width, self.size.height / pair.size.height
        return Box(box.x * x, box.y * y, box.w * x, box.h * y)

    def _part(self, image: Map, at: Box) -> Map:
        left = int(np.clip(round(at.x), 0, self.size.width - _MIN_SIDE))
        top = int(np.clip(round(at.y), 0, self.size.height - _MIN_SIDE))
        right = max(left + _MIN_SIDE, min(round(at.x + at.w), self.size.width))
        bottom = max(top + _MIN_SIDE, min(round(at.y + at.h), self.size.height))
        return image[top:bottom, left:right]


def correlation(image: Map, part: Map) -> Map:
    """How well `part` fits with its middle on each pixel, `(H, W)` in [0, 1]; 0 where it does not.

    The border is continued outwards, so that a target cut by the edge can be found.

    Args:
        image: `(H, W)` or `(H, W, C)`.
        part: the same channels, smaller.
    """
    if image.std() < _FLAT or part.std() < _FLAT:
        return np.zeros(image.shape[:2], np.float32)
    height, width = part.shape[:2]
    above, before = height // 2, width // 2
    padded = cv2.copyMakeBorder(
        image, above, height - 1 - above, before, width - 1 - before, cv2.BORDER_REPLICATE
    )
    found = cv2.matchTemplate(padded, part, cv2.TM_CCOEFF_NORMED)
    # Where the image has no pattern the quotient is rounding noise or not finite.
    return np.where(np.isfinite(found), np.clip(found, 0, 1), 0).astype(np.float32)
