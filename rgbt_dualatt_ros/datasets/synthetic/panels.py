"""Painting of flat panels and wheels: the parts of vehicles that are no limbs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.body import Placement
from rgbt_dualatt_ros.datasets.synthetic.limb import Painter
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage
from rgbt_dualatt_ros.datasets.synthetic.skeleton import Joint

_SHIFT = 4


@dataclass(frozen=True, slots=True)
class Sheet:
    """Look of a panel: colour and temperature at its top and its bottom edge."""

    top: tuple[float, float, float]
    bottom: tuple[float, float, float]
    warmth_top: float
    warmth_bottom: float

    def lit(self, share: float) -> Sheet:
        """The same panel with its colours scaled by `share`."""
        top, bottom = (
            (colour[0] * share, colour[1] * share, colour[2] * share)
            for colour in (self.top, self.bottom)
        )
        return Sheet(top, bottom, self.warmth_top, self.warmth_bottom)


def flat(red: float, green: float, blue: float, warmth: float) -> Sheet:
    """A panel of one colour and temperature."""
    return Sheet((red, green, blue), (red, green, blue), warmth, warmth)


def paint_panel(
    painter: Painter, placement: Placement, corners: Sequence[Joint], sheet: Sheet
) -> None:
    """Paint the polygon between `corners` (forward, left, up; metres)."""
    points = np.array([placement.project(corner) for corner in corners])
    points -= (painter.sprite.left + 0.5, painter.sprite.top + 0.5)
    height, width = painter.sprite.channels.shape[:2]
    low = np.clip(np.floor(points.min(axis=0)).astype(int) - 1, 0, (width, height))
    high = np.clip(np.ceil(points.max(axis=0)).astype(int) + 2, 0, (width, height))
    if (high <= low).any():
        return
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    fixed = np.round((points - low) * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _SHIFT)
    cover = mask.astype(np.float32) * np.float32(1 / 255)
    window = slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
    painter.lay(window, cover, None if painter.outline_only else _gradient(sheet, mask.shape))


def paint_wheel(
    painter: Painter,
    placement: Placement,
    hub: Joint,
    radii: tuple[float, float],
    looks: tuple[Sheet, Sheet | None],
) -> None:
    """Paint an upright wheel that rolls forward.

    Args:
        hub: its centre (forward, left, up; metres).
        radii: of the tyre and of the rim inside it, metres.
        looks: of the tyre, and of the disc inside the rim; None leaves the inside open.
    """
    x, y = placement.project(hub)
    outer, inner = (radius * placement.scale for radius in radii)
    squash = max(abs(math.cos(placement.heading)), 0.12)
    sprite = painter.sprite
    top, left = int(y - outer - 2) - sprite.top, int(x - outer - 2) - sprite.left
    size = int(2 * outer + 5)
    rows, columns = (
        slice(max(top, 0), max(top + size, 0)),
        slice(max(left, 0), max(left + size, 0)),
    )
    shape = sprite.channels[rows, columns].shape[:2]
    ys = np.arange(shape[0], dtype=np.float32)[:, None] + (rows.start + sprite.top + 0.5 - y)
    xs = np.arange(shape[1], dtype=np.float32)[None, :] + (columns.start + sprite.left + 0.5 - x)
    radius = np.hypot(xs / squash, ys)
    softness = min(1.0, squash * 1.5)
    tyre = np.clip((outer - radius) * softness + 0.5, 0, 1)
    hole = np.clip((inner - radius) * softness + 0.5, 0, 1)
    disc = looks[1]
    for cover, look in ((tyre - hole if disc is None else tyre, looks[0]), (hole, disc)):
        if look is not None:
            surface = None if painter.outline_only else _gradient(look, shape)
            painter.lay((rows, columns), cover.astype(np.float32), surface)


def _gradient(sheet: Sheet, shape: tuple[int, ...]) -> FloatImage:
    part = np.linspace(0.0, 1.0, shape[0], dtype=np.float32)[:, None, None]
    top = np.array([*sheet.top, sheet.warmth_top], np.float32)
    bottom = np.array([*sheet.bottom, sheet.warmth_bottom], np.float32)
    return np.broadcast_to(top + (bottom - top) * part, (shape[0], shape[1], 4))
