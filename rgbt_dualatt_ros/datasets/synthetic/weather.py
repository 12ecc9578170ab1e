"""Weather: the light and the temperatures of one scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.limb import Light

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Weather:
    """One hour of one day.

    Attributes:
        ambient: air temperature, degrees Celsius.
        sun_side: -1 the sun stands to the left, 1 to the right.
        overcast: 0 hard shadows, 1 none.
        night: whether lamps are the only light.
        tint: colour of the light, 1 is neutral.
        sky_top, sky_low: colours of the sky overhead and at the horizon.
    """

    ambient: float
    sun_side: float
    overcast: float
    night: bool
    tint: Colour
    sky_top: Colour
    sky_low: Colour

    @property
    def light(self) -> Light:
        """The light on bodies, in image axes."""
        direct = 1.0 - 0.5 * self.overcast
        return Light(0.62 * self.sun_side * direct, -0.55, 0.55)

    @property
    def shadow(self) -> float:
        """Darkness of cast shadows, [0, 1]."""
        return 0.0 if self.night else 0.58 * (1.0 - 0.75 * self.overcast)


_SKIES: tuple[tuple[Colour, Colour, Colour], ...] = (
    ((92, 136, 190), (196, 212, 224), (1.0, 1.0, 0.97)),
    ((150, 162, 176), (204, 208, 210), (0.95, 0.97, 1.0)),
    ((112, 128, 168), (238, 200, 160), (1.04, 0.97, 0.88)),
)


def draw_weather(rng: np.random.Generator, night: bool) -> Weather:
    """The weather of one scene."""
    kind = int(rng.integers(len(_SKIES)))
    top, low, tint = _SKIES[kind]
    overcast = (0.15, 0.9, 0.35)[kind] + float(rng.uniform(-0.1, 0.1))
    ambient = float(rng.uniform(4.0, 13.0))
    side = float(rng.choice([-1.0, 1.0]))
    if night:
        return Weather(ambient, side, 0.95, True, (1.0, 0.9, 0.74), (9, 12, 22), (30, 30, 38))
    return Weather(ambient, side, overcast, False, tint, top, low)
