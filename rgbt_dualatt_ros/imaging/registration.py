"""Thermal pixels to colour pixels: by a given homography, or by plain scaling."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.config import RegistrationConfig
from rgbt_dualatt_ros.core.errors import ConfigError

_SMALLEST_DETERMINANT = 1e-12
# Coordinate for what is not in the thermal image; remap counts in 16 bits.
_OUTSIDE = -1e4


class Registration:
    """Brings thermal images onto the pixels of the colour image.

    Colour pixels that the thermal camera does not see become 0, the coldest grey.

    Args:
        config: `homography` from thermal to colour pixels in OpenCV's convention (pixel centres at
            whole numbers), or empty for scaling.

    Raises:
        ConfigError: when the homography is not nine finite numbers or cannot be inverted.
    """

    def __init__(self, config: RegistrationConfig) -> None:
        self._to_thermal = _inverse(config.homography) if config.homography else None
        self._maps: tuple[NDArray[np.int16], NDArray[np.uint16]] | None = None
        self._maps_size: ImageSize | None = None

    def to_rgb(self, thermal: NDArray[np.uint8], size: ImageSize) -> NDArray[np.uint8]:
        """The thermal image as the colour camera would see it.

        Args:
            thermal: `(h, w)` uint8.
            size: of the colour image.

        Returns:
            `(H, W)` uint8; `thermal` itself when nothing is to be done.
        """
        if self._to_thermal is None:
            return _scaled(thermal, size)
        if self._maps is None or self._maps_size != size:
            self._maps, self._maps_size = _remap_tables(self._to_thermal, size), size
        coarse, fine = self._maps
        return np.asarray(cv2.remap(thermal, coarse, fine, cv2.INTER_LINEAR), np.uint8)


def _remap_tables(
    to_thermal: NDArray[np.float64], size: ImageSize
) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Where each colour pixel lies in the thermal image, in the form that `remap` likes."""
    y, x = np.indices((size.height, size.width), np.float64)
    source_x, source_y, depth = (row[0] * x + row[1] * y + row[2] for row in to_thermal)
    # Behind the horizon of the homography there is nothing to see.
    is_visible = depth > _SMALLEST_DETERMINANT
    depth = np.where(is_visible, depth, 1.0)
    tables = [
        np.clip(np.where(is_visible, source / depth, _OUTSIDE), _OUTSIDE, -_OUTSIDE)
        for source in (source_x, source_y)
    ]
    map_x, map_y = (table.astype(np.float32) for table in tables)
    coarse, fine = cv2.convertMaps(map_x, map_y, cv2.CV_16SC2)
    return np.asarray(coarse, np.int16), np.asarray(fine, np.uint16)


def _inverse(homography: tuple[float, ...]) -> NDArray[np.float64]:
    matrix = np.asarray(homography, np.float64)
    if matrix.shape != (9,) or not np.isfinite(matrix).all():
        raise ConfigError(
            f"registration.homography must be nine finite numbers; got {list(homography)}"
        )
    matrix = matrix.reshape(3, 3)
    scale = np.abs(matrix).max()
    if scale == 0 or abs(np.linalg.det(matrix / scale)) < _SMALLEST_DETERMINANT:
        raise ConfigError(f"registration.homography has no inverse: {list(homography)}")
    inverse = np.linalg.inv(matrix / scale)
    # A homography has no sign of its own; the colour pixels shall lie before the camera.
    return inverse if inverse[2, 2] >= 0 else -inverse


def _scaled(thermal: NDArray[np.uint8], size: ImageSize) -> NDArray[np.uint8]:
    height, width = thermal.shape
    if (width, height) == (size.width, size.height):
        return thermal
    is_smaller = size.width < width and size.height < height
    interpolation = cv2.INTER_AREA if is_smaller else cv2.INTER_LINEAR
    scaled = cv2.resize(thermal, (size.width, size.height), interpolation=interpolation)
    return np.asarray(scaled, np.uint8)
