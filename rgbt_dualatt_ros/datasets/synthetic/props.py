"""Props: things that stand between the camera and the actors and hide them, and street lamps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.limb import ALPHA, WARMTH, Sprite
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage, sample_tile, spectral_noise
from rgbt_dualatt_ros.datasets.synthetic.shadows import Shade, cast_shadow
from rgbt_dualatt_ros.datasets.synthetic.weather import Weather

PARTIAL_KINDS = ("trunk", "post")
FULL_KINDS = ("column", "pillar", "bush")
_HIGH_M = {
    "post": 5.4,
    "trunk": 7.0,
    "hedge": 0.85,
    "tuft": 0.34,
    "column": 3.1,
    "pillar": 2.6,
    "bush": 2.3,
    "lamp": 5.2,
}
_LAMP_M = 2.2
"""Width of a lamp's sprite, metres: mostly its glow."""
_Look = tuple[FloatImage, FloatImage, FloatImage]
"""Coverage, colour, degrees above the air."""


@dataclass(frozen=True, slots=True, eq=False)
class Prop:
    """One standing thing, painted once.

    Attributes:
        z: its distance, metres.
        sprite, shades: their corners are relative to its ground point.
        glows: it is a light itself and needs none.
    """

    z: float
    sprite: Sprite
    shades: list[Shade]
    glows: bool


@dataclass(frozen=True, slots=True)
class _Face:
    """The visible side of a prop.

    Attributes:
        side: place across, [-1, 1].
        up: place from the ground to the top, [0, 1].
        high_m: height, metres.
        scale: px per metre.
        wide: width, px.
    """

    side: FloatImage
    up: FloatImage
    grain: FloatImage
    high_m: float
    scale: float
    wide: float
    sun_side: float

    @property
    def round_light(self) -> FloatImage:
        """Light on a cylinder, about 1 in the middle."""
        facing = np.sqrt(np.clip(1 - self.side**2, 0, 1))
        return 0.55 + 0.45 * facing + 0.28 * self.side * self.sun_side

    def inside(self, half: FloatImage | float) -> FloatImage:
        """Coverage of what reaches `half` of the half width to either side, round at the foot."""
        edge = np.clip((half - np.abs(self.side)) * self.wide / 2 + 0.5, 0, 1)
        sag = (1 - np.sqrt(np.clip(1 - self.side**2, 0, 1))) * 0.10 * self.wide
        return edge * np.clip(self.up * self.high_m * self.scale - sag + 0.5, 0, 1)


