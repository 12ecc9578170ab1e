"""Laying sprites onto the two images of one frame, and smearing what moves."""

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
