"""The two cameras: what each adds to the light and the heat that reach it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.datasets.synthetic.compositing import smear
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage, spectral_noise

KELVIN_AT_ZERO = 273.15
COUNTS_PER_KELVIN = 100.0
_SPARE = 32


@dataclass(frozen=True, slots=True)
class Exposure:
    """How one frame was exposed: (dx, dy) px that the camera's own motion smeared, and noise."""

    smear_x: float
    smear_y: float
    noise: float


class ColourCamera:
    """Lens softness, vignetting, motion smear and sensor noise of the colour camera."""

    def __init__(self, size: ImageSize, rng: np.random.Generator) -> None:
        """Noise is drawn once, larger than the image, and read at another place every frame."""
        self._size, self._rng = size, rng
        noise = rng.standard_normal((size.height + _SPARE, size.width + _SPARE, 3), np.float32)
        shared = noise.mean(axis=2, keepdims=True) * 1.5
        soft = cv2.GaussianBlur(0.45 * noise + 0.75 * shared, (3, 3), 0.55)
        self._noise = (soft / soft.std() * 16).astype(np.int8)
        rows = np.linspace(-1, 1, size.height, dtype=np.float32)[:, None]
        columns = np.linspace(-1, 1, size.width, dtype=np.float32)[None, :]
        fall = 1.0 - 0.16 * (rows**2 * 0.6 + columns**2 * 0.8)
        cast = np.array(1.0 + rng.uniform(-0.03, 0.03, 3), np.float32)
        vignette = np.clip(fall[:, :, None] * cast * 245, 0, 255)
        self._vignette = vignette.astype(np.uint8)

    def expose(self, colour: NDArray[np.uint8], exposure: Exposure) -> NDArray[np.uint8]:
        """The picture that the camera delivers."""
        colour = smear(colour, exposure.smear_x, exposure.smear_y)
        soft = cv2.GaussianBlur(colour, (3, 3), 0.55)
        soft = cv2.multiply(soft, self._vignette, scale=1 / 245)
        y, x = (int(self._rng.integers(_SPARE)) for _ in range(2))
        noise = self._noise[y : y + self._size.height, x : x + self._size.width]
        scaled = cv2.addWeighted(soft, 1.0, noise, exposure.noise / 16, 0.0, dtype=cv2.CV_8U)
        return np.asarray(scaled, np.uint8)


class ThermalCamera:
    """A microbolometer: soft optics, slow pixels, fixed pattern and row noise, 16-bit counts."""

    def __init__(self, size: ImageSize, rng: np.random.Generator) -> None:
        """The fixed pattern belongs to the camera and stays the same in every frame."""
        self._size, self._rng = size, rng
        shape = (size.height, size.width)
        pattern = rng.standard_normal(shape, np.float32) * 3.0
        columns = rng.standard_normal((1, size.width), np.float32) * 2.2
        drift = spectral_noise(rng, *shape, 2.0) * 6.0
        rows = np.linspace(-1, 1, size.height, dtype=np.float32)[:, None]
        across = np.linspace(-1, 1, size.width, dtype=np.float32)[None, :]
        vignette = -26.0 * (rows**2 * 0.6 + across**2 * 0.8)
        self._offset: FloatImage = (
            pattern + columns + drift + vignette + KELVIN_AT_ZERO * COUNTS_PER_KELVIN
        ).astype(np.float32)
        noise = rng.standard_normal((size.height + _SPARE, size.width + _SPARE), np.float32)
        self._noise = noise * 6.0
        self._last: FloatImage | None = None

    def expose(self, warmth: FloatImage, exposure: Exposure) -> NDArray[np.uint16]:
        """The counts that the camera delivers: hundredths of a kelvin."""
        warmth = smear(warmth, exposure.smear_x, exposure.smear_y)
        wide = 0.85 * max(self._size.width / 640, 0.5)
        soft = np.asarray(cv2.GaussianBlur(warmth, (0, 0), wide), np.float32)
        # Pixels cool down with a time constant of some ten milliseconds.
        if self._last is not None:
            soft = soft * np.float32(0.8) + self._last * np.float32(0.2)
        self._last = soft
        y, x = (int(self._rng.integers(_SPARE)) for _ in range(2))
        noise = self._noise[y : y + self._size.height, x : x + self._size.width]
        rows = self._rng.standard_normal((self._size.height, 1), np.float32) * 2.0
        counts = soft * np.float32(COUNTS_PER_KELVIN) + self._offset + noise + rows
        return np.asarray(np.clip(np.rint(counts), 0, 65535), np.uint16)
