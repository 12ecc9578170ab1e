"""A person riding a bicycle: the person's own limbs, posed by where saddle and pedals are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.body import Placement, bone
from rgbt_dualatt_ros.datasets.synthetic.limb import Cloth, Painter
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage
from rgbt_dualatt_ros.datasets.synthetic.panels import flat, paint_wheel
from rgbt_dualatt_ros.datasets.synthetic.person import Person, draw_person
from rgbt_dualatt_ros.datasets.synthetic.skeleton import SHIN_M, THIGH_M, Joint, Pose

_FRAMES = ((176, 36, 34), (36, 60, 130), (30, 32, 34), (210, 206, 196), (48, 110, 80))
_WHEEL_M, _AXLE_M, _CRANK_M = 0.34, 0.52, 0.17
_SADDLE: Joint = (-0.20, 0.0, 0.98)
_CRANK: Joint = (-0.04, 0.0, 0.30)
_BAR: Joint = (0.42, 0.0, 1.02)
_TUBES = (
    (_CRANK, _SADDLE),
    (_CRANK, (0.38, 0.0, 0.80)),
    ((-0.15, 0.0, 0.84), (0.36, 0.0, 0.86)),
    ((-_AXLE_M, 0.0, _WHEEL_M), _CRANK),
    ((-_AXLE_M, 0.0, _WHEEL_M), (-0.16, 0.0, 0.86)),
    ((_AXLE_M, 0.0, _WHEEL_M), (0.36, 0.0, 0.96)),
    ((0.36, 0.0, 0.96), _BAR),
)


@dataclass(frozen=True, slots=True, eq=False)
class Cyclist:
    """One rider on one bicycle."""

    rider: Person
    frame: Cloth
    ambient: float

    @property
    def extent_m(self) -> tuple[float, float]:
        """Half length along the ground and height that no pose exceeds, metres."""
        return 1.0, 2.2

    @property
    def texture(self) -> FloatImage:
        """Tileable creases of the rider's clothes."""
        return self.rider.texture

    def paint(self, painter: Painter, placement: Placement, pose: Pose) -> None:
        """Paint bicycle and rider with the wheels on the ground point of `placement`."""
        tyre = flat(30, 30, 32, self.ambient + 5.0)
        for hub in (-_AXLE_M, _AXLE_M):
            radii = (_WHEEL_M, _WHEEL_M - 0.035)
            paint_wheel(painter, placement, (hub, 0.0, _WHEEL_M), radii, (tyre, None))
        for ends in _TUBES:
            painter.paint(bone(placement, ends, (0.02, 0.02), self.frame))
        self.rider.paint_joints(painter, placement, rider_joints(pose))


def rider_joints(pose: Pose) -> dict[str, Joint]:
    """Joints of a rider whose feet follow the pedals."""
    lean = 0.45 + 0.55 * pose.crouch - 0.25 * pose.wave
    hip_c = _SADDLE[2] + 0.02 + 0.16 * pose.wave
    chest = (_SADDLE[0] + 0.50 * math.sin(lean), 0.0, hip_c + 0.50 * math.cos(lean))
    joints: dict[str, Joint] = {
        "pelvis": (_SADDLE[0], 0.0, hip_c),
        "chest": chest,
        "neck": (chest[0] + 0.04, 0.0, chest[2] + 0.07),
        "head": (chest[0] + 0.08, 0.0, chest[2] + 0.19),
    }
    for side, sign, shift in (("l", 1.0, 0.0), ("r", -1.0, math.pi)):
        angle = 2 * math.pi * pose.stride + shift
        pedal = (
            _CRANK[0] + _CRANK_M * math.cos(angle),
            sign * 0.11,
            _CRANK[2] - _CRANK_M * math.sin(angle),
        )
        hip = (_SADDLE[0], sign * 0.09, hip_c)
        ankle = (pedal[0] - 0.05, sign * 0.10, pedal[2] + 0.10)
        joints[f"hip_{side}"], joints[f"ankle_{side}"] = hip, ankle
        joints[f"knee_{side}"] = _knee(hip, ankle)
        joints[f"heel_{side}"] = (pedal[0] - 0.09, sign * 0.11, pedal[2] + 0.035)
        joints[f"toe_{side}"] = (pedal[0] + 0.13, sign * 0.11, pedal[2] + 0.02)
        shoulder = (chest[0], sign * 0.178, chest[2] - 0.045)
        hand = (_BAR[0], sign * 0.22, _BAR[2] + 0.04)
        joints[f"shoulder_{side}"], joints[f"hand_{side}"] = shoulder, hand
        joints[f"elbow_{side}"] = (
            (shoulder[0] + hand[0]) / 2 - 0.05,
            sign * 0.25,
            (shoulder[2] + hand[2]) / 2 - 0.08,
        )
    return joints


def _knee(hip: Joint, ankle: Joint) -> Joint:
    # Two bones of known length between two points; the knee bends forward.
    da, dc = ankle[0] - hip[0], ankle[2] - hip[2]
    reach = min(math.hypot(da, dc), (THIGH_M + SHIN_M) * 0.999)
    share = (THIGH_M**2 - SHIN_M**2 + reach**2) / (2 * reach)
    off = math.sqrt(max(THIGH_M**2 - share**2, 0.0))
    ua, uc = da / reach, dc / reach
    return hip[0] + ua * share - uc * off, hip[1] * 1.1, hip[2] + uc * share + ua * off


def draw_cyclist(rng: np.random.Generator, ambient: float) -> Cyclist:
    """A rider and a bicycle chosen by `rng`."""
    red, green, blue = _FRAMES[int(rng.integers(len(_FRAMES)))]
    return Cyclist(
        rider=draw_person(rng, ambient),
        frame=Cloth((red, green, blue), ambient + 1.5, folds=0.02, warmth_folds=0.1, gloss=0.2),
        ambient=ambient,
    )
