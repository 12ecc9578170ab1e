"""A box drawn with the mouse: press at one corner, release at the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rgbt_dualatt_ros.core.box import Box, ImageSize

_LEAST_PX = 3
"""A smaller box is a mere click."""


@dataclass(frozen=True, slots=True)
class MouseEvent:
    """What the mouse did, and at which pixel; it may lie outside of the image."""

    kind: Literal["press", "move", "release"]
    x: int
    y: int


class BoxDrag:
    """Follows the mouse on an image."""

    def __init__(self) -> None:
        self._start: tuple[int, int] | None = None
        self._end = (0, 0)

    @property
    def is_dragging(self) -> bool:
        """Whether the button is held, so that the image should stand still."""
        return self._start is not None

    def draft(self, size: ImageSize) -> Box | None:
        """The box so far, of both pixels and all between, cut at the edges of the image."""
        if self._start is None:
            return None
        limits = np.array([size.width, size.height]) - 1
        corners = np.clip([self._start, self._end], 0, limits)
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        return Box(float(left), float(top), float(right - left + 1), float(bottom - top + 1))

    def take(self, event: MouseEvent, size: ImageSize) -> Box | None:
        """Go on; gives the box when one is finished, and nothing for a mere click."""
        if event.kind == "press":
            self._start = (event.x, event.y)
        self._end = (event.x, event.y)
        if event.kind != "release":
            return None
        box, self._start = self.draft(size), None
        if box is None or min(box.w, box.h) < _LEAST_PX:
            return None
        return box
