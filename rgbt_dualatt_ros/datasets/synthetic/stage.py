"""The stage: a script's actors and props as sprites of one frame, and their exact boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.body import Placement, render_body, tight_box
from rgbt_dualatt_ros.datasets.synthetic.compositing import overlap
from rgbt_dualatt_ros.datasets.synthetic.limb import Sprite
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage, stream
from rgbt_dualatt_ros.datasets.synthetic.props import Prop, draw_prop
from rgbt_dualatt_ros.datasets.synthetic.script import Actor, Script

_SPARE = 0.12
"""Others are painted this far beyond the image, as a share of its width: shadows reach in."""
MIN_VISIBLE = 0.10
"""Below this visible share the target counts as absent and its truth is NaN."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One thing on the stage in one frame.

    Attributes:
        foot: its ground point in the image, px.
        z: its distance, metres; the nearer hides the farther.
        actor, placement: None for a prop.
        smear: image motion during one frame period, px, relative to the backdrop.
        prop: None for an actor.
    """

    sprite: Sprite
    foot: tuple[float, float]
    x: float
    z: float
    actor: Actor | None = None
    placement: Placement | None = None
    smear: tuple[float, float] = (0.0, 0.0)
    prop: Prop | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is true of one actor in one frame.

    Attributes:
        box: xywh of its whole silhouette cut to the image, px; NaN when it counts as absent.
        visible: share of the silhouette that lies in the image and behind nothing, [0, 1].
    """

    box: tuple[float, float, float, float]
    visible: float


class Stage:
    """Draws what moves; knows nothing of the backdrop or the cameras' faults."""

    def __init__(self, script: Script, seed: int) -> None:
        """Props are painted once."""
        self._script = script
        size = script.lens.size
        spare = round(_SPARE * size.width)
        self._around = (-spare, -spare, size.width + spare, size.height + spare)
        rng = stream(seed, "props")
        self._props = [
            (self._draw(obstacle.kind, obstacle.z, obstacle.wide_m, rng), obstacle.x)
            for obstacle in script.obstacles
        ]
        if script.lighting.night:
            frames = len(script.cameras)
            self._props += [
                (self._draw("lamp", z, 0.0, rng), np.full(frames, x))
                for x, z in script.lighting.lamps
            ]

    def target(self, frame: int, outline_only: bool = False) -> Placed:
        """The target alone."""
        return self._place(self._script.target, frame, outline_only)

    def all_placed(self, frame: int) -> list[Placed]:
        """Everything on the stage, the farthest first."""
        actors = (self._script.target, *self._script.others)
        placed = [
            self._place(actor, frame, False) for actor in actors if self._in_view(actor, frame)
        ]
        placed += self._placed_props(frame)
        return sorted(placed, key=lambda one: -one.z)

    def sightings(self, frame: int) -> tuple[Sighting, ...]:
        """The truth of every actor in one frame: the target, then the script's others in order."""
        return tuple(
            self.sighting(frame, actor) for actor in (self._script.target, *self._script.others)
        )

    def sighting(self, frame: int, actor: Actor | None = None) -> Sighting:
        """The truth of one frame, from outlines alone; of the target when no actor is named."""
        actor = actor or self._script.target
        if not self._in_view(actor, frame):
            return Sighting((np.nan,) * 4, 0.0)
        target = self._place(actor, frame, True, is_whole=True)
        alpha = target.sprite.alpha
        size = self._script.lens.size
        whole = float(alpha.sum())
        windows = overlap(
            (size.height, size.width), target.sprite.left, target.sprite.top, alpha.shape
        )
        if windows is None or whole <= 0:
            return Sighting((np.nan,) * 4, 0.0)
        outer, inner = windows
        seen = alpha[inner].copy()
        for other in self._nearer(actor, frame):
            _hide(seen, (outer[1].start, outer[0].start), other.sprite)
        visible = float(seen.sum()) / whole
        bounds = tight_box(alpha[inner], outer[1].start, outer[0].start)
        if visible < MIN_VISIBLE or bounds is None:
            return Sighting((np.nan,) * 4, visible)
        left, top, right, bottom = bounds
        return Sighting((left, top, right - left, bottom - top), visible)

    def _nearer(self, than: Actor, frame: int) -> list[Placed]:
        z = float(than.path.z[frame])
        others = [
            self._place(actor, frame, True)
            for actor in (self._script.target, *self._script.others)
            if actor.path.z[frame] < z and self._in_view(actor, frame)
        ]
        return others + [prop for prop in self._placed_props(frame) if prop.z < z]

    def _place(
        self, actor: Actor, frame: int, outline_only: bool, is_whole: bool = False
    ) -> Placed:
        script = self._script
        x, z = float(actor.path.x[frame]), float(actor.path.z[frame])
        camera = script.cameras[frame]
        foot = script.lens.ground_point(x, z, camera)
        placement = Placement(
            foot[0],
            foot[1],
            script.lens.scale(z),
            float(actor.path.heading[frame]),
            script.lens.height / z,
        )
        # What a visible share is measured on must be whole, and the target always is.
        within = None if is_whole or actor is script.target else self._around
        pose, light = actor.poses[frame], script.weather.light
        sprite = render_body(actor.body, placement, pose, light, outline_only, within)
        before = max(frame - 1, 0)
        old = script.lens.ground_point(
            float(actor.path.x[before]), float(actor.path.z[before]), camera
        )
        smear = foot[0] - old[0], foot[1] - old[1]
        return Placed(sprite, foot, x, z, actor, placement, smear)

    def _draw(self, kind: str, z: float, wide_m: float, rng: np.random.Generator) -> Prop:
        return draw_prop(kind, z, wide_m, self._script.lens.scale(z), self._script.weather, rng)

    def _placed_props(self, frame: int) -> list[Placed]:
        script = self._script
        placed = []
        for prop, places in self._props:
            x = float(places[frame])
            foot = script.lens.ground_point(x, prop.z, script.cameras[frame])
            left, top = round(foot[0]) + prop.sprite.left, round(foot[1]) + prop.sprite.top
            sprite = Sprite(prop.sprite.channels, left, top)
            placed.append(Placed(sprite, foot, x, prop.z, prop=prop))
        return placed

    def _in_view(self, actor: Actor, frame: int) -> bool:
        script = self._script
        x, z = float(actor.path.x[frame]), float(actor.path.z[frame])
        column, _ = script.lens.ground_point(x, z, script.cameras[frame])
        reach = (actor.body.extent_m[0] + 2.5) * script.lens.scale(z)
        return -reach < column < script.lens.size.width + reach


def _hide(seen: FloatImage, corner: tuple[int, int], sprite: Sprite) -> None:
    left, top = sprite.left - corner[0], sprite.top - corner[1]
    windows = overlap(seen.shape, left, top, sprite.channels.shape)
    if windows is not None:
        outer, inner = windows
        seen[outer] *= 1.0 - sprite.alpha[inner]
