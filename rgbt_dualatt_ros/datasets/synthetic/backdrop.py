"""Backdrop: everything that stands still behind the actors, larger than the image.

Three layers move differently when the camera moves sideways: the sky not at all, what stands on
the far side little, and the ground more the nearer it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.datasets.synthetic.geometry import CameraPose, Lens
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage

_PixelT = TypeVar("_PixelT", np.uint8, np.floating[Any])
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
        self._colours = [
            np.clip(np.rint(plate.colour), 0, 255).astype(np.uint8) for plate in plates
        ]
        self._warmths = [plate.warmth for plate in plates]
        self._covers = [plate.cover for plate in plates]
        self._last: tuple[CameraPose, View] | None = None

    def view(self, pose: CameraPose) -> View:
        """What the camera sees of the backdrop alone; the arrays are the caller's to change."""
        if self._last is None or self._last[0] != pose:
            self._last = pose, self._render(pose)
        kept = self._last[1]
        return View(kept.colour.copy(), kept.warmth.copy())

    def _render(self, pose: CameraPose) -> View:
        colour = self._warp(self._colours[0], self._plain(pose, 0.0))
        warmth = self._warp(self._warmths[0], self._plain(pose, 0.0))
        far = self._lens.focal * pose.shift / self._far_m
        for layer, matrix in ((1, self._ground(pose)), (2, self._plain(pose, far))):
            # The canvas is soft there already, so only rows that the layer reaches are blended.
            cover = self._warp(self._covers[layer], matrix)
            rows = np.flatnonzero(cover.any(axis=1))
            if not rows.size:
                continue
            part = slice(int(rows[0]), int(rows[-1]) + 1)
            front = self._warp(self._colours[layer], matrix)[part]
            front_warmth = self._warp(self._warmths[layer], matrix)[part]
            weight = cover[part]
            colour[part] = cv2.blendLinear(front, colour[part], weight, 1.0 - weight)
            warmth[part] += (front_warmth - warmth[part]) * weight
        return View(colour, warmth)

    def _plain(self, pose: CameraPose, shift_px: float) -> FloatImage:
        x, y = self._margin.x + pose.pan + shift_px, self._margin.y + pose.tilt
        return np.array([[1, 0, x], [0, 1, y]], np.float32)

    def _ground(self, pose: CameraPose) -> FloatImage:
        # A sideways step moves a ground row by its distance below the horizon.
        slant = pose.shift / self._lens.height
        x = self._margin.x + pose.pan + slant * (pose.tilt - self._lens.horizon)
        return np.array([[1, slant, x], [0, 1, self._margin.y + pose.tilt]], np.float32)

    def _warp(self, canvas: NDArray[_PixelT], matrix: FloatImage) -> NDArray[_PixelT]:
        size = (self._lens.size.width, self._lens.size.height)
        seen = cv2.warpAffine(canvas, matrix, size, flags=_WARP, borderMode=cv2.BORDER_REFLECT_101)
        return np.asarray(seen, canvas.dtype)
