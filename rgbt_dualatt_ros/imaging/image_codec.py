"""Image messages to arrays and back, with NumPy and OpenCV alone.

Colour comes out as RGB uint8, single-channel images keep their type. `8UC3` means BGR: it names no
order, and those who write it (OpenCV users through cv_bridge's "passthrough") have BGR in memory.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import EncodingError, MissingDependencyError
from rgbt_dualatt_ros.imaging.compressed_codec import decode_compressed
from rgbt_dualatt_ros.imaging.message_fields import (
    CompressedImageMessage,
    ImageFields,
    ImageMessage,
    Pixels,
    byte_view,
)

__all__ = [
    "CompressedImageMessage",
    "FallbackDecoder",
    "ImageFields",
    "ImageMessage",
    "Pixels",
    "decode_compressed",
    "decode_image",
    "encode_image",
]

FallbackDecoder = Callable[[ImageMessage, str], Pixels]
"""Reads encodings that are not ours; raises an RgbtError when it cannot either."""


@dataclass(frozen=True, slots=True)
class _Layout:
    dtype: type[np.generic]
    channels: int
    to_rgb: int | None = None

    @property
    def pixel_bytes(self) -> int:
        return self.channels * np.dtype(self.dtype).itemsize


_LAYOUTS = {
    "mono8": _Layout(np.uint8, 1),
    "8UC1": _Layout(np.uint8, 1),
    "mono16": _Layout(np.uint16, 1),
    "16UC1": _Layout(np.uint16, 1),
    "32FC1": _Layout(np.float32, 1),
    "rgb8": _Layout(np.uint8, 3),
    "bgr8": _Layout(np.uint8, 3, cv2.COLOR_BGR2RGB),
    "8UC3": _Layout(np.uint8, 3, cv2.COLOR_BGR2RGB),
    "rgba8": _Layout(np.uint8, 4, cv2.COLOR_RGBA2RGB),
    "bgra8": _Layout(np.uint8, 4, cv2.COLOR_BGRA2RGB),
}
ENCODINGS = tuple(_LAYOUTS)
"""Encodings that are read without any other package."""

_ENCODED_CHANNELS = {"rgb8": 3, "bgr8": 3, "mono8": 1, "mono16": 1, "32FC1": 1}


def decode_image(
    message: ImageMessage, where: str, fallback: FallbackDecoder | None = None
) -> Pixels:
    """The picture in a sensor_msgs/Image, C-contiguous, native byte order, safe to keep.

    Memory is shared with the message where `data` is an `array.array`, which is what rclpy makes
    anew for each message; everything else is copied.

    Args:
        message: anything with the fields of sensor_msgs/Image.
        where: topic or file, for the error.
        fallback: called for encodings that are not in `ENCODINGS`.

    Returns:
        `(H, W, 3)` uint8, red first, for colour; `(H, W)` uint8, uint16 or float32 otherwise.

    Raises:
        EncodingError: when size, step or amount of data do not fit together.
        MissingDependencyError: when the encoding is unknown and there is no fallback.
    """
    layout = _LAYOUTS.get(message.encoding)
    if layout is None:
        if fallback is not None:
            return fallback(message, where)
        raise unknown_encoding(message.encoding, where)
    pixels = _view(message, layout, where)
    if layout.to_rgb is not None:
        return np.asarray(cv2.cvtColor(np.asarray(pixels, np.uint8), layout.to_rgb), np.uint8)
    native = np.ascontiguousarray(pixels, layout.dtype)
    is_shared = np.may_share_memory(native, pixels)
    return native.copy() if is_shared and not isinstance(message.data, array) else native


def unknown_encoding(encoding: str, where: str, reason: str = "") -> MissingDependencyError:
    """The error for an encoding that only cv_bridge could read."""
    return MissingDependencyError(
        f"{where}: encoding {encoding!r} is not one of {', '.join(ENCODINGS)}; the live node may "
        f"read it with cv_bridge: install ros-<distro>-cv-bridge (apt){reason}"
    )


def encode_image(
    image: NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32], encoding: str
) -> ImageFields:
    """The fields of a sensor_msgs/Image that shows `image`; the bytes are a copy.

    Args:
        image: `(H, W, 3)` for `rgb8` and `bgr8`, `(H, W)` for `mono8`, `mono16` and `32FC1`.
        encoding: one of these; no channels are swapped.

    Raises:
        EncodingError: when the array does not fit the encoding.
    """
    channels = _ENCODED_CHANNELS.get(encoding)
    if channels is None:
        raise EncodingError(
            f"cannot write {encoding!r}; use one of {', '.join(_ENCODED_CHANNELS)}"
        )
    dtype = _LAYOUTS[encoding].dtype
    wanted = image.shape[:2] if channels == 1 else (*image.shape[:2], channels)
    if image.dtype != dtype or image.shape != wanted or image.size == 0:
        raise EncodingError(f"{encoding} cannot hold {image.dtype} {image.shape}")
    data = array("B")
    data.frombytes(byte_view(np.ascontiguousarray(image), encoding))
    height, width = image.shape[:2]
    is_bigendian = int(sys.byteorder == "big")
    step = width * _LAYOUTS[encoding].pixel_bytes
    return ImageFields(height, width, encoding, is_bigendian, step, data)


def _view(message: ImageMessage, layout: _Layout, where: str) -> Pixels:
    """The pixels where they lie in the message, past the padding at the end of each row."""
    height, width, step = message.height, message.width, message.step
    if height <= 0 or width <= 0:
        raise EncodingError(f"{where}: the image is empty, {width}x{height}")
    row_bytes = width * layout.pixel_bytes
    if step < row_bytes:
        raise EncodingError(
            f"{where}: a row of {width} {message.encoding} pixels needs {row_bytes} bytes; the "
            f"message says step {step}"
        )
    buffer = byte_view(message.data, where)
    # The last row may come without its padding.
    needed = (height - 1) * step + row_bytes
    if buffer.nbytes < needed:
        raise EncodingError(
            f"{where}: {width}x{height} {message.encoding} with step {step} needs {needed} bytes; "
            f"the message has {buffer.nbytes}"
        )
    dtype = np.dtype(layout.dtype).newbyteorder(">" if message.is_bigendian else "<")
    if layout.channels == 1:
        return np.ndarray((height, width), dtype, buffer, strides=(step, dtype.itemsize))
    strides = (step, layout.pixel_bytes, dtype.itemsize)
    return np.ndarray((height, width, layout.channels), dtype, buffer, strides=strides)
