"""Images as the messages that cameras publish: raw in several encodings, or compressed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.bags.bag_topics import COMPRESSED_TYPE, IMAGE_TYPE
from rgbt_dualatt_ros.bags.message_types import compressed_message, image_message
from rgbt_dualatt_ros.core.config import ThermalConfig
from rgbt_dualatt_ros.imaging.thermal_normalizer import ThermalNormalizer

RgbEncoding = Literal["rgb8", "bgr8"]
ThermalEncoding = Literal["auto", "mono8", "mono16", "16UC1"]
Compression = Literal["", "jpeg", "png"]
RGB_ENCODINGS: tuple[RgbEncoding, ...] = ("rgb8", "bgr8")
THERMAL_ENCODINGS: tuple[ThermalEncoding, ...] = ("auto", "mono8", "mono16", "16UC1")

# Artefacts of less would be seen by a tracker.
_JPEG_QUALITY = 95


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """How images are written into messages.

    Attributes:
        rgb_encoding: channel order of colour images.
        thermal_encoding: of thermal images; auto is mono8 for 8 bits and mono16 for counts.
        compression: jpeg, png, or empty for raw images; 16-bit images become png in both.
        thermal: how counts become 8 bits where `thermal_encoding` is mono8.
    """

    rgb_encoding: RgbEncoding = "rgb8"
    thermal_encoding: ThermalEncoding = "auto"
    compression: Compression = ""
    thermal: ThermalConfig = field(default_factory=ThermalConfig)


class ImageEncoder:
    """Makes image messages of one bag; keeps the smoothed thermal range between frames."""

    def __init__(self, options: ImageOptions) -> None:
        self._options = options
        self._normalizer = ThermalNormalizer(options.thermal)

    @property
    def message_type(self) -> str:
        """Type of all messages made here."""
        return COMPRESSED_TYPE if self._options.compression else IMAGE_TYPE

    def rgb(self, image: NDArray[np.uint8], stamp_ns: int, frame_id: str) -> Any:  # noqa: ANN401
        """Message of the colour image `(H, W, 3)`, red first."""
        if self._options.compression:
            bgr = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), np.uint8)
            return self._compressed(bgr, "bgr8", stamp_ns, frame_id)
        if self._options.rgb_encoding == "bgr8":
            image = image[..., ::-1]
        return image_message(image, self._options.rgb_encoding, stamp_ns, frame_id)

    def thermal(
        self, image: NDArray[np.uint8] | NDArray[np.uint16], stamp_ns: int, frame_id: str
    ) -> Any:  # noqa: ANN401  a message class made at run time
        """Message of the thermal image `(H, W)`; 8 bits in a 16-bit encoding keep their values."""
        encoding: str = self._options.thermal_encoding
        if encoding == "auto":
            encoding = "mono8" if image.dtype == np.uint8 else "mono16"
        stored = self._as_depth_of(encoding, image)
        if self._options.compression:
            return self._compressed(stored, encoding, stamp_ns, frame_id)
        return image_message(stored, encoding, stamp_ns, frame_id)

    def _as_depth_of(
        self, encoding: str, image: NDArray[np.uint8] | NDArray[np.uint16]
    ) -> NDArray[np.uint8] | NDArray[np.uint16]:
        if encoding != "mono8":
            return image.astype(np.uint16, copy=False)
        return image if image.dtype == np.uint8 else self._normalizer(image)

    def _compressed(
        self,
        image: NDArray[np.uint8] | NDArray[np.uint16],
        encoding: str,
        stamp_ns: int,
        frame_id: str,
    ) -> Any:  # noqa: ANN401  as above
        kind = "png" if image.dtype == np.uint16 else self._options.compression
        settings = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY] if kind == "jpeg" else []
        _, encoded = cv2.imencode(f".{kind}", image, settings)
        # The form that compressed_image_transport writes and reads.
        text = f"{encoding}; {kind} compressed {encoding}"
        return compressed_message(np.asarray(encoded, np.uint8), text, stamp_ns, frame_id)
