"""Encodings that our codec does not read, by cv_bridge where it is installed.

cv_bridge is imported when the first such image comes, not before: in many places it is missing, or
built for another NumPy and fails on import.
"""

from __future__ import annotations

import re
from typing import Any

import cv2
import numpy as np

from rgbt_dualatt_ros.core.errors import EncodingError
from rgbt_dualatt_ros.imaging.image_codec import ImageMessage, Pixels, unknown_encoding

# Encodings such as 16SC1 say how many numbers a pixel has, but not what they mean.
_WITHOUT_MEANING = re.compile(r"(8|16|32|64)[USF](C[1-4])?")
_KEPT_TYPES = (np.uint8, np.uint16, np.float32)


def decode_with_cv_bridge(message: ImageMessage, where: str) -> Pixels:
    """The picture in a sensor_msgs/Image, as `image_codec.decode_image` gives it.

    Args:
        message: anything with the fields of sensor_msgs/Image, in any encoding of cv_bridge.
        where: topic or file, for the error.

    Returns:
        `(H, W, 3)` uint8, red first, for all encodings of colour, Bayer and YUV; `(H, W)` for one
        number per pixel, as float32 when it is not an unsigned integer of 8 or 16 bits.

    Raises:
        MissingDependencyError: when cv_bridge cannot be imported; names the package.
        EncodingError: when cv_bridge does not read the image either.
    """
    bridge = _bridge(message.encoding, where)
    is_plain = _WITHOUT_MEANING.fullmatch(message.encoding) is not None
    try:
        pixels = bridge.imgmsg_to_cv2(message, "passthrough" if is_plain else "rgb8")
    # CvBridgeError is a TypeError; the others come out of its own code for odd messages.
    except (TypeError, ValueError, AttributeError, RuntimeError, cv2.error) as error:
        reason = " ".join(str(error).split())
        raise EncodingError(
            f"{where}: cv_bridge cannot read encoding {message.encoding!r}: {reason}"
        ) from None
    pixels = np.ascontiguousarray(pixels)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if is_plain and pixels.ndim != 2:
        raise EncodingError(
            f"{where}: encoding {message.encoding!r} does not say what its channels are; let the "
            "camera send rgb8 or bgr8"
        )
    if pixels.dtype in _KEPT_TYPES:
        return pixels
    # Doubles beyond float32 become infinite, which the normaliser takes for cold.
    with np.errstate(over="ignore"):
        return pixels.astype(np.float32)


def _bridge(encoding: str, where: str) -> Any:  # noqa: ANN401  cv_bridge has no types
    try:
        from cv_bridge import CvBridge
    except (ImportError, AttributeError) as error:
        raise unknown_encoding(encoding, where, f" ({error})") from None
    return CvBridge()
