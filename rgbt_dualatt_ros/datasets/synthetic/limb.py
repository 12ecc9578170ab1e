"""Painting of rounded, shaded, textured body parts; everything that moves is made of them.

A part is a line with a width on either side of it. Where a pixel lies along and across that line
gives its coverage, its surface normal (so its light) and its place in the cloth's texture.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage

RED, WARMTH, ALPHA = 0, 3, 4
"""Channels of a sprite: red, green, blue, temperature, coverage; all times the coverage."""
_KNOTS = np.linspace(0.0, 1.0, 17)
_END = np.clip(6.4 * np.minimum(_KNOTS, 1 - _KNOTS), 0.0, 1.0)
_ROUND_ENDS = np.sqrt(1.0 - (1.0 - _END) ** 2)


@dataclass(frozen=True, slots=True)
class Light:
    """Where the light comes from, in image axes: x right, y down, z towards the camera."""

    x: float = -0.5
    y: float = -0.6
    z: float = 0.62
    ambient: float = 0.55


@dataclass(frozen=True, slots=True)
class Cloth:
    """How one surface looks to both cameras.

    Attributes:
        albedo: red, green, blue in [0, 255].
        warmth: temperature, degrees Celsius.
        folds: strength of light and dark creases, as a share of the albedo.
        warmth_folds: the same in degrees.
        stripes: repeats along the part; 0 is plain. Quilted jackets show them as cold bands.
        stripe_albedo: colour of the stripes.
        gloss: strength of a highlight.
    """

    albedo: tuple[float, float, float]
    warmth: float
    folds: float = 0.14
    warmth_folds: float = 0.8
    stripes: float = 0.0
    stripe_albedo: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gloss: float = 0.0


@dataclass(frozen=True, slots=True)
class Limb:
    """One part: a line from `start` to `end`, px, with half widths along it.

    Attributes:
        left: half widths, px, on the left of the line when looking from start to end.
        right: on the right; the same as `left` when None.
        depth: metres behind the body's centre; far parts are painted first.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    left: NDArray[np.float64]
    cloth: Cloth
    depth: float = 0.0
    right: NDArray[np.float64] | None = None


@dataclass(slots=True)
class Sprite:
    """A painted thing: `(h, w, 5)` channels and where its corner lies in the image, px."""

    channels: FloatImage
    left: int
    top: int

    @property
    def alpha(self) -> FloatImage:
        """Coverage `(h, w)` in [0, 1]."""
        return self.channels[:, :, -1]


@dataclass(slots=True)
class Painter:
    """Paints parts onto one sprite; without colours when only the outline is wanted.

    Attributes:
        bounds: left, top, right, bottom of the sprite, px.
        texture: tileable noise of the body's cloth.
        outline_only: paint nothing but the coverage, which is several times quicker.
    """

    bounds: tuple[int, int, int, int]
    light: Light
    texture: FloatImage
    outline_only: bool = False
    sprite: Sprite = field(init=False)
    _windows: list[tuple[slice, slice]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        left, top, right, bottom = self.bounds
        shape = (max(bottom - top, 1), max(right - left, 1), 1 if self.outline_only else 5)
        self.sprite = Sprite(np.zeros(shape, np.float32), left, top)

    def paint(self, limb: Limb) -> None:
        """Lay one part over what is already there."""
        window = self._window(limb)
        if window is None:
            return
        rows, columns = window
        ys = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] + (
            self.sprite.top + 0.5 - limb.start[1]
        )
        xs = np.arange(columns.start, columns.stop, dtype=np.float32)[None, :] + (
            self.sprite.left + 0.5 - limb.start[0]
        )
        ux, uy, length = _direction(limb)
        along = (xs * ux + ys * uy) / length
        across = ys * ux - xs * uy
        widths = _half_widths(limb, along)
        middle, half = (widths[1] - widths[0]) * 0.5, (widths[1] + widths[0]) * 0.5
        across = across - middle
        ends = np.minimum(along, 1.0 - along) * length + 0.5
        cover = np.clip(np.minimum(half - np.abs(across) + 0.5, ends), 0.0, 1.0)
        cover = np.where(half > 0.05, cover, 0.0).astype(np.float32)
        self.lay((rows, columns), cover, self._surface(limb, along, across / (half + 0.3)))

    def lay(
        self, window: tuple[slice, slice], cover: FloatImage, surface: FloatImage | None
    ) -> None:
        """Lay `surface` `(h, w, 4)` over a window of the sprite with coverage `cover`."""
        self._windows.append(window)
        under = self.sprite.channels[window]
        under *= (1.0 - cover)[:, :, None]
        under[:, :, -1] += cover
        if surface is not None:
            under[:, :, :ALPHA] += surface * cover[:, :, None]

    def finish(self) -> Sprite:
        """The sprite, cut to what was painted."""
        if not self._windows:
            return self.sprite
        top = min(rows.start for rows, _ in self._windows)
        left = min(columns.start for _, columns in self._windows)
        bottom = max(rows.stop for rows, _ in self._windows)
        right = max(columns.stop for _, columns in self._windows)
        channels = self.sprite.channels[top:bottom, left:right]
        return Sprite(channels, self.sprite.left + left, self.sprite.top + top)

    def _surface(self, limb: Limb, along: FloatImage, side: FloatImage) -> FloatImage | None:
        if self.outline_only:
            return None
        ux, uy, length = _direction(limb)
        side = np.clip(side, -1.0, 1.0)
        facing = np.sqrt(1.0 - side * side)
        lit = np.maximum(side * (ux * self.light.y - uy * self.light.x) + facing * self.light.z, 0)
        return cloth_surface(limb.cloth, self._creases(along * length, side), along, lit, facing)

    def _creases(self, along_px: FloatImage, side: FloatImage) -> FloatImage:
        size = self.texture.shape[0]
        scale = size / max(self.sprite.channels.shape[0], 1) * 1.6
        rows = (along_px * scale).astype(np.int32) % size
        columns = (side * (size * 0.09) + size * 0.5).astype(np.int32) % size
        found: FloatImage = self.texture[rows, columns]
        return found

    def _window(self, limb: Limb) -> tuple[slice, slice] | None:
        right = limb.left if limb.right is None else limb.right
        reach = float(max(limb.left.max(), right.max())) + 1.5
        height, width = self.sprite.channels.shape[:2]
        (x0, y0), (x1, y1) = limb.start, limb.end
        left = max(int(min(x0, x1) - reach) - self.sprite.left, 0)
        top = max(int(min(y0, y1) - reach) - self.sprite.top, 0)
        end_x = min(int(max(x0, x1) + reach) + 1 - self.sprite.left, width)
        end_y = min(int(max(y0, y1) + reach) + 1 - self.sprite.top, height)
        if left >= end_x or top >= end_y:
            return None
        return slice(top, end_y), slice(left, end_x)


