"""CompressedImage messages to arrays: JPEG, and PNG of 8 or 16 bits, by OpenCV."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from rgbt_dualatt_ros.core.errors import EncodingError
from rgbt_dualatt_ros.imaging.message_fields import CompressedImageMessage, Pixels, byte_view

if TYPE_CHECKING:
    from cv2.typing import MatLike  # the OpenCV of Ubuntu has no such module

_JPEG_START, _JPEG_SCAN, _JPEG_END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
_PNG_START, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND"
# More than any camera has; a small file can claim far more and fill the memory.
_MOST_PIXELS = 1 << 26
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TO_RGB = {3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGB}


def decode_compressed(message: CompressedImageMessage, where: str) -> Pixels:
    """The picture in a sensor_msgs/CompressedImage, as `image_codec.decode_image` gives it.

    What the bytes are is seen from the bytes; of the format text, which every driver writes its
    own way, only `compressedDepth` matters, which is another format altogether. A turned camera
    (EXIF orientation) does not turn the image: boxes and thermal image would not follow.

    Args:
        message: anything with the fields of sensor_msgs/CompressedImage.
        where: topic or file, for the error.

    Raises:
        EncodingError: when the data is not a whole JPEG or PNG picture.
    """
    if "compressedDepth" in message.format:
        raise EncodingError(
            f"{where}: {message.format!r} is for depth images and is not read; choose the raw or "
            "the compressed topic of the camera"
        )
    data = byte_view(message.data, where)
    _refuse_unreadable(data.tobytes(), message.format, where)
    width, height = _claimed_size(data)
    if width * height > _MOST_PIXELS:
        raise EncodingError(f"{where}: {message.format!r} claims {width}x{height} pixels")
    try:
        # UNCHANGED keeps 16 bits and ignores the EXIF orientation.
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise EncodingError(f"{where}: {_described(data, message)}: {error.err}") from None
    if pixels is None:
        raise EncodingError(f"{where}: {_described(data, message)}: the data is damaged")
    return _as_pixels(pixels, where)


def is_cut_short(data: bytes) -> bool:
    """Whether the mark that ends a JPEG or PNG is missing; of other data nothing is known.

    Older OpenCV fills the missing part of a picture with grey and says nothing.
    """
    if data.startswith(_JPEG_START):
        # A preview inside the header has its own end; the picture's lies behind the last scan.
        return data.rfind(_JPEG_END) <= data.rfind(_JPEG_SCAN)
    return data.startswith(_PNG_START) and _PNG_END not in data


def _refuse_unreadable(data: bytes, text: str, where: str) -> None:
    if not data.startswith((_JPEG_START, _PNG_START)):
        start = data[:4].hex(" ") or "nothing"
        raise EncodingError(
            f"{where}: format {text!r} starts with {start}, which is neither JPEG nor PNG"
        )
    if is_cut_short(data):
        raise EncodingError(f"{where}: {text!r} of {len(data)} bytes is cut off")


def _claimed_size(data: memoryview) -> tuple[int, int]:
    """Width and height in the header of a JPEG or PNG; zeros when there is none to be found."""
    if data[:8] == _PNG_START:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    at = 2
    while at + 9 <= data.nbytes and data[at] == 0xFF:
        if data[at + 1] in _JPEG_FRAMES:
            height, width = (int.from_bytes(data[at + i : at + i + 2], "big") for i in (5, 7))
            return width, height
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return 0, 0


def _described(data: memoryview, message: CompressedImageMessage) -> str:
    return f"cannot decode {message.format!r} of {data.nbytes} bytes"


def _as_pixels(picture: MatLike, where: str) -> Pixels:
    if picture.ndim == 2 and picture.dtype == np.uint16:
        return np.asarray(picture, np.uint16)
    if picture.dtype == np.uint16:
        # Colour of 16 bits has no use here beyond its upper 8.
        picture = np.right_shift(np.asarray(picture, np.uint16), 8)
    if picture.dtype not in (np.uint8, np.uint16) or picture.shape[2:] not in ((), (3,), (4,)):
        raise EncodingError(f"{where}: a picture of {picture.dtype} {picture.shape} is not read")
    pixels = np.asarray(picture, np.uint8)
    to_rgb = _TO_RGB.get(pixels.shape[-1]) if pixels.ndim == 3 else None
    return pixels if to_rgb is None else np.asarray(cv2.cvtColor(pixels, to_rgb), np.uint8)
