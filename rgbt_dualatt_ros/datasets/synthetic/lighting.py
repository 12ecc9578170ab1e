"""How much light reaches a point on the ground: all of it by day, lamp light by night."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage

_NIGHT_FLOOR, _LAMP, _REACH_M = 0.075, 0.34, 3.2


@dataclass(frozen=True, slots=True)
class Lighting:
    """The lamps of a place.

    Attributes:
        night: by day the lamps do nothing.
        lamps: where they stand (x, z), metres.
    """

    night: bool
    lamps: tuple[tuple[float, float], ...] = ()

    def at(self, x: FloatImage, z: FloatImage) -> FloatImage:
        """Share of full daylight at ground points, metres; broadcasts."""
        if not self.night:
            return np.ones_like(x)
        total = np.full_like(x, _NIGHT_FLOOR)
        for lamp_x, lamp_z in self.lamps:
            square = (x - lamp_x) ** 2 + (z - lamp_z) ** 2
            total = total + np.float32(_LAMP) / (1.0 + square / _REACH_M**2) ** 1.5
        return np.asarray(total, np.float32)

    def at_point(self, x: float, z: float) -> float:
        """The same for one point."""
        return float(self.at(np.array([x]), np.array([z]))[0])
