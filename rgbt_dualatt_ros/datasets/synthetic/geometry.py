"""The pinhole view of a ground plane: where metres become pixels."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.box import ImageSize


@dataclass(frozen=True, slots=True)
class CameraPose:
    """Where the camera looks in one frame.

    Attributes:
        pan: turn to the right, px; everything moves left by it.
        tilt: turn downwards, px; everything moves up by it.
        shift: sideways movement to the right, metres; near things move more.
    """

    pan: float = 0.0
    tilt: float = 0.0
    shift: float = 0.0


@dataclass(frozen=True, slots=True)
class Lens:
    """The camera's constants, shared by both registered cameras.

    Attributes:
        focal: focal length, px.
        horizon: image row of the horizon without tilt, px.
        height: of the camera above the ground, metres.
    """

    size: ImageSize
    focal: float
    horizon: float
    height: float

    def ground_point(self, x: float, z: float, pose: CameraPose) -> tuple[float, float]:
        """Column and row of a point on the ground, `x` m to the right and `z` m away."""
        column = self.size.width / 2 + self.focal * (x - pose.shift) / z - pose.pan
        return column, self.horizon + self.focal * self.height / z - pose.tilt

    def scale(self, z: float) -> float:
        """Pixels per metre at distance `z` metres."""
        return self.focal / z


def normal_lens(size: ImageSize) -> Lens:
    """A normal lens carried a little above head height."""
    return Lens(size, 0.95 * size.width, 0.40 * size.height, 2.5)


def wide_lens(size: ImageSize) -> Lens:
    """A wide lens on a pole, as cameras that see far have it."""
    return Lens(size, 0.62 * size.width, 0.42 * size.height, 3.4)
