"""Colours made up for thermal clips: the same for both instants, and unrelated to heat."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.training.global_attention.draft import Image
from rgbt_dualatt_ros.training.global_attention.textures import Textures

_FEWEST_LEVELS, _MOST_LEVELS = 3, 6
_LARGEST_TEXTURE = 0.6
_MUTED = 0.5


def false_colours(
    thermal: tuple[Image, Image], textures: Textures, rng: np.random.Generator
) -> tuple[Image, Image]:
    """Colour images `(H, W, 3)` of two instants of one clip.

    Bands of temperature get colours and textures of their own, so edges stay where they are.
    """
    table, weights = _tables(thermal[0], rng)
    height, width = thermal[0].shape
    texture = textures.patch(rng, width, height)
    one, other = (_colored(grey, table, weights, texture) for grey in thermal)
    return one, other


def dress(
    images: tuple[tuple[Image, Image], ...],
    boxes: Boxes,
    textures: Textures,
    rng: np.random.Generator,
) -> None:
    """Give a warm thing clothes of its own colour, in place, the same in every image.

    Args:
        images: colour and thermal image of each instant.
        boxes: `(len(images), 4)` xywh of the thing in each.
    """
    base = rng.uniform(10, 245, (2, 3)).astype(np.float32)
    if rng.random() < 0.5:
        base[1] = base[0]
    share = float(rng.uniform(0.35, 0.65))
    patterned = rng.random() < 0.3
    pattern = textures.patch(rng, 24, 48)
    for (rgb, thermal), box in zip(images, boxes, strict=True):
        low = np.maximum(np.floor(box[:2]).astype(int), 0)
        high = np.minimum(np.ceil(box[:2] + box[2:]).astype(int), thermal.shape[::-1])
        if (high - low < 4).any():
            continue
        window = np.s_[low[1] : high[1], low[0] : high[0]]
        cover = _silhouette(thermal[window])
        height, width = cover.shape
        cloth = np.empty((height, width, 3), np.float32)
        waist = round(share * height)
        cloth[:waist], cloth[waist:] = base[0], base[1]
        if patterned:
            cloth = 0.5 * cloth + 0.5 * cv2.resize(pattern, (width, height)).astype(np.float32)
        shade = 0.75 + 0.5 * (thermal[window].astype(np.float32) / 255 - 0.5)
        kept = (1 - cover)[:, :, None]
        mixed = rgb[window] * kept + cloth * (shade * cover)[:, :, None]
        rgb[window] = np.clip(mixed, 0, 255).astype(np.uint8)


def _silhouette(thermal: Image) -> NDArray[np.float32]:
    """How much of each pixel belongs to what is warm in the middle, [0, 1]."""
    height, width = thermal.shape
    edge = np.concatenate([thermal[0], thermal[-1], thermal[:, 0], thermal[:, -1]])
    low = float(np.median(edge))
    middle = thermal[height // 4 : -(height // 4) or None, width // 4 : -(width // 4) or None]
    high = float(np.percentile(middle, 80))
    if abs(high - low) < 8:
        cover = np.ones((height, width), np.float32)
    else:
        cover = np.clip((thermal.astype(np.float32) - low) / (high - low) * 2 - 0.5, 0, 1).astype(
            np.float32
        )
    rows, columns = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    inside = np.clip((1.35 - (np.abs(rows) ** 3 + np.abs(columns) ** 3)) * 3, 0, 1)
    return np.asarray(cv2.blur(cover, (3, 3)) * inside, np.float32)


def _tables(thermal: Image, rng: np.random.Generator) -> tuple[Image, NDArray[np.float32]]:
    """Colour of each grey level `(256, 1, 3)`, and how textured it is `(256,)`."""
    count = int(rng.integers(_FEWEST_LEVELS, _MOST_LEVELS + 1))
    shares = np.sort(np.concatenate([rng.uniform(2, 75, count - 2), rng.uniform(75, 99.5, 1)]))
    edges = np.percentile(thermal[::4, ::4], shares)
    level = np.searchsorted(edges, np.arange(256))
    palette = rng.uniform(0, 255, (count, 3))
    if rng.random() < _MUTED:
        palette = palette * 0.3 + rng.uniform(20, 230, (count, 1)) * 0.7
    colors = palette[level]
    slope = (np.arange(256)[:, None] - 128) * rng.uniform(-0.5, 0.5, (count, 3))[level]
    weights = (rng.uniform(0, _LARGEST_TEXTURE, count) * (rng.random(count) < 0.7))[level]
    # A steep but smooth step: hard ones make the sensor's noise flicker in colour.
    soft = cv2.blur(np.clip(colors + slope, 0, 255).astype(np.float32), (1, 7))
    eased = cv2.blur(weights.astype(np.float32), (1, 7)).ravel()
    return np.asarray(soft, np.uint8)[:, None, :], np.asarray(eased, np.float32)


def _colored(grey: Image, table: Image, weights: NDArray[np.float32], texture: Image) -> Image:
    flat = cv2.applyColorMap(grey, table)
    share = cv2.LUT(grey, weights)
    return np.asarray(cv2.blendLinear(texture, flat, share, 1 - share), np.uint8)
