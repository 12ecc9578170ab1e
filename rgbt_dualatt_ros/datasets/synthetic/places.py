"""The three places a scene can be set in: a street, a park, a courtyard."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.backdrop import Backdrop, Margin, Plate
from rgbt_dualatt_ros.datasets.synthetic.car import draw_car
from rgbt_dualatt_ros.datasets.synthetic.farside import FarCanvas
from rgbt_dualatt_ros.datasets.synthetic.geometry import Lens
from rgbt_dualatt_ros.datasets.synthetic.ground import (
    ASPHALT,
    GRASS,
    GRAVEL,
    PAVING,
    TILES,
    GroundPainter,
    Soil,
    paint_sky,
    strip,
)
from rgbt_dualatt_ros.datasets.synthetic.houses import paint_house
from rgbt_dualatt_ros.datasets.synthetic.lighting import Lighting
from rgbt_dualatt_ros.datasets.synthetic.noise import sample_tile, spectral_noise
from rgbt_dualatt_ros.datasets.synthetic.plants import paint_bare_tree, paint_bush, paint_tree
from rgbt_dualatt_ros.datasets.synthetic.weather import Weather

_FAR_M = {"street": 27.0, "park": 32.0, "courtyard": 21.0}


@dataclass(frozen=True, slots=True)
class Site:
    """What the layers of one place are painted with."""

    lens: Lens
    margin: Margin
    weather: Weather
    lighting: Lighting
    far_m: float
    rng: np.random.Generator


def build_backdrop(
    place: str,
    lens: Lens,
    outdoors: tuple[Weather, Lighting],
    beyond_m: float,
    rng: np.random.Generator,
) -> Backdrop:
    """Paint a place; its far side stands behind every actor.

    Args:
        place: `street`, `park` or `courtyard`.
        beyond_m: distance that the far side must keep, metres.
    """
    size = lens.size
    weather, lighting = outdoors
    margin = Margin(round(0.30 * size.width), round(0.12 * size.height))
    shape = (size.height + 2 * margin.y, size.width + 2 * margin.x)
    sky, ground, far = (Plate.empty(*shape) for _ in range(3))
    site = Site(lens, margin, weather, lighting, max(_FAR_M[place], beyond_m), rng)
    paint_sky(sky, lens, margin, weather, rng)
    _GROUNDS[place](site, ground)
    pitch = lens.height / site.far_m
    base = lens.horizon + margin.y + lens.focal * pitch
    canvas = FarCanvas(far, lens.scale(site.far_m), base, pitch, weather, rng)
    _FARSIDES[place](site, canvas)
    canvas.add_haze()
    return Backdrop(lens, margin, (sky, ground, far), site.far_m)


def _street_ground(site: Site, plate: Plate) -> None:
    soil = Soil.of(site.lens, site.margin, plate.cover.shape)
    painter = GroundPainter(plate, soil, (site.weather, site.lighting), site.rng)
    soft = np.maximum(soil.z / soil.scale * 0.5, 0.02)
    across = soil.z + float(site.rng.uniform(-0.12, 0.12)) * soil.x
    near, far = float(site.rng.uniform(8.2, 9.5)), min(site.far_m - 4.0, 19.0)
    painter.lay(PAVING, np.ones_like(soil.x))
    road = strip(across - (near + far) / 2, (far - near) / 2, soft)
    painter.lay(ASPHALT, road)
    for edge in (near, far):
        painter.stroke(strip(across - edge, 0.12, soft), (176, 172, 164), 1.0)
    dash = strip(np.mod(soil.x, 4.0) - 1.0, 0.9, soft * 0.5)
    painter.stroke(strip(across - (near + far) / 2, 0.09, soft) * dash, (206, 204, 196), 2.6)
    for x, z in site.rng.uniform((-6, near + 1), (6, far - 1), (2, 2)):
        disc = np.clip((0.42 - np.hypot(soil.x - x, across - z)) / soft, 0, 1)
        painter.stroke(disc.astype(np.float32), (66, 66, 68), 4.5)


def _park_ground(site: Site, plate: Plate) -> None:
    soil = Soil.of(site.lens, site.margin, plate.cover.shape)
    painter = GroundPainter(plate, soil, (site.weather, site.lighting), site.rng)
    painter.lay(GRASS, np.ones_like(soil.x))
    tile = spectral_noise(site.rng, 128, 128, 1.2, 2.0)
    ragged = 0.22 * sample_tile(tile, soil.z * 6, soil.x * 6)
    phase, swing = site.rng.uniform(0, 6), site.rng.uniform(1.0, 2.5)
    centre = 8.2 + swing * np.sin(soil.x / 6 + phase)
    path = strip(soil.z - centre + ragged, 1.3, np.float32(0.12) + soil.z / soil.scale)
    painter.lay(GRAVEL, path)
    bald = np.clip(sample_tile(tile, soil.z * 2.3, soil.x * 2.3) * 1.5 - 2.0, 0, 0.8)
    painter.lay(GRAVEL, bald.astype(np.float32))


def _courtyard_ground(site: Site, plate: Plate) -> None:
    soil = Soil.of(site.lens, site.margin, plate.cover.shape)
    painter = GroundPainter(plate, soil, (site.weather, site.lighting), site.rng)
    painter.lay(TILES, np.ones_like(soil.x))
    lawn = strip(soil.z - (site.far_m - 2.2), 1.6, soil.z / soil.scale)
    painter.lay(GRASS, lawn)
    border = strip(soil.z - (site.far_m - 3.9), 0.14, soil.z / soil.scale)
    painter.stroke(border, (150, 146, 140), 1.2)


def _street_far(site: Site, canvas: FarCanvas) -> None:
    width, rng = canvas.plate.cover.shape[1], site.rng
    _wood_edge(canvas, 3.4)
    left = -float(rng.uniform(0, 3)) * canvas.scale
    while left < width:
        wide = float(rng.uniform(7, 15))
        if rng.random() < 0.85:
            paint_house(canvas, left, wide, int(rng.integers(2, 5)))
        left += (wide + float(rng.choice([0.0, 0.0, 2.5]))) * canvas.scale
    for metre in np.arange(rng.uniform(0, 5), canvas.width_m, 6.5):
        x = float(metre + rng.uniform(-1.5, 1.5)) * canvas.scale
        if rng.random() < 0.35:
            paint_tree(canvas, x, float(rng.uniform(4.5, 7)))
        elif rng.random() < 0.5:
            paint_bare_tree(canvas, x, float(rng.uniform(5, 8)))
        if rng.random() < 0.4:
            paint_bush(canvas, x + 2.2 * canvas.scale, float(rng.uniform(1.5, 4)), 0.9)
    _parked_cars(canvas)


def _park_far(site: Site, canvas: FarCanvas) -> None:
    width, rng = canvas.plate.cover.shape[1], site.rng
    _wood_edge(canvas, 4.2)
    for x in rng.uniform(0, width, int(canvas.width_m / 2.6)):
        if rng.random() < 0.7:
            paint_tree(canvas, float(x), float(rng.uniform(5, 11)))
        else:
            paint_bare_tree(canvas, float(x), float(rng.uniform(6, 11)))
    for x in np.arange(0, width, 3.0 * canvas.scale):
        paint_bush(canvas, float(x), float(rng.uniform(3, 6)), float(rng.uniform(0.8, 1.8)))


def _courtyard_far(site: Site, canvas: FarCanvas) -> None:
    width, rng = canvas.plate.cover.shape[1], site.rng
    split = float(rng.uniform(0.3, 0.7)) * width
    floors = int(rng.integers(2, 4))
    for left, right in ((-0.02 * width, split), (split, 1.02 * width)):
        paint_house(canvas, left, (right - left) / canvas.scale, floors)
    for metre in np.arange(rng.uniform(0, 4), canvas.width_m, rng.uniform(4, 7)):
        if rng.random() < 0.6:
            paint_tree(canvas, float(metre) * canvas.scale, float(rng.uniform(3, 5.5)))
        if rng.random() < 0.7:
            x = (float(metre) + 2.5) * canvas.scale
            paint_bush(canvas, x, float(rng.uniform(2, 4)), float(rng.uniform(0.7, 1.2)))


def _parked_cars(canvas: FarCanvas) -> None:
    rng = canvas.rng
    for metre in np.arange(rng.uniform(0, 6), canvas.width_m, 8.5):
        if rng.random() < 0.6:
            # Most have stood there for hours: only one that just came is warm.
            engine = float(rng.choice([0.0, 0.1, 0.8]))
            heading = 0.0 if rng.random() < 0.5 else math.pi
            car = draw_car(rng, canvas.weather.ambient, engine)
            canvas.stand(car, float(metre) * canvas.scale, heading, 1.04)


def _wood_edge(canvas: FarCanvas, high_m: float) -> None:
    # Hides where the ground would end.
    for metre in np.arange(0.0, canvas.width_m + 3.0, 2.6):
        wide, high = canvas.rng.uniform(4.5, 7.0), canvas.rng.uniform(0.8, 1.15) * high_m
        paint_bush(canvas, float(metre) * canvas.scale, float(wide), float(high))


_GROUNDS = {"street": _street_ground, "park": _park_ground, "courtyard": _courtyard_ground}
_FARSIDES = {"street": _street_far, "park": _park_far, "courtyard": _courtyard_far}
