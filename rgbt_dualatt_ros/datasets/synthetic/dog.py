"""A dog that trots, stretches and curls up; warm at muzzle, belly and legs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.body import Placement, bone, paint_sorted
from rgbt_dualatt_ros.datasets.synthetic.limb import Cloth, Limb, Painter
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage, spectral_noise
from rgbt_dualatt_ros.datasets.synthetic.skeleton import Joint, Pose

_COATS = ((122, 84, 50), (40, 36, 34), (196, 168, 124), (212, 206, 198), (92, 90, 92))
_LIMB_M = 0.27


@dataclass(frozen=True, slots=True, eq=False)
class Dog:
    """One dog; `size` is its height at the shoulder as a share of 0.6 m."""

    fur: Cloth
    belly: Cloth
    muzzle: Cloth
    texture: FloatImage
    size: float

    @property
    def extent_m(self) -> tuple[float, float]:
        """Half length along the ground and height that no pose exceeds, metres."""
        return 1.05 * self.size, 1.2 * self.size

    def paint(self, painter: Painter, placement: Placement, pose: Pose) -> None:
        """Paint the whole dog with its paws on the ground point of `placement`."""
        placement = replace(placement, scale=placement.scale * self.size)
        back = 0.56 - 0.30 * pose.crouch + 0.015 * math.sin(4 * math.pi * pose.stride)
        front_c = back + 0.20 * pose.wave
        limbs: list[Limb] = []
        for side, sign in (("l", 1.0), ("r", -1.0)):
            shift = 0.0 if side == "l" else 0.5
            limbs += self._leg(placement, (0.30, sign * 0.09, front_c), pose, shift)
            limbs += self._leg(placement, (-0.33, sign * 0.09, back), pose, shift + 0.5)
        limbs += self._trunk(placement, back, front_c)
        limbs += self._head(placement, front_c, pose)
        paint_sorted(painter, limbs)

    def _leg(self, placement: Placement, hip: Joint, pose: Pose, shift: float) -> list[Limb]:
        place = 2 * math.pi * (pose.stride + shift)
        swing = 0.42 * min(pose.effort, 1.6) * math.sin(place)
        fold = 0.5 * min(pose.effort, 1.4) * max(math.cos(place), 0.0) + 1.1 * pose.crouch
        hip = (hip[0], hip[1], hip[2] - 0.07)
        reach = max(hip[2] - 0.03, 0.06) / 2
        length = min(_LIMB_M, reach * (1 + 0.08 * fold))
        knee = (
            hip[0] + length * math.sin(swing) + 0.05 * fold,
            hip[1],
            hip[2] - length * math.cos(swing),
        )
        low = swing - 0.6 * fold
        paw = (
            knee[0] + length * math.sin(low),
            hip[1],
            max(knee[2] - length * math.cos(low), 0.03),
        )
        upper = bone(placement, (hip, knee), (0.085, 0.050), self.fur)
        lower = bone(placement, (knee, paw), (0.042, 0.030), self.belly)
        toe = (paw[0] + 0.06, paw[1], max(paw[2] - 0.01, 0.02))
        foot = bone(placement, (paw, toe), (0.034, 0.030), self.belly)
        return [lower, foot, replace(upper, depth=upper.depth - 0.01)]

    def _trunk(self, placement: Placement, back: float, front: float) -> list[Limb]:
        rump, chest = (-0.34, 0.0, back - 0.06), (0.30, 0.0, front - 0.07)
        middle = (0.0, 0.0, (back + front) / 2 - 0.03)
        tail = bone(placement, (rump, (-0.62, 0.0, back + 0.16)), (0.035, 0.018), self.fur)
        return [
            replace(tail, depth=tail.depth + 0.05),
            bone(placement, (rump, middle), (0.125, 0.125), self.fur),
            bone(placement, (middle, chest), (0.13, 0.155), self.fur),
        ]

    def _head(self, placement: Placement, front: float, pose: Pose) -> list[Limb]:
        drop = 0.25 * pose.crouch - 0.10 * pose.wave + 0.02 * math.sin(2 * math.pi * pose.stride)
        neck = (0.34, 0.0, front)
        skull = (0.52, 0.0, front + 0.22 - drop)
        nose = (0.72, 0.0, front + 0.15 - drop)
        ears = [
            bone(
                placement,
                ((0.49, side * 0.07, skull[2] + 0.06), (0.45, side * 0.10, skull[2] - 0.07)),
                (0.035, 0.030),
                self.fur,
            )
            for side in (1.0, -1.0)
        ]
        return [
            bone(placement, (neck, skull), (0.11, 0.085), self.fur),
            bone(placement, (skull, (0.54, 0.0, skull[2])), (0.095, 0.09), self.fur),
            bone(placement, (skull, nose), (0.062, 0.042), self.muzzle),
            *ears,
        ]


def draw_dog(rng: np.random.Generator, ambient: float) -> Dog:
    """A dog with a coat chosen by `rng`, on a day of `ambient` degrees Celsius."""
    red, green, blue = _COATS[int(rng.integers(len(_COATS)))]
    light = tuple(min(1.35 * part + 8, 235.0) for part in (red, green, blue))
    warm = 0.5 * (ambient + 33.0)
    return Dog(
        fur=Cloth((red, green, blue), warm - rng.uniform(0, 3), folds=0.3, warmth_folds=1.2),
        belly=Cloth((light[0], light[1], light[2]), warm + 4.5, folds=0.2),
        muzzle=Cloth((red * 0.55, green * 0.55, blue * 0.55), 32.0, folds=0.15),
        texture=spectral_noise(rng, 192, 192, 0.9, 6.0),
        size=float(rng.uniform(0.9, 1.15)),
    )
