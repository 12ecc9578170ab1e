"""Look-alikes: bodies that share another's colours, its heat, or both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.body import Body
from rgbt_dualatt_ros.datasets.synthetic.car import Car, draw_car
from rgbt_dualatt_ros.datasets.synthetic.cyclist import Cyclist, draw_cyclist
from rgbt_dualatt_ros.datasets.synthetic.dog import draw_dog
from rgbt_dualatt_ros.datasets.synthetic.limb import Cloth
from rgbt_dualatt_ros.datasets.synthetic.person import draw_person

_DRAW: dict[str, Callable[[np.random.Generator, float], Body]] = {
    "person": draw_person,
    "cyclist": draw_cyclist,
    "car": draw_car,
    "dog": draw_dog,
}
_TRIES = 12
_COLDER = 5.0


def draw_body(kind: str, rng: np.random.Generator, ambient: float) -> Body:
    """A body of a kind, with looks chosen by `rng`, at `ambient` degrees Celsius."""
    return _DRAW[kind](rng, ambient)


def draw_similar(
    target: Body, kind: str, likeness: str, rng: np.random.Generator, ambient: float
) -> Body:
    """Another body of the target's kind, like it in `colour`, `thermal`, `both` or `none`."""
    wants_colour = likeness in ("colour", "both")
    bodies = [draw_body(kind, rng, ambient) for _ in range(_TRIES)]
    other = max(bodies, key=lambda body: _colour_distance(body, target))
    similar: Body = _mixed(other, target, wants_colour, likeness in ("thermal", "both"))
    return similar


def main_colour(body: Body) -> tuple[float, float, float]:
    """The colour that covers most of a body."""
    found: Any = body
    if isinstance(found, Cyclist):
        found = found.rider
    if isinstance(found, Car):
        return found.paint_colour
    cloth: Cloth = found.fur if hasattr(found, "fur") else found.jacket
    return cloth.albedo


def _mixed(other: Any, target: Any, colour: bool, heat: bool) -> Any:  # noqa: ANN401  any Body
    if isinstance(other, Car):
        return replace(
            other,
            paint_colour=target.paint_colour if colour else other.paint_colour,
            engine=target.engine if heat else 0.25,
        )
    changes: dict[str, Any] = {}
    for field in fields(other):
        mine, its = getattr(other, field.name), getattr(target, field.name)
        if isinstance(mine, Cloth):
            changes[field.name] = _mixed_cloth(mine, its, colour, heat)
        elif field.name == "rider":
            changes[field.name] = _mixed(mine, its, colour, heat)
        elif colour and field.name in ("bag", "coat"):
            changes[field.name] = its
    return replace(other, **changes)


def _mixed_cloth(mine: Cloth, its: Cloth, colour: bool, heat: bool) -> Cloth:
    looks, warmth = (its if colour else mine), (its if heat else mine)
    return replace(
        looks,
        warmth=warmth.warmth if heat else min(mine.warmth, its.warmth) - _COLDER,
        warmth_folds=warmth.warmth_folds,
    )


def _colour_distance(body: Body, target: Body) -> float:
    return float(np.abs(np.subtract(main_colour(body), main_colour(target))).sum())
