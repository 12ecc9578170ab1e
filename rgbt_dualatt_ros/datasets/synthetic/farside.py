"""What stands at the far side of a scene: houses, trees, walls, with their heat."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.datasets.synthetic.backdrop import Plate
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage, sample_tile, spectral_noise
from rgbt_dualatt_ros.datasets.synthetic.weather import Colour, Weather

_WALLS: tuple[Colour, ...] = (
    (168, 150, 128), (146, 92, 74), (186, 182, 172), (128, 130, 134), (176, 156, 108),
)  # fmt: skip
_LEAVES: tuple[Colour, ...] = ((70, 88, 46), (92, 96, 48), (56, 74, 50), (122, 98, 52))


@dataclass(frozen=True, slots=True)
class FarPainter:
    """Paints upright things onto the far layer.

    Attributes:
        scale: pixels per metre at that distance.
        base: canvas row on which everything stands, px.
    """

    plate: Plate
    scale: float
    base: float
    weather: Weather
    rng: np.random.Generator

    def house(self, left: float, wide_m: float, floors: int) -> None:
        """A house with rows of windows; `left` is its canvas column, px."""
        rng, scale = self.rng, self.scale
        high = (floors * 3.1 + 0.9) * scale
        window = self._window(left, self.base - high, left + wide_m * scale, self.base)
        rows, columns = self._grid(window)
        wall = np.array(_WALLS[int(rng.integers(len(_WALLS)))], np.float32) * self.weather.tint
        tile = spectral_noise(rng, 128, 128, 1.0, 1.0)
        stain = sample_tile(tile, rows * 0.5, columns * 1.1)
        shade = (0.92 + 0.05 * stain) * (1.04 - 0.16 * (rows - rows.min()) / max(high, 1))
        if rng.random() < 0.5:
            shade = shade * self._bricks(rows, columns)
        shade = shade * (0.86 if rng.random() < 0.5 else 1.0)
        warmth = self.weather.ambient + rng.uniform(0.5, 3.0) + 0.35 * stain
        night = 0.16 if self.weather.night else 1.0
        self.plate.lay(window, 1.0, wall * shade[:, :, None] * night, warmth)
        self._roof(left, wide_m * scale, self.base - high)
        self._windows(left, wide_m, floors)

    def tree(self, centre: float, high_m: float) -> None:
        """A tree in leaf, its crown open to what is behind."""
        rng, scale = self.rng, self.scale
        high = high_m * scale
        trunk = max(0.035 * high, 1.2)
        self._trunk(centre, trunk, high * 0.6)
        reach = high * float(rng.uniform(0.30, 0.38))
        window = self._window(
            centre - reach * 1.5,
            self.base - high * 1.12,
            centre + reach * 1.5,
            self.base - high * 0.16,
        )
        rows, columns = self._grid(window)
        if not rows.size:
            return
        dx, dy = (columns - centre) / reach, (rows - (self.base - high * 0.60)) / (high * 0.40)
        tile = spectral_noise(rng, 128, 128, 1.25, 2.0)
        grain = spectral_noise(rng, 128, 128, 0.35, 12.0)
        stretch = 44.0 / max(reach, 8.0)
        clumps = sample_tile(tile, rows * stretch, columns * stretch)
        leaves = sample_tile(grain, rows * 0.8, columns * 0.8)
        field = 1.0 - dx * dx - dy * dy + 0.42 * clumps + 0.20 * leaves
        cover = np.clip(field * 2.6, 0, 1).astype(np.float32)
        lit = 0.62 - 0.26 * dy + 0.26 * dx * self.weather.sun_side + 0.16 * clumps + 0.17 * leaves
        green = np.array(_LEAVES[int(rng.integers(len(_LEAVES)))], np.float32) * self.weather.tint
        night = 0.13 if self.weather.night else 1.0
        colour = green * (np.clip(lit, 0.12, 1.5) * 1.25 * night)[:, :, None]
        warmth = self.weather.ambient - 0.6 + 0.8 * clumps + 0.4 * leaves
        self.plate.lay(window, cover, colour, warmth.astype(np.float32))

    def bare_tree(self, centre: float, high_m: float) -> None:
        """A tree without leaves: branches drawn until they are finer than a pixel."""
        high = high_m * self.scale
        window = self._window(
            centre - high * 0.6, self.base - high * 1.1, centre + high * 0.6, self.base
        )
        shape = self.plate.cover[window].shape
        if not min(shape):
            return
        mask = np.zeros(shape, np.uint8)
        root = (centre - window[1].start, self.base - window[0].start)
        self._branch(mask, root, -math.pi / 2, high * 0.30, max(high * 0.035, 1.0))
        rows, columns = self._grid(window)
        grain = sample_tile(spectral_noise(self.rng, 64, 64, 0.8), rows, columns)
        night = 0.2 if self.weather.night else 1.0
        bark = np.array((74, 62, 52), np.float32) * self.weather.tint * night
        cover = mask.astype(np.float32) / 255
        self.plate.lay(
            window,
            cover,
            bark * (1 + 0.2 * grain)[:, :, None],
            (self.weather.ambient + 0.8 + 0.4 * grain).astype(np.float32),
        )

    def wall(self, high_m: float, colour: Colour, bricks: bool) -> None:
        """A wall across the whole canvas."""
        width = self.plate.cover.shape[1]
        window = self._window(0, self.base - high_m * self.scale, width, self.base)
        rows, columns = self._grid(window)
        stain = sample_tile(spectral_noise(self.rng, 256, 256, 1.3), rows * 0.6, columns)
        shade = (
            0.95 + 0.07 * stain - 0.22 * np.clip((rows - self.base) / (0.8 * self.scale) + 1, 0, 1)
        )
        if bricks:
            shade = shade * self._bricks(rows, columns)
        night = 0.2 if self.weather.night else 1.0
        painted = np.array(colour, np.float32) * self.weather.tint * night
        warmth = self.weather.ambient + 2.2 + 0.5 * stain
        self.plate.lay(window, 1.0, painted * shade[:, :, None], warmth.astype(np.float32))
        coping = self._window(0, window[0].start, width, window[0].start + 0.22 * self.scale)
        self.plate.lay(coping, 1.0, painted * 1.12, self.weather.ambient + 0.8)

    def bush(self, centre: float, wide_m: float, high_m: float) -> None:
        """A low bush at the foot of the far side."""
        wide, high = wide_m * self.scale / 2, high_m * self.scale
        window = self._window(centre - wide, self.base - high * 1.2, centre + wide, self.base + 1)
        rows, columns = self._grid(window)
        if not rows.size:
            return
        tile = spectral_noise(self.rng, 96, 96, 0.8, 3.0)
        leaves = sample_tile(tile, rows * 1.4, columns * 1.4)
        dx, up = (columns - centre) / wide, (self.base - rows) / high
        cover = np.clip((1 - dx**4 - np.maximum(up, 0) ** 3 + 0.25 * leaves) * 3, 0, 1)
        green = np.array(_LEAVES[int(self.rng.integers(len(_LEAVES)))], np.float32)
        lit = (0.5 + 0.5 * np.clip(up, 0, 1) + 0.22 * leaves) * (0.15 if self.weather.night else 1)
        self.plate.lay(
            window,
            cover.astype(np.float32),
            green * self.weather.tint * lit[:, :, None],
            (self.weather.ambient - 0.4 + 0.5 * leaves).astype(np.float32),
        )

    def _windows(self, left: float, wide_m: float, floors: int) -> None:
        rng, scale = self.rng, self.scale
        pane_w, pane_h = float(rng.uniform(1.0, 1.5)), float(rng.uniform(1.3, 1.8))
        columns = max(int(wide_m / (pane_w * 1.9)), 1)
        step = wide_m / columns
        for level in range(floors):
            for column in range(columns):
                x = left + (step * (column + 0.5) - pane_w / 2) * scale
                y = self.base - (level * 3.1 + 1.0 + pane_h) * scale
                self._pane(x, y, pane_w * scale, pane_h * scale)

    def _pane(self, x: float, y: float, wide: float, high: float) -> None:
        rng, ambient = self.rng, self.weather.ambient
        frame = max(0.08 * self.scale, 1.0)
        night = self.weather.night
        edge = np.array((196, 190, 178), np.float32) * (0.16 if night else 0.95)
        outer = self._window(x - frame, y - frame, x + wide + frame, y + high + frame)
        self.plate.lay(outer, 1.0, edge, ambient + 1.5)
        lit = rng.random() < (0.35 if night else 0.05)
        warm = ambient + float(rng.choice([-4.0, -2.5, 3.5, 6.5, 9.0]))
        inner = self._window(x, y, x + wide, y + high)
        rows, columns = self._grid(inner)
        if not rows.size:
            return
        down = (rows - rows.min()) / max(high, 1.0)
        dark = np.array((38, 44, 52), np.float32) * (0.3 if night else 1.0)
        bright = np.array((232, 196, 128) if lit else self.weather.sky_low, np.float32)
        share = (0.75 + 0.2 * rng.random()) if lit else (0.55 * (1 - down) * rng.uniform(0.3, 1.0))
        mullion = np.abs(columns - (x + wide / 2)) < max(0.03 * self.scale, 0.5)
        colour = dark + (bright - dark) * np.asarray(share, np.float32)[..., None]
        colour = np.where(mullion[:, :, None], edge * 0.9, colour)
        self.plate.lay(inner, 1.0, colour, warm + (1.5 if lit else 0.0))

    def _roof(self, left: float, wide: float, top: float) -> None:
        over = 0.25 * self.scale
        window = self._window(left - over, top - 0.35 * self.scale, left + wide + over, top + 1)
        dark = np.array((82, 74, 70), np.float32) * (0.2 if self.weather.night else 1.0)
        self.plate.lay(window, 1.0, dark, self.weather.ambient - 2.0)

    def _trunk(self, centre: float, half: float, high: float) -> None:
        window = self._window(centre - half, self.base - high, centre + half, self.base)
        _, columns = self._grid(window)
        side = (columns - centre) / half
        night = 0.18 if self.weather.night else 1.0
        lit = (0.8 + 0.3 * side * self.weather.sun_side) * night
        bark = np.array((86, 70, 56), np.float32) * self.weather.tint
        self.plate.lay(window, 1.0, bark * lit[:, :, None], self.weather.ambient + 1.0)

    def _branch(
        self,
        mask: NDArray[np.uint8],
        root: tuple[float, float],
        angle: float,
        length: float,
        thick: float,
    ) -> None:
        if length < 1.5 or thick < 0.12:
            return
        tip = (root[0] + length * math.cos(angle), root[1] + length * math.sin(angle))
        fixed = [tuple(round(16 * part) for part in point) for point in (root, tip)]
        strength = int(255 * min(1.0, max(thick, 0.35)))
        cv2.line(mask, fixed[0], fixed[1], strength, max(round(thick), 1), cv2.LINE_AA, 4)
        for _ in range(3 if thick > 1.0 else 2):
            turn = float(self.rng.normal(0, 0.48))
            share = float(self.rng.uniform(0.62, 0.86))
            start = float(self.rng.uniform(0.6, 1.0))
            fork = (root[0] + (tip[0] - root[0]) * start, root[1] + (tip[1] - root[1]) * start)
            self._branch(mask, fork, angle + turn, length * share, thick * 0.62)

    def _bricks(self, rows: FloatImage, columns: FloatImage) -> FloatImage:
        course = max(0.16 * self.scale, 2.6)
        level = np.floor(rows / course)
        brick = np.floor(columns / (course * 2.6) + 0.5 * np.mod(level, 2))
        tone = np.mod(np.sin(level * 12.9898 + brick * 78.233) * 43758.5453, 1.0)
        joint = (np.mod(rows, course) < 0.8) | (
            np.mod(columns + 1.3 * course * np.mod(level, 2), course * 2.6) < 0.8
        )
        return np.asarray((0.90 + 0.16 * tone) * np.where(joint, 0.90, 1.0), np.float32)

    def _window(self, left: float, top: float, right: float, bottom: float) -> tuple[slice, slice]:
        height, width = self.plate.cover.shape
        x0, x1 = (min(max(round(x), 0), width) for x in (left, right))
        y0, y1 = (min(max(round(y), 0), height) for y in (top, bottom))
        return slice(y0, max(y1, y0)), slice(x0, max(x1, x0))

    def _grid(self, window: tuple[slice, slice]) -> tuple[FloatImage, FloatImage]:
        rows, columns = np.mgrid[window[0], window[1]].astype(np.float32)
        return rows, columns
