"""Headlights of cars at night: a glare in the lens and a pool of light on the road."""

from __future__ import annotations

import math

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.backdrop import View
from rgbt_dualatt_ros.datasets.synthetic.body import Placement
from rgbt_dualatt_ros.datasets.synthetic.car import Car
from rgbt_dualatt_ros.datasets.synthetic.compositing import overlap
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage
from rgbt_dualatt_ros.datasets.synthetic.skeleton import Joint

_WHITE = np.array((1.0, 0.97, 0.88), np.float32)
_RED = np.array((1.0, 0.16, 0.10), np.float32)
_REACH_M, _POOL_M = 0.9, 3.4


def lay_headlights(view: View, car: Car, placement: Placement) -> None:
    """Let the lamps of a car shine into the colour camera; heat is left as it is."""
    head, tail, up = car.model.lamps
    near = -1.0 if math.cos(placement.heading) > 0 else 1.0
    # A lamp that points away from the camera dazzles less.
    towards = 0.5 - 0.5 * math.sin(placement.heading)
    _lay_pool(view, placement, (head + _POOL_M, 0.0, 0.0))
    for side in (near, -near):
        share = 1.0 if side == near else 0.6
        front: Joint = (head, side * 0.8 * car.model.wide, up)
        _lay_glow(view, placement, front, _WHITE * (260 * share * (0.55 + towards)))
        rear: Joint = (tail, side * 0.8 * car.model.wide, up)
        _lay_glow(view, placement, rear, _RED * (150 * share))


def _lay_glow(view: View, placement: Placement, lamp: Joint, strength: FloatImage) -> None:
    x, y = placement.project(lamp)
    reach = _REACH_M * placement.scale
    left, top, size = math.floor(x - reach), math.floor(y - reach), math.ceil(2 * reach) + 1
    xs = (np.arange(size, dtype=np.float32) + left + 0.5 - x)[None, :] / placement.scale
    ys = (np.arange(size, dtype=np.float32) + top + 0.5 - y)[:, None] / placement.scale
    far = np.hypot(xs, ys)
    glow = np.exp(-((far / 0.10) ** 2)) + 0.5 * np.exp(-far / 0.16)
    _add(view, glow * np.clip(1 - far / _REACH_M, 0, 1), strength, (left, top))


def _lay_pool(view: View, placement: Placement, spot: Joint) -> None:
    x, y = placement.project(spot)
    wide = _POOL_M * placement.scale
    tall = max(wide * max(placement.pitch, 0.08) * 0.8, 2.0)
    left, top = math.floor(x - 1.5 * wide), math.floor(y - 1.5 * tall)
    xs = (np.arange(math.ceil(3 * wide) + 1, dtype=np.float32) + left + 0.5 - x) / wide
    ys = (np.arange(math.ceil(3 * tall) + 1, dtype=np.float32) + top + 0.5 - y) / tall
    pool = np.exp(-2.0 * xs[None, :] ** 2) * np.exp(-2.0 * ys[:, None] ** 2)
    _add(view, pool, _WHITE * 62, (left, top))


def _add(view: View, light: FloatImage, strength: FloatImage, corner: tuple[int, int]) -> None:
    windows = overlap(view.warmth.shape, corner[0], corner[1], light.shape)
    if windows is None:
        return
    outer, inner = windows
    added = view.colour[outer] + light[inner][:, :, None] * strength
    view.colour[outer] = np.clip(added, 0, 255).astype(np.uint8)
