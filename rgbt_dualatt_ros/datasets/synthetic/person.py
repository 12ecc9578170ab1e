"""A clothed person: what they wear, and how they are painted in any pose from any side."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.body import Placement, bone, paint_sorted
from rgbt_dualatt_ros.datasets.synthetic.limb import Cloth, Limb, Painter, ellipse, profile
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage, spectral_noise
from rgbt_dualatt_ros.datasets.synthetic.skeleton import Joint, Pose, person_joints

_JACKETS = (
    (38, 42, 58), (30, 30, 33), (92, 96, 102), (150, 38, 36), (84, 92, 62), (176, 160, 132),
    (44, 74, 122), (205, 202, 195), (120, 84, 58), (58, 98, 92),
)  # fmt: skip
_TROUSERS = (
    (34, 36, 42),
    (52, 66, 98),
    (128, 116, 94),
    (72, 74, 80),
    (40, 38, 36),
    (96, 104, 120),
)
_SHOES = ((220, 218, 212), (36, 34, 34), (96, 66, 44), (170, 172, 178))
_SKIN = ((212, 162, 132), (186, 132, 100), (136, 94, 70), (226, 182, 156))
_HAIR = ((28, 24, 22), (58, 40, 28), (110, 84, 52), (120, 118, 116))
_BAGS = ((60, 46, 38), (30, 32, 40), (160, 120, 86), (110, 30, 36))
_HEAD_HALF_M, _HEAD_TALL_M = 0.080, 0.235
_SKIN_WARMTH = 32.5


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One person; the same in every frame.

    Attributes:
        tall: height as a share of 1.75 m.
        coat: how far the jacket reaches below the hip, metres.
        bag: `none`, `shoulder` or `back`.
    """

    jacket: Cloth
    trousers: Cloth
    shoes: Cloth
    skin: Cloth
    hair: Cloth
    bag_cloth: Cloth
    texture: FloatImage
    bag: str
    coat: float
    tall: float

    @property
    def extent_m(self) -> tuple[float, float]:
        """Half length along the ground and height that no pose exceeds, metres."""
        return 0.95 * self.tall, 2.30 * self.tall

    def paint(self, painter: Painter, placement: Placement, pose: Pose) -> None:
        """Paint the whole person with the feet on the ground point of `placement`."""
        placement = replace(placement, scale=placement.scale * self.tall)
        self.paint_joints(painter, placement, person_joints(pose))

    def paint_joints(
        self, painter: Painter, placement: Placement, joints: dict[str, Joint]
    ) -> None:
        """Paint the person whose joints are given, in order of depth."""
        limbs = [*self._legs(placement, joints), *self._arms(placement, joints)]
        limbs += [*self._trunk(placement, joints), *self._bag(placement, joints)]
        away = math.sin(placement.heading)
        limbs.append(bone(placement, (joints["chest"], joints["neck"]), (0.06, 0.055), self.skin))
        limbs[-1] = replace(limbs[-1], depth=0.02)
        head_depth = 0.01 if away > 0.3 else -0.05
        nearer = [limb for limb in limbs if limb.depth < head_depth]
        paint_sorted(painter, [limb for limb in limbs if limb.depth >= head_depth])
        self._head(painter, placement, joints)
        paint_sorted(painter, nearer)

    def _legs(self, placement: Placement, joints: dict[str, Joint]) -> list[Limb]:
        limbs = []
        for side in ("l", "r"):
            hip, knee, ankle, heel, toe = (
                joints[f"{name}_{side}"] for name in ("hip", "knee", "ankle", "heel", "toe")
            )
            shoe = bone(placement, (heel, toe), (0.052, 0.042), self.shoes)
            shin = bone(placement, (knee, ankle), (0.067, 0.055), self.trousers)
            thigh = bone(placement, (hip, knee), (0.098, 0.068), self.trousers)
            base = placement.depth((0.0, hip[1], 0.0))
            limbs += [
                replace(limb, depth=base + step)
                for limb, step in ((shoe, 0.012), (shin, 0.008), (thigh, 0.004))
            ]
        return limbs

    def _arms(self, placement: Placement, joints: dict[str, Joint]) -> list[Limb]:
        limbs = []
        for side in ("l", "r"):
            shoulder, elbow, hand = (
                joints[f"{name}_{side}"] for name in ("shoulder", "elbow", "hand")
            )
            reach = 1.30
            tip = tuple(e + (h - e) * reach for e, h in zip(elbow, hand, strict=True))
            palm = bone(placement, (hand, (tip[0], tip[1], tip[2])), (0.038, 0.032), self.skin)
            fore = bone(placement, (elbow, hand), (0.054, 0.046), self.jacket)
            upper = bone(placement, (shoulder, elbow), (0.066, 0.057), self.jacket)
            base = placement.depth((shoulder[0] * 0.2, shoulder[1] * 1.9, 0.0))
            limbs += [
                replace(limb, depth=base + step)
                for limb, step in ((palm, 0.006), (fore, 0.0), (upper, 0.003))
            ]
        return limbs

    def _trunk(self, placement: Placement, joints: dict[str, Joint]) -> list[Limb]:
        chest, pelvis = joints["chest"], joints["pelvis"]
        top = (chest[0] * 1.05, 0.0, chest[2] + 0.075)
        hem_c = pelvis[2] - self.coat
        hem = (pelvis[0] * 0.8, 0.0, hem_c)
        shoulder = placement.turned(0.212, 0.120)
        waist = placement.turned(0.175, 0.125)
        hip = placement.turned(0.185, 0.135) * (1 + 0.5 * max(self.coat - 0.1, 0))
        neck = placement.turned(0.085, 0.075)
        widths = profile(
            neck * 0.8,
            shoulder * 0.80,
            shoulder * 0.99,
            shoulder,
            waist * 1.06,
            waist,
            waist * 1.02,
            hip,
            hip * 0.98,
        )
        start, end = placement.project(top), placement.project(hem)
        return [Limb(start, end, widths, self.jacket, 0.0)]

    def _bag(self, placement: Placement, joints: dict[str, Joint]) -> list[Limb]:
        chest, pelvis = joints["chest"], joints["pelvis"]
        if self.bag == "back":
            top, low = (chest[0] - 0.19, 0.0, chest[2]), (pelvis[0] - 0.19, 0.0, pelvis[2] + 0.12)
            wide = placement.turned(0.15, 0.09)
            return [self._slab(placement, (top, low), profile(0.7, 1, 1, 1, 0.85) * wide)]
        if self.bag == "shoulder":
            top, low = (-0.02, -0.23, pelvis[2] + 0.12), (-0.02, -0.24, pelvis[2] - 0.16)
            wide = placement.turned(0.05, 0.15)
            strap = bone(
                placement, ((chest[0], 0.10, chest[2] + 0.03), top), (0.016, 0.016), self.bag_cloth
            )
            slab = self._slab(placement, (top, low), profile(0.85, 1, 1, 0.95) * wide)
            return [replace(strap, depth=placement.depth((0.0, -0.12, 0.0)) * 0.9), slab]
        return []

    def _slab(
        self,
        placement: Placement,
        joints: tuple[Joint, Joint],
        widths: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    ) -> Limb:
        start, end = (placement.project(joint) for joint in joints)
        return Limb(start, end, widths, self.bag_cloth, placement.depth(joints[0]) * 1.5)

    def _head(self, painter: Painter, placement: Placement, joints: dict[str, Joint]) -> None:
        x, y = placement.project(joints["head"])
        tall, wide = _HEAD_TALL_M * placement.scale, _HEAD_HALF_M * placement.scale
        wide *= 1.0 + 0.12 * abs(math.cos(placement.heading))
        skull = Limb((x, y + tall * 0.5), (x, y - tall * 0.5), ellipse(wide), self.skin)
        painter.paint(skull)
        self._hair(painter, placement.heading, (x, y - tall * 0.03), (wide * 1.07, tall * 0.52))

    def _hair(
        self,
        painter: Painter,
        heading: float,
        centre: tuple[float, float],
        radii: tuple[float, float],
    ) -> None:
        # Hair is where the skull's surface points up, or away from the face.
        sprite = painter.sprite
        rows, columns = (
            slice(max(int(c - r - origin - 1), 0), max(int(c + r - origin + 2), 0))
            for c, r, origin in (
                (centre[1], radii[1], sprite.top),
                (centre[0], radii[0], sprite.left),
            )
        )
        shape = sprite.channels[rows, columns].shape[:2]
        ys = (np.arange(shape[0])[:, None] + rows.start + sprite.top + 0.5 - centre[1]) / radii[1]
        xs = (
            np.arange(shape[1])[None, :] + columns.start + sprite.left + 0.5 - centre[0]
        ) / radii[0]
        inside = 1.0 - xs * xs - ys * ys
        facing = np.sqrt(np.clip(inside, 0.0, 1.0))
        towards_face = xs * math.cos(heading) - facing * math.sin(heading)
        edge = np.clip(inside * min(radii) * 0.5 + 0.5, 0, 1)
        hairy = np.clip((-ys * 1.15 - 0.28 - towards_face * 0.75) * radii[0] * 0.9 + 0.5, 0, 1)
        cover = (edge * hairy).astype(np.float32)
        if painter.outline_only:
            painter.lay((rows, columns), cover, None)
            return
        light = painter.light
        shade = 0.55 + 0.6 * np.clip(xs * light.x + ys * light.y + facing * light.z, 0, 1)
        surface = np.empty((*shape, 4), np.float32)
        surface[:, :, :3] = np.array(self.hair.albedo, np.float32) * shade[:, :, None]
        surface[:, :, 3] = self.hair.warmth
        painter.lay((rows, columns), cover, surface)


