"""The far layer's canvas: where metres are pixels and what night does to colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.backdrop import Plate
from rgbt_dualatt_ros.datasets.synthetic.body import Body, Placement, render_body
from rgbt_dualatt_ros.datasets.synthetic.compositing import overlap
from rgbt_dualatt_ros.datasets.synthetic.limb import ALPHA, WARMTH
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage
from rgbt_dualatt_ros.datasets.synthetic.skeleton import Pose
from rgbt_dualatt_ros.datasets.synthetic.weather import Colour, Weather

Window = tuple[slice, slice]
"""Rows and columns of a canvas."""
_NIGHT = 0.17
_HAZE = 0.10


@dataclass(frozen=True, slots=True)
class FarCanvas:
    """The layer that everything on the far side is painted on.

    Attributes:
        scale: pixels per metre at that distance.
        base: canvas row on which everything stands, px.
        pitch: how far from above the camera looks there, radians.
    """

    plate: Plate
    scale: float
    base: float
    pitch: float
    weather: Weather
    rng: np.random.Generator

    @property
    def width_m(self) -> float:
        """Width of the whole canvas, metres."""
        return float(self.plate.cover.shape[1] / self.scale)

    def window(self, left: float, top: float, right: float, bottom: float) -> Window:
        """The part of a rectangle, px, that lies on the canvas; may be empty."""
        height, width = self.plate.cover.shape
        x0, x1 = (min(max(round(x), 0), width) for x in (left, right))
        y0, y1 = (min(max(round(y), 0), height) for y in (top, bottom))
        return slice(y0, max(y1, y0)), slice(x0, max(x1, x0))

    def grid(self, window: Window) -> tuple[FloatImage, FloatImage]:
        """Row and column of every pixel of a window."""
        rows, columns = np.mgrid[window].astype(np.float32)
        return rows, columns

    def lit(self, colour: Colour) -> FloatImage:
        """A colour in the light of the hour, `(3,)`."""
        night = _NIGHT if self.weather.night else 1.0
        return np.array(colour, np.float32) * np.array(self.weather.tint, np.float32) * night

    def fill(self, window: Window, colour: FloatImage, warmth: float) -> None:
        """Cover a window with one colour, `warmth` degrees above the air."""
        self.plate.lay(window, 1.0, colour, self.weather.ambient + warmth)

    def stand(self, body: Body, x: float, heading: float, nearer: float) -> None:
        """Let a body stand at canvas column `x`, px, `nearer` times as large as at the base."""
        drop = (nearer - 1.0) * self.pitch * self.scale * 20.0
        placement = Placement(x, self.base + drop, self.scale * nearer, heading, self.pitch)
        sprite = render_body(body, placement, Pose(effort=0.0), self.weather.light)
        windows = overlap(self.plate.cover.shape, sprite.left, sprite.top, sprite.channels.shape)
        if windows is None:
            return
        channels = sprite.channels[windows[1]]
        alpha = channels[:, :, ALPHA]
        solid = np.maximum(alpha, 1e-3)
        colour = channels[:, :, :WARMTH] / solid[:, :, None] * self.lit((1.0, 1.0, 1.0))
        self.plate.lay(windows[0], alpha, colour, channels[:, :, WARMTH] / solid)

    def add_haze(self) -> None:
        """Let the air between the camera and the far side take some of the contrast."""
        if not self.weather.night:
            self.plate.colour[:] += (np.array(self.weather.sky_low) - self.plate.colour) * _HAZE
