"""Trees and bushes of the far side, in leaf and bare."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.datasets.synthetic.farside import FarCanvas
from rgbt_dualatt_ros.datasets.synthetic.noise import sample_tile, spectral_noise
from rgbt_dualatt_ros.datasets.synthetic.weather import Colour

_LEAVES: tuple[Colour, ...] = ((64, 80, 42), (84, 88, 46), (52, 68, 46), (112, 92, 50))


def paint_tree(canvas: FarCanvas, centre: float, high_m: float) -> None:
    """A tree in leaf at canvas column `centre`, px, its crown open to what is behind."""
    rng = canvas.rng
    high = high_m * canvas.scale
    _trunk(canvas, centre, max(0.033 * high, 1.2), high * 0.6)
    reach = high * float(rng.uniform(0.30, 0.40))
    window = canvas.window(
        centre - reach * 1.5,
        canvas.base - high * 1.12,
        centre + reach * 1.5,
        canvas.base - high * 0.16,
    )
    rows, columns = canvas.grid(window)
    if not rows.size:
        return
    dx, dy = (columns - centre) / reach, (rows - (canvas.base - high * 0.60)) / (high * 0.40)
    stretch = 44.0 / max(reach, 8.0)
    clumps = sample_tile(
        spectral_noise(rng, 128, 128, 1.25, 2.0), rows * stretch, columns * stretch
    )
    leaves = sample_tile(spectral_noise(rng, 128, 128, 0.35, 12.0), rows * 0.8, columns * 0.8)
    field = 1.0 - dx * dx - dy * dy + 0.42 * clumps + 0.20 * leaves
    sun = 0.26 * dx * canvas.weather.sun_side
    lit = 0.62 - 0.26 * dy + sun + 0.16 * clumps + 0.17 * leaves
    green = canvas.lit(_LEAVES[int(rng.integers(len(_LEAVES)))])
    colour = green * (np.clip(lit, 0.12, 1.5) * 1.25)[:, :, None]
    warmth = canvas.weather.ambient - 0.6 + 0.9 * clumps + 0.5 * leaves
    canvas.plate.lay(window, np.clip(field * 2.6, 0, 1), colour, warmth)


def paint_bare_tree(canvas: FarCanvas, centre: float, high_m: float) -> None:
    """A tree without leaves: branches drawn until they are finer than a pixel."""
    high = high_m * canvas.scale
    window = canvas.window(
        centre - high * 0.6, canvas.base - high * 1.1, centre + high * 0.6, canvas.base
    )
    shape = canvas.plate.cover[window].shape
    if not min(shape):
        return
    mask = np.zeros(shape, np.uint8)
    root = (centre - window[1].start, canvas.base - window[0].start)
    _branch(mask, root, (-math.pi / 2, high * 0.30, max(high * 0.035, 1.0)), canvas.rng)
    rows, columns = canvas.grid(window)
    grain = sample_tile(spectral_noise(canvas.rng, 64, 64, 0.8), rows, columns)
    colour = canvas.lit((70, 60, 52)) * (1 + 0.2 * grain)[:, :, None]
    warmth = canvas.weather.ambient + 0.8 + 0.4 * grain
    canvas.plate.lay(window, mask.astype(np.float32) / 255, colour, warmth)


def paint_bush(canvas: FarCanvas, centre: float, wide_m: float, high_m: float) -> None:
    """A bush at canvas column `centre`, px; high and close together they make a wood's edge."""
    wide, high = wide_m * canvas.scale / 2, high_m * canvas.scale
    window = canvas.window(
        centre - wide, canvas.base - high * 1.25, centre + wide, canvas.base + 1
    )
    rows, columns = canvas.grid(window)
    if not rows.size:
        return
    clumps = sample_tile(spectral_noise(canvas.rng, 96, 96, 1.2, 2.0), rows * 0.9, columns * 0.9)
    leaves = sample_tile(spectral_noise(canvas.rng, 96, 96, 0.5, 6.0), rows * 1.1, columns * 1.1)
    dx, up = (columns - centre) / wide, (canvas.base - rows) / high
    field = 1 - dx**4 - np.maximum(up, 0) ** 3 + 0.22 * clumps + 0.16 * leaves
    lit = 0.34 + 0.62 * np.clip(up, 0, 1) + 0.16 * clumps + 0.17 * leaves
    green = canvas.lit(_LEAVES[int(canvas.rng.integers(len(_LEAVES)))])
    colour = green * np.clip(lit, 0.1, 1.6)[:, :, None]
    warmth = canvas.weather.ambient - 0.4 + 0.6 * clumps + 0.5 * leaves
    canvas.plate.lay(window, np.clip(field * 3, 0, 1), colour, warmth)


def _trunk(canvas: FarCanvas, centre: float, half: float, high: float) -> None:
    window = canvas.window(centre - half, canvas.base - high, centre + half, canvas.base)
    _, columns = canvas.grid(window)
    lit = 0.8 + 0.3 * (columns - centre) / half * canvas.weather.sun_side
    canvas.fill(window, canvas.lit((86, 70, 56)) * lit[:, :, None], 1.0)


def _branch(
    mask: NDArray[np.uint8],
    root: tuple[float, float],
    growth: tuple[float, float, float],
    rng: np.random.Generator,
) -> None:
    # `growth` is the angle, the length and the thickness of this branch, px.
    angle, length, thick = growth
    if length < 1.5 or thick < 0.12:
        return
    tip = (root[0] + length * math.cos(angle), root[1] + length * math.sin(angle))
    one, two = ((round(16 * point[0]), round(16 * point[1])) for point in (root, tip))
    strength = int(255 * min(1.0, max(thick, 0.35)))
    cv2.line(mask, one, two, strength, max(round(thick), 1), cv2.LINE_AA, 4)
    for _ in range(3 if thick > 1.0 else 2):
        turn = float(rng.normal(0, 0.48))
        share, start = float(rng.uniform(0.62, 0.86)), float(rng.uniform(0.6, 1.0))
        fork = (root[0] + (tip[0] - root[0]) * start, root[1] + (tip[1] - root[1]) * start)
        _branch(mask, fork, (angle + turn, length * share, thick * 0.62), rng)
