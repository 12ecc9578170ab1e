"""Two messages become one frame pair, or an error that names the topic.

Proves: raw and compressed in any mix, grey colour and coloured thermal images, different sizes;
changes of size are refused and changes of encoding are not; bad input with its topic. Not: each
encoding (test_image_codec.py), grey levels (test_thermal_normalizer.py).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.config import RegistrationConfig, ThermalConfig
from rgbt_dualatt_ros.core.errors import (
    EncodingError,
    FramePairError,
    MissingDependencyError,
)
from rgbt_dualatt_ros.imaging.image_codec import (
    ImageFields,
    ImageMessage,
    Pixels,
    encode_image,
)
from rgbt_dualatt_ros.imaging.pair_decoder import PairDecoder

COLOUR = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
COUNTS = np.random.default_rng(1).integers(7000, 8000, (48, 64), np.uint16)


@dataclass
class FakeCompressed:
    """The fields of sensor_msgs/CompressedImage."""

    format: str
    data: bytes


def make() -> PairDecoder:
    return PairDecoder(
        ThermalConfig(),
        RegistrationConfig(),
        rgb_where="/cam/rgb",
        thermal_where="/cam/thermal",
    )


def compressed(pixels: NDArray[np.generic]) -> FakeCompressed:
    done, data = cv2.imencode(".png", pixels)  # type: ignore[arg-type]
    assert done
    return FakeCompressed("png", data.tobytes())


RAW_COLOUR = encode_image(COLOUR, "rgb8")
RAW_COUNTS = encode_image(COUNTS, "mono16")
BAYER = ImageFields(4, 4, "bayer_rggb8", 0, 4, RAW_COLOUR.data[:16])


@pytest.mark.parametrize("is_rgb_raw", [True, False])
@pytest.mark.parametrize("is_thermal_raw", [True, False])
def test_raw_and_compressed_mix(is_rgb_raw: bool, is_thermal_raw: bool) -> None:
    rgb = RAW_COLOUR if is_rgb_raw else compressed(COLOUR[..., ::-1])
    thermal = RAW_COUNTS if is_thermal_raw else compressed(COUNTS)
    pair = make().decode(rgb, thermal, 123)
    expected = make().decode(RAW_COLOUR, RAW_COUNTS, 123)
    np.testing.assert_array_equal(pair.rgb, COLOUR)
    np.testing.assert_array_equal(pair.thermal, expected.thermal)
    assert pair.stamp_ns == 123
    assert pair.rgb.flags.c_contiguous
    assert pair.thermal.flags.c_contiguous


def test_grey_colour_image_gets_three_channels() -> None:
    pair = make().decode(encode_image(COLOUR[..., 0], "mono8"), RAW_COUNTS, 0)
    np.testing.assert_array_equal(pair.rgb, np.repeat(COLOUR[..., :1], 3, axis=2))


def test_coloured_thermal_image_becomes_grey() -> None:
    pair = make().decode(RAW_COLOUR, RAW_COLOUR, 0)
    np.testing.assert_array_equal(pair.thermal, cv2.cvtColor(COLOUR, cv2.COLOR_RGB2GRAY))


def test_a_smaller_thermal_image_is_scaled() -> None:
    pair = make().decode(RAW_COLOUR, encode_image(COUNTS[::2, ::2], "mono16"), 0)
    assert pair.thermal.shape == (48, 64)


@pytest.mark.parametrize(
    ("rgb", "thermal", "words"),
    [
        pytest.param(
            encode_image(COLOUR[:24, :32], "rgb8"),
            RAW_COUNTS,
            "colour image changed from 64x48 to 32x24 on /cam/rgb",
            id="colour",
        ),
        pytest.param(
            RAW_COLOUR,
            encode_image(COUNTS[:24, :32], "mono16"),
            "thermal image changed from 64x48 to 32x24 on /cam/thermal",
            id="thermal",
        ),
    ],
)
def test_change_of_size_is_refused_until_reset(
    rgb: ImageFields, thermal: ImageFields, words: str
) -> None:
    decoder = make()
    decoder.decode(RAW_COLOUR, RAW_COUNTS, 0)
    for _ in range(2):
        with pytest.raises(FramePairError, match=words):
            decoder.decode(rgb, thermal, 1)
    decoder.decode(RAW_COLOUR, RAW_COUNTS, 2)
    decoder.reset()
    decoder.decode(rgb, thermal, 3)


def test_change_of_colour_encoding_is_no_obstacle() -> None:
    decoder = make()
    decoder.decode(RAW_COLOUR, RAW_COUNTS, 0)
    swapped = encode_image(np.ascontiguousarray(COLOUR[..., ::-1]), "bgr8")
    np.testing.assert_array_equal(decoder.decode(swapped, RAW_COUNTS, 1).rgb, COLOUR)


def test_change_of_thermal_type_starts_the_range_anew_and_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    decoder = make()
    decoder.decode(RAW_COLOUR, RAW_COUNTS, 0)
    celsius = encode_image((COUNTS / 100 - 273.15).astype(np.float32), "32FC1")
    with caplog.at_level(logging.WARNING):
        pair = decoder.decode(RAW_COLOUR, celsius, 1)
        decoder.decode(RAW_COLOUR, celsius, 2)
    assert [record.getMessage() for record in caplog.records] == [
        "/cam/thermal: thermal images changed from uint16 to float32; "
        "the picture may look different"
    ]
    assert np.ptp(pair.thermal) == 255


def test_a_stream_that_alternates_types_is_warned_of_once_for_each(
    caplog: pytest.LogCaptureFixture,
) -> None:
    decoder = make()
    celsius = encode_image((COUNTS / 100 - 273.15).astype(np.float32), "32FC1")
    with caplog.at_level(logging.WARNING):
        for stamp_ns, thermal in enumerate([RAW_COUNTS, celsius] * 3):
            pair = decoder.decode(RAW_COLOUR, thermal, stamp_ns)
            assert np.ptp(pair.thermal) == 255
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("rgb", "thermal", "error", "words"),
    [
        pytest.param(
            RAW_COUNTS, RAW_COLOUR, EncodingError, "/cam/rgb: .*exchanged", id="exchanged topics"
        ),
        pytest.param(BAYER, RAW_COUNTS, MissingDependencyError, "/cam/rgb: .*bayer", id="bayer"),
        pytest.param(
            RAW_COLOUR,
            encode_image(np.full((48, 64), np.nan, np.float32), "32FC1"),
            EncodingError,
            "/cam/thermal: .*finite",
            id="all nan",
        ),
        pytest.param(
            RAW_COLOUR,
            FakeCompressed("jpeg", b"\xff\xd8"),
            EncodingError,
            "/cam/thermal: .*cut off",
            id="truncated",
        ),
    ],
)
def test_bad_input_names_its_topic(
    rgb: ImageFields, thermal: ImageFields, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        make().decode(rgb, thermal, 0)


def test_a_refused_pair_leaves_no_trace() -> None:
    decoder = make()
    with pytest.raises(EncodingError):
        decoder.decode(encode_image(COLOUR[:9], "rgb8"), FakeCompressed("png", b""), 0)
    assert decoder.decode(RAW_COLOUR, RAW_COUNTS, 1).size.height == 48


def test_fallback_is_asked_for_other_encodings() -> None:
    def fallback(message: ImageMessage, where: str) -> Pixels:
        assert where == "colour image"
        return np.zeros((message.height, message.width, 3), np.uint8)

    decoder = PairDecoder(ThermalConfig(), RegistrationConfig(), fallback=fallback)
    assert decoder.decode(BAYER, RAW_COUNTS, 0).rgb.shape == (4, 4, 3)
