"""Textures made up by arithmetic: what pasted objects, occluders and false colours wear."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.datasets.synthetic.noise import spectral_noise
from rgbt_dualatt_ros.training.global_attention.draft import Image

_SIDE, _CLOUD_SIDE, _NOISE_SIDE = 256, 64, 600
_KINDS = 48
_CLOUDS = 12
_SEED = 20_100


class Textures:
    """A fixed stock of textures, clouds and sensor noise; drawing from it is cheap."""

    def __init__(self) -> None:
        """Always the same stock."""
        rng = np.random.default_rng(_SEED)
        self._colored = [_texture(rng) for _ in range(_KINDS)]
        self._clouds = [
            _unit(spectral_noise(rng, _CLOUD_SIDE, _CLOUD_SIDE, rng.uniform(1.3, 2.2)))
            for _ in range(_CLOUDS)
        ]
        shape = (_NOISE_SIDE, _NOISE_SIDE)
        self._noise = rng.standard_normal(shape, dtype=np.float32)

    def patch(self, rng: np.random.Generator, width: int, height: int) -> Image:
        """`(height, width, 3)` uint8: a random cut of a random texture."""
        whole = self._colored[rng.integers(_KINDS)]
        side = int(rng.integers(_SIDE // 5, _SIDE + 1))
        x, y = rng.integers(_SIDE - side + 1, size=2)
        cut = cv2.resize(whole[y : y + side, x : x + side], (width, height))
        return np.asarray(cut[:, :, rng.permutation(3)], np.uint8)

    def cloud(self, rng: np.random.Generator, width: int, height: int) -> NDArray[np.float32]:
        """`(height, width)` in [0, 1], smooth."""
        whole = self._clouds[rng.integers(_CLOUDS)]
        side = int(rng.integers(_CLOUD_SIDE // 4, _CLOUD_SIDE + 1))
        x, y = rng.integers(_CLOUD_SIDE - side + 1, size=2)
        cut = whole[y : y + side, x : x + side]
        return np.asarray(cv2.resize(cut, (width, height), interpolation=cv2.INTER_CUBIC))

    def noise(self, rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Normal noise of deviation 1, `(H, W)` or `(H, W, 3)`; channels differ."""
        height, width = shape[:2]
        count = shape[2] if len(shape) == 3 else 1
        if max(height, width) > _NOISE_SIDE:
            return rng.standard_normal(shape, dtype=np.float32)
        corners = [
            (rng.integers(_NOISE_SIDE - height + 1), rng.integers(_NOISE_SIDE - width + 1))
            for _ in range(count)
        ]
        planes = [self._noise[y : y + height, x : x + width] for y, x in corners]
        return np.asarray(planes[0] if len(shape) == 2 else cv2.merge(planes))


def _texture(rng: np.random.Generator) -> Image:
    kind = rng.integers(4)
    if kind == 0:
        shares = _unit(spectral_noise(rng, _SIDE, _SIDE, rng.uniform(0.6, 1.8), rng.uniform(1, 8)))
    elif kind == 1:
        shares = _stripes(rng)
    elif kind == 2:
        shares = 0.5 * (_stripes(rng) + _stripes(rng))
    else:
        rough = spectral_noise(rng, _SIDE, _SIDE, 1.6, rng.uniform(2, 8))
        shares = np.asarray(np.digitize(rough, np.sort(rng.normal(0, 0.8, 3))) / 3.0, np.float32)
    knots = rng.uniform(0, 255, (4, 3))
    if rng.random() < 0.5:  # much of what there is has one colour, lighter and darker
        knots = knots[:1] * rng.uniform(0.5, 1.3, (4, 1))
    places = np.linspace(0, 1, 4)
    planes = [np.interp(shares, places, knots[:, channel]) for channel in range(3)]
    grain = rng.normal(0, rng.uniform(0, 8), (_SIDE, _SIDE, 1))
    return np.clip(np.stack(planes, axis=2) + grain, 0, 255).astype(np.uint8)


def _stripes(rng: np.random.Generator) -> NDArray[np.float32]:
    rows, columns = np.mgrid[0:_SIDE, 0:_SIDE].astype(np.float32)
    angle, period = rng.uniform(0, np.pi), rng.uniform(10, 80)
    wave = np.sin((rows * np.sin(angle) + columns * np.cos(angle)) * 2 * np.pi / period)
    return np.asarray(0.5 + 0.5 * np.clip(wave * rng.uniform(1, 6), -1, 1), np.float32)


def _unit(field: NDArray[np.floating]) -> NDArray[np.float32]:
    low, high = np.percentile(field, (2, 98))
    return np.asarray(np.clip((field - low) / (high - low), 0, 1), np.float32)
