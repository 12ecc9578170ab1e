"""Ground and sky: the two layers that fill most of an outdoor picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.backdrop import Margin, Plate
from rgbt_dualatt_ros.datasets.synthetic.geometry import Lens
from rgbt_dualatt_ros.datasets.synthetic.lighting import Lighting
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage, sample_tile, spectral_noise
from rgbt_dualatt_ros.datasets.synthetic.weather import Colour, Weather


@dataclass(frozen=True, slots=True)
class Floor:
    """One kind of ground.

    Attributes:
        warmth: degrees above the air.
        rough: strength of the fine grain, share of the colour.
        patchy: strength of large light and dark patches.
        joints_m: distance of paving joints, metres; 0 has none.
    """

    colour: Colour
    warmth: float
    rough: float
    patchy: float
    joints_m: float = 0.0


ASPHALT = Floor((98, 98, 101), 1.4, 0.10, 0.06)
PAVING = Floor((142, 137, 129), 0.6, 0.07, 0.08, 0.6)
TILES = Floor((150, 144, 134), 0.5, 0.05, 0.07, 1.2)
GRASS = Floor((84, 96, 52), -1.2, 0.22, 0.10)
GRAVEL = Floor((152, 140, 118), 0.8, 0.16, 0.10)


def paint_sky(
    plate: Plate, lens: Lens, margin: Margin, weather: Weather, rng: np.random.Generator
) -> None:
    """Fill `plate` with sky, clouds and a line of far hills."""
    height, width = plate.cover.shape
    rows = (np.arange(height, dtype=np.float32) - margin.y)[:, None]
    low = np.clip(1 - (lens.horizon - rows) / lens.horizon, 0, 1) ** 1.4
    top, bottom = (np.array(c, np.float32) for c in (weather.sky_top, weather.sky_low))
    colour = top + (bottom - top) * low[:, :, None]
    colour = np.repeat(colour, width, axis=1)
    tile = spectral_noise(rng, max(height // 2, 32), max(width // 2, 32), 1.7)
    columns = np.arange(width, dtype=np.float32)[None, :] * 0.35 + np.zeros_like(rows)
    clouds = sample_tile(tile, rows * 0.9 + np.zeros_like(columns), columns)
    cover = np.clip(clouds * 0.5 + weather.overcast - 0.45, 0, 0.85)
    white = bottom * 0.55 + 108 * (0.25 if weather.night else 1.0)
    colour += (white - colour) * cover[:, :, None]
    warmth = weather.ambient - 26 + 15 * low + 9 * cover
    everywhere = (slice(None), slice(None))
    plate.lay(everywhere, 1.0, colour, warmth.astype(np.float32))
    ridge = (
        lens.horizon
        + margin.y
        - lens.size.height
        * (
            0.035
            + 0.02 * sample_tile(tile, np.full((1, width), 3.0, np.float32), columns[:1] * 0.7)
        )
    )
    hill = np.clip(np.arange(height)[:, None] - ridge, 0, 1).astype(np.float32)
    hazy = bottom * 0.52 + np.array([28, 40, 34], np.float32) * (0.3 if weather.night else 1.0)
    plate.lay(
        everywhere, hill, hazy + 6 * clouds[:, :, None], weather.ambient - 1.5 + 0.4 * clouds
    )


@dataclass(frozen=True, slots=True)
class Soil:
    """World coordinates of every ground pixel of the canvas."""

    x: FloatImage
    z: FloatImage
    first_row: int
    scale: FloatImage

    @classmethod
    def of(cls, lens: Lens, margin: Margin, shape: tuple[int, ...]) -> Soil:
        """`scale` is pixels per metre; rows above `first_row` are no ground."""
        first = int(np.ceil(lens.horizon + margin.y + 1.5))
        below = (np.arange(first, shape[0], dtype=np.float32) + 0.5 - margin.y - lens.horizon)[
            :, None
        ]
        z = lens.focal * lens.height / below
        columns = np.arange(shape[1], dtype=np.float32)[None, :] + 0.5 - margin.x
        x = (columns - lens.size.width / 2) * z / lens.focal
        scale = np.broadcast_to(lens.focal / z, x.shape)
        return cls(x, np.broadcast_to(z, x.shape).copy(), first, scale)


class GroundPainter:
    """Paints floors onto the ground layer in world coordinates."""

    def __init__(
        self,
        plate: Plate,
        soil: Soil,
        outdoors: tuple[Weather, Lighting],
        rng: np.random.Generator,
    ) -> None:
        """The noise of all floors is drawn once."""
        self._plate, self._soil = plate, soil
        self._weather, lighting = outdoors
        lit = lighting.at(soil.x, soil.z)[:, :, None]
        self._tint: FloatImage = lit * np.array(self._weather.tint, np.float32)
        self._fine = spectral_noise(rng, 256, 256, 0.55, 4.0)
        self._large = spectral_noise(rng, 256, 256, 1.5, 2.0)

    def lay(self, floor: Floor, cover: FloatImage) -> None:
        """Cover the part of the ground where `cover` `(rows, columns)` is 1."""
        soil, ambient = self._soil, self._weather.ambient
        # Grain too fine for the pixel grid fades out, as it does in a real picture.
        visible = np.clip(soil.scale / 60.0, 0.12, 1.0)
        fine = sample_tile(self._fine, soil.z * 34, soil.x * 34) * visible
        grain = sample_tile(self._fine, soil.z * 7.3 + 31, soil.x * 7.3) * np.clip(
            soil.scale / 14, 0.1, 1
        )
        large = sample_tile(self._large, soil.z * 9, soil.x * 9)
        shade = 1 + floor.rough * (0.6 * fine + 0.6 * grain) + floor.patchy * large
        shade *= 1.0 - 0.10 * np.clip((9 - soil.z) / 6, 0, 1)
        warmth = ambient + floor.warmth + 0.75 * large + 0.35 * grain + 0.2 * fine
        if floor.joints_m:
            joint = self._joints(floor.joints_m)
            shade = shade * (1 - 0.28 * joint)
            warmth = warmth - 0.5 * joint
        colour = np.array(floor.colour, np.float32) * self._tint
        window = (slice(soil.first_row, None), slice(None))
        self._plate.lay(window, cover, colour * shade[:, :, None], warmth.astype(np.float32))

    def stroke(self, cover: FloatImage, colour: Colour, warmth: float) -> None:
        """Paint on the ground, worn by its grain: lane lines, kerbs, covers."""
        soil = self._soil
        grain = sample_tile(self._fine, soil.z * 11, soil.x * 11)
        worn = cover * np.clip(0.85 + 0.25 * grain, 0, 1)
        tinted = np.array(colour, np.float32) * self._tint
        window = (slice(soil.first_row, None), slice(None))
        shaded = tinted * (1 + 0.05 * grain)[:, :, None]
        self._plate.lay(window, worn, shaded, self._weather.ambient + warmth)

    def _joints(self, distance: float) -> FloatImage:
        soil = self._soil
        wide = np.maximum(0.025, 0.9 / soil.scale)
        strength = np.clip(soil.scale * 0.05, 0, 1)
        along_x = _band(np.mod(soil.x, distance) - distance / 2, wide)
        along_z = _band(np.mod(soil.z, distance) - distance / 2, wide * np.maximum(soil.z / 9, 1))
        return np.asarray(np.maximum(along_x, along_z) * strength, np.float32)


def _band(off: FloatImage, half: FloatImage) -> FloatImage:
    return np.asarray(np.clip(1.5 - np.abs(off) / half, 0, 1), np.float32)


def strip(off: FloatImage, half: float, soft: FloatImage) -> FloatImage:
    """1 where |off| < half, with an edge as wide as a pixel (`soft`, metres)."""
    return np.asarray(np.clip((half - np.abs(off)) / soft + 0.5, 0, 1), np.float32)
