"""PairDecoder: two image messages become one frame pair."""

from __future__ import annotations

import logging

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.config import RegistrationConfig, ThermalConfig
from rgbt_dualatt_ros.core.errors import EncodingError, FramePairError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.imaging.image_codec import (
    CompressedImageMessage,
    FallbackDecoder,
    ImageMessage,
    Pixels,
    decode_compressed,
    decode_image,
)
from rgbt_dualatt_ros.imaging.registration import Registration
from rgbt_dualatt_ros.imaging.thermal_normalizer import ThermalNormalizer

_log = logging.getLogger(__name__)

AnyImageMessage = ImageMessage | CompressedImageMessage


class PairDecoder:
    """Decodes, normalises and registers; refuses images that change their size on the way.

    A tracker's box has a meaning in images of one size only. After `reset` any size is taken. A
    change of encoding is no obstacle; when thermal counts change their type, the range that is
    shown starts anew, and a warning says so once for each type.

    Args:
        thermal: how thermal counts become grey levels.
        registration: how thermal pixels map to colour pixels.
        rgb_where: topic of the colour images, for errors.
        thermal_where: topic of the thermal images, for errors.
        fallback: reads encodings that the codec does not.

    Raises:
        ConfigError: when the settings contradict themselves.
    """

    def __init__(
        self,
        thermal: ThermalConfig,
        registration: RegistrationConfig,
        *,
        rgb_where: str = "colour image",
        thermal_where: str = "thermal image",
        fallback: FallbackDecoder | None = None,
    ) -> None:
        self._normalizer = ThermalNormalizer(thermal)
        self._registration = Registration(registration)
        self._rgb_where = rgb_where
        self._thermal_where = thermal_where
        self._fallback = fallback
        self._sizes: tuple[ImageSize, ImageSize] | None = None
        self._thermal_dtypes: list[np.dtype[np.generic]] = []

    def reset(self) -> None:
        """Forget the sizes and the thermal range; the next pair sets them anew."""
        self._sizes = None
        self._thermal_dtypes.clear()
        self._normalizer.reset()

    def decode(
        self, rgb_message: AnyImageMessage, thermal_message: AnyImageMessage, stamp_ns: int
    ) -> FramePair:
        """The frame pair in two messages.

        Args:
            rgb_message: sensor_msgs/Image or CompressedImage; a grey one becomes three channels.
            thermal_message: likewise; a coloured one becomes grey.
            stamp_ns: of the pair.

        Raises:
            EncodingError: when a message cannot be decoded.
            MissingDependencyError: when an encoding needs cv_bridge, which is not installed.
            FramePairError: when an image has another size than those before it.
        """
        rgb = decode_rgb(rgb_message, self._rgb_where, self._fallback)
        thermal = _single_channel(_decoded(thermal_message, self._thermal_where, self._fallback))
        self._check_sizes(rgb, thermal)
        self._note_dtype(thermal)
        try:
            grey = self._normalizer(thermal)
        except EncodingError as error:
            raise EncodingError(f"{self._thermal_where}: {error}") from None
        size = ImageSize(width=rgb.shape[1], height=rgb.shape[0])
        return FramePair(rgb, self._registration.to_rgb(grey, size), stamp_ns)

    def _check_sizes(self, rgb: NDArray[np.uint8], thermal: Pixels) -> None:
        sizes = _size(rgb), _size(thermal)
        known, self._sizes = self._sizes, self._sizes or sizes
        for name, where, before, now in zip(
            ("colour", "thermal"),
            (self._rgb_where, self._thermal_where),
            known or sizes,
            sizes,
            strict=True,
        ):
            if before != now:
                raise FramePairError(
                    f"{name} image changed from {before} to {now} on {where}; give the target "
                    "again in images of the new size"
                )

    def _note_dtype(self, thermal: Pixels) -> None:
        """Start the range anew after a change; `_thermal_dtypes` ends with the latest type."""
        known, now = self._thermal_dtypes, thermal.dtype
        if known and known[-1] != now:
            self._normalizer.reset()
            if now not in known:
                _log.warning(
                    "%s: thermal images changed from %s to %s; the picture may look different",
                    self._thermal_where,
                    known[-1],
                    now,
                )
        self._thermal_dtypes = [*(dtype for dtype in known if dtype != now), now]


def decode_rgb(
    message: AnyImageMessage, where: str, fallback: FallbackDecoder | None = None
) -> NDArray[np.uint8]:
    """The colour image in a message, `(H, W, 3)`; a grey one gets three channels.

    Args:
        message: sensor_msgs/Image or CompressedImage.
        where: topic or file, for errors.
        fallback: reads encodings that the codec does not.

    Raises:
        EncodingError: when it cannot be decoded, or is no image of 8 bits.
        MissingDependencyError: when its encoding needs cv_bridge, which is not installed.
    """
    pixels = _decoded(message, where, fallback)
    if pixels.dtype != np.uint8:
        raise EncodingError(
            f"{where}: {pixels.dtype} is no colour image; are the two topics exchanged?"
        )
    rgb = np.asarray(pixels, np.uint8)
    if rgb.ndim == 2:
        return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_GRAY2RGB), np.uint8)
    return rgb


def _decoded(message: AnyImageMessage, where: str, fallback: FallbackDecoder | None) -> Pixels:
    if isinstance(message, CompressedImageMessage):
        return decode_compressed(message, where)
    return decode_image(message, where, fallback)


def _single_channel(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2:
        return pixels
    return np.asarray(cv2.cvtColor(np.asarray(pixels, np.uint8), cv2.COLOR_RGB2GRAY), np.uint8)


def _size(pixels: Pixels) -> ImageSize:
    return ImageSize(width=pixels.shape[1], height=pixels.shape[0])
