"""Houses and walls of the far side: bricks, plaster, windows, doors, pipes, with their heat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.farside import FarCanvas, Window
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage, sample_tile, spectral_noise
from rgbt_dualatt_ros.datasets.synthetic.weather import Colour

_WALLS: tuple[Colour, ...] = (
    (166, 152, 134), (138, 96, 80), (182, 178, 170), (126, 128, 132), (168, 154, 118),
)  # fmt: skip
_STOREY_M = 3.1
_FRAMES: tuple[Colour, ...] = ((196, 192, 184), (92, 76, 62), (60, 62, 66))
_DOORS: tuple[Colour, ...] = ((74, 52, 40), (44, 58, 52), (96, 98, 102))


@dataclass(frozen=True, slots=True)
class _Front:
    """One house front: canvas column of its left edge, px, and what its windows are like."""

    left: float
    wide_m: float
    floors: int
    wall: FloatImage
    frame: FloatImage
    pane_m: tuple[float, float]
    glass_warmth: float
    door: int


def paint_house(canvas: FarCanvas, left: float, wide_m: float, floors: int) -> None:
    """A house with rows of windows; `left` is its canvas column, px."""
    rng = canvas.rng
    wall = canvas.lit(_WALLS[int(rng.integers(len(_WALLS)))])
    columns = max(int(wide_m / 2.6), 1)
    front = _Front(
        left,
        wide_m,
        floors,
        wall,
        canvas.lit(_FRAMES[int(rng.integers(len(_FRAMES)))]),
        (float(rng.uniform(1.0, 1.5)), float(rng.uniform(1.3, 1.9))),
        float(rng.choice([-3.0, -2.0, 0.5, 2.5])),
        int(rng.integers(columns)),
    )
    _wall(canvas, front)
    _trim(canvas, front)
    step = wide_m / columns
    for level in range(floors):
        for column in range(columns):
            middle = left + step * (column + 0.5) * canvas.scale
            if level == 0 and column == front.door:
                _door(canvas, front, middle)
            else:
                _pane(canvas, front, middle, level)


def _wall(canvas: FarCanvas, front: _Front) -> None:
    rng, scale = canvas.rng, canvas.scale
    high = (front.floors * _STOREY_M + 0.9) * scale
    window = canvas.window(
        front.left, canvas.base - high, front.left + front.wide_m * scale, canvas.base
    )
    rows, columns = canvas.grid(window)
    if not rows.size:
        return
    tile = spectral_noise(rng, 128, 128, 1.0, 1.0)
    stain = sample_tile(tile, rows * 0.5, columns * 1.1)
    broad = sample_tile(tile, rows * 0.11 + 40, columns * 0.14)
    shade = (0.92 + 0.04 * stain + 0.04 * broad) * (1.04 - 0.16 * (rows - rows.min()) / high)
    if rng.random() < 0.5:
        shade = shade * _bricks(rows, columns, scale)
    if rng.random() < 0.5:
        shade = shade * 0.86
    foot = np.clip((rows - canvas.base) / (0.5 * scale) + 1, 0, 1)
    shade = shade * (1 - 0.30 * foot)
    warmth = canvas.weather.ambient + rng.uniform(0.3, 1.8) + 0.3 * stain + 0.4 * broad
    canvas.plate.lay(window, 1.0, front.wall * shade[:, :, None], warmth)


def _trim(canvas: FarCanvas, front: _Front) -> None:
    # Cornices between storeys, a roof's edge and a rain pipe.
    rng, scale = canvas.rng, canvas.scale
    right = front.left + front.wide_m * scale
    if rng.random() < 0.6:
        for level in range(1, front.floors + 1):
            y = canvas.base - (level * _STOREY_M + 0.35) * scale
            canvas.fill(
                canvas.window(front.left, y, right, y + 0.22 * scale), front.wall * 1.10, 0.2
            )
            below = canvas.window(front.left, y + 0.22 * scale, right, y + 0.32 * scale)
            canvas.fill(below, front.wall * 0.62, 0.9)
    top = canvas.base - (front.floors * _STOREY_M + 0.9) * scale
    over = 0.25 * scale
    roof = canvas.window(front.left - over, top - 0.35 * scale, right + over, top + 1)
    canvas.fill(roof, canvas.lit((78, 72, 70)), -2.0)
    x = front.left + rng.choice([0.03, 0.97]) * front.wide_m * scale
    pipe = canvas.window(x, top, x + max(0.12 * scale, 1.0), canvas.base)
    canvas.fill(pipe, front.wall * 0.6, 2.5)


def _door(canvas: FarCanvas, front: _Front, middle: float) -> None:
    scale = canvas.scale
    half, high = 0.62 * scale, 2.35 * scale
    frame = canvas.window(
        middle - half * 1.2, canvas.base - high * 1.07, middle + half * 1.2, canvas.base
    )
    canvas.fill(frame, front.frame, 1.5)
    leaf = canvas.window(middle - half, canvas.base - high, middle + half, canvas.base)
    columns = canvas.grid(leaf)[1]
    colour = canvas.lit(_DOORS[int(canvas.rng.integers(len(_DOORS)))])
    panel = 1 - 0.22 * (np.abs(np.sin((columns - middle) / half * 2.6)) < 0.16)
    canvas.plate.lay(leaf, 1.0, colour * panel[:, :, None], canvas.weather.ambient + 4.0)
    step = canvas.window(
        middle - half * 1.5, canvas.base - 0.16 * scale, middle + half * 1.5, canvas.base
    )
    canvas.fill(step, canvas.lit((134, 130, 124)), 0.5)


def _pane(canvas: FarCanvas, front: _Front, middle: float, level: int) -> None:
    rng, scale = canvas.rng, canvas.scale
    wide, high = (part * scale for part in front.pane_m)
    x, y = middle - wide / 2, canvas.base - (level * _STOREY_M + 1.0) * scale - high
    rim = max(0.08 * scale, 1.0)
    outer = canvas.window(x - rim, y - rim, x + wide + rim, y + high + rim)
    canvas.fill(outer, front.frame, 1.8)
    sill = canvas.window(x - 2 * rim, y + high + rim, x + wide + 2 * rim, y + high + 2.2 * rim)
    canvas.fill(sill, front.wall * 1.15, 0.5)
    lit = rng.random() < (0.4 if canvas.weather.night else 0.04)
    warm = front.glass_warmth + float(rng.normal(0, 0.7)) + (4.5 if rng.random() < 0.16 else 0.0)
    _glass(canvas, canvas.window(x, y, x + wide, y + high), warm, lit)
    if rng.random() < 0.12:
        _cooler(canvas, x + wide + 2 * rim, y + high * 0.6)


def _glass(canvas: FarCanvas, window: Window, warm: float, lit: bool) -> None:
    rows, columns = canvas.grid(window)
    if not rows.size:
        return
    rng = canvas.rng
    high, wide = float(np.ptp(rows)) + 1, float(np.ptp(columns)) + 1
    down = (rows - rows.min()) / high
    across = (columns - columns.min()) / wide
    dark = np.array((38, 44, 52), np.float32) * (0.25 if canvas.weather.night else 1.0)
    bright = np.array((226, 190, 124) if lit else canvas.weather.sky_low, np.float32)
    curtain = (across < rng.uniform(0.1, 0.4)) | (across > rng.uniform(0.6, 0.9))
    if lit:
        share = 0.62 + 0.25 * (1 - down) - 0.22 * curtain
    else:
        slant = np.clip((1 - down) * 0.8 + 0.5 * across - 0.35, 0, 1)
        share = slant * rng.uniform(0.25, 0.75) + 0.12 * curtain
    colour = dark + (bright - dark) * share[:, :, None]
    bar = np.abs(across - 0.5) < max(0.035, 0.6 / wide)
    bar |= np.abs(down - 0.32) < max(0.02, 0.5 / high)
    colour = np.where(bar[:, :, None], canvas.lit((150, 146, 140)), colour)
    warmth = canvas.weather.ambient + warm + 1.2 * (down - 0.5) + np.where(bar, 0.8, 0.0)
    canvas.plate.lay(window, 1.0, colour, warmth)


def _cooler(canvas: FarCanvas, x: float, y: float) -> None:
    # The outer part of an air conditioner: pale in colour, warm in thermal.
    scale = canvas.scale
    box = canvas.window(x, y, x + 0.75 * scale, y + 0.55 * scale)
    rows, columns = canvas.grid(box)
    if not rows.size:
        return
    fan = np.hypot(columns - columns.mean(), rows - rows.mean()) < 0.22 * scale
    colour = np.where(fan[:, :, None], canvas.lit((120, 122, 124)), canvas.lit((186, 186, 182)))
    canvas.plate.lay(box, 1.0, colour, canvas.weather.ambient + np.where(fan, 7.5, 4.0))


def _bricks(rows: FloatImage, columns: FloatImage, scale: float) -> FloatImage:
    course = max(0.16 * scale, 2.6)
    level = np.floor(rows / course)
    brick = np.floor(columns / (course * 2.6) + 0.5 * np.mod(level, 2))
    tone = np.mod(np.sin(level * 12.9898 + brick * 78.233) * 43758.5453, 1.0)
    joint = (np.mod(rows, course) < 0.8) | (
        np.mod(columns + 1.3 * course * np.mod(level, 2), course * 2.6) < 0.8
    )
    return np.asarray((0.91 + 0.14 * tone) * np.where(joint, 0.92, 1.0), np.float32)
