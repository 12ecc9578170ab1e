"""Thermal counts of 16 bits or floats to grey levels of 8."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.config import ThermalConfig
from rgbt_dualatt_ros.core.errors import ConfigError, EncodingError
from rgbt_dualatt_ros.imaging.smoothed_range import (
    GREY_LEVELS,
    CountRange,
    CountSample,
    SmoothedRange,
)

Counts = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]

_COUNTS_OF_16_BITS = np.arange(1 << 16, dtype=np.float32)


class ThermalNormalizer:
    """Maps a range of counts to black .. white; counts beyond it are black or white.

    Images of 8 bits have been through the camera's own mapping: they pass unchanged. A frame in
    which all counts are equal comes out black when no range is known yet.

    Args:
        config: `thermal.*`: which range, and whether the camera shows warm things dark.

    Raises:
        ConfigError: when a fixed range is empty.
    """

    def __init__(self, config: ThermalConfig) -> None:
        if config.normalization == "fixed" and not config.low < config.high:
            raise ConfigError(
                f"thermal.low must be below thermal.high; got {config.low:g} and {config.high:g}"
            )
        self._config = config
        self._smoothed = SmoothedRange(config.smoothing, config.max_drift)
        self._table: tuple[CountRange, NDArray[np.uint8]] | None = None

    def reset(self) -> None:
        """Forget the range; the next image sets it anew."""
        self._smoothed.forget()

    def __call__(self, image: Counts) -> NDArray[np.uint8]:
        """The image as grey levels, warm is bright.

        Args:
            image: `(H, W)` uint8, uint16 or float32; NaN and infinity count as cold.

        Returns:
            `(H, W)` uint8; `image` itself when it is of 8 bits and warm is bright in it.

        Raises:
            EncodingError: when no pixel is finite, or the type is another.
        """
        if image.dtype == np.uint8:
            grey = np.asarray(image, np.uint8)
            return np.subtract(255, grey) if self._config.hot_is_dark else grey
        if image.dtype == np.uint16:
            counts = np.asarray(image, np.uint16)
            return np.take(self._grey_table(self._range_of(counts)), counts)
        if image.dtype == np.float32:
            return self._grey_of_floats(np.asarray(image, np.float32))
        raise EncodingError(f"a thermal image is uint8, uint16 or float32; got {image.dtype}")

    def _grey_of_floats(self, image: NDArray[np.float32]) -> NDArray[np.uint8]:
        is_finite = np.isfinite(image)
        if not is_finite.any():
            raise EncodingError("the thermal image has no finite pixel")
        counts = self._range_of(image)
        grey = self._grey(np.where(is_finite, image, np.float32(counts.low)), counts)
        grey[~is_finite] = 0
        return grey

    def _range_of(self, image: NDArray[np.uint16] | NDArray[np.float32]) -> CountRange:
        config = self._config
        if config.normalization == "fixed":
            return CountRange(config.low, config.high)
        if config.normalization == "minmax":
            finite = image if image.dtype == np.uint16 else image[np.isfinite(image)]
            return CountRange(float(finite.min()), float(finite.max()))
        sample = CountSample(image)
        wanted = sample.percentiles(config.low_percentile, config.high_percentile)
        self._smoothed.update(sample, wanted)
        return self._smoothed.range or wanted

    def _grey_table(self, counts: CountRange) -> NDArray[np.uint8]:
        """Grey level of each possible count of 16 bits."""
        if self._table is None or self._table[0] != counts:
            self._table = counts, self._grey(_COUNTS_OF_16_BITS, counts)
        return self._table[1]

    def _grey(self, image: NDArray[np.float32], counts: CountRange) -> NDArray[np.uint8]:
        scale = GREY_LEVELS / counts.span if counts.span > 0 else 0.0
        grey = (image - np.float32(counts.low)) * np.float32(scale)
        np.clip(np.rint(grey, out=grey), 0.0, GREY_LEVELS, out=grey)
        return (GREY_LEVELS - grey if self._config.hot_is_dark else grey).astype(np.uint8)
