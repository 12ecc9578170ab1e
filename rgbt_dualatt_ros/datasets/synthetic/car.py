"""A car as an extruded side profile: right from every side, hot at bonnet, wheels and exhaust."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.body import Placement
from rgbt_dualatt_ros.datasets.synthetic.limb import Painter
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage
from rgbt_dualatt_ros.datasets.synthetic.panels import Sheet, flat, paint_panel, paint_wheel
from rgbt_dualatt_ros.datasets.synthetic.skeleton import Joint, Pose

_PAINTS = (
    (168, 30, 30),
    (36, 52, 96),
    (200, 202, 204),
    (28, 30, 33),
    (120, 126, 130),
    (52, 84, 66),
)
_AXLE_M, _WHEEL_M = 1.32, 0.33
_SIDE = (
    (2.12, 0.30), (2.18, 0.55), (2.02, 0.80), (0.98, 0.96), (0.22, 1.42), (-1.05, 1.45),
    (-1.85, 1.05), (-2.12, 0.98), (-2.20, 0.55), (-2.12, 0.30),
)  # fmt: skip
"""Outline of the side, forward and up in metres, from front bumper over the roof to the rear."""
_GLASS_EDGES, _BUMPER_EDGES = (3, 5), (0, 8)
_WINDOWS = (
    ((0.86, 0.98), (0.22, 1.35), (-0.32, 1.37), (-0.32, 0.98)),
    ((-0.40, 0.98), (-0.40, 1.37), (-1.02, 1.37), (-1.62, 1.02)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Car:
    """One car.

    Attributes:
        wide: half its width, metres.
        tall: height of its upper half as a share of a saloon's; a van has more.
    """

    paint_colour: tuple[float, float, float]
    texture: FloatImage
    ambient: float
    wide: float = 0.86
    tall: float = 1.0

    @property
    def extent_m(self) -> tuple[float, float]:
        """Half length along the ground and height that no pose exceeds, metres."""
        return 2.5, 1.5 + 1.2 * (self.tall - 1.0) + 0.1

    def paint(self, painter: Painter, placement: Placement, _pose: Pose) -> None:
        """Paint the car with its wheels on the ground point of `placement`."""
        near = -self.wide if math.cos(placement.heading) > 0 else self.wide
        for hub in (_AXLE_M, -_AXLE_M):
            self._wheel(painter, placement, (hub, -near * 0.9, _WHEEL_M))
        self._extrude(painter, placement, near)
        self._side(painter, placement, near)
        for hub in (_AXLE_M, -_AXLE_M):
            arch = flat(18, 18, 20, self.ambient + 4.0)
            paint_wheel(
                painter, placement, (hub, near * 1.005, _WHEEL_M + 0.03), (0.40, 0.1), (arch, arch)
            )
            self._wheel(painter, placement, (hub, near * 1.01, _WHEEL_M))
        self._lamps(painter, placement, near)

    def _up(self, c: float) -> float:
        return c if c < 0.97 else 0.97 + (c - 0.97) * (1 + 2.4 * (self.tall - 1.0))

    def _points(self, side: Iterable[tuple[float, float]], b: float) -> list[Joint]:
        # The cabin leans inwards above the waist line, as real ones do.
        return [
            (a, b * (1.0 if c < 0.97 else 1.0 - 0.25 * (c - 0.97)), self._up(c)) for a, c in side
        ]

    def _extrude(self, painter: Painter, placement: Placement, near: float) -> None:
        # Faces between neighbouring outline points, the far ones first.
        body = self._paint_sheet()
        faces = []
        for index, (one, two) in enumerate(pairwise(_SIDE)):
            corners = self._points((one, two), near) + self._points((two, one), -near)
            middle: Joint = ((one[0] + two[0]) / 2, 0.0, (one[1] + two[1]) / 2)
            faces.append((placement.depth(middle), index, corners))
        for _, index, corners in sorted(faces, key=lambda face: -face[0]):
            flatness = abs(corners[0][0] - corners[1][0]) / (
                math.hypot(corners[0][0] - corners[1][0], corners[0][2] - corners[1][2]) + 1e-6
            )
            sheet = body.lit(0.75 + 0.4 * flatness)
            if index in _GLASS_EDGES:
                sheet = Sheet((86, 98, 108), (44, 50, 56), self.ambient - 2, self.ambient + 1)
            elif index in _BUMPER_EDGES:
                sheet = Sheet((40, 40, 42), (26, 26, 28), self.ambient + 9, self.ambient + 5)
            elif index in (1, 2):
                sheet = Sheet(sheet.top, sheet.bottom, self.ambient + 13, self.ambient + 10)
            paint_panel(painter, placement, corners, sheet)

    def _side(self, painter: Painter, placement: Placement, near: float) -> None:
        body = self._paint_sheet()
        paint_panel(painter, placement, self._points(_SIDE, near), body)
        hot = Sheet(body.top, body.bottom, self.ambient + 8, self.ambient + 5)
        front = [(2.12, 0.34), (2.17, 0.55), (2.02, 0.79), (1.0, 0.94), (0.95, 0.34)]
        paint_panel(painter, placement, self._points(front, near), hot.lit(1.02))
        sill = [(1.9, 0.30), (1.9, 0.38), (-1.9, 0.38), (-1.9, 0.30)]
        paint_panel(
            painter, placement, self._points(sill, near), flat(24, 24, 26, self.ambient + 3)
        )
        glass = Sheet((104, 118, 128), (34, 38, 42), self.ambient - 1.5, self.ambient + 0.5)
        for window in _WINDOWS:
            paint_panel(painter, placement, self._points(window, near), glass)
        red, green, blue = (0.45 * part for part in self.paint_colour)
        seam = flat(red, green, blue, self.ambient + 1)
        for a in (0.92, -0.36, -1.20):
            line = [(a, 0.40), (a, 0.94), (a - 0.025, 0.94), (a - 0.025, 0.40)]
            paint_panel(painter, placement, self._points(line, near), seam)

    def _lamps(self, painter: Painter, placement: Placement, near: float) -> None:
        white, red = flat(238, 236, 214, self.ambient + 12), flat(176, 26, 24, self.ambient + 3)
        for a, lamp in ((2.165, white), (-2.175, red)):
            step = -0.30 if a > 0 else 0.25
            side = [(a, 0.60), (a, 0.74), (a + step, 0.76), (a + step, 0.64)]
            paint_panel(painter, placement, self._points(side, near * 1.002), lamp)

    def _wheel(self, painter: Painter, placement: Placement, hub: Joint) -> None:
        tyre = flat(26, 26, 28, self.ambient + 7)
        rim = Sheet((176, 178, 182), (110, 112, 116), self.ambient + 14, self.ambient + 12)
        paint_wheel(painter, placement, hub, (_WHEEL_M, 0.21), (tyre, rim))

    def _paint_sheet(self) -> Sheet:
        red, green, blue = self.paint_colour
        sky = tuple(0.78 * part + 46 for part in self.paint_colour)
        dark = (red * 0.55, green * 0.55, blue * 0.55)
        return Sheet((sky[0], sky[1], sky[2]), dark, self.ambient - 0.5, self.ambient + 3.5)


def draw_car(rng: np.random.Generator, ambient: float, tall: float = 1.0) -> Car:
    """A car with paint chosen by `rng`; `tall` above 1 makes a van of it."""
    red, green, blue = _PAINTS[int(rng.integers(len(_PAINTS)))]
    texture = np.zeros((4, 4), np.float32)
    return Car((float(red), float(green), float(blue)), texture, ambient, 0.86, tall)
