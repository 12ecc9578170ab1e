"""What goes wrong between camera and disk: lost, black and frozen frames, shaky stamps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.time_units import NS_PER_MS, NS_PER_S
from rgbt_dualatt_ros.datasets.synthetic.noise import stream
from rgbt_dualatt_ros.datasets.synthetic.scene_config import DEAD_KINDS, SceneConfig

START_NS = 1_700_000_000_000_000_000
"""Stamp of the first frame before jitter: a plausible wall clock, the same for every scene."""
_KINDS = DEAD_KINDS[1:]
_PixelT = TypeVar("_PixelT", np.uint8, np.uint16)


@dataclass(frozen=True, slots=True)
class DeadFrame:
    """One failed image.

    Attributes:
        side: `rgb` or `thermal`.
        kind: `missing`, `black` or `frozen`.
    """

    frame: int
    side: str
    kind: str

    def apply(
        self, image: NDArray[_PixelT], before: NDArray[_PixelT] | None
    ) -> NDArray[_PixelT] | None:
        """What is delivered instead of `image`; `before` is the image of the frame before."""
        if self.kind == "missing":
            return None
        if self.kind == "frozen" and before is not None:
            return before.copy()
        return np.zeros_like(image)


def plan_dead_frames(config: SceneConfig) -> dict[int, DeadFrame]:
    """Which frames fail and how, by frame; the first never does, because a target starts there."""
    rng = stream(config.seed, "dead frames")
    count = min(round(config.dead_frames * config.length), config.length - 1)
    frames = rng.choice(np.arange(1, config.length), count, replace=False)
    found = {}
    for frame in sorted(int(frame) for frame in frames):
        kind = str(rng.choice(_KINDS)) if config.dead_kind == "mixed" else config.dead_kind
        found[frame] = DeadFrame(frame, str(rng.choice(["rgb", "thermal"])), kind)
    return found


def plan_stamps(config: SceneConfig) -> list[tuple[int, int]]:
    """Colour and thermal stamp of every frame, ns; both strictly increase."""
    rng = stream(config.seed, "stamps")
    jitter = rng.uniform(-1.0, 1.0, (config.length, 2)) * config.stamp_jitter_ms * NS_PER_MS
    offset = round(config.thermal_offset_ms * NS_PER_MS)
    stamps = []
    for frame, (rgb_jitter, thermal_jitter) in enumerate(jitter):
        now = START_NS + round(frame * NS_PER_S / config.fps)
        stamps.append((now + round(rgb_jitter), now + offset + round(thermal_jitter)))
    return stamps
