"""A car as an extruded side profile: right from every side, hot at bonnet, wheels and exhaust."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.body import Placement
from rgbt_dualatt_ros.datasets.synthetic.car_models import SALOON, Model
from rgbt_dualatt_ros.datasets.synthetic.limb import Painter
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage
from rgbt_dualatt_ros.datasets.synthetic.panels import Sheet, flat, paint_panel, paint_wheel
from rgbt_dualatt_ros.datasets.synthetic.skeleton import Joint, Pose
from rgbt_dualatt_ros.datasets.synthetic.weather import Colour

_PAINTS = (
    (168, 30, 30),
    (36, 52, 96),
    (200, 202, 204),
    (28, 30, 33),
    (120, 126, 130),
    (52, 84, 66),
)
_WHEEL_M = 0.33


@dataclass(frozen=True, slots=True, eq=False)
class Car:
    """One car.

    Attributes:
        ambient: air temperature, degrees Celsius.
        engine: 1 driven for long, 0 parked for hours.
    """

    paint_colour: Colour
    texture: FloatImage
    ambient: float
    engine: float = 1.0
    model: Model = SALOON

    @property
    def extent_m(self) -> tuple[float, float]:
        """Half length along the ground and height that no pose exceeds, metres."""
        reach, height = (max(abs(point[axis]) for point in self.model.side) for axis in (0, 1))
        return math.hypot(reach, self.model.wide) + 0.1, height + 0.1

    def paint(self, painter: Painter, placement: Placement, _pose: Pose) -> None:
        """Paint the car with its wheels on the ground point of `placement`."""
        wide, axles = self.model.wide, self.model.axles
        near = -wide if math.cos(placement.heading) > 0 else wide
        for hub in axles:
            self._wheel(painter, placement, (hub, -near * 0.9, _WHEEL_M))
        self._extrude(painter, placement, near)
        self._side(painter, placement, near)
        arch = flat(18, 18, 20, self._warm(4.0))
        for hub in axles:
            centre: Joint = (hub, near * 1.005, _WHEEL_M + 0.03)
            paint_wheel(painter, placement, centre, (0.40, 0.1), (arch, arch))
            self._wheel(painter, placement, (hub, near * 1.01, _WHEEL_M))
        self._lamps(painter, placement, near)

    def _warm(self, degrees: float) -> float:
        # What the drive warms; a parked car is colder than the air, it has faced the sky.
        return self.ambient - 2.0 + (degrees + 2.0) * self.engine

    def _points(self, side: Iterable[tuple[float, float]], b: float) -> list[Joint]:
        waist = self.model.waist
        return [(a, b * (1.0 - 0.25 * max(c - waist, 0.0)), c) for a, c in side]

    def _extrude(self, painter: Painter, placement: Placement, near: float) -> None:
        # Faces between neighbouring outline points, the far ones first.
        faces = []
        for index, (one, two) in enumerate(pairwise(self.model.side)):
            corners = self._points((one, two), near) + self._points((two, one), -near)
            middle: Joint = ((one[0] + two[0]) / 2, 0.0, (one[1] + two[1]) / 2)
            slope = abs(one[0] - two[0]) / math.dist(one, two)
            # The outline runs from front over roof to rear, so this points outwards.
            outward: Joint = (two[1] - one[1], 0.0, one[0] - two[0])
            if outward[2] * placement.pitch > placement.depth(outward):
                faces.append((placement.depth(middle), index, corners, slope))
        for _, index, corners, slope in sorted(faces, key=lambda face: -face[0]):
            paint_panel(painter, placement, corners, self._edge_sheet(index, slope))

    def _edge_sheet(self, index: int, slope: float) -> Sheet:
        sheet = self._paint_sheet().lit(0.75 + 0.4 * slope)
        if index in self.model.glass:
            return Sheet((86, 98, 108), (44, 50, 56), self.ambient - 2, self.ambient + 1)
        if index in self.model.bumpers:
            return Sheet((40, 40, 42), (26, 26, 28), self._warm(9), self._warm(5))
        if index in self.model.bonnet:
            return Sheet(sheet.top, sheet.bottom, self._warm(13), self._warm(10))
        return sheet

    def _side(self, painter: Painter, placement: Placement, near: float) -> None:
        model, body = self.model, self._paint_sheet()
        hot = Sheet(body.top, body.bottom, self._warm(8), self._warm(5))
        glass = Sheet((104, 118, 128), (34, 38, 42), self.ambient - 1.5, self.ambient + 0.5)
        red, green, blue = (0.45 * part for part in self.paint_colour)
        gap = flat(red, green, blue, self.ambient + 1)
        low, front, rear = model.side[0][1], model.axles[0] + 0.5, model.axles[1] - 0.5
        sill = ((front, low), (front, low + 0.09), (rear, low + 0.09), (rear, low))
        panels = [(model.side, body), (model.front, hot.lit(1.02))]
        panels.append((sill, flat(24, 24, 26, self._warm(3))))
        panels += [(window, glass) for window in model.windows]
        top = model.waist - 0.03
        panels += [
            (((a, 0.40), (a, top), (a - 0.025, top), (a - 0.025, 0.40)), gap) for a in model.seams
        ]
        for outline, sheet in panels:
            paint_panel(painter, placement, self._points(outline, near), sheet)

    def _lamps(self, painter: Painter, placement: Placement, near: float) -> None:
        white, red = flat(238, 236, 214, self._warm(12)), flat(176, 26, 24, self._warm(3))
        head, tail, c = self.model.lamps
        for a, step, lamp in ((head, -0.30, white), (tail, 0.25, red)):
            side = ((a, c - 0.07), (a, c + 0.07), (a + step, c + 0.09), (a + step, c - 0.03))
            paint_panel(painter, placement, self._points(side, near * 1.002), lamp)

    def _wheel(self, painter: Painter, placement: Placement, hub: Joint) -> None:
        tyre = flat(26, 26, 28, self._warm(7))
        rim = Sheet((176, 178, 182), (110, 112, 116), self._warm(14), self._warm(12))
        paint_wheel(painter, placement, hub, (_WHEEL_M, 0.21), (tyre, rim))

    def _paint_sheet(self) -> Sheet:
        red, green, blue = self.paint_colour
        sky = (0.78 * red + 46, 0.78 * green + 46, 0.78 * blue + 46)
        dark = (red * 0.55, green * 0.55, blue * 0.55)
        return Sheet(sky, dark, self.ambient - 0.5, self._warm(3.5))


def draw_car(
    rng: np.random.Generator, ambient: float, engine: float = 1.0, model: Model = SALOON
) -> Car:
    """A car with paint chosen by `rng`, on a day of `ambient` degrees Celsius."""
    red, green, blue = _PAINTS[int(rng.integers(len(_PAINTS)))]
    texture = np.zeros((4, 4), np.float32)
    return Car((float(red), float(green), float(blue)), texture, ambient, engine, model)
