"""The fields of image messages that the codec reads, whoever made the message."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import EncodingError

Pixels = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]
"""`(H, W, 3)` uint8, red first; or `(H, W)` uint8, uint16 or float32."""

Bytes: TypeAlias = "bytes | bytearray | memoryview | array[int] | NDArray[np.uint8]"


class ImageMessage(Protocol):
    """sensor_msgs/Image, from rclpy, from a bag, or built by hand."""

    @property
    def height(self) -> int:
        """Rows."""

    @property
    def width(self) -> int:
        """Pixels of a row."""

    @property
    def encoding(self) -> str:
        """Name of the pixel format, as in sensor_msgs/image_encodings."""

    @property
    def is_bigendian(self) -> int | bool:
        """Whether numbers of several bytes start with the highest."""

    @property
    def step(self) -> int:
        """Bytes from one row to the next."""

    @property
    def data(self) -> Bytes:
        """The rows, one after the other."""


@runtime_checkable
class CompressedImageMessage(Protocol):
    """sensor_msgs/CompressedImage, as above."""

    @property
    def format(self) -> str:
        """What the publisher says of the data."""

    @property
    def data(self) -> Bytes:
        """A whole JPEG or PNG file."""


@dataclass(frozen=True, slots=True, eq=False)
class ImageFields:
    """What a sensor_msgs/Image needs besides its header; `data` is what rclpy takes fastest."""

    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: array[int]


def byte_view(data: Bytes, where: str) -> memoryview:
    """The data of a message as bytes, not copied.

    Raises:
        EncodingError: when it is something else, such as a list.
    """
    try:
        return memoryview(data).cast("B")  # type: ignore[arg-type]  # before 3.12 arrays have no buffer type
    except TypeError as error:
        raise EncodingError(
            f"{where}: image data must be contiguous bytes, not {type(data).__name__} ({error})"
        ) from None
