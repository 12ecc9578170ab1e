"""What happens to one image's pixels: exposure, noise, blur, smoke, night, a dead camera."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.training.global_attention.draft import Image
from rgbt_dualatt_ros.training.global_attention.textures import Textures

_LEVELS = np.arange(256, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Tone:
    """How grey levels of one channel change.

    Attributes:
        gain: contrast around mid grey.
        bias: added, grey levels.
        gamma: exponent of levels in [0, 1]; below 1 is lighter.
    """

    gain: float = 1.0
    bias: float = 0.0
    gamma: float = 1.0

    def table(self) -> Image:
        """`(256,)` new level of each level."""
        levels = 255 * (_LEVELS / 255) ** self.gamma
        return np.clip((levels - 128) * self.gain + 128 + self.bias, 0, 255).astype(np.uint8)


def draw_tone(rng: np.random.Generator, strength: float) -> Tone:
    """A random tone; strength 1 is a large change."""
    return Tone(
        float(np.exp(rng.uniform(-0.4, 0.4) * strength)),
        float(rng.uniform(-45, 45) * strength),
        float(np.exp(rng.uniform(-0.5, 0.5) * strength)),
    )


def apply_tones(image: Image, tones: tuple[Tone, ...]) -> Image:
    """One tone a channel."""
    tables = np.stack([tone.table() for tone in tones], axis=1)
    return np.asarray(cv2.LUT(image, tables[:, None, :] if image.ndim == 3 else tables), np.uint8)


def add_noise(
    image: Image, deviation: float, textures: Textures, rng: np.random.Generator
) -> Image:
    """Sensor noise, grey levels."""
    noise = textures.noise(rng, image.shape) * np.float32(deviation)
    return np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), np.uint8)


def blur(image: Image, rng: np.random.Generator) -> Image:
    """Out of focus, or smeared along a row or a column."""
    if rng.random() < 0.6:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.5)), np.uint8)
    reach = int(rng.integers(3, 8))
    return np.asarray(cv2.blur(image, (reach, 1) if rng.random() < 0.7 else (1, reach)), np.uint8)


def to_grey(rgb: Image) -> Image:
    """A colour image without colours."""
    return np.asarray(cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB))


def lay_smoke(rgb: Image, textures: Textures, rng: np.random.Generator) -> Image:
    """Smoke of uneven density in front of the colour camera."""
    height, width = rgb.shape[:2]
    density = float(rng.uniform(0.35, 1.0))
    cloud = textures.cloud(rng, width, height)
    cover = np.clip(density * (0.65 + 0.7 * (cloud - 0.5)), 0, 0.97).astype(np.float32)
    tone = rng.uniform(110, 225) + rng.uniform(-6, 6, 3)
    fog = np.empty_like(rgb)
    fog[:] = np.clip(tone, 0, 255).astype(np.uint8)
    return np.asarray(cv2.blendLinear(fog, rgb, cover, 1 - cover), np.uint8)


def darken(rgb: Image, textures: Textures, rng: np.random.Generator) -> Image:
    """Night: little light, much noise, sometimes a lamp's colour."""
    share = float(np.exp(rng.uniform(np.log(0.05), np.log(0.4))))
    gains = share * rng.uniform(0.8, 1.15, 3)
    tables = np.clip(_LEVELS[:, None] * gains, 0, 255).astype(np.uint8)
    dark = cv2.LUT(rgb, tables[:, None, :])
    return add_noise(np.asarray(dark, np.uint8), float(rng.uniform(2, 8)), textures, rng)


def blank(image: Image, rng: np.random.Generator) -> Image:
    """A camera that shows nothing: black, or one grey."""
    level = 0 if rng.random() < 0.5 else int(rng.integers(20, 236))
    return np.full_like(image, level)


def hide_heat(thermal: Image, box: NDArray[np.float32], contrast: float) -> Image:
    """Thermal crossover: the thing in a box `(4,)` takes on the temperature around it."""
    low = np.maximum(np.floor(box[:2] - 2).astype(int), 0)
    high = np.minimum(np.ceil(box[:2] + box[2:] + 2).astype(int), thermal.shape[1::-1])
    if (high - low < 4).any():
        return thermal
    window = np.s_[low[1] : high[1], low[0] : high[0]]
    inside = thermal[window].astype(np.float32)
    edge = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
    height, width = inside.shape
    rows, columns = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    weight = np.clip((1.1 - np.abs(rows) ** 4 - np.abs(columns) ** 4) * 4, 0, 1) * (1 - contrast)
    changed = thermal.copy()
    changed[window] = inside * (1 - weight) + float(np.median(edge)) * weight
    return changed
