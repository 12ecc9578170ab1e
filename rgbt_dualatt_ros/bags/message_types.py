"""The messages in our bags, without ROS: their definitions, and how they are built and read."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from rgbt_dualatt_ros.bags.bag_topics import COMPRESSED_TYPE, IMAGE_TYPE, TRUTH_TYPE
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.share_files import find_share_file
from rgbt_dualatt_ros.core.time_units import NS_PER_S

# Four bytes say how the rest is encoded; every message here then starts with its header's stamp.
_CDR_STAMP_END = 12


@lru_cache(maxsize=1)
def message_typestore() -> Any:  # noqa: ANN401  rosbags' own type, made at run time
    """Standard messages and our TargetBox.

    Raises:
        DatasetError: when the package's message definitions are not installed.
    """
    path, tried = find_share_file("msg/TargetBox.msg")
    if path is None:
        places = ", ".join(map(str, tried))
        raise DatasetError(f"the definition msg/TargetBox.msg is not installed; tried {places}")
    # Image, CompressedImage and Header have not changed since Humble.
    typestore = get_typestore(Stores.ROS2_HUMBLE)
    typestore.register(get_types_from_msg(path.read_text(encoding="utf-8"), TRUTH_TYPE))
    return typestore


def header_stamp_ns(cdr: bytes) -> int:
    """Stamp of the header that the serialised message starts with, ns, without decoding the rest.

    Raises:
        DatasetError: when the message is shorter than a stamp.
    """
    if len(cdr) < _CDR_STAMP_END:
        raise DatasetError(f"a message of {len(cdr)} bytes has no header")
    order = "<" if cdr[1] & 1 else ">"
    seconds, nanoseconds = struct.unpack_from(f"{order}iI", cdr, 4)
    return int(seconds) * NS_PER_S + int(nanoseconds)


def image_message(
    image: NDArray[np.uint8] | NDArray[np.uint16], encoding: str, stamp_ns: int, frame_id: str
) -> Any:  # noqa: ANN401  a message class made at run time
    """A `sensor_msgs/Image` of `(H, W)` or `(H, W, C)` in the channel order of `encoding`."""
    pixels = np.ascontiguousarray(image)
    if pixels.dtype.itemsize > 1:
        pixels = pixels.astype(pixels.dtype.newbyteorder("<"), copy=False)
    height, width = pixels.shape[:2]
    return message_typestore().types[IMAGE_TYPE](
        header=_header(stamp_ns, frame_id),
        height=height,
        width=width,
        encoding=encoding,
        is_bigendian=0,
        step=pixels.strides[0],
        data=pixels.reshape(-1).view(np.uint8),
    )


def compressed_message(
    encoded: NDArray[np.uint8], compressed_format: str, stamp_ns: int, frame_id: str
) -> Any:  # noqa: ANN401  as `image_message`
    """A `sensor_msgs/CompressedImage` of the bytes of an image file."""
    return message_typestore().types[COMPRESSED_TYPE](
        header=_header(stamp_ns, frame_id), format=compressed_format, data=encoded.reshape(-1)
    )


def truth_message(row: NDArray[np.float32], stamp_ns: int, frame_id: str) -> Any:  # noqa: ANN401
    """A `TargetBox` of xywh `row`; NaN becomes a box of size zero: no target."""
    x, y, width, height = (0.0,) * 4 if np.isnan(row).any() else map(float, row)
    return message_typestore().types[TRUTH_TYPE](
        header=_header(stamp_ns, frame_id), x=x, y=y, width=width, height=height
    )


def truth_row(message: Any) -> Boxes:  # noqa: ANN401  as `image_message`
    """The box `(4,)` xywh of a `TargetBox`; NaN when it says that there is no target."""
    row = np.array([message.x, message.y, message.width, message.height], np.float32)
    is_absent = not (message.width > 0 and message.height > 0)
    return np.full(4, np.nan, np.float32) if is_absent else row


def _header(stamp_ns: int, frame_id: str) -> Any:  # noqa: ANN401  as `image_message`
    types = message_typestore().types
    seconds, nanoseconds = divmod(stamp_ns, NS_PER_S)
    stamp = types["builtin_interfaces/msg/Time"](sec=seconds, nanosec=nanoseconds)
    return types["std_msgs/msg/Header"](stamp=stamp, frame_id=frame_id)
