"""What hides the target on its way, and when: poles, hedges, walls, and passing vans."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.paths import Path, Values
from rgbt_dualatt_ros.datasets.synthetic.props import FULL_KINDS, PARTIAL_KINDS
from rgbt_dualatt_ros.datasets.synthetic.scene_config import SceneConfig

_WIDE_M = {"person": 0.75, "cyclist": 1.7, "car": 4.2, "dog": 1.0}
_PARTIAL_WIDE_M = {"post": 0.20, "trunk": 0.42, "hedge": 1.7}
_IN_FRONT_M = 1.1


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing in front of the target.

    Attributes:
        kind: a prop's kind, or `van`.
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
        for meeting in (0.34, 0.62, 0.84):
            kind = str(rng.choice(PARTIAL_KINDS))
            found.append(_standing(config, path, kind, meeting, _partial_width(config, kind)))
    if config.has("HO"):
        found.append(_hiding(config, path, rng))
    return tuple(found)


def _partial_width(config: SceneConfig, kind: str) -> float:
    larger = max(_WIDE_M[config.target] / _WIDE_M["person"], 0.8)
    return _PARTIAL_WIDE_M[kind] * math.pow(larger, 0.7)


def _standing(
    config: SceneConfig, path: Path, kind: str, meeting: float, wide_m: float
) -> Obstacle:
    at = round(meeting * (config.length - 1))
    z = max(float(path.z[at]) - _in_front(path, at), 3.0)
    x = float(path.x[at]) * z / float(path.z[at])
    return Obstacle(kind, np.full(config.length, x), z, wide_m)


def _hiding(config: SceneConfig, path: Path, rng: np.random.Generator) -> Obstacle:
    at = round(0.52 * (config.length - 1))
    target_wide = _WIDE_M[config.target]
    z = max(float(path.z[at]) - _in_front(path, at), 3.0)
    ratio = z / float(path.z[at])
    travel = float(abs(path.x[at] - path.x[0])) * ratio
    wide = min(1.9 * target_wide, travel * 1.3)
    if wide > 1.15 * target_wide:
        kind = str(rng.choice(FULL_KINDS))
        return _standing(config, path, kind, 0.52, wide)
    # The target hardly moves sideways: something passes it instead.
    wide = 1.6 * target_wide
    share = np.linspace(0.0, 1.0, config.length) - 0.52
    reach = (target_wide + wide) * 2.1
    return Obstacle("panel", path.x[at] * ratio + share * 2 * reach, z, wide)


def _in_front(path: Path, at: int) -> float:
    return _IN_FRONT_M * max(float(path.z[at]) / 9.0, 0.8)
