"""Laying sprites and shadows onto the two images of one frame."""

from __future__ import annotations

import math
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.datasets.synthetic.backdrop import View
from rgbt_dualatt_ros.datasets.synthetic.limb import ALPHA, WARMTH, Sprite
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage

_PixelT = TypeVar("_PixelT", np.uint8, np.float32)
Windows = tuple[tuple[slice, slice], tuple[slice, slice]]


def overlap(shape: tuple[int, ...], left: int, top: int, size: tuple[int, ...]) -> Windows | None:
    """Where a patch of `size` at `left`, `top` meets an image: slices of both."""
    rows = slice(max(top, 0), min(top + size[0], shape[0]))
    columns = slice(max(left, 0), min(left + size[1], shape[1]))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return None
    inner = (
        slice(rows.start - top, rows.stop - top),
        slice(columns.start - left, columns.stop - left),
    )
    return (rows, columns), inner


def lay_sprite(view: View, sprite: Sprite, light: FloatImage | float, contrast: float) -> None:
    """Lay a sprite over both images.

    Args:
        light: factor of its colours: one number or three.
        contrast: 1 shows its own temperatures, 0 those of what is behind it (thermal crossover).
    """
    windows = overlap(view.warmth.shape, sprite.left, sprite.top, sprite.channels.shape)
    if windows is None:
        return
    outer, inner = windows
    channels = sprite.channels[inner]
    alpha = channels[:, :, ALPHA]
    clear = (1.0 - alpha)[:, :, None]
    colour = view.colour[outer].astype(np.float32) * clear + channels[:, :, :WARMTH] * light
    view.colour[outer] = np.clip(colour + 0.5, 0, 255).astype(np.uint8)
    behind = view.warmth[outer]
    warmth = channels[:, :, WARMTH]
    if contrast < 1.0:
        total = max(float(alpha.sum()), 1e-6)
        local = float((behind * alpha).sum()) / total
        warmth = warmth * contrast + (0.5 * local + 0.5 * behind) * alpha * (1.0 - contrast)
    view.warmth[outer] = behind * (1.0 - alpha) + warmth


def lay_shadow(
    view: View, sprite: Sprite, foot: tuple[float, float], side: float, strength: float
) -> None:
    """Darken the ground where a body keeps the sun and the sky off.

    Args:
        foot: image column and row of the body's ground point, px.
        side: px that the shadow reaches sideways per px of height, negative to the left.
        strength: darkness of the shadow that the sun casts; the contact is always darkened.
    """
    _lay_contact(view, sprite, foot, 0.18 + 0.35 * strength)
    if strength < 0.05:
        return
    flat = 0.30
    alpha = sprite.channels[:, :, ALPHA]
    height, width = alpha.shape
    rise = foot[1] - sprite.top
    reach = abs(side) * rise
    out_w, out_h = math.ceil(width + reach) + 8, math.ceil(height * flat) + 8
    left = sprite.left - 4 - (math.ceil(reach) if side < 0 else 0)
    top = math.floor(foot[1] - rise * flat) - 4
    # Image point (x, y) with height h = foot - y is shaded at (x + side h, foot - flat h).
    forward = np.array(
        [
            [1.0, -side, sprite.left + side * (foot[1] - sprite.top) - left],
            [0.0, flat, foot[1] - flat * (foot[1] - sprite.top) - top],
        ],
        np.float32,
    )
    dark = cv2.warpAffine(alpha, forward, (out_w, out_h), flags=cv2.INTER_LINEAR)
    soft = max(height * 0.008, 0.7)
    dark = cv2.GaussianBlur(dark, (0, 0), soft)
    _darken(view.colour, dark * strength, left, top)


def _lay_contact(view: View, sprite: Sprite, foot: tuple[float, float], strength: float) -> None:
    columns = np.flatnonzero(sprite.channels[:, :, ALPHA].any(axis=0))
    if not columns.size:
        return
    half = 0.62 * (columns[-1] - columns[0] + 1)
    middle = sprite.left + 0.5 * float(columns[0] + columns[-1] + 1)
    tall = max(half * 0.20, 1.0)
    left, top = math.floor(middle - 1.6 * half), math.floor(foot[1] - 1.8 * tall)
    xs = (np.arange(math.ceil(3.2 * half) + 1) + left + 0.5 - middle) / half
    ys = (np.arange(math.ceil(3.6 * tall) + 1) + top + 0.5 - foot[1]) / tall
    dark = strength * np.exp(-2.2 * ys[:, None] ** 2) * np.exp(-2.2 * xs[None, :] ** 2)
    _darken(view.colour, dark.astype(np.float32), left, top)


def _darken(image: NDArray[np.uint8], dark: FloatImage, left: int, top: int) -> None:
    windows = overlap(image.shape, left, top, dark.shape)
    if windows is None:
        return
    outer, inner = windows
    shaded = image[outer] * (1.0 - dark[inner])[:, :, None]
    image[outer] = np.rint(shaded).astype(np.uint8)


def blur_sprite(sprite: Sprite, dx: float, dy: float) -> Sprite:
    """The sprite smeared along (dx, dy), px, as a moving body is during the exposure."""
    if math.hypot(dx, dy) < 1.0:
        return sprite
    pad_x, pad_y = math.ceil(abs(dx) / 2) + 1, math.ceil(abs(dy) / 2) + 1
    grown = np.pad(sprite.channels, ((pad_y, pad_y), (pad_x, pad_x), (0, 0)))
    return Sprite(smear(grown, dx, dy), sprite.left - pad_x, sprite.top - pad_y)


def smear(image: NDArray[_PixelT], dx: float, dy: float) -> NDArray[_PixelT]:
    """An image averaged along a line of length (dx, dy), px, through every pixel.

    Averaging with a copy shifted by half the length, then by a quarter, and so on is the same as
    averaging along the line, in a handful of steps.
    """
    steps = math.ceil(math.log2(max(math.hypot(dx, dy), 1.0)))
    for step in range(1, steps + 1):
        x, y = round(dx / 2**step), round(dy / 2**step)
        ahead, behind = (x // 2, y // 2), (x // 2 - x, y // 2 - y)
        image = _mean(_shifted(image, *ahead), _shifted(image, *behind))
    return image


def _mean(one: NDArray[_PixelT], two: NDArray[_PixelT]) -> NDArray[_PixelT]:
    return np.asarray(cv2.addWeighted(one, 0.5, two, 0.5, 0.0), one.dtype)


def _shifted(image: NDArray[_PixelT], x: int, y: int) -> NDArray[_PixelT]:
    # The edge is repeated into what the shift uncovers.
    if not x and not y:
        return image
    height, width = image.shape[:2]
    x, y = max(min(x, width - 1), 1 - width), max(min(y, height - 1), 1 - height)
    inner = image[max(-y, 0) : height - max(y, 0), max(-x, 0) : width - max(x, 0)]
    edges = max(y, 0), max(-y, 0), max(x, 0), max(-x, 0)
    return np.asarray(cv2.copyMakeBorder(inner, *edges, cv2.BORDER_REPLICATE), image.dtype)
