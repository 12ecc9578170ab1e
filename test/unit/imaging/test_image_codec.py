"""Image messages become the right pixels, or an error that says what is wrong.

Proves: every encoding of the list, both byte orders, padded rows, all carriers of bytes; results
are contiguous, writable and safe to keep; broken messages are refused by name. Not: JPEG and PNG
(test_compressed_codec.py), real rclpy messages (integration/), cv_bridge (ros/).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import EncodingError, MissingDependencyError
from rgbt_dualatt_ros.imaging.image_codec import (
    ENCODINGS,
    ImageMessage,
    Pixels,
    decode_image,
    encode_image,
)
from rgbt_dualatt_ros.imaging.message_fields import Bytes

RGB_ORDER = {
    "rgb8": [0, 1, 2],
    "bgr8": [2, 1, 0],
    "8UC3": [2, 1, 0],
    "rgba8": [0, 1, 2],
    "bgra8": [2, 1, 0],
}
CHANNELS = {"rgb8": 3, "bgr8": 3, "8UC3": 3, "rgba8": 4, "bgra8": 4}
WIDE = {"mono16": np.uint16, "16UC1": np.uint16, "32FC1": np.float32}

Carrier = Callable[[bytes], Bytes]
CARRIERS: dict[str, Carrier] = {
    "bytes": bytes,
    "bytearray": bytearray,
    "memoryview": memoryview,
    "array": lambda data: array("B", data),
    "numpy": lambda data: np.frombuffer(data, np.uint8),
    "writable numpy": lambda data: np.frombuffer(bytearray(data), np.uint8),
}


@dataclass
class FakeImage:
    """The fields of sensor_msgs/Image."""

    height: int = 0
    width: int = 0
    encoding: str = "mono8"
    is_bigendian: int = 0
    step: int = 0
    data: Bytes = b""


def random_array(encoding: str, height: int, width: int, seed: int) -> NDArray[np.generic]:
    rng = np.random.default_rng(seed)
    if encoding == "32FC1":
        return rng.normal(size=(height, width)).astype(np.float32)
    if encoding in WIDE:
        return rng.integers(0, 2**16, (height, width), np.uint16)
    channels = CHANNELS.get(encoding)
    shape = (height, width) if channels is None else (height, width, channels)
    return rng.integers(0, 256, shape, np.uint8)


def message_of(
    pixels: NDArray[np.generic], encoding: str, padding: int = 0, big: bool = False
) -> FakeImage:
    height, width = pixels.shape[:2]
    ordered = pixels.astype(pixels.dtype.newbyteorder(">" if big else "<"))
    rows = np.frombuffer(ordered.tobytes(), np.uint8).reshape(height, -1)
    padded = np.pad(rows, ((0, 0), (0, padding)), constant_values=99)
    return FakeImage(height, width, encoding, int(big), padded.shape[1], padded.tobytes())


def expected(pixels: NDArray[np.generic], encoding: str) -> NDArray[np.generic]:
    return pixels[..., RGB_ORDER[encoding]] if encoding in RGB_ORDER else pixels


@given(
    encoding=st.sampled_from(ENCODINGS),
    shape=st.tuples(st.integers(1, 7), st.integers(1, 9)),
    padding=st.sampled_from([0, 1, 2, 3, 8]),
    big=st.booleans(),
    carrier=st.sampled_from(sorted(CARRIERS)),
    seed=st.integers(0, 1000),
)
def test_any_layout_gives_the_pixels_back(
    encoding: str, shape: tuple[int, int], padding: int, big: bool, carrier: str, seed: int
) -> None:
    pixels = random_array(encoding, *shape, seed)
    message = message_of(pixels, encoding, padding, big)
    message.data = CARRIERS[carrier](bytes(message.data))
    decoded = decode_image(message, "/topic")
    np.testing.assert_array_equal(decoded, expected(pixels, encoding))
    assert decoded.dtype == WIDE.get(encoding, np.uint8)
    assert decoded.dtype.isnative
    assert decoded.flags.c_contiguous
    assert decoded.flags.writeable


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("carrier", ["bytearray", "memoryview", "numpy"])
def test_result_is_not_the_senders_memory(encoding: str, carrier: str) -> None:
    pixels = random_array(encoding, 4, 6, 0)
    message = message_of(pixels, encoding)
    memory = bytearray(message.data)
    carriers: dict[str, Bytes] = {
        "bytearray": memory,
        "memoryview": memoryview(memory),
        "numpy": np.frombuffer(memory, np.uint8),
    }
    message.data = carriers[carrier]
    decoded = decode_image(message, "/topic")
    memory[:] = bytes(len(memory))
    np.testing.assert_array_equal(decoded, expected(pixels, encoding))


def test_a_message_of_rclpy_is_not_copied() -> None:
    message = message_of(random_array("rgb8", 4, 6, 0), "rgb8")
    message.data = array("B", bytes(message.data))
    decoded = decode_image(message, "/topic")
    assert np.shares_memory(decoded, np.frombuffer(message.data, np.uint8))


def test_the_last_row_may_lack_its_padding() -> None:
    pixels = random_array("bgr8", 3, 5, 1)
    message = message_of(pixels, "bgr8", padding=7)
    message.data = bytes(message.data)[:-7]
    np.testing.assert_array_equal(decode_image(message, "/topic"), pixels[..., ::-1])


NOT_BYTES = cast(bytes, [0] * 48)
GOOD = message_of(random_array("mono16", 4, 6, 0), "mono16")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        pytest.param(replace(GOOD, data=bytes(GOOD.data)[:-1]), "48 bytes.*47", id="truncated"),
        pytest.param(replace(GOOD, data=b""), "has 0", id="no data"),
        pytest.param(replace(GOOD, step=11), "needs 12 bytes.*step 11", id="step too small"),
        pytest.param(replace(GOOD, step=0), "step 0", id="no step"),
        pytest.param(replace(GOOD, encoding="32FC1"), "needs 24 bytes", id="wrong encoding"),
        pytest.param(replace(GOOD, height=0), "empty, 6x0", id="no rows"),
        pytest.param(replace(GOOD, width=0), "empty, 0x4", id="no columns"),
        pytest.param(replace(GOOD, height=2**32 - 1), "the message has 48", id="absurd height"),
        pytest.param(
            replace(GOOD, width=2**31, step=2**32), "the message has 48", id="absurd width"
        ),
        pytest.param(replace(GOOD, data=NOT_BYTES), "not list", id="a list"),
    ],
)
def test_broken_messages_are_refused(message: FakeImage, words: str) -> None:
    with pytest.raises(EncodingError, match=f"^/some/topic: .*{words}") as caught:
        decode_image(message, "/some/topic")
    assert "\n" not in str(caught.value)


def test_unknown_encoding_names_topic_encoding_and_package() -> None:
    message = replace(GOOD, encoding="bayer_rggb8")
    with pytest.raises(MissingDependencyError) as caught:
        decode_image(message, "/some/topic")
    for word in ("/some/topic", "bayer_rggb8", "ros-<distro>-cv-bridge"):
        assert word in str(caught.value)


def test_unknown_encoding_goes_to_the_fallback_and_known_ones_do_not() -> None:
    asked: list[tuple[str, str]] = []

    def fallback(message: ImageMessage, where: str) -> Pixels:
        asked.append((message.encoding, where))
        return np.zeros((2, 2), np.uint8)

    decode_image(GOOD, "/topic", fallback)
    assert asked == []
    assert decode_image(replace(GOOD, encoding="nv21"), "/topic", fallback).shape == (2, 2)
    assert asked == [("nv21", "/topic")]


@pytest.mark.parametrize("encoding", ["rgb8", "bgr8", "mono8", "mono16", "32FC1"])
def test_written_images_are_read_back(encoding: str) -> None:
    pixels = random_array(encoding, 5, 7, 3)
    # A view with gaps, as a part of a larger picture is.
    view = np.repeat(pixels, 2, axis=1)[:, ::2]
    fields = encode_image(view, encoding)
    assert isinstance(fields.data, array)
    assert len(fields.data) == fields.height * fields.step
    np.testing.assert_array_equal(decode_image(fields, "x"), expected(pixels, encoding))


@pytest.mark.parametrize(
    ("image", "encoding"),
    [
        pytest.param(np.zeros((4, 4), np.uint8), "rgb8", id="grey as colour"),
        pytest.param(np.zeros((4, 4, 3), np.uint8), "mono8", id="colour as grey"),
        pytest.param(np.zeros((4, 4), np.uint16), "mono8", id="wrong type"),
        pytest.param(np.zeros((0, 4), np.uint8), "mono8", id="empty"),
        pytest.param(np.zeros((4, 4), np.uint8), "nv21", id="unknown"),
    ],
)
def test_what_cannot_be_written_is_refused(image: NDArray[np.uint8], encoding: str) -> None:
    with pytest.raises(EncodingError):
        encode_image(image, encoding)