def draw_prop(
    kind: str, z: float, wide_m: float, scale: float, weather: Weather, rng: np.random.Generator
) -> Prop:
    """Paint a prop `wide_m` metres wide that stands `z` metres away, at `scale` px per metre."""
    high_m = _HIGH_M[kind]
    wide = max((_LAMP_M if kind == "lamp" else wide_m) * scale, 2.0)
    height, width = max(round(high_m * scale), 3), max(round(wide * 1.1), 3)
    rows = (
        (np.arange(height, dtype=np.float32) + 0.5)[:, None] - height + np.zeros(width, np.float32)
    )
    columns = (np.arange(width, dtype=np.float32) + 0.5)[None, :] - width / 2 + np.zeros_like(rows)
    tile = spectral_noise(rng, 128, 128, 0.9, 2.0)
    face = _Face(
        columns / (wide / 2),
        -rows / (high_m * scale),
        sample_tile(tile, rows * (70 / scale), columns * (70 / scale)),
        high_m,
        scale,
        wide,
        weather.sun_side,
    )
    cover, colour, warmth = _LOOKS[kind](face)
    glows = kind == "lamp"
    tint = 1.0 if glows else np.array(weather.tint, np.float32)
    channels = np.zeros((height, width, 5), np.float32)
    channels[:, :, ALPHA] = cover
    lit = np.clip(colour * tint, 0, 255)
    # A glow adds light without hiding what is behind it.
    channels[:, :, :WARMTH] = lit if glows else lit * cover[:, :, None]
    channels[:, :, WARMTH] = (weather.ambient + warmth) * cover
    sprite = Sprite(channels, -(width // 2), -height)
    return Prop(z, sprite, cast_shadow(sprite, (0.0, 0.0), weather), glows)


def _post(face: _Face) -> _Look:
    half = np.where(face.up * face.high_m < 0.45, 1.0, 0.66)
    ring = np.abs(face.up * face.high_m - 0.45) < 0.04
    lit = face.round_light * (1 + 0.05 * face.grain) * np.where(ring, 1.3, 1.0)
    warmth = 0.8 + 0.2 * face.grain
    return face.inside(half), np.array((82, 86, 88)) * lit[:, :, None], warmth


def _trunk(face: _Face) -> _Look:
    up_m = face.up * face.high_m
    half = 0.70 + 0.30 * np.exp(-up_m / 0.22) - 0.02 * up_m + 0.035 * face.grain
    ridges = np.sin(face.side * 15 + 2.4 * face.grain)
    lit = face.round_light * (0.86 + 0.17 * ridges + 0.15 * face.grain)
    moss = np.clip(1.1 - up_m / 0.5 + 0.5 * face.grain, 0, 0.55)[:, :, None]
    bark = np.array((102, 88, 74)) * (1 - moss) + np.array((84, 92, 56)) * moss
    warmth = 0.5 + 0.4 * face.grain + 0.3 * ridges
    return face.inside(half), bark * lit[:, :, None], warmth


def _leafy(face: _Face) -> _Look:
    side, up, grain = face.side, face.up, face.grain
    field = 1.0 - np.abs(side * 0.99) ** 5 - np.clip(up * 1.03, 0, 2) ** 6 + 0.15 * grain - 0.05
    lit = 0.36 + 0.46 * up + 0.26 * grain + 0.15 * side * face.sun_side
    colour = np.array((76, 90, 50)) * np.clip(lit, 0.10, 1.6)[:, :, None]
    return np.clip(field * 5, 0, 1), colour, -0.4 + 0.6 * grain


def _column(face: _Face) -> _Look:
    # A round advertising column with faded posters, a plinth and a cap.
    up_m = face.up * face.high_m
    around = np.arcsin(np.clip(face.side / 0.9, -1, 1))
    sheet = np.floor(around / 0.8 + 0.3), np.floor((up_m - 0.3) / 1.15)
    tone = np.mod(np.sin(sheet[0] * 12.9 + sheet[1] * 78.2)[..., None] * (43.7, 91.3, 17.1), 1.0)
    poster = 96 + 118 * tone
    lines = np.sin(up_m * 26 + 3 * sheet[0]) + 0.6 * np.sin(around * 23)
    poster = np.where((lines > 1.05)[:, :, None], poster * 0.45, poster)
    frame = (up_m < 0.35) | (up_m > 2.72)
    colour = np.where(frame[:, :, None], np.array((66, 76, 70)), poster)
    half = np.where(up_m > 2.72, 0.97, np.where(up_m < 0.35, 0.95, 0.90))
    half = np.where(up_m > 2.86, 0.97 - (up_m - 2.86) * 2.6, half)
    lit = face.round_light * (1 + 0.05 * face.grain)
    warmth = 0.6 + 0.5 * up_m / 3 + 0.8 * face.side * face.sun_side + 0.15 * face.grain
    return face.inside(half), colour * lit[:, :, None], warmth


def _pillar(face: _Face) -> _Look:
    up_m = face.up * face.high_m
    course = 0.085
    level = np.floor(up_m / course)
    across = face.side * face.wide / 2 / face.scale
    brick = np.floor(across / (2.8 * course) + 0.5 * np.mod(level, 2))
    tone = np.mod(np.sin(level * 12.9898 + brick * 78.233) * 43758.5453, 1.0)
    wide = 1.0 / face.scale
    joint = (np.mod(up_m, course) < wide) | (
        np.mod(across + 1.4 * course * np.mod(level, 2), 2.8 * course) < wide
    )
    fine = np.clip(course * face.scale / 4, 0, 1)
    shade = (0.86 + 0.20 * tone + 0.06 * face.grain) * np.where(joint, 1 - 0.22 * fine, 1.0)
    # The face that is turned from the sun shows how thick the pillar is.
    turned = face.side * face.sun_side < -0.55
    shade = shade * np.where(turned, 0.66, 1.02)
    stone = (up_m > 2.44) | (up_m < 0.30)
    colour = np.where(stone[:, :, None], np.array((158, 154, 146)), np.array((142, 96, 80)))
    half = np.where(stone, 0.97, 0.88)
    warmth = 0.9 + 0.5 * tone + 0.3 * face.grain - np.where(turned, 0.9, 0.0)
    edge = np.clip((half - np.abs(face.side)) * face.wide / 2 + 0.5, 0, 1)
    return edge, colour * shade[:, :, None], warmth


def _lamp(face: _Face) -> _Look:
    # A thin post with a lantern; its glow has colour but hides nothing.
    metres = face.side * (_LAMP_M / 2)
    up_m = face.up * face.high_m
    pixel = 0.5 / face.scale
    post = np.clip((0.05 - np.abs(metres)) / (2 * pixel) + 0.5, 0, 1) * (up_m < 4.1)
    far = np.hypot(metres, up_m - 4.25)
    lantern = np.clip((0.17 - far) / (2 * pixel) + 0.5, 0, 1)
    glow = 210 * np.exp(-((far / 0.22) ** 2)) + 86 * np.exp(-far / 0.30)
    glow = glow * np.clip(1.0 - far / 1.0, 0, 1)
    colour = np.array((1.0, 0.86, 0.62)) * glow[:, :, None] + 250.0 * lantern[:, :, None]
    colour = colour + np.array((22, 21, 20)) * post[:, :, None]
    warmth = np.where(lantern > 0.5, 26.0, 0.3)
    return np.maximum(post, lantern), colour, warmth


_LOOKS = {
    "post": _post,
    "trunk": _trunk,
    "hedge": _leafy,
    "tuft": _leafy,
    "bush": _leafy,
    "column": _column,
    "pillar": _pillar,
    "lamp": _lamp,
}
