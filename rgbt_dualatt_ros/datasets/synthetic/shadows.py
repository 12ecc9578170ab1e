"""Shadows on the ground: what keeps the sun and the sky off, for bodies and props alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.backdrop import View
from rgbt_dualatt_ros.datasets.synthetic.compositing import overlap
from rgbt_dualatt_ros.datasets.synthetic.limb import ALPHA, Sprite
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage
from rgbt_dualatt_ros.datasets.synthetic.weather import Weather

_SIDEWAYS, _FLAT = 0.75, 0.30
"""How far a shadow reaches per px of height: sideways, and up the image."""
_FAINT = 0.05


@dataclass(frozen=True, slots=True)
class Shade:
    """One darkening of the colour image: 0 leaves a pixel as it is, 1 makes it black."""

    dark: FloatImage
    left: int
    top: int


def cast_shadow(sprite: Sprite, foot: tuple[float, float], weather: Weather) -> list[Shade]:
    """The shades of a body whose ground point lies at column and row `foot`, px."""
    contact = _contact(sprite, foot, 0.18 + 0.35 * weather.shadow)
    if contact is None:
        return []
    if weather.shadow < _FAINT:
        return [contact]
    return [contact, _cast(sprite, foot, -_SIDEWAYS * weather.sun_side, weather.shadow)]


def lay_shadow(view: View, shades: list[Shade], right: int = 0, down: int = 0) -> None:
    """Darken the colour image by `shades`, shifted by whole pixels."""
    for shade in shades:
        left, top = shade.left + right, shade.top + down
        windows = overlap(view.colour.shape, left, top, shade.dark.shape)
        if windows is not None:
            outer, inner = windows
            lit = view.colour[outer] * (1.0 - shade.dark[inner])[:, :, None]
            view.colour[outer] = (lit + 0.5).astype(np.uint8)


def _cast(sprite: Sprite, foot: tuple[float, float], side: float, strength: float) -> Shade:
    alpha = sprite.channels[:, :, ALPHA]
    height, width = alpha.shape
    rise = foot[1] - sprite.top
    reach = abs(side) * rise
    size = math.ceil(width + reach) + 8, math.ceil(height * _FLAT) + 8
    left = sprite.left - 4 - (math.ceil(reach) if side < 0 else 0)
    top = math.floor(foot[1] - rise * _FLAT) - 4
    # Image point (x, y) with height h = foot - y is shaded at (x + side h, foot - flat h).
    forward = np.array(
        [
            [1.0, -side, sprite.left + side * rise - left],
            [0.0, _FLAT, foot[1] - _FLAT * rise - top],
        ]
    )
    dark = cv2.warpAffine(alpha, forward, size, flags=cv2.INTER_LINEAR)
    dark = cv2.GaussianBlur(dark, (0, 0), max(height * 0.008, 0.7))
    return Shade(np.asarray(dark * np.float32(strength), np.float32), left, top)


def _contact(sprite: Sprite, foot: tuple[float, float], strength: float) -> Shade | None:
    columns = np.flatnonzero(sprite.channels[:, :, ALPHA].any(axis=0))
    if not columns.size:
        return None
    half = 0.62 * float(columns[-1] - columns[0] + 1)
    middle = sprite.left + 0.5 * float(columns[0] + columns[-1] + 1)
    tall = max(half * 0.20, 1.0)
    left, top = math.floor(middle - 1.6 * half), math.floor(foot[1] - 1.8 * tall)
    xs = (np.arange(math.ceil(3.2 * half) + 1) + left + 0.5 - middle) / half
    ys = (np.arange(math.ceil(3.6 * tall) + 1) + top + 0.5 - foot[1]) / tall
    dark = strength * np.exp(-2.2 * ys[:, None] ** 2) * np.exp(-2.2 * xs[None, :] ** 2)
    return Shade(dark.astype(np.float32), left, top)
