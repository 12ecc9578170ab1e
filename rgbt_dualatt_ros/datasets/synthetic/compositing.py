"""Laying sprites and shadows onto the two images of one frame."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.datasets.synthetic.backdrop import View
from rgbt_dualatt_ros.datasets.synthetic.limb import ALPHA, WARMTH, Sprite
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage

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
    kernel = line_kernel(dx, dy)
    if kernel.size == 1:
        return sprite
    pad_y, pad_x = kernel.shape[0] // 2, kernel.shape[1] // 2
    grown = (
        cv2.copyMakeBorder(
            sprite.channels, pad_y, pad_y, pad_x, pad_x, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0)
        )
        if sprite.channels.shape[2] <= 4
        else np.pad(sprite.channels, ((pad_y, pad_y), (pad_x, pad_x), (0, 0)))
    )
    smeared = cv2.filter2D(grown, -1, kernel, borderType=cv2.BORDER_CONSTANT)
    return Sprite(np.asarray(smeared, np.float32), sprite.left - pad_x, sprite.top - pad_y)


def line_kernel(dx: float, dy: float) -> FloatImage:
    """Weights of a straight smear of length (dx, dy), px; `(1, 1)` when it is under a pixel."""
    length = math.hypot(dx, dy)
    if length < 1.0:
        return np.ones((1, 1), np.float32)
    half_x, half_y = math.ceil(abs(dx) / 2), math.ceil(abs(dy) / 2)
    kernel = np.zeros((2 * half_y + 1, 2 * half_x + 1), np.float32)
    for share in np.linspace(-0.5, 0.5, 2 * math.ceil(length) + 1):
        x, y = half_x + share * dx, half_y + share * dy
        column, row = min(int(x), 2 * half_x), min(int(y), 2 * half_y)
        part_x, part_y = x - column, y - row
        for row_step, weight_y in ((0, 1 - part_y), (1, part_y)):
            for column_step, weight_x in ((0, 1 - part_x), (1, part_x)):
                if weight_x * weight_y > 0:
                    kernel[row + row_step, column + column_step] += weight_x * weight_y
    return np.asarray(kernel / kernel.sum(), np.float32)
