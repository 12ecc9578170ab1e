"""Shapes of the cars that drive and park in the scenes."""

from __future__ import annotations

from dataclasses import dataclass

Outline = tuple[tuple[float, float], ...]
"""Points forward and up, metres."""


@dataclass(frozen=True, slots=True)
class Model:
    """Shape of one kind of car.

    Attributes:
        side: outline of the side, from front bumper over the roof to the rear.
        glass, bumpers, bonnet: which edges of the outline are these, by number.
        windows: panes of the side.
        waist: height above which the cabin leans inwards, metres.
        axles: forward places of the wheels, metres.
        front: the part of the side that the engine warms.
        lamps: forward places of head and tail lamp, and their height, metres.
        seams: forward places of the door gaps, metres.
        wide: half the width, metres.
    """

    side: Outline
    glass: tuple[int, ...]
    bumpers: tuple[int, ...]
    bonnet: tuple[int, ...]
    windows: tuple[Outline, ...]
    waist: float
    axles: tuple[float, float]
    front: Outline
    lamps: tuple[float, float, float]
    seams: tuple[float, ...]
    wide: float


SALOON = Model(
    side=(
        (2.12, 0.30), (2.18, 0.55), (2.02, 0.80), (0.98, 0.96), (0.22, 1.42), (-1.05, 1.45),
        (-1.85, 1.05), (-2.12, 0.98), (-2.20, 0.55), (-2.12, 0.30),
    ),
    glass=(3, 5),
    bumpers=(0, 8),
    bonnet=(1, 2),
    windows=(
        ((0.86, 0.98), (0.22, 1.35), (-0.32, 1.37), (-0.32, 0.98)),
        ((-0.40, 0.98), (-0.40, 1.37), (-1.02, 1.37), (-1.62, 1.02)),
    ),
    waist=0.97,
    axles=(1.32, -1.32),
    front=((2.12, 0.34), (2.17, 0.55), (2.02, 0.79), (1.0, 0.94), (0.95, 0.34)),
    lamps=(2.165, -2.175, 0.67),
    seams=(0.92, -0.36, -1.20),
    wide=0.86,
)  # fmt: skip
VAN = Model(
    side=(
        (2.60, 0.32), (2.66, 0.60), (2.55, 0.98), (1.90, 1.22), (1.25, 2.10), (1.05, 2.22),
        (-2.50, 2.26), (-2.66, 2.10), (-2.68, 0.55), (-2.60, 0.32),
    ),
    glass=(3,),
    bumpers=(0, 8),
    bonnet=(1, 2),
    windows=(((1.74, 1.24), (1.18, 2.00), (0.46, 2.02), (0.46, 1.24)),),
    waist=1.22,
    axles=(1.75, -1.55),
    front=((2.60, 0.36), (2.65, 0.60), (2.54, 0.96), (1.70, 1.16), (1.60, 0.36)),
    lamps=(2.63, -2.66, 0.85),
    seams=(1.60, 0.38, -1.05),
    wide=0.98,
)  # fmt: skip
TRUCK = Model(
    side=(
        (4.10, 0.36), (4.18, 0.70), (4.16, 1.35), (3.96, 2.30), (3.10, 2.42), (2.50, 3.15),
        (-3.90, 3.20), (-3.94, 3.05), (-3.94, 0.60), (-3.80, 0.36),
    ),
    glass=(2,),
    bumpers=(0, 8),
    bonnet=(1,),
    windows=(((3.86, 1.40), (3.74, 2.12), (2.90, 2.12), (2.90, 1.40)),),
    waist=3.0,
    axles=(3.05, -2.60),
    front=((4.10, 0.40), (4.17, 0.70), (4.15, 1.20), (2.95, 1.20), (2.80, 0.40)),
    lamps=(4.15, -3.92, 0.80),
    seams=(2.76, 2.58, 0.40, -1.75),
    wide=1.15,
)  # fmt: skip
