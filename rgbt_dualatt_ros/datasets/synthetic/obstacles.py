"""What hides the target on its way, and when: poles, hedges, walls, and passing vans."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.paths import Path, Values
from rgbt_dualatt_ros.datasets.synthetic.props import FULL_KINDS, PARTIAL_KINDS
from rgbt_dualatt_ros.datasets.synthetic.scene_config import SceneConfig

_WIDE_M = {"person": 0.75, "cyclist": 1.7, "car": 4.2, "dog": 1.0}
_PARTIAL_WIDE_M = {"post": 0.20, "trunk": 0.30, "hedge": 1.7, "tuft": 1.6}
_LONG_M = {"van": 5.3, "truck": 8.1}
_AWAY_M = {"van": 1.9, "truck": 2.6}
_MEETINGS = (0.36, 0.60, 0.84)
_IN_FRONT_M = 1.1


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands in the way or drives past.

    Attributes:
        kind: a prop's kind, or `van`, `truck` or `car`.
        x: where it is in every frame, metres.
        z: its distance, metres.
    """

    kind: str
    x: Values
    z: float
    wide_m: float


def plan_obstacles(
    config: SceneConfig, path: Path, rng: np.random.Generator
) -> tuple[Obstacle, ...]:
    """Obstacles so placed that they hide the target as its attributes ask."""
    found: list[Obstacle] = []
    if config.has("PO"):
        low = "tuft" if config.target == "dog" else "hedge"
        kinds = rng.permutation((low, *PARTIAL_KINDS))
        meetings = _MEETINGS if config.target == "person" else _MEETINGS[1:]
        for meeting, kind in zip(meetings, kinds[: len(meetings)], strict=True):
            found.append(_standing(config, path, kind, meeting, _partial_width(config, kind)))
    if config.has("HO"):
        found.append(_hiding(config, path, rng))
    return tuple(found)


def passing_car(config: SceneConfig, path: Path, rng: np.random.Generator) -> Obstacle:
    """A car that drives by behind the target: at night its headlights dazzle."""
    seconds = np.arange(config.length) / config.fps
    meeting = float(rng.uniform(0.3, 0.7)) * config.length / config.fps
    pace = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(4.0, 6.0))
    z = float(path.z.max()) + 4.5
    return Obstacle("car", float(path.x.mean()) + pace * (seconds - meeting), z, _WIDE_M["car"])


def _partial_width(config: SceneConfig, kind: str) -> float:
    larger = max(_WIDE_M[config.target] / _WIDE_M["person"], 0.8)
    return _PARTIAL_WIDE_M[kind] * math.pow(larger, 0.7)


def _standing(
    config: SceneConfig, path: Path, kind: str, meeting: float, wide_m: float
) -> Obstacle:
    at = _clear_of_start(config, path, meeting, wide_m)
    z = max(float(path.z[at]) - _in_front(path, at), 3.0)
    x = float(path.x[at]) * z / float(path.z[at])
    return Obstacle(kind, np.full(config.length, x), z, wide_m)


def _clear_of_start(config: SceneConfig, path: Path, meeting: float, wide_m: float) -> int:
    # The frame nearest to the wished one whose obstacle leaves the initial box in full view.
    frames = np.arange(config.length)
    away = np.abs(path.x / path.z - path.x[0] / path.z[0]) * path.z.min()
    enough = 0.5 * (1.2 * wide_m + 1.3 * _WIDE_M[config.target])
    late = np.abs(frames - meeting * (config.length - 1))
    if not (away > enough).any():
        return int(np.argmax(away))
    return int(np.argmin(np.where(away > enough, late, np.inf)))


def _hiding(config: SceneConfig, path: Path, rng: np.random.Generator) -> Obstacle:
    at = round(0.52 * (config.length - 1))
    wide_m = _WIDE_M[config.target]
    z = max(float(path.z[at]) - _in_front(path, at), 3.0)
    travel = float(abs(path.x[at] - path.x[0])) * z / float(path.z[at])
    room = min(1.6 * wide_m, travel * 1.3)
    if room > 1.15 * wide_m and config.target in ("person", "dog") and rng.random() < 0.6:
        return _standing(config, path, str(rng.choice(FULL_KINDS)), 0.52, room)
    return _passing(config, path, at, rng)


def _passing(config: SceneConfig, path: Path, at: int, rng: np.random.Generator) -> Obstacle:
    # A van or lorry drives by between the camera and the target.
    kind = "truck" if config.target == "car" else "van"
    away = _AWAY_M[kind] * max(float(path.z[at]) / 9.0, 0.8)
    z = max(float(path.z[at]) - away, 4.2)
    ratio = z / float(path.z[at])
    seconds = (np.arange(config.length) - at) / config.fps
    ahead = at / config.fps
    needed = (_LONG_M[kind] / 2 + _WIDE_M[config.target] + 0.4) / max(ahead, 1e-3)
    pace = max(needed + float(path.speed.mean()), 4.5)
    # Against the target's own direction, so that both part again quickly.
    side = -1.0 if path.x[-1] > path.x[0] else 1.0
    if rng.random() < 0.15 and _leaves_start(config, path, at, pace * ahead / ratio):
        side = -side
    return Obstacle(kind, path.x[at] * ratio + side * pace * seconds, z, _LONG_M[kind])


def _leaves_start(config: SceneConfig, path: Path, at: int, way_m: float) -> bool:
    """Whether a vehicle shows the initial box although it drives the target's own way.

    Args:
        at: the frame in which they are level.
        way_m: how far it drives until then, at the target's distance.
    """
    kind = "truck" if config.target == "car" else "van"
    behind = way_m - abs(float(path.x[at] - path.x[0]))
    return behind > (_LONG_M[kind] + _WIDE_M[config.target]) / 2


def _in_front(path: Path, at: int) -> float:
    return _IN_FRONT_M * max(float(path.z[at]) / 9.0, 0.8)
