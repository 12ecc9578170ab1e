"""Props: things that stand between the camera and the actors and hide them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.limb import ALPHA, WARMTH, Sprite
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage, sample_tile, spectral_noise
from rgbt_dualatt_ros.datasets.synthetic.weather import Colour, Weather

PARTIAL_KINDS = ("post", "trunk", "hedge", "post")
FULL_KINDS = ("panel", "brick", "bush")
_POST: Colour = (74, 78, 80)


@dataclass(frozen=True, slots=True, eq=False)
class Prop:
    """One standing thing, painted once; its corner is relative to its ground point.

    Attributes:
        x, z: where it stands, metres.
    """

    x: float
    z: float
    sprite: Sprite


def draw_prop(
    kind: str,
    place: tuple[float, float],
    wide_m: float,
    scale: float,
    weather: Weather,
    rng: np.random.Generator,
) -> Prop:
    """Paint a prop `wide_m` metres wide at `place` (x, z; metres), `scale` px per metre."""
    high_m = {"post": 3.6, "trunk": 4.5, "hedge": 1.05, "panel": 2.3, "brick": 2.4, "bush": 2.3}[
        kind
    ]
    wide, high = max(wide_m * scale, 2.0), high_m * scale
    height, width = max(round(high), 3), max(round(wide * 1.1), 3)
    rows = (np.arange(height, dtype=np.float32) + 0.5)[:, None] - height
    columns = (np.arange(width, dtype=np.float32) + 0.5)[None, :] - width / 2
    side = np.broadcast_to(columns / (wide / 2), (height, width)).astype(np.float32)
    up = np.broadcast_to(-rows / high, (height, width)).astype(np.float32)
    grain = sample_tile(
        spectral_noise(rng, 128, 128, 0.9, 2.0),
        np.broadcast_to(rows * (70 / scale), side.shape).astype(np.float32),
        np.broadcast_to(columns * (70 / scale), side.shape).astype(np.float32),
    )
    channels = np.zeros((height, width, 5), np.float32)
    cover, colour, warmth = _LOOKS[kind](_Face(side, up, grain, scale, wide, weather.sun_side))
    channels[:, :, ALPHA] = cover
    channels[:, :, :WARMTH] = (
        np.clip(colour * np.array(weather.tint, np.float32), 0, 255) * cover[:, :, None]
    )
    channels[:, :, WARMTH] = (weather.ambient + warmth) * cover
    return Prop(place[0], place[1], Sprite(channels, -(width // 2), -height))


_Look = tuple[FloatImage, FloatImage, FloatImage]


@dataclass(frozen=True, slots=True)
class _Face:
    """The visible side of a prop: place across [-1, 1], place up [0, 1], grain, sizes in px."""

    side: FloatImage
    up: FloatImage
    grain: FloatImage
    scale: float
    wide: float
    sun_side: float


def _post(face: _Face) -> _Look:
    side, up, grain = face.side, face.up, face.grain
    half = np.where(up < 0.09, 1.0, 0.72) * face.wide / 2
    cover = np.clip(half - np.abs(side) * face.wide / 2 + 0.5, 0, 1)
    lit = 0.75 + 0.45 * np.sqrt(np.clip(1 - side**2, 0, 1)) + 0.25 * side * face.sun_side
    colour = np.array(_POST, np.float32) * (lit * (1 + 0.05 * grain))[:, :, None]
    return cover.astype(np.float32), colour, (1.2 + 0.2 * grain).astype(np.float32)


def _trunk(face: _Face) -> _Look:
    side, up, grain = face.side, face.up, face.grain
    flare = 0.80 + 0.20 * np.exp(-up * 14) + 0.03 * grain
    cover = np.clip((flare - np.abs(side)) * face.wide / 2 + 0.5, 0, 1)
    ridges = np.sin(side * 14 + 2.2 * grain)
    lit = 0.50 + 0.50 * np.sqrt(np.clip(1 - side**2, 0, 1)) + 0.28 * side * face.sun_side
    colour = (
        np.array((104, 88, 72), np.float32)
        * (lit * (1 + 0.16 * ridges + 0.14 * grain))[:, :, None]
    )
    return cover.astype(np.float32), colour, (0.9 + 0.35 * grain + 0.3 * ridges).astype(np.float32)


def _leafy(face: _Face) -> _Look:
    side, up, grain = face.side, face.up, face.grain
    field = 1.0 - np.abs(side * 0.98) ** 4 - np.clip(up * 1.02, 0, 2) ** 5 + 0.16 * grain - 0.04
    cover = np.clip(field * 5, 0, 1)
    lit = 0.42 + 0.45 * up + 0.28 * grain + 0.15 * side * face.sun_side
    colour = np.array((82, 98, 52), np.float32) * np.clip(lit, 0.12, 1.6)[:, :, None]
    return cover.astype(np.float32), colour, (-0.2 + 0.55 * grain).astype(np.float32)


def _panel(face: _Face) -> _Look:
    side, up, grain = face.side, face.up, face.grain
    cover = np.clip((0.91 - np.abs(side)) * face.wide / 2 + 0.5, 0, 1) * np.where(
        up > 0.02, 1.0, 0.35
    )
    frame = (np.abs(side) > 0.84) | (up > 0.965) | (up < 0.10)
    sheet = np.array((64, 108, 132), np.float32) + 52 * up[:, :, None] + 7 * grain[:, :, None]
    band = (np.abs(up - 0.66) < 0.06) | (np.abs(up - 0.50) < 0.02) | (np.abs(up - 0.44) < 0.02)
    text = band & (np.sin(side * 31) + 0.5 * np.sin(side * 67) > -0.35) & (np.abs(side) < 0.62)
    sheet = np.where(text[:, :, None], np.float32(226), sheet)
    colour = np.where(frame[:, :, None], np.array((58, 60, 62), np.float32), sheet)
    warmth = np.where(frame, 1.8, 0.4 + 1.1 * up) + 0.15 * grain
    return cover.astype(np.float32), colour.astype(np.float32), warmth.astype(np.float32)


def _brick(face: _Face) -> _Look:
    side, up, grain = face.side, face.up, face.grain
    course = 0.085 * face.scale
    rows, columns = up * (2.4 * face.scale), side * face.wide / 2
    level = np.floor(rows / course)
    brick = np.floor(columns / (2.8 * course) + 0.5 * np.mod(level, 2))
    tone = np.mod(np.sin(level * 12.9898 + brick * 78.233) * 43758.5453, 1.0)
    fine = np.clip(course / 4, 0, 1)
    joint = (np.mod(rows, course) < 1.0) | (
        np.mod(columns + 1.4 * course * np.mod(level, 2), 2.8 * course) < 1.0
    )
    shade = (0.85 + 0.22 * tone + 0.06 * grain) * np.where(joint, 1 - 0.22 * fine, 1.0)
    shade = shade + np.where(up > 0.95, 0.25, 0.0)
    cover = np.clip((0.91 - np.abs(side)) * face.wide / 2 + 0.5, 0, 1)
    colour = (
        np.array((148, 92, 74), np.float32) * (shade + 0.08 * side * face.sun_side)[:, :, None]
    )
    warmth = 1.8 + 0.5 * tone + 0.3 * grain
    return cover.astype(np.float32), colour, warmth.astype(np.float32)


_LOOKS = {
    "post": _post,
    "trunk": _trunk,
    "hedge": _leafy,
    "bush": _leafy,
    "panel": _panel,
    "brick": _brick,
}
