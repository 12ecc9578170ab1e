"""What is written into a bag comes out of it.

Proves: pixels, stamps and boxes survive both storages and every encoding we write, at their own
precision. Not: that ROS reads the bags (integration/test_bag_interop.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rgbt_dualatt_ros.bags.bag_reader import BagReader
from rgbt_dualatt_ros.bags.bag_sequence import BagSequence
from rgbt_dualatt_ros.bags.bag_topics import BagTopics
from rgbt_dualatt_ros.bags.bag_writer import (
    BagOptions,
    CameraFrames,
    Storage,
    write_bag,
)
from rgbt_dualatt_ros.bags.image_encoder import Compression, ImageOptions
from rgbt_dualatt_ros.core.config import Config, ThermalConfig
from rgbt_dualatt_ros.core.raw_frame import RawFrame

TinyClass = Callable[..., CameraFrames]


def levels(image: NDArray[np.uint8] | NDArray[np.uint16] | None) -> NDArray[np.int64]:
    """Numbers that can be subtracted, of an image that must be there."""
    assert image is not None
    return image.astype(np.int64)


def assert_same_frames(tiny: CameraFrames, bag: BagSequence) -> None:
    recorded = list(bag.frames())
    written = list(tiny.frames())
    assert len(bag) == len(recorded) == len(written)
    for before, after in zip(written, recorded, strict=True):
        np.testing.assert_array_equal(after.rgb, before.rgb)
        np.testing.assert_array_equal(after.thermal, before.thermal, strict=True)
        assert after.rgb_stamp_ns == before.rgb_stamp_ns
        assert after.thermal_stamp_ns == before.thermal_stamp_ns
        np.testing.assert_array_equal(after.truth, before.truth)


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16], ids=["8 bits", "16 bits"])
@pytest.mark.parametrize(
    "images",
    [
        pytest.param(ImageOptions(), id="rgb8"),
        pytest.param(ImageOptions(rgb_encoding="bgr8"), id="bgr8"),
        pytest.param(ImageOptions(compression="png"), id="png"),
    ],
)
def test_nothing_is_lost(
    tmp_path: Path, tiny_class: TinyClass, storage: Storage, depth: type, images: ImageOptions
) -> None:
    tiny = tiny_class(depth=depth)
    path = write_bag(tiny, tmp_path / "bag", storage, BagOptions(images=images))
    assert_same_frames(tiny, BagSequence(path))


def test_pairs_carry_the_colour_stamp_and_the_size_of_the_colour_image(
    tmp_path: Path, tiny_class: TinyClass
) -> None:
    tiny = tiny_class()
    bag = BagSequence(write_bag(tiny, tmp_path / "bag"))
    pairs = list(bag.pairs())
    assert len(pairs) == len(bag) == len(bag.truth) == 6
    assert [pair.stamp_ns for pair in pairs] == [frame.rgb_stamp_ns for frame in tiny.frames()]
    assert bag.stamps_ns.tolist() == [pair.stamp_ns for pair in pairs]
    assert {(pair.size.width, pair.size.height) for pair in pairs} == {(16, 12)}
    again = [pair.thermal for pair in bag.pairs()]
    np.testing.assert_array_equal(again, [pair.thermal for pair in pairs])
    assert bag.name == "bag"


def test_jpeg_keeps_smooth_images_nearly(tmp_path: Path, tiny_class: TinyClass) -> None:
    ramp = np.linspace(0, 255, 16, dtype=np.uint8)
    plane = np.tile(ramp, (12, 1))

    class Smooth:
        def frames(self) -> Iterator[RawFrame]:
            for frame in tiny_class().frames():
                yield replace(frame, rgb=np.dstack([plane] * 3), thermal=plane)

    options = BagOptions(images=ImageOptions(compression="jpeg"))
    path = write_bag(Smooth(), tmp_path / "bag", "mcap", options)
    for before, after in zip(Smooth().frames(), BagSequence(path).frames(), strict=True):
        np.testing.assert_allclose(levels(after.rgb), levels(before.rgb), atol=6)
        np.testing.assert_allclose(levels(after.thermal), levels(before.thermal), atol=6)


@pytest.mark.parametrize(
    ("compression", "encoding", "expected_type"),
    [
        pytest.param("", "mono16", "sensor_msgs/msg/Image", id="raw"),
        pytest.param("jpeg", "mono16; png compressed mono16", "sensor_msgs/msg/CompressedImage",
                     id="16 bits never become jpeg"),
    ],
)  # fmt: skip
def test_counts_stay_counts(
    tmp_path: Path,
    tiny_class: TinyClass,
    compression: Compression,
    encoding: str,
    expected_type: str,
) -> None:
    images = ImageOptions(compression=compression)
    path = write_bag(tiny_class(), tmp_path / "bag", "mcap", BagOptions(images=images))
    topic = "/thermal/image_raw" + ("/compressed" if compression else "")
    with BagReader(path) as reader:
        assert reader.topics[topic] == expected_type
        _, _, message = next(reader.messages((topic,)))
    assert (message.format if compression else message.encoding) == encoding
    assert message.header.frame_id == "thermal_camera"


def test_thermal_encoding_can_be_chosen(tmp_path: Path, tiny_class: TinyClass) -> None:
    fixed = ThermalConfig(normalization="fixed", low=0.0, high=65535.0)
    tiny = tiny_class(depth=np.uint16)
    eight = ImageOptions(thermal_encoding="mono8", thermal=fixed)
    path = write_bag(tiny, tmp_path / "eight", "mcap", BagOptions(images=eight))
    for before, after in zip(tiny.frames(), BagSequence(path).frames(), strict=True):
        assert after.thermal is not None
        assert after.thermal.dtype == np.uint8
        np.testing.assert_allclose(levels(after.thermal), levels(before.thermal) / 257, atol=1)
    tiny = tiny_class(depth=np.uint8)
    wide = ImageOptions(thermal_encoding="16UC1")
    path = write_bag(tiny, tmp_path / "wide", "mcap", BagOptions(images=wide))
    for before, after in zip(tiny.frames(), BagSequence(path).frames(), strict=True):
        assert after.thermal is not None
        assert after.thermal.dtype == np.uint16
        np.testing.assert_array_equal(after.thermal, before.thermal)


def test_thermal_settings_reach_the_pairs(tmp_path: Path, tiny_class: TinyClass) -> None:
    path = write_bag(tiny_class(), tmp_path / "bag")
    fixed = Config(thermal=ThermalConfig(normalization="fixed", low=0.0, high=1.0))
    pair = next(BagSequence(path, config=fixed).pairs())
    assert (pair.thermal == 255).mean() > 0.9


def test_topics_can_be_renamed(tmp_path: Path, tiny_class: TinyClass) -> None:
    topics = BagTopics("/left/image", "/lwir/image", "/boxes")
    path = write_bag(tiny_class(), tmp_path / "bag", "mcap", BagOptions(topics=topics))
    with BagReader(path) as reader:
        assert set(reader.topics) == {"/left/image", "/lwir/image", "/boxes"}
    assert len(BagSequence(path, topics)) == 6


def test_lost_images_are_left_out(tmp_path: Path, tiny_class: TinyClass) -> None:
    tiny = tiny_class(lost_rgb=frozenset({1}), lost_thermal=frozenset({3, 4}))
    path = write_bag(tiny, tmp_path / "bag")
    with BagReader(path) as reader:
        assert reader.message_count("/rgb/image_raw") == 5
        assert reader.message_count("/ground_truth") == 5
        assert reader.message_count("/thermal/image_raw") == 4
        assert reader.message_count("/other") == 0
    bag = BagSequence(path)
    np.testing.assert_array_equal(bag.truth[:, 0], [1.25, 3.25, 6.25])


def test_the_bag_says_how_it_wants_to_be_played(tmp_path: Path, tiny_class: TinyClass) -> None:
    path = write_bag(tiny_class(), tmp_path / "bag")
    text = (path / "metadata.yaml").read_text()
    assert "version: 8" in text, "Humble reads no later one"
    assert text.count("reliability: 1") == 3
    assert "type_description_hash" in text


def test_the_definition_of_the_boxes_is_in_the_bag(tmp_path: Path, tiny_class: TinyClass) -> None:
    path = write_bag(tiny_class(), tmp_path / "bag")
    assert b"float32 width" in (path / "bag.mcap").read_bytes()


def test_log_times_are_stamps(tmp_path: Path, tiny_class: TinyClass) -> None:
    path = write_bag(tiny_class(), tmp_path / "bag")
    with BagReader(path) as reader:
        messages = list(reader.raw_messages())
    assert len(messages) == 18
    assert [raw.log_time_ns for raw in messages] == [raw.stamp_ns for raw in messages]
    assert sorted(raw.log_time_ns for raw in messages) == [raw.log_time_ns for raw in messages]
