"""Backdrop: everything that stands still behind the actors, larger than the image.

Three layers move differently when the camera moves sideways: the sky not at all, what stands on
the far side little, and the ground more the nearer it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.datasets.synthetic.geometry import CameraPose, Lens
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage

_PixelT = TypeVar("_PixelT", np.uint8, np.float32)
_WARP = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


@dataclass(frozen=True, slots=True)
class Plate:
    """A painted canvas: what both cameras see of one layer.

    Attributes:
        colour: `(h, w, 3)` float32, [0, 255].
        warmth: `(h, w)` float32, degrees Celsius.
        cover: `(h, w)` float32, [0, 1]; where it is 0 the layer behind shows.
    """

    colour: FloatImage
    warmth: FloatImage
    cover: FloatImage

    @classmethod
    def empty(cls, height: int, width: int) -> Plate:
        """A transparent plate."""
        return cls(
            np.zeros((height, width, 3), np.float32),
            np.zeros((height, width), np.float32),
            np.zeros((height, width), np.float32),
        )

    def lay(
        self,
        window: tuple[slice, slice],
        cover: FloatImage | float,
        colour: FloatImage,
        warmth: FloatImage | float,
    ) -> None:
        """Paint over a window; `cover`, `colour` and `warmth` broadcast to it."""
        cover = np.broadcast_to(np.asarray(cover, np.float32), self.cover[window].shape)
        behind = self.cover[window]
        total = cover + behind * (1.0 - cover)
        share = np.divide(cover, total, out=np.zeros_like(total), where=total > 0)
        self.colour[window] += (colour - self.colour[window]) * share[:, :, None]
        self.warmth[window] += (warmth - self.warmth[window]) * share
        self.cover[window] = total


@dataclass(frozen=True, slots=True)
class Margin:
    """How far the canvas reaches beyond the image on each side, px."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class View:
    """The backdrop as seen in one frame: `(H, W, 3)` uint8 and `(H, W)` degrees."""

    colour: NDArray[np.uint8]
    warmth: FloatImage


class Backdrop:
    """The three layers and how they are seen from a camera pose."""

    def __init__(
        self, lens: Lens, margin: Margin, plates: tuple[Plate, Plate, Plate], far_m: float
    ) -> None:
        """`plates` are sky, ground and far side, in the order of painting; `far_m` metres."""
        self._lens, self._margin, self._far_m = lens, margin, far_m
        self._sky, self._ground, self._far = (_Canvas.of(plate) for plate in plates)
        self._last: tuple[CameraPose, View] | None = None

    def view(self, pose: CameraPose) -> View:
        """What the camera sees of the backdrop alone; the arrays are the caller's to change."""
        if self._last is None or self._last[0] != pose:
            self._last = pose, self._render(pose)
        kept = self._last[1]
        return View(kept.colour.copy(), kept.warmth.copy())

    def _render(self, pose: CameraPose) -> View:
        size = self._lens.size
        view = View(
            np.empty((size.height, size.width, 3), np.uint8),
            np.empty((size.height, size.width), np.float32),
        )
        # Nothing of the sky is seen below the first ground row that hides everything.
        first = int(
            np.clip(self._ground.solid - self._margin.y - pose.tilt + 2, 1, size.height - 1)
        )
        sky, ground = slice(0, first), slice(first, size.height)
        self._warp(self._sky, self._shifted(pose, 0.0), sky, view)
        self._warp(self._ground, self._slanted(pose), ground, view)
        top, bottom = (
            round(row - self._margin.y - pose.tilt) for row in (self._far.top, self._far.bottom)
        )
        rows = slice(max(top, 0), min(bottom + 1, size.height))
        if rows.start < rows.stop:
            parallax = self._lens.focal * pose.shift / self._far_m
            self._blend(self._far, self._shifted(pose, parallax), rows, view)
        return view

    def _shifted(self, pose: CameraPose, shift_px: float) -> FloatImage:
        x, y = self._margin.x + pose.pan + shift_px, self._margin.y + pose.tilt
        return np.array([[1, 0, x], [0, 1, y]], np.float64)

    def _slanted(self, pose: CameraPose) -> FloatImage:
        # A sideways step moves a ground row by its distance below the horizon.
        slant = pose.shift / self._lens.height
        x = self._margin.x + pose.pan + slant * (pose.tilt - self._lens.horizon)
        return np.array([[1, slant, x], [0, 1, self._margin.y + pose.tilt]], np.float64)

    def _warp(self, canvas: _Canvas, matrix: FloatImage, rows: slice, view: View) -> None:
        view.colour[rows] = self._seen(canvas.colour, matrix, rows)
        view.warmth[rows] = self._seen(canvas.warmth, matrix, rows)

    def _blend(self, canvas: _Canvas, matrix: FloatImage, rows: slice, view: View) -> None:
        weight = self._seen(canvas.cover, matrix, rows)
        rest = 1.0 - weight
        front = self._seen(canvas.colour, matrix, rows)
        view.colour[rows] = cv2.blendLinear(front, view.colour[rows], weight, rest)
        warmth = self._seen(canvas.warmth, matrix, rows)
        view.warmth[rows] = cv2.blendLinear(warmth, view.warmth[rows], weight, rest)

    def _seen(self, canvas: NDArray[_PixelT], matrix: FloatImage, rows: slice) -> NDArray[_PixelT]:
        moved = matrix.copy()
        moved[:, 2] += matrix[:, 1] * rows.start
        size = (self._lens.size.width, rows.stop - rows.start)
        seen = cv2.warpAffine(canvas, moved, size, flags=_WARP, borderMode=cv2.BORDER_REFLECT_101)
        return np.asarray(seen, canvas.dtype)


@dataclass(frozen=True, slots=True)
class _Canvas:
    """A finished plate: 8-bit colours, and which of its rows hold anything."""

    colour: NDArray[np.uint8]
    warmth: NDArray[np.float32]
    cover: NDArray[np.float32]
    top: int
    bottom: int
    solid: int

    @classmethod
    def of(cls, plate: Plate) -> _Canvas:
        """`solid` is the first row that is covered from one side to the other."""
        rows = np.flatnonzero(plate.cover.any(axis=1))
        solid = np.flatnonzero(plate.cover.min(axis=1) > 0.99)
        return cls(
            np.clip(np.rint(plate.colour), 0, 255).astype(np.uint8),
            plate.warmth.astype(np.float32),
            plate.cover.astype(np.float32),
            int(rows[0]) if rows.size else 0,
            int(rows[-1]) + 1 if rows.size else 0,
            int(solid[0]) if solid.size else plate.cover.shape[0],
        )
