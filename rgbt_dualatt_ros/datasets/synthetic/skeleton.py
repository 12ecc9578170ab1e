"""Joints of a walking person in metres, for every pose the renderer needs.

Body axes: `a` forward, `b` to the left, `c` up from the ground. Angles of hip and knee over one
stride follow the textbook curves of human gait.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

Joint = tuple[float, float, float]
"""Forward, left, up, metres."""

_STRIDE_SHARE = np.linspace(0.0, 1.0, 11)
_HIP_DEG = np.array([30, 26, 17, 7, -3, -10, -3, 14, 27, 33, 30], float)
_KNEE_DEG = np.array([5, 16, 16, 9, 5, 10, 35, 60, 50, 20, 5], float)
THIGH_M, SHIN_M, FOOT_M = 0.43, 0.42, 0.24
UPPER_ARM_M, FOREARM_M = 0.29, 0.25
_HIP_B, _SHOULDER_B = 0.095, 0.178
_TORSO_M = 0.50


@dataclass(frozen=True, slots=True)
class Pose:
    """How a body stands at one instant.

    Attributes:
        stride: place in the walking cycle, [0, 1) and periodic.
        effort: 0 stands still, 1 walks, up to 1.7 runs.
        crouch: 0 upright, 1 fully crouched.
        wave: 0 arm down, 1 arm up and waving.
        lean: forward lean of the trunk, radians.
        swing: phase of the waving arm, radians.
    """

    stride: float = 0.0
    effort: float = 1.0
    crouch: float = 0.0
    wave: float = 0.0
    lean: float = 0.04
    swing: float = 0.0


def person_joints(pose: Pose) -> dict[str, Joint]:
    """Joints by name (`hip_l`, `knee_r`, `toe_l`, `neck`, `head`, ...), the feet at c = 0."""
    joints: dict[str, Joint] = {}
    for side, sign, shift in (("l", 1.0, 0.0), ("r", -1.0, 0.5)):
        _leg(joints, pose, side, sign, (pose.stride + shift) % 1.0)
    lowest = min(joints[name][2] for name in ("toe_l", "toe_r", "heel_l", "heel_r"))
    joints = {name: (a, b, c - lowest) for name, (a, b, c) in joints.items()}
    hip_c = joints["hip_l"][2]
    lean = pose.lean + 0.75 * pose.crouch + 0.10 * max(pose.effort - 1.0, 0.0)
    top_a, top_c = _TORSO_M * math.sin(lean), hip_c + _TORSO_M * math.cos(lean)
    joints["pelvis"] = (0.0, 0.0, hip_c)
    joints["chest"] = (top_a, 0.0, top_c)
    joints["neck"] = (top_a + 0.03, 0.0, top_c + 0.07)
    joints["head"] = (top_a + 0.05, 0.0, top_c + 0.20)
    for side, sign, shift in (("l", 1.0, 0.5), ("r", -1.0, 0.0)):
        hip = _gait(_HIP_DEG, (pose.stride + shift) % 1.0) - 10.0
        _arm(joints, pose, side, sign, math.radians(hip * 0.75 * pose.effort))
    return joints


def _gait(curve: np.ndarray[tuple[int], np.dtype[np.float64]], place: float) -> float:
    return float(np.interp(place, _STRIDE_SHARE, curve))


def _leg(joints: dict[str, Joint], pose: Pose, side: str, sign: float, place: float) -> None:
    effort = min(pose.effort, 1.0)
    run = max(pose.effort - 1.0, 0.0)
    hip = math.radians(_gait(_HIP_DEG, place) * (effort + 0.6 * run) + 75 * pose.crouch)
    knee = math.radians(_gait(_KNEE_DEG, place) * (effort + 0.8 * run) + 115 * pose.crouch + 3)
    base = sign * _HIP_B
    knee_a, knee_c = THIGH_M * math.sin(hip), -THIGH_M * math.cos(hip)
    shin = hip - knee
    ankle_a, ankle_c = knee_a + SHIN_M * math.sin(shin), knee_c - SHIN_M * math.cos(shin)
    pitch = max(min(0.45 * shin + 0.35 * pose.crouch, 0.35), -0.7)
    foot = (math.cos(pitch), math.sin(pitch))
    joints[f"hip_{side}"] = (0.0, base, 0.0)
    joints[f"knee_{side}"] = (knee_a, base * 1.05, knee_c)
    joints[f"ankle_{side}"] = (ankle_a, base * 0.95, ankle_c)
    sole = ankle_c - 0.075
    joints[f"heel_{side}"] = (ankle_a - 0.06 * foot[0], base, sole - 0.06 * foot[1])
    joints[f"toe_{side}"] = (
        ankle_a + (FOOT_M - 0.06) * foot[0],
        base * 1.25,
        sole + (FOOT_M - 0.06) * foot[1],
    )


def _arm(joints: dict[str, Joint], pose: Pose, side: str, sign: float, swing: float) -> None:
    run = max(pose.effort - 1.0, 0.0)
    wave = pose.wave if side == "r" else 0.0
    chest = joints["chest"]
    shoulder = (chest[0], sign * _SHOULDER_B, chest[2] - 0.045)
    upper = swing - 0.05 + 0.25 * pose.crouch
    spread = 0.10 + wave * (2.35 + 0.10 * math.sin(pose.swing))
    elbow = (
        shoulder[0] + UPPER_ARM_M * math.sin(upper) * (1 - wave),
        shoulder[1] + sign * UPPER_ARM_M * math.sin(spread),
        shoulder[2] - UPPER_ARM_M * math.cos(upper) * math.cos(spread),
    )
    fore = upper + 0.30 + 0.25 * max(swing, 0.0) + 1.7 * min(run, 0.8) + 0.6 * pose.crouch
    turn = spread + wave * (0.5 + 0.55 * math.sin(pose.swing))
    joints[f"shoulder_{side}"] = shoulder
    joints[f"elbow_{side}"] = elbow
    joints[f"hand_{side}"] = (
        elbow[0] + FOREARM_M * math.sin(fore) * (1 - 0.7 * wave),
        elbow[1] + sign * FOREARM_M * math.sin(turn) * (1.0 if wave else 0.6),
        elbow[2] - FOREARM_M * math.cos(fore * (1 - wave)) * math.cos(turn),
    )