def draw_person(rng: np.random.Generator, ambient: float) -> Person:
    """A person with clothes chosen by `rng`, dressed for `ambient` degrees Celsius."""

    def pick(colours: tuple[tuple[int, int, int], ...]) -> tuple[float, float, float]:
        red, green, blue = colours[int(rng.integers(len(colours)))]
        return float(red), float(green), float(blue)

    between = 0.5 * (ambient + _SKIN_WARMTH)
    quilted = float(rng.choice([0.0, 0.0, 6.0, 9.0]))
    jacket_albedo = pick(_JACKETS)
    darker = tuple(0.62 * part for part in jacket_albedo)
    jacket = Cloth(
        jacket_albedo,
        between - rng.uniform(1.0, 5.0),
        folds=0.13,
        warmth_folds=1.3,
        stripes=quilted,
        stripe_albedo=(darker[0], darker[1], darker[2]),
    )
    return Person(
        jacket=jacket,
        trousers=Cloth(pick(_TROUSERS), between + rng.uniform(1.0, 4.5), 0.15, 0.9),
        shoes=Cloth(pick(_SHOES), ambient + rng.uniform(5.0, 9.0), 0.12, 0.6),
        skin=Cloth(pick(_SKIN), _SKIN_WARMTH, 0.06, 0.4),
        hair=Cloth(pick(_HAIR), between + 4.5, 0.25, 0.5),
        bag_cloth=Cloth(pick(_BAGS), ambient + rng.uniform(2.5, 5.0), 0.15, 0.6),
        texture=spectral_noise(rng, 192, 192, 1.05, 5.0),
        bag=str(rng.choice(["none", "shoulder", "back"])),
        coat=float(rng.choice([0.08, 0.12, 0.34])),
        tall=float(rng.uniform(0.93, 1.06)),
    )
