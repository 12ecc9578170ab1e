"""Appearance: colours and heat of the target by place, to tell it from others of its kind."""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair

_COLUMNS, _ROWS = 3, 6
_LEAST_PX = 4
_NOISE = 6.0  # grey levels: less deviation than this says nothing
_SAMPLES = 40
_EVERY = 2  # frames; neighbouring frames look alike
_FEWEST = 4  # samples that a judgement needs
_LEAST_OWN = 0.35  # a target that has never changed may do so yet

Look = NDArray[np.float32]


class Appearance:
    """Mean and deviation of a coarse picture of the target over its trusted frames.

    The convolutions are made to know a person in any coat; which coat it was is in the colours.
    """

    def __init__(self) -> None:
        self._looks: deque[Look] = deque(maxlen=_SAMPLES)
        self._frames = 0

    def restart(self, pair: FramePair, box: Box) -> None:
        """A new target."""
        self._looks.clear()
        self._frames = 0
        self.learn(pair, box)

    def learn(self, pair: FramePair, box: Box) -> None:
        """The target is trusted to be at `box`."""
        if self._frames % _EVERY == 0:
            look = _look(pair, box)
            if look is not None:
                self._looks.append(look)
        self._frames += 1

    def unlikeness(self, pair: FramePair, box: Box) -> float:
        """How much `box` differs from the target, in what the target differs from itself.

        About 1 for the target; 0 while too little is known, or too little of `box` is seen.
        """
        look = _look(pair, box)
        if look is None or len(self._looks) < _FEWEST:
            return 0.0
        looks = np.stack(self._looks)
        mean, deviation = looks.mean(axis=0), looks.std(axis=0) + _NOISE
        own = float(np.median(np.abs((looks - mean) / deviation).mean(axis=1)))
        return float(np.abs((look - mean) / deviation).mean()) / max(own, _LEAST_OWN)


def _look(pair: FramePair, box: Box) -> Look | None:
    """Lightness, colour and heat `(72,)` of the places of `box`; None where it is not seen."""
    left, top = max(round(box.x), 0), max(round(box.y), 0)
    right = min(round(box.x + box.w), pair.size.width)
    bottom = min(round(box.y + box.h), pair.size.height)
    if right - left < _LEAST_PX or bottom - top < _LEAST_PX:
        return None
    size = _COLUMNS, _ROWS
    small = cv2.resize(pair.rgb[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    colours = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    heat = cv2.resize(pair.thermal[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    return np.concatenate([colours.ravel(), heat.ravel()]).astype(np.float32)
