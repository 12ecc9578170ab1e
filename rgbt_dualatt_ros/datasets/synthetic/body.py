"""What every moving body shares: where it stands in the image and how its parts get painted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.limb import Cloth, Light, Limb, Painter, Sprite, capsule
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage
from rgbt_dualatt_ros.datasets.synthetic.skeleton import Joint, Pose


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a body stands and how it is seen.

    Attributes:
        x: image column of the point on the ground below its centre, px.
        y: image row of that point, px.
        scale: px per metre at its distance.
        heading: direction it faces, radians; 0 to the right, pi/2 away from the camera.
        pitch: how far from above the camera looks, radians.
    """

    x: float
    y: float
    scale: float
    heading: float
    pitch: float = 0.15

    def project(self, joint: Joint) -> tuple[float, float]:
        """A joint (forward, left, up; metres) as image column and row, px."""
        a, b, c = joint
        right = a * math.cos(self.heading) - b * math.sin(self.heading)
        away = self.depth(joint)
        return self.x + self.scale * right, self.y - self.scale * (c + away * self.pitch)

    def depth(self, joint: Joint) -> float:
        """Metres that a joint lies behind the body's centre."""
        return joint[0] * math.sin(self.heading) + joint[1] * math.cos(self.heading)

    def turned(self, lateral: float, along: float) -> float:
        """Half width, px, of a body with half widths `lateral` and `along`, metres, as seen."""
        across = math.hypot(lateral * math.sin(self.heading), along * math.cos(self.heading))
        return self.scale * across


class Body(Protocol):
    """One kind of thing that moves, with its own looks."""

    @property
    def extent_m(self) -> tuple[float, float]:
        """Half length along the ground and height that no pose exceeds, metres."""

    @property
    def texture(self) -> FloatImage:
        """Tileable creases of its surface."""

    def paint(self, painter: Painter, placement: Placement, pose: Pose, /) -> None:
        """Paint it with `painter`."""


Bounds = tuple[int, int, int, int]
"""Left, top, right, bottom, px."""


def render_body(
    body: Body,
    placement: Placement,
    pose: Pose,
    light: Light,
    outline_only: bool = False,
    within: Bounds | None = None,
) -> Sprite:
    """A body as a sprite; the outline alone has the very same coverage as the painted one.

    Args:
        within: paint only what lies in there; the whole body when None.
    """
    half, height = (extent * placement.scale for extent in body.extent_m)
    below = half * placement.pitch + 0.1 * placement.scale + 2
    bounds = (
        math.floor(placement.x - half - 2),
        math.floor(placement.y - height - below),
        math.ceil(placement.x + half + 2),
        math.ceil(placement.y + below),
    )
    if within is not None:
        low, high = np.maximum(bounds, within), np.minimum(bounds, within)
        bounds = int(low[0]), int(low[1]), int(high[2]), int(high[3])
    painter = Painter(bounds, light, body.texture, outline_only)
    body.paint(painter, placement, pose)
    return painter.finish()


def paint_sorted(painter: Painter, limbs: Sequence[Limb]) -> None:
    """Paint limbs, the farthest first."""
    for limb in sorted(limbs, key=lambda limb: -limb.depth):
        painter.paint(limb)


def bone(
    placement: Placement, joints: tuple[Joint, Joint], radii: tuple[float, float], cloth: Cloth
) -> Limb:
    """A limb between two joints, with half widths in metres, rounded beyond both of them."""
    start, end = (placement.project(joint) for joint in joints)
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = max(math.hypot(dx, dy), 1e-3)
    first, last = (radius * placement.scale for radius in radii)
    ux, uy = dx / length, dy / length
    depth = sum(placement.depth(joint) for joint in joints) / 2
    return Limb(
        (start[0] - ux * first * 0.8, start[1] - uy * first * 0.8),
        (end[0] + ux * last * 0.8, end[1] + uy * last * 0.8),
        capsule(first, last),
        cloth,
        depth,
    )


def tight_box(alpha: FloatImage, left: int, top: int) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom, px, of pixels at least half covered; None when none is."""
    solid = alpha >= 0.5
    columns, rows = np.flatnonzero(solid.any(axis=0)), np.flatnonzero(solid.any(axis=1))
    if not columns.size:
        return None
    return (
        float(left + columns[0]),
        float(top + rows[0]),
        float(left + columns[-1] + 1),
        float(top + rows[-1] + 1),
    )
