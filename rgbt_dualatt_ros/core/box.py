"""Box: one validated axis-aligned box."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import InvalidBoxError


@dataclass(frozen=True, slots=True)
class ImageSize:
    """Width and height of an image, px."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Box:
    """Top-left corner and size, px of the colour image; continuous, pixel i covers [i, i+1)."""

    x: float
    y: float
    w: float
    h: float

    def __post_init__(self) -> None:
        if not (all(map(math.isfinite, self._numbers)) and self.w > 0 and self.h > 0):
            raise InvalidBoxError(
                f"a box needs finite x, y and positive w, h; got x={self.x:g} y={self.y:g} "
                f"w={self.w:g} h={self.h:g}"
            )

    @classmethod
    def from_sequence(cls, values: Sequence[float] | NDArray[np.floating]) -> Box:
        """Box from four numbers x, y, w, h.

        Raises:
            InvalidBoxError: when there are not four of them, or they are no box.
        """
        if len(values) != 4:
            raise InvalidBoxError(f"a box has four numbers x, y, w, h; got {len(values)}")
        return cls(*(float(value) for value in values))

    @property
    def center(self) -> tuple[float, float]:
        """Centre (x, y), px."""
        return self.x + self.w / 2, self.y + self.h / 2

    @property
    def area(self) -> float:
        """Area, px²."""
        return self.w * self.h

    def as_array(self) -> NDArray[np.float32]:
        """`(4,)` xywh."""
        return np.array(self._numbers, np.float32)

    @property
    def _numbers(self) -> tuple[float, float, float, float]:
        return self.x, self.y, self.w, self.h  # dataclasses.astuple takes 0.1 ms: it copies deeply

    def check_usable(self, size: ImageSize, min_side: float) -> None:
        """Refuse a box that no tracker can start from.

        Args:
            size: of the image the box is drawn on.
            min_side: smallest width and height of the part inside the image, px.

        Raises:
            InvalidBoxError: when it is wider or higher than the image, or too little of it lies
                inside; the text says how much.
        """
        inside_w = min(self.x + self.w, size.width) - max(self.x, 0.0)
        inside_h = min(self.y + self.h, size.height) - max(self.y, 0.0)
        where = f"box x={self.x:g} y={self.y:g} w={self.w:g} h={self.h:g}"
        if inside_w <= 0 or inside_h <= 0:
            raise InvalidBoxError(f"{where} lies outside the {size} image")
        if self.w > size.width or self.h > size.height:
            raise InvalidBoxError(f"{where} is larger than the {size} image")
        if min(inside_w, inside_h) < min_side:
            raise InvalidBoxError(
                f"{where} is too small: {inside_w:g}x{inside_h:g} px of it lie inside the {size} "
                f"image, at least {min_side:g}x{min_side:g} are needed"
            )
