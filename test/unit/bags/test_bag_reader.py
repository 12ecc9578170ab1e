"""Bags that are missing, damaged, unusual or not ours.

Proves: each gives one line that names the bag, and what can be read is read. Not: bags of every
recorder in the world; those of rosbag2's two storages, as rosbags writes them.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from rgbt_dualatt_ros.bags.bag_reader import BagReader
from rgbt_dualatt_ros.bags.bag_sequence import BagSequence
from rgbt_dualatt_ros.bags.bag_topics import BagTopics
from rgbt_dualatt_ros.bags.bag_writer import CameraFrames, Storage, write_bag
from rgbt_dualatt_ros.bags.message_types import header_stamp_ns, message_typestore
from rgbt_dualatt_ros.core.errors import DatasetError


def storage_file(path: Path) -> Path:
    return next(file for file in path.iterdir() if file.suffix in (".mcap", ".db3"))


def read_all(path: Path) -> int:
    with BagReader(path) as reader:
        return sum(1 for _ in reader.raw_messages())


def test_topics_and_one_of_them(tmp_path: Path, tiny_sequence: CameraFrames) -> None:
    path = write_bag(tiny_sequence, tmp_path / "bag")
    with BagReader(path) as reader:
        assert reader.topics == {
            "/rgb/image_raw": "sensor_msgs/msg/Image",
            "/thermal/image_raw": "sensor_msgs/msg/Image",
            "/ground_truth": "rgbt_dualatt/msg/TargetBox",
        }
        boxes = list(reader.messages(("/ground_truth",)))
        assert [topic for topic, _, _ in boxes] == ["/ground_truth"] * 6
        assert [message.x for _, _, message in boxes] == [1.25 + index for index in range(6)]
        assert list(reader.raw_messages(("/absent",))) == []


def test_raw_messages_hold_what_a_player_needs(
    tmp_path: Path, tiny_sequence: CameraFrames
) -> None:
    path = write_bag(tiny_sequence, tmp_path / "bag")
    with BagReader(path) as reader:
        raw = next(reader.raw_messages(("/thermal/image_raw",)))
        assert (raw.topic, raw.msgtype) == ("/thermal/image_raw", "sensor_msgs/msg/Image")
        assert raw.stamp_ns == raw.log_time_ns == 5_004_000_000
        assert isinstance(raw.data, bytes)
        assert reader.decode(raw).width == 8


def test_closed_reader_says_so(tmp_path: Path, tiny_sequence: CameraFrames) -> None:
    reader = BagReader(write_bag(tiny_sequence, tmp_path / "bag"))
    with pytest.raises(DatasetError, match="is not open; use `with BagReader"):
        next(reader.raw_messages())


def test_a_folder_may_be_called_as_ros_1_bags_are(
    tmp_path: Path, tiny_sequence: CameraFrames
) -> None:
    assert read_all(write_bag(tiny_sequence, tmp_path / "walk.bag")) == 18
    assert len(BagSequence(tmp_path / "walk.bag")) == 6


def test_what_is_no_bag_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "old.bag").write_text("#ROSBAG V2.0")
    for name, said in (
        ("absent", "bag .*absent does not exist"),
        ("notes.txt", "is not a bag; expected a folder, or a .mcap or .db3 file"),
        ("old.bag", "is not a bag; .* rosbags-convert makes one"),
        ("folder", "is not a bag: no metadata.yaml and 0 .mcap or .db3 files in it"),
    ):
        with pytest.raises(DatasetError, match=said):
            read_all(tmp_path / name)


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
@pytest.mark.parametrize(
    "kept_share",
    [pytest.param(0.0, id="empty"), pytest.param(0.3, id="third"), pytest.param(0.97, id="most")],
)
def test_a_bag_cut_short_is_one_clear_line(
    tmp_path: Path, tiny_sequence: CameraFrames, storage: Storage, kept_share: float
) -> None:
    path = write_bag(tiny_sequence, tmp_path / "bag", storage)
    file = storage_file(path)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * kept_share)])
    with pytest.raises(DatasetError) as caught:
        BagSequence(path)
    assert str(caught.value).startswith(f"cannot read bag {path}: ")
    assert "ros2 bag reindex" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
def test_a_bag_of_noise_is_one_clear_line(
    tmp_path: Path, tiny_sequence: CameraFrames, storage: Storage
) -> None:
    path = write_bag(tiny_sequence, tmp_path / "bag", storage)
    storage_file(path).write_bytes(b"\x00\xff" * 5000)
    with pytest.raises(DatasetError, match=f"cannot read bag {re.escape(str(path))}: "):
        BagSequence(path)


def test_damaged_metadata_is_named(tmp_path: Path, tiny_sequence: CameraFrames) -> None:
    path = write_bag(tiny_sequence, tmp_path / "bag")
    (path / "metadata.yaml").write_text("rosbag2_bagfile_information: {version: [")
    with pytest.raises(DatasetError, match="cannot read bag"):
        read_all(path)


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
def test_a_bag_without_metadata_is_read_from_its_file(
    tmp_path: Path, tiny_sequence: CameraFrames, storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_bag(tiny_sequence, tmp_path / "bag", storage)
    (path / "metadata.yaml").unlink()
    with caplog.at_level(logging.WARNING):
        assert read_all(path) == 18
    assert "has no metadata.yaml; reading bag." in caplog.text
    sequence = BagSequence(storage_file(path))
    assert (sequence.name, len(sequence)) == ("bag", 6)


@pytest.mark.parametrize(
    ("plugin", "mode"),
    [
        pytest.param(StoragePlugin.MCAP, CompressionMode.MESSAGE, id="mcap by message"),
        pytest.param(StoragePlugin.MCAP, CompressionMode.FILE, id="mcap by file"),
        pytest.param(StoragePlugin.MCAP, CompressionMode.STORAGE, id="mcap by chunk"),
        pytest.param(StoragePlugin.SQLITE3, CompressionMode.MESSAGE, id="sqlite3 by message"),
        pytest.param(StoragePlugin.SQLITE3, CompressionMode.FILE, id="sqlite3 by file"),
    ],
)
def test_bags_compressed_by_the_recorder_are_read(
    tmp_path: Path, tiny_sequence: CameraFrames, plugin: StoragePlugin, mode: CompressionMode
) -> None:
    plain = write_bag(tiny_sequence, tmp_path / "plain")
    typestore = message_typestore()
    writer = Writer(tmp_path / "packed", version=8, storage_plugin=plugin)
    writer.set_compression(mode, CompressionFormat.ZSTD)
    with BagReader(plain) as reader, writer:
        connections = {
            topic: writer.add_connection(topic, kind, typestore=typestore)
            for topic, kind in reader.topics.items()
        }
        for raw in reader.raw_messages():
            writer.write(connections[raw.topic], raw.log_time_ns, raw.data)
    packed, unpacked = BagSequence(tmp_path / "packed"), BagSequence(plain)
    for after, before in zip(packed.frames(), unpacked.frames(), strict=True):
        assert after.rgb is not None
        assert before.rgb is not None
        assert after.rgb.tobytes() == before.rgb.tobytes()


@pytest.mark.parametrize(
    ("topics", "said"),
    [
        pytest.param(
            BagTopics(rgb="/rgb/image_row"),
            "no topic /rgb/image_row (did you mean /rgb/image_raw?); image topics there: "
            "/rgb/image_raw, /thermal/image_raw; other topics: /ground_truth "
            "[rgbt_dualatt/msg/TargetBox]",
            id="slip",
        ),
        pytest.param(
            BagTopics(thermal="/ground_truth"),
            "topic /ground_truth holds rgbt_dualatt/msg/TargetBox, not images; image topics",
            id="not images",
        ),
        pytest.param(
            BagTopics(truth="/rgb/image_raw"),
            "topic /rgb/image_raw holds sensor_msgs/msg/Image, true boxes are rgbt_dualatt/msg",
            id="not boxes",
        ),
        pytest.param(
            BagTopics(truth="/boxes"), "no true box on topic /boxes; give the initial", id="boxes"
        ),
    ],
)
def test_a_missing_topic_is_answered_with_those_there_are(
    tmp_path: Path, tiny_sequence: CameraFrames, topics: BagTopics, said: str
) -> None:
    path = write_bag(tiny_sequence, tmp_path / "bag")
    with pytest.raises(DatasetError, match=re.escape(said)):
        BagSequence(path, topics)


def test_a_bag_without_any_image_topic_is_named(tmp_path: Path) -> None:
    typestore = get_typestore(Stores.ROS2_HUMBLE)
    text = typestore.types["std_msgs/msg/String"]("hello")
    with Writer(tmp_path / "bag", version=8) as writer:
        connection = writer.add_connection("/chat", text.__msgtype__, typestore=typestore)
        writer.write(connection, 1, typestore.serialize_cdr(text, text.__msgtype__))
    with pytest.raises(DatasetError, match=r"image topics there: none; other topics: /chat"):
        BagSequence(tmp_path / "bag")


def test_a_message_that_is_cut_short_is_named(tmp_path: Path, tiny_sequence: CameraFrames) -> None:
    plain = write_bag(tiny_sequence, tmp_path / "plain")
    typestore = message_typestore()
    with BagReader(plain) as reader, Writer(tmp_path / "cut", version=8) as writer:
        connections = {
            topic: writer.add_connection(topic, kind, typestore=typestore)
            for topic, kind in reader.topics.items()
        }
        for raw in reader.raw_messages():
            data = raw.data[:60] if raw.topic == "/thermal/image_raw" else raw.data
            writer.write(connections[raw.topic], raw.log_time_ns, data)
    sequence = BagSequence(tmp_path / "cut")
    with pytest.raises(DatasetError, match=r"the message of /thermal/image_raw at \d+ ns is dam"):
        next(sequence.pairs())


@pytest.mark.parametrize("is_little", [True, False], ids=["little endian", "big endian"])
def test_stamps_are_read_without_decoding(*, is_little: bool) -> None:
    typestore = get_typestore(Stores.ROS2_HUMBLE)
    stamp = typestore.types["builtin_interfaces/msg/Time"](sec=7, nanosec=999_999_999)
    header = typestore.types["std_msgs/msg/Header"](stamp=stamp, frame_id="a")
    data = typestore.serialize_cdr(header, header.__msgtype__, little_endian=is_little)
    assert header_stamp_ns(bytes(data)) == 7_999_999_999


def test_a_message_without_header_is_refused() -> None:
    with pytest.raises(DatasetError, match="5 bytes has no header"):
        header_stamp_ns(b"\x00\x01\x00\x00\x05")
