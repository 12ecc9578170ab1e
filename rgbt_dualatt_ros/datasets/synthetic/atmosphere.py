"""What hangs in front of the colour camera only: smoke and glare."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.datasets.synthetic.geometry import CameraPose
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage, sample_tile, spectral_noise

_COARSE = 8


class Smoke:
    """Drifting turbulent smoke, dense near the ground, that long-wave infrared passes through."""

    def __init__(self, size: ImageSize, rng: np.random.Generator) -> None:
        """The turbulence is drawn once and then drifts."""
        self._size = size
        self._shape = (-(-size.height // _COARSE), -(-size.width // _COARSE))
        self._large = spectral_noise(rng, 128, 128, 2.0, 1.0)
        self._small = spectral_noise(rng, 128, 128, 1.5, 3.0)
        self._drift = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(6.0, 10.0))
        tone = float(rng.uniform(150, 176))
        self._grey = np.array((tone - 4, tone, tone + 3), np.float32)
        rows, columns = np.mgrid[0 : self._shape[0], 0 : self._shape[1]].astype(np.float32)
        self._rows, self._columns = rows / self._shape[0], columns / self._shape[1]

    def lay(
        self, colour: NDArray[np.uint8], density: float, time_s: float, pose: CameraPose
    ) -> NDArray[np.uint8]:
        """The colour image behind smoke of `density` [0, 1]."""
        if density < 0.01:
            return colour
        pan = pose.pan / self._size.width
        rows, columns = self._rows + pose.tilt / self._size.height, self._columns + pan
        drift = self._drift * time_s
        large = sample_tile(self._large, rows * 46 + 2.0 * time_s, columns * 60 + drift)
        bend = 7.0 * large
        small = sample_tile(
            self._small, rows * 80 + 3.5 * time_s + bend, columns * 95 + 1.6 * drift + bend
        )
        sky = np.clip((rows - 0.10) * 2.4, 0.08, 1.0)
        thick = density * sky * (1.0 + 0.24 * large + 0.09 * small)
        cover = np.clip(1.0 - np.exp(-2.9 * np.maximum(thick, 0.0) ** 1.5), 0.0, 0.97)
        cover = cover.astype(np.float32)
        tone = self._grey * (0.88 + 0.03 * small + 0.04 * large + 0.16 * (1 - rows))[:, :, None]
        size = (self._size.width, self._size.height)
        fog = cv2.resize(
            np.clip(tone, 0, 255).astype(np.uint8), size, interpolation=cv2.INTER_LINEAR
        )
        weight = cv2.resize(cover, size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.blendLinear(fog, colour, weight, 1.0 - weight), np.uint8)


class Glare:
    """A low sun or a headlight that shines into the lens; the colour camera alone is blinded."""

    def __init__(self, size: ImageSize, side: float, rng: np.random.Generator) -> None:
        """The light stands to the left (`side` -1) or right (1), its exact place is drawn once."""
        rows, columns = np.mgrid[0 : size.height, 0 : size.width].astype(np.float32)
        width = size.width
        x = (0.5 + side * float(rng.uniform(0.08, 0.30))) * width
        y = float(rng.uniform(0.04, 0.14)) * size.height
        far = np.hypot(columns - x, rows - y) / width
        angle = np.arctan2(rows - y, columns - x)
        rays = 0.5 + 0.5 * np.cos(angle * 6 + float(rng.uniform(0, 6)))
        glow = 420 * np.exp(-((far / 0.040) ** 2)) + 170 * np.exp(-far / 0.16)
        glow += 60 * rays * np.exp(-far / 0.25) + 38
        for step, radius in ((0.45, 0.020), (0.9, 0.034), (1.35, 0.014)):
            gx, gy = x + (width / 2 - x) * 2 * step, y + (size.height / 2 - y) * 2 * step
            ghost = np.hypot(columns - gx, rows - gy) / width
            glow += 26 * np.clip((radius - ghost) * 160, 0, 1)
        tint = np.array((1.0, 0.95, 0.84), np.float32)
        self._glow: FloatImage = (glow[:, :, None] * tint).astype(np.float32)

    def lay(self, colour: NDArray[np.uint8], strength: float, time_s: float) -> NDArray[np.uint8]:
        """The colour image with the light in it, flickering a little as through leaves."""
        flicker = strength * (0.88 + 0.12 * float(np.sin(2.1 * time_s) * np.cos(5.3 * time_s)))
        added = np.clip(self._glow * flicker, 0, 255).astype(np.uint8)
        return np.asarray(cv2.add(colour, added), np.uint8)
