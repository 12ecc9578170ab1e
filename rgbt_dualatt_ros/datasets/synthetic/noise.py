"""Random streams and tileable noise that every texture of the renderer is made of."""

from __future__ import annotations

import zlib
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

FloatImage = NDArray[np.floating[Any]]
"""`(H, W)` or `(H, W, C)`; float32 wherever it is as large as an image."""


def stream(seed: int, purpose: str) -> np.random.Generator:
    """A generator of its own for each purpose, so that one switch changes no other draw."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])


def spectral_noise(
    rng: np.random.Generator, height: int, width: int, slope: float, low_cut: float = 1.0
) -> FloatImage:
    """Tileable noise `(height, width)` with mean 0 and standard deviation 1.

    Args:
        slope: fall of the amplitude with frequency; 0 is white, 1 rough, 2 cloudy.
        low_cut: cycles per tile below which nothing is left, so that no large patches appear.
    """
    white = rng.standard_normal((height, width), dtype=np.float32)
    rows = np.fft.fftfreq(height)[:, None] * height
    columns = np.fft.rfftfreq(width)[None, :] * width
    frequency = np.hypot(rows, columns)
    gain = np.where(frequency < low_cut, 0.0, np.maximum(frequency, 1.0) ** -slope)
    shaped = np.fft.irfft2(np.fft.rfft2(white) * gain, s=(height, width))
    return np.asarray(shaped / max(float(shaped.std()), 1e-9), np.float32)


def smooth_walk(
    rng: np.random.Generator, count: int, frames_per_swing: float, spread: float
) -> NDArray[np.float64]:
    """`(count,)` values that wander around 0 with standard deviation about `spread`."""
    knots = max(4, int(count / max(frames_per_swing, 1.0)) + 4)
    values = rng.standard_normal(knots)
    at = np.linspace(1.0, knots - 2.0, count)
    return smooth_interpolate(np.arange(knots, dtype=float), values * spread, at)


def smooth_interpolate(
    knots: NDArray[np.float64], values: NDArray[np.float64], at: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Interpolation with a continuous slope that never overshoots by more than a knot's step."""
    index = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    span = knots[index + 1] - knots[index]
    part = np.clip((at - knots[index]) / span, 0.0, 1.0)
    slope = np.gradient(values, knots)
    one, two = values[index], values[index + 1]
    cubic, square = part**3, part**2
    return np.asarray(
        (2 * cubic - 3 * square + 1) * one
        + (cubic - 2 * square + part) * span * slope[index]
        + (3 * square - 2 * cubic) * two
        + (cubic - square) * span * slope[index + 1]
    )


def sample_tile(tile: FloatImage, rows: FloatImage, columns: FloatImage) -> FloatImage:
    """The tileable `tile` read bilinearly at `rows`, `columns` (px, any range), wrapped round."""
    height, width = tile.shape[:2]
    wrapped = cv2.copyMakeBorder(tile, 0, 1, 0, 1, cv2.BORDER_WRAP)
    found = cv2.remap(
        wrapped,
        np.mod(columns, width).astype(np.float32),
        np.mod(rows, height).astype(np.float32),
        cv2.INTER_LINEAR,
    )
    return np.asarray(found, np.float32)
