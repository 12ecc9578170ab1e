"""JPEG and PNG messages become the right pixels, or an error that says what is wrong.

Proves: 8 and 16 bits, grey and colour, every way drivers write the format text; EXIF orientation
is ignored; damaged data is refused. Not: raw images (test_image_codec.py), OpenCV's decoder.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from array import array
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import EncodingError
from rgbt_dualatt_ros.imaging.image_codec import decode_compressed
from rgbt_dualatt_ros.imaging.message_fields import Bytes

# "Orientation: turned by 90 degrees" as an EXIF block, to stand behind the first two bytes.
EXIF_TURNED = bytes.fromhex("ffe1002245786966000049492a00080000000100120103000100000006000000") + (
    bytes.fromhex("00000000")
)


@dataclass
class FakeCompressed:
    """The fields of sensor_msgs/CompressedImage."""

    format: str
    data: Bytes


def file_of(pixels: NDArray[np.generic], suffix: str) -> bytes:
    """`pixels` (colour: blue first, as OpenCV has it) as a file."""
    done, encoded = cv2.imencode(suffix, pixels)  # type: ignore[arg-type]
    assert done
    return encoded.tobytes()


def smooth_bgr(height: int = 32, width: int = 48) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[:height, :width]
    channels = (rows * 5, columns * 4, 255 - rows * 3 - columns)
    return np.asarray(np.clip(np.stack(channels, axis=-1), 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        pytest.param(".jpg", "jpeg", id="jpeg"),
        pytest.param(".jpg", "jpg", id="jpg of cv_bridge"),
        pytest.param(".jpg", "rgb8; jpeg compressed bgr8", id="image_transport jpeg"),
        pytest.param(".jpg", "bgr8; jpeg compressed ", id="older image_transport"),
        pytest.param(".jpg", "", id="empty"),
        pytest.param(".png", "png", id="png"),
        pytest.param(".png", "bgr8; png compressed bgr8", id="image_transport png"),
        pytest.param(".png", "jpeg", id="png called jpeg"),
    ],
)
def test_colour_comes_out_red_first(suffix: str, text: str) -> None:
    bgr = smooth_bgr()
    decoded = decode_compressed(FakeCompressed(text, file_of(bgr, suffix)), "/topic")
    assert decoded.dtype == np.uint8
    np.testing.assert_allclose(decoded.astype(int), bgr[..., ::-1], atol=12)
    assert decoded.flags.c_contiguous
    assert decoded.flags.writeable


@pytest.mark.parametrize("text", ["16UC1; png compressed ", "mono16; png compressed", "png"])
def test_counts_of_16_bits_survive_a_png(text: str) -> None:
    counts = np.random.default_rng(0).integers(0, 2**16, (20, 30), np.uint16)
    decoded = decode_compressed(FakeCompressed(text, file_of(counts, ".png")), "/topic")
    assert decoded.dtype == np.uint16
    np.testing.assert_array_equal(decoded, counts)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_grey_stays_single_channel(suffix: str) -> None:
    grey = smooth_bgr()[..., 1]
    decoded = decode_compressed(FakeCompressed("mono8", file_of(grey, suffix)), "/topic")
    assert decoded.shape == grey.shape
    np.testing.assert_allclose(decoded.astype(int), grey, atol=6)


def test_transparency_and_depth_of_colour_are_dropped() -> None:
    bgr = smooth_bgr()
    bgra = np.dstack([bgr, np.full(bgr.shape[:2], 7, np.uint8)])
    deep = bgr.astype(np.uint16) * 257
    for pixels in (bgra, deep):
        decoded = decode_compressed(FakeCompressed("png", file_of(pixels, ".png")), "/topic")
        assert decoded.dtype == np.uint8
        np.testing.assert_array_equal(decoded, bgr[..., ::-1])


def test_orientation_does_not_turn_the_image() -> None:
    plain = file_of(smooth_bgr(32, 48), ".jpg")
    turned = plain[:2] + EXIF_TURNED + plain[2:]
    as_viewers_show_it = cv2.imdecode(np.frombuffer(turned, np.uint8), cv2.IMREAD_COLOR)
    assert as_viewers_show_it is not None
    assert as_viewers_show_it.shape == (48, 32, 3), "the block means nothing to OpenCV"
    assert decode_compressed(FakeCompressed("jpeg", turned), "/topic").shape == (32, 48, 3)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_data_that_is_cut_off_is_refused(suffix: str, share: float) -> None:
    whole = file_of(smooth_bgr(), suffix)
    cut = whole[: int(len(whole) * share) - 8]
    with pytest.raises(EncodingError, match=r"^/some/topic: .*cut off"):
        decode_compressed(FakeCompressed("jpeg", cut), "/some/topic")


def test_a_preview_in_the_header_does_not_hide_a_cut() -> None:
    whole = file_of(smooth_bgr(), ".jpg")
    preview = file_of(smooth_bgr(8, 8), ".jpg")
    block = b"\xff\xe1" + (len(preview) + 2).to_bytes(2, "big") + preview
    with_preview = whole[:2] + block + whole[2:]
    assert decode_compressed(FakeCompressed("jpeg", with_preview), "x").shape == (32, 48, 3)
    with pytest.raises(EncodingError, match="cut off"):
        decode_compressed(FakeCompressed("jpeg", with_preview[:-40]), "x")


def test_bytes_after_the_end_do_no_harm() -> None:
    padded = file_of(smooth_bgr(), ".jpg") + bytes(64)
    assert decode_compressed(FakeCompressed("jpeg", padded), "x").shape == (32, 48, 3)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_small_file_that_claims_a_huge_picture_is_refused(suffix: str) -> None:
    whole = file_of(smooth_bgr(32, 48), suffix)
    number = 2 if suffix == ".jpg" else 4
    size = [side.to_bytes(number, "big") for side in (32, 48)]
    order = size if suffix == ".jpg" else size[::-1]
    huge = whole.replace(b"".join(order), 2 * (30_000).to_bytes(number, "big"), 1)
    assert huge != whole
    with pytest.raises(EncodingError, match=r"^/topic: .*30000x30000"):
        decode_compressed(FakeCompressed("jpeg", huge), "/topic")


def test_damage_inside_a_png_is_refused() -> None:
    data = bytearray(file_of(smooth_bgr(), ".png"))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(EncodingError, match=r"^/some/topic: cannot decode"):
        decode_compressed(FakeCompressed("png", data), "/some/topic")


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@given(damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6))
def test_any_damage_gives_a_picture_or_our_error(
    suffix: str, damage: list[tuple[float, int]]
) -> None:
    data = bytearray(file_of(smooth_bgr(), suffix))
    for place, byte in damage:
        data[int(place * (len(data) - 1))] = byte
    message = FakeCompressed("jpeg", data)
    # Any other exception than ours fails the test.
    with contextlib.suppress(EncodingError):
        assert decode_compressed(message, "/topic").size > 0


@pytest.mark.parametrize(
    ("text", "data", "words"),
    [
        pytest.param("jpeg", b"", "nothing", id="empty"),
        pytest.param("jpeg", b"hello world", "68 65 6c 6c", id="text"),
        pytest.param("16UC1; compressedDepth png", b"x", "depth images", id="compressedDepth"),
        pytest.param("jpeg", cast(bytes, [1, 2]), "not list", id="a list"),
    ],
)
def test_what_is_no_picture_is_refused(text: str, data: Bytes, words: str) -> None:
    with pytest.raises(EncodingError, match=f"^/some/topic: .*{words}") as caught:
        decode_compressed(FakeCompressed(text, data), "/some/topic")
    assert "\n" not in str(caught.value)


def test_all_carriers_of_bytes_are_read() -> None:
    data = file_of(smooth_bgr(), ".png")
    carriers: list[Bytes] = [
        data,
        bytearray(data),
        memoryview(data),
        array("B", data),
        np.frombuffer(data, np.uint8),
    ]
    for carrier in carriers:
        decoded = decode_compressed(FakeCompressed("png", carrier), "/topic")
        np.testing.assert_array_equal(decoded, smooth_bgr()[..., ::-1])


def test_an_opencv_without_typing_module_is_enough() -> None:
    # That of Ubuntu 22.04 and 24.04, which every ROS 2 from apt uses.
    program = (
        "import sys, cv2; sys.modules['cv2.typing'] = None; "
        "import rgbt_dualatt_ros.imaging.pair_decoder"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
