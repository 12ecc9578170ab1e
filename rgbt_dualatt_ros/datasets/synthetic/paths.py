"""Where the target and the others walk: positions on the ground for every frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.datasets.synthetic.geometry import Lens
from rgbt_dualatt_ros.datasets.synthetic.noise import smooth_interpolate, smooth_walk
from rgbt_dualatt_ros.datasets.synthetic.scene_config import SceneConfig

Values = NDArray[np.float64]

SPEED_M_S = {"person": 1.35, "cyclist": 3.2, "car": 4.0, "dog": 1.9}
NEAR_M = {"person": 7.8, "cyclist": 8.6, "car": 13.0, "dog": 6.6}
_SMALL_M = {"person": 27.0, "cyclist": 35.0, "car": 62.0, "dog": 27.0}
"""Distances at which the target covers about 250 px of a 640 px wide picture."""
_SHARE_OF_WIDTH = 0.54
_OUT = 0.66
"""So far from the middle, in widths of the image, nothing of the target is seen."""
_LEAVES_AT = 0.36
_GONE = (0.05, 0.24)
"""Shares of the sequence: when the target that comes back elsewhere is out of view, how long."""
_STRIDE_M = {"person": 1.45, "cyclist": 2.6, "car": 1.0, "dog": 0.95}


@dataclass(frozen=True, slots=True)
class Path:
    """Positions `x`, `z`, metres, headings, radians, and strides walked, one value a frame."""

    x: Values
    z: Values
    heading: Values
    stride: Values
    speed: Values


def target_path(config: SceneConfig, lens: Lens, rng: np.random.Generator) -> Path:
    """The way the target goes; it starts well inside the view."""
    share = np.linspace(0.0, 1.0, config.length)
    away = _distances(config, rng, share)
    direction = float(rng.choice([-1.0, 1.0]))
    if config.leaves_view and config.comes_back == "other":
        return _around_the_image(config, lens, rng, away, direction)
    columns = 0.5 + direction * _columns(config, lens, rng, share, float(away.mean()))
    x = (columns - 0.5) * lens.size.width * away / lens.focal
    return follow(config, x, away)


def _around_the_image(
    config: SceneConfig,
    lens: Lens,
    rng: np.random.Generator,
    away: Values,
    direction: float,
) -> Path:
    # It goes on and on; while it is out of view the image is set before it once more.
    gone = float(rng.uniform(*_GONE))
    pace = (_OUT - 0.08) / (_LEAVES_AT - 0.1)
    inside_again = 2 * _LEAVES_AT - 0.1 + gone
    far = 0.08 + pace * (inside_again - 0.1)
    share = np.linspace(0.0, 1.0, config.length)
    columns = np.interp(share, [0.0, 0.1, inside_again, 1.0], [0.0, 0.08, far, far + 0.08])
    metres = direction * lens.size.width * away / lens.focal
    path = follow(config, columns * metres, away)
    moved_back = np.where(share > _LEAVES_AT + gone / 2, 2 * _OUT + pace * gone, 0.0)
    return replace(path, x=path.x - moved_back * metres)


def follow(config: SceneConfig, x: Values, z: Values) -> Path:
    """Headings and strides of whoever goes through these points, metres."""
    seconds = 1.0 / config.fps
    velocity_x, velocity_z = (_smooth(np.gradient(values), config.fps * 0.25) for values in (x, z))
    speed = np.hypot(velocity_x, velocity_z) / seconds
    # Who hardly moves keeps the direction of before instead of spinning on the spot.
    slow = np.exp(-speed / 0.25)
    heading = np.unwrap(np.arctan2(velocity_z, velocity_x))
    heading = np.asarray(heading * (1 - slow) + heading.mean() * slow)
    length = _STRIDE_M[config.target] * np.clip(speed / SPEED_M_S[config.target], 0.75, 2.6)
    stride = np.cumsum(speed * seconds / length)
    return Path(x, z, heading, stride, speed)


def crossing_path(
    config: SceneConfig, target: Path, meeting: float, offset: tuple[float, float], pace: float
) -> Path:
    """The way of another who passes the target.

    Args:
        meeting: share of the sequence at which they are level.
        offset: metres to the right of the target and behind it, when they meet.
        pace: speed in metres a second, negative to the left.
    """
    at = round(meeting * (config.length - 1))
    seconds = (np.arange(config.length) - at) / config.fps
    x = target.x[at] + offset[0] + pace * seconds
    z = np.full(config.length, max(target.z[at] + offset[1], 4.5))
    return follow(config, x, z + 0.15 * np.sin(seconds * 0.7))


def _distances(config: SceneConfig, rng: np.random.Generator, share: Values) -> Values:
    near = NEAR_M[config.target] * float(rng.uniform(0.92, 1.12))
    base = _SMALL_M[config.target] * float(rng.uniform(1.0, 1.1)) if config.has("LR") else near
    wander = 1.0 + smooth_walk(rng, config.length, config.fps * 2.5, 0.03)
    if not config.has("SV"):
        return base * wander
    far, close = (base * 2.05, base * 0.93) if config.has("LR") else (base * 2.7, base * 0.86)
    ends = (far, close) if rng.random() < 0.7 else (close, far)
    eased = share * share * (3 - 2 * share)
    return np.asarray(np.exp(np.interp(eased, [0, 1], np.log(ends))) * wander)


def _columns(
    config: SceneConfig, lens: Lens, rng: np.random.Generator, share: Values, away: float
) -> Values:
    # Share of the image's width to the right of its middle.
    wander = smooth_walk(rng, config.length, config.fps * 1.5, 0.008)
    if config.leaves_view:
        return _leaving(share) + wander
    if config.has("FM"):
        return _darting(config, rng) + wander * 0.3
    seconds = config.length / config.fps
    travel = SPEED_M_S[config.target] * seconds * lens.focal / away / lens.size.width
    reach = _SHARE_OF_WIDTH * (0.5 if config.has("SV") else 1.0)
    turns = max(travel / reach, 1.0)
    if turns < 1.6:
        return min(travel, reach) * (share - 0.5) + wander
    # With time for more than one way across, the target walks to and fro.
    legs = round(turns)
    knots = np.linspace(0.0, 1.0, 2 * legs + 1)
    sides = np.where(
        np.arange(2 * legs + 1) % 2 == 1,
        0.0,
        np.where(np.arange(2 * legs + 1) % 4 == 0, -0.5, 0.5),
    )
    return reach * smooth_interpolate(knots, sides, share) + wander


def _leaving(share: Values) -> Values:
    knots = np.array([0.0, 0.18, 0.44, 0.58, 0.82, 1.0])
    return smooth_interpolate(knots, np.array([0.0, 0.12, 0.82, 0.84, 0.16, 0.02]), share)


def _darting(config: SceneConfig, rng: np.random.Generator) -> Values:
    # Short dashes with rests between them: at the fastest 30 px a frame and more at 640 px.
    seconds = np.arange(config.length) / config.fps
    period = float(rng.uniform(1.0, 1.15))
    place = np.mod(seconds / period, 1.0)
    index = np.floor(seconds / period).astype(int)
    stops = np.concatenate([[0.0], rng.uniform(0.20, 0.30, index.max() + 2)])
    stops *= np.where(np.arange(len(stops)) % 2 == 0, 1.0, -1.0)
    dash = np.clip((place - 0.25) / (13.0 / config.fps), 0.0, 1.0)
    eased = dash * dash * (3 - 2 * dash)
    return np.asarray(stops[index] + (stops[index + 1] - stops[index]) * eased)


def _smooth(values: Values, frames: float) -> Values:
    half = max(int(frames), 1)
    window = np.hanning(2 * half + 3)
    padded = np.pad(values, half + 1, mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid")
