"""The script of a scene: who is where in every frame, decided before anything is painted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.body import Body
from rgbt_dualatt_ros.datasets.synthetic.car import draw_car
from rgbt_dualatt_ros.datasets.synthetic.car_models import SALOON, TRUCK, VAN
from rgbt_dualatt_ros.datasets.synthetic.geometry import CameraPose, Lens, normal_lens, wide_lens
from rgbt_dualatt_ros.datasets.synthetic.lighting import Lighting
from rgbt_dualatt_ros.datasets.synthetic.likeness import draw_body, draw_similar
from rgbt_dualatt_ros.datasets.synthetic.noise import smooth_interpolate, smooth_walk, stream
from rgbt_dualatt_ros.datasets.synthetic.obstacles import Obstacle, passing_car, plan_obstacles
from rgbt_dualatt_ros.datasets.synthetic.paths import (
    Path,
    Values,
    crossing_path,
    follow,
    target_path,
)
from rgbt_dualatt_ros.datasets.synthetic.scene_config import SceneConfig
from rgbt_dualatt_ros.datasets.synthetic.skeleton import Pose
from rgbt_dualatt_ros.datasets.synthetic.weather import Weather, draw_weather

_MODELS = {"van": VAN, "truck": TRUCK, "car": SALOON}
_PLACES = ("street", "park", "courtyard")
_CLUTTER_OTHERS = 3
_ROOM_M = {"person": 1.0, "cyclist": 1.1, "car": 2.6, "dog": 0.8}
"""Metres that two of a kind keep apart."""
_LAMP_GAP_M, _LAMPS_BEHIND_M = 5.6, 2.4


@dataclass(frozen=True, slots=True)
class Actor:
    """One body and everything it does."""

    body: Body
    path: Path
    poses: tuple[Pose, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """Everything that happens; frame k of each array or tuple is frame k of the sequence.

    Attributes:
        distractors: others of the target's kind that cross its way.
        others: the distractors, then passers-by and vehicles.
        contrast: 1 the target shows its own heat, 0 that of what is behind it.
        smoke: density in [0, 1].
        shutter: share of the frame period that the colour shutter is open.
    """

    lens: Lens
    place: str
    weather: Weather
    lighting: Lighting
    cameras: tuple[CameraPose, ...]
    target: Actor
    distractors: tuple[Actor, ...]
    others: tuple[Actor, ...]
    obstacles: tuple[Obstacle, ...]
    contrast: Values
    smoke: Values
    shutter: float


def write_script(config: SceneConfig) -> Script:
    """Decide a whole scene from its configuration."""
    seed = config.seed
    lens = wide_lens(config.size) if config.has("LR") else normal_lens(config.size)
    weather = draw_weather(stream(seed, "weather"), config.has("LI"))
    place = config.backdrop
    if place == "auto":
        place = str(stream(seed, "place").choice(_PLACES))
    path = target_path(config, lens, stream(seed, "path"))
    body = draw_body(config.target, stream(seed, "target"), weather.ambient)
    poses = _poses(config, path, stream(seed, "poses"))
    target = Actor(body, path, poses)
    lamps_x = stream(seed, "lamps").uniform(-2.5, 2.5) + np.arange(-3, 4) * _LAMP_GAP_M
    lamps = tuple((float(x), _LAMPS_BEHIND_M + float(path.z.mean())) for x in lamps_x)
    obstacles = plan_obstacles(config, path, stream(seed, "obstacles"))
    if weather.night and not config.has("LR"):
        obstacles = (*obstacles, passing_car(config, path, stream(seed, "night car")))
    distractors = _distractors(config, target, weather)
    vehicles = _vehicles(config, obstacles, weather)
    return Script(
        lens=lens,
        place=place,
        weather=weather,
        lighting=Lighting(weather.night, lamps),
        cameras=_cameras(config, path, lens),
        target=target,
        distractors=distractors,
        others=(*distractors, *_passers(config, target, weather), *vehicles),
        obstacles=tuple(one for one in obstacles if one.kind not in _MODELS),
        contrast=_contrast(config),
        smoke=_smoke(config),
        shutter=0.85 if config.has("MB") else 0.28,
    )


def _poses(config: SceneConfig, path: Path, rng: np.random.Generator) -> tuple[Pose, ...]:
    seconds = np.arange(config.length) / config.fps
    usual = {"person": 1.35, "cyclist": 3.2, "car": 4.0, "dog": 1.9}[config.target]
    effort = np.clip(path.speed / usual, 0.0, 1.0) + np.clip(path.speed / usual - 1.6, 0.0, 0.7)
    crouch, wave = np.zeros(config.length), np.zeros(config.length)
    if config.has("DEF"):
        phase = float(rng.uniform(0.0, 0.4))
        cycle = 2 * np.pi * (seconds / max(min(3.2, seconds[-1] * 0.8), 0.1) + phase)
        crouch = np.clip(1.25 * np.sin(cycle) - 0.1, 0.0, 1.0)
        wave = np.clip(1.6 * np.sin(cycle + np.pi) - 0.3, 0.0, 1.0)
    start = float(rng.uniform(0, 1))
    return tuple(
        Pose(
            stride=float((path.stride[k] + start) % 1.0),
            effort=float(effort[k]),
            crouch=float(crouch[k]),
            wave=float(wave[k]),
            swing=float(6.5 * seconds[k]),
        )
        for k in range(config.length)
    )


def _cameras(config: SceneConfig, path: Path, lens: Lens) -> tuple[CameraPose, ...]:
    rng = stream(config.seed, "camera")
    length, fps, scale = config.length, config.fps, config.pixel_scale
    pan, tilt, shift = (np.zeros(length) for _ in range(3))
    seconds = np.arange(length) / fps
    if config.has("CM"):
        phase = float(rng.uniform(0, 6))
        swing = np.sin(2 * np.pi * seconds / 3.4 + phase)
        column = lens.focal * path.x / path.z
        pan = 0.35 * (column - column.mean()) + scale * (
            46 * swing + smooth_walk(rng, length, fps * 0.16, 3.0)
        )
        tilt = scale * (
            smooth_walk(rng, length, fps * 0.2, 3.2) + 9 * np.sin(1.3 * seconds + phase)
        )
        shift = 0.55 * np.sin(2 * np.pi * seconds / 5.0 + phase)
    if config.has("MB"):
        pan = pan + scale * 9.0 * _shake(rng, seconds)
        tilt = tilt + scale * 5.0 * _shake(rng, seconds)
    limit = 0.27 * lens.size.width
    pan, tilt = (
        np.clip(pan, -limit, limit),
        np.clip(tilt, -0.1 * lens.size.height, 0.1 * lens.size.height),
    )
    return tuple(CameraPose(float(pan[k]), float(tilt[k]), float(shift[k])) for k in range(length))


def _shake(rng: np.random.Generator, seconds: Values) -> Values:
    beats = rng.uniform(3.6, 5.2, 2)
    return np.asarray(
        np.sin(2 * np.pi * beats[0] * seconds) + 0.7 * np.sin(2 * np.pi * beats[1] * seconds + 1.0)
    )


def _distractors(config: SceneConfig, target: Actor, weather: Weather) -> tuple[Actor, ...]:
    rng = stream(config.seed, "others")
    count, likeness = config.distractors, config.likeness
    if config.has("BC"):
        count, likeness = max(count, _CLUTTER_OTHERS), "both"
    crossed = target.path
    if config.crossing == "middle":
        crossed = replace(crossed, x=np.zeros(config.length))
    actors = []
    usual = 1.3 if config.target == "person" else 0.8 * float(target.path.speed.mean()) + 0.3
    for index in range(count):
        body = draw_similar(target.body, config.target, likeness, rng, weather.ambient)
        meeting = (0.38, 0.62, 0.84, 0.25, 0.5, 0.72)[index] + float(rng.uniform(-0.04, 0.04))
        behind = float(rng.uniform(0.9, 1.5)) * _ROOM_M[config.target]
        behind *= -0.75 if index % 3 == 2 else 1.0
        towards = -1.0 if np.mean(np.diff(target.path.x)) > 0 else 1.0
        pace = towards * usual * float(rng.uniform(0.7, 1.2)) * (0.35 if index == 1 else 1.0)
        path = crossing_path(config, crossed, meeting, (0.0, behind), pace)
        poses = _poses(_calm(config), path, rng)
        actors.append(Actor(body, path, poses))
    return tuple(actors)


def _passers(config: SceneConfig, target: Actor, weather: Weather) -> list[Actor]:
    # One or two people in the distance: no real street is empty.
    rng = stream(config.seed, "passers")
    actors = []
    for _ in range(int(rng.integers(1, 3))):
        body = draw_body("person", rng, weather.ambient)
        walker = _calm(config, "person")
        beyond = float(target.path.z.max() - target.path.z[round(0.5 * (config.length - 1))])
        offset = (float(rng.uniform(-4, 4)), beyond + float(rng.uniform(5.0, 8.0)))
        path = crossing_path(walker, target.path, 0.5, offset, float(rng.choice([-1.2, 1.2])))
        actors.append(Actor(body, path, _poses(walker, path, rng)))
    return actors


def _vehicles(
    config: SceneConfig, obstacles: tuple[Obstacle, ...], weather: Weather
) -> tuple[Actor, ...]:
    rng = stream(config.seed, "vehicles")
    driver = _calm(config, "car")
    actors = []
    for obstacle in obstacles:
        if obstacle.kind in _MODELS:
            path = follow(driver, obstacle.x, np.full(config.length, obstacle.z))
            body = draw_car(rng, weather.ambient, model=_MODELS[obstacle.kind])
            actors.append(Actor(body, path, _poses(driver, path, rng)))
    return tuple(actors)


def _calm(config: SceneConfig, target: str = "") -> SceneConfig:
    return SceneConfig(
        target=target or config.target, length=config.length, fps=config.fps, size=config.size
    )


def _contrast(config: SceneConfig) -> Values:
    share = np.linspace(0, 1, config.length)
    if not config.has("TC"):
        return np.ones(config.length)
    knots = np.array([0.0, 0.15, 0.42, 0.75, 1.0])
    return np.clip(
        smooth_interpolate(knots, np.array([1.0, 0.95, 0.04, 0.04, 0.6]), share), 0.02, 1
    )


def _smoke(config: SceneConfig) -> Values:
    share = np.linspace(0, 1, config.length)
    knots = np.array([0.0, 0.12, 0.38, 0.66, 0.9, 1.0])
    rise = smooth_interpolate(knots, np.array([0.15, 0.25, 0.95, 1.0, 0.45, 0.35]), share)
    return np.asarray(config.smoke * np.clip(rise, 0, 1))