def cloth_surface(
    cloth: Cloth, creases: FloatImage, along: FloatImage, lit: FloatImage, facing: FloatImage
) -> FloatImage:
    """What both cameras see of a cloth: `(h, w, 4)` red, green, blue, degrees.

    Args:
        creases: texture of mean 0 and spread 1.
        along: place along the part, [0, 1].
        lit: cosine between the surface and the light, [0, 1].
        facing: cosine between the surface and the camera, [0, 1].
    """
    shade = (0.5 + 0.62 * lit) * (1.0 + cloth.folds * np.clip(creases, -1.5, 1.5))
    albedo = np.array(cloth.albedo, np.float32)
    surface = np.empty((*shade.shape, 4), np.float32)
    surface[:, :, :WARMTH] = albedo * shade[:, :, None]
    warmth = cloth.warmth + cloth.warmth_folds * creases + 1.4 * (facing - 0.75)
    if cloth.stripes:
        band = np.clip(np.sin(along * (cloth.stripes * 2 * np.pi)) * 4 - 2.6, 0, 1)
        stripe = np.array(cloth.stripe_albedo, np.float32)
        surface[:, :, :WARMTH] += (stripe - albedo) * (shade * band)[:, :, None]
        warmth = warmth + 2.2 * band
    if cloth.gloss:
        surface[:, :, :WARMTH] += (cloth.gloss * 255 * lit**6)[:, :, None]
    surface[:, :, WARMTH] = warmth
    return surface


def capsule(start: float, end: float) -> NDArray[np.float64]:
    """Half widths of a limb that narrows from `start` to `end` px, with round ends."""
    return np.asarray((start + (end - start) * _KNOTS) * _ROUND_ENDS)


def profile(*widths: float) -> NDArray[np.float64]:
    """Half widths through the given ones, px, evenly spaced and smoothed."""
    return np.interp(_KNOTS, np.linspace(0, 1, len(widths)), widths)


def ellipse(radius: float) -> NDArray[np.float64]:
    """Half widths of an ellipse with the part as its axis, px."""
    return np.asarray(radius * np.sqrt(np.clip(1.0 - (2 * _KNOTS - 1) ** 2, 0, 1)))


def _direction(limb: Limb) -> tuple[float, float, float]:
    dx, dy = limb.end[0] - limb.start[0], limb.end[1] - limb.start[1]
    length = max(float(np.hypot(dx, dy)), 1e-3)
    return dx / length, dy / length, length


def _half_widths(limb: Limb, along: FloatImage) -> tuple[FloatImage, FloatImage]:
    place = np.clip(along, 0.0, 1.0)
    # `across` grows to the right of the line when y points down, so left comes first.
    left = np.interp(place, _KNOTS, limb.left).astype(np.float32)
    if limb.right is None:
        return left, left
    return left, np.interp(place, _KNOTS, limb.right).astype(np.float32)
