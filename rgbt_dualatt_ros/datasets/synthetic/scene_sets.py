"""Sets of scenes that one text asks for: every attribute alone, or anything at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets.synthetic.named_scenes import parse_scene
from rgbt_dualatt_ros.datasets.synthetic.scene_config import (
    ATTRIBUTES,
    LIKENESSES,
    TARGETS,
    SceneConfig,
)

SETS_HELP = (
    "or a set: attributes:N, N scenes of each of RGBT234's twelve attributes; random:N, N scenes "
    "with anything in them; hidden:N, N scenes whose target is away for a while; a scene's words "
    "may follow, as attributes:5,length=60,seed=100"
)
_MOST_SCENES = 10_000
_MOST_ATTRIBUTES = 3
_USUAL_WORDS = {"hidden": ("size=320x240", "length=110")}
"""Of a set, before those that a user gives."""
_SHORTEST_HIDDEN = 60  # frames
_LIKENESSES = ("colour", "thermal")
_WAYS_TO_HIDE: tuple[dict[str, Any], ...] = (
    {"attributes": ("HO",)},
    {"leaves_view": True, "crossing": "middle"},
    {"leaves_view": True, "crossing": "middle", "comes_back": "other"},
)


def parse_scenes(spec: str) -> tuple[SceneConfig, ...]:
    """The scene, or all scenes of the set, that a text asks for.

    Scene i of a set has the seed `seed` + i; equal texts give equal scenes.

    Raises:
        ConfigError: as `parse_scene`, and on an unknown set or a bad number of scenes.
    """
    words = [word.strip() for word in spec.replace("+", ",").split(",") if word.strip()]
    kind, colon, count = words[0].partition(":") if words else ("", "", "")
    if not colon:
        return (parse_scene(spec),)
    if kind not in _SETS or not count.isdecimal() or not 1 <= int(count) <= _MOST_SCENES:
        raise ConfigError(
            f"a set of scenes is attributes:N, random:N or hidden:N with N from 1 to "
            f"{_MOST_SCENES}; got {words[0]!r}"
        )
    given = [*_USUAL_WORDS.get(kind, ()), *words[1:]]
    base = parse_scene(",".join(given)) if given else SceneConfig()
    return _SETS[kind](replace(base, title=""), int(count))


def attribute_set(base: SceneConfig, count: int) -> tuple[SceneConfig, ...]:
    """`count` scenes like `base` for each of RGBT234's attributes, seeds from that of `base`."""
    return tuple(
        replace(base, attributes=_joined(base, (attribute,)), seed=base.seed + index)
        for attribute in ATTRIBUTES
        for index in range(count)
    )


def random_set(base: SceneConfig, count: int) -> tuple[SceneConfig, ...]:
    """`count` scenes with anything in them; what `base` changes from a plain scene stays."""
    return tuple(_random_scene(replace(base, seed=base.seed + index)) for index in range(count))


def hidden_set(base: SceneConfig, count: int) -> tuple[SceneConfig, ...]:
    """`count` scenes in which the target is away for a while, by turns in one of three ways.

    It is hidden by something, or leaves the image and comes back on the same or on the other side;
    with an odd seed two look-alikes are there, too, by turns of its colour or of its heat. Those
    that share both (`likeness=both`) leave nothing to tell them by.

    Raises:
        ConfigError: on scenes too short to show whether it is found again.
    """
    if base.length < _SHORTEST_HIDDEN:
        raise ConfigError(
            f"a scene of hidden:N needs at least {_SHORTEST_HIDDEN} frames, else it ends before "
            f"it shows whether the target is found again; got length={base.length}"
        )
    return tuple(_hidden_scene(replace(base, seed=base.seed + index)) for index in range(count))


def _hidden_scene(base: SceneConfig) -> SceneConfig:
    plain = SceneConfig()
    way = _WAYS_TO_HIDE[base.seed // 2 % len(_WAYS_TO_HIDE)]
    drawn: dict[str, Any] = {
        "target": str(np.random.default_rng(base.seed).choice(TARGETS)),
        **way,
    }
    if base.seed % 2:
        drawn.update(distractors=2, likeness=_LIKENESSES[base.seed // 2 % len(_LIKENESSES)])
    open_names = [name for name in drawn if getattr(base, name) == getattr(plain, name)]
    chosen = {name: drawn[name] for name in open_names}
    if "attributes" in way:
        chosen["attributes"] = _joined(base, way["attributes"])
    return replace(base, **chosen)


def _random_scene(base: SceneConfig) -> SceneConfig:
    rng, plain = np.random.default_rng(base.seed), SceneConfig()
    drawn: dict[str, Any] = {"target": str(rng.choice(TARGETS))}
    if rng.random() < 0.25:
        drawn["smoke"] = round(float(rng.uniform(0.4, 0.95)), 2)
    if rng.random() < 0.15:
        drawn["glare"] = round(float(rng.uniform(0.4, 0.95)), 2)
    if rng.random() < 0.3:
        drawn["distractors"] = int(rng.integers(1, 4))
        drawn["likeness"] = str(rng.choice(LIKENESSES))
    if rng.random() < 0.15:
        drawn["dead_frames"] = round(float(rng.uniform(0.02, 0.1)), 2)
    drawn["leaves_view"] = bool(rng.random() < 0.1)
    open_names = [name for name in drawn if getattr(base, name) == getattr(plain, name)]
    scene = replace(base, **{name: drawn[name] for name in open_names})
    known = [each for each in ATTRIBUTES if each not in ("NO", *base.attributes)]
    if scene.target == "car":
        known = [each for each in known if each != "DEF"]  # a car does not deform
    chosen = rng.choice(known, int(rng.integers(0, _MOST_ATTRIBUTES + 1)), replace=False)
    in_order = tuple(each for each in ATTRIBUTES if each in chosen)
    return replace(scene, attributes=_joined(base, in_order))


def _joined(base: SceneConfig, attributes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*attributes, *base.attributes]))


_SETS: dict[str, Callable[[SceneConfig, int], tuple[SceneConfig, ...]]] = {
    "attributes": attribute_set,
    "random": random_set,
    "hidden": hidden_set,
}
