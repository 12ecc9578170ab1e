"""The pairs and true boxes of bags that are not tidy.

Proves: where a sequence starts, how boxes find their pairs, and what is said when there are none.
Not: the synchroniser, which has its own tests.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rosbags.rosbag2 import Writer

from rgbt_dualatt_ros.bags.bag_reader import BagReader
from rgbt_dualatt_ros.bags.bag_sequence import BagSequence
from rgbt_dualatt_ros.bags.bag_topics import BagTopics
from rgbt_dualatt_ros.bags.bag_writer import CameraFrames, write_bag
from rgbt_dualatt_ros.bags.message_types import message_typestore
from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.config import Config, SyncConfig
from rgbt_dualatt_ros.core.errors import DatasetError, EncodingError

TinyClass = Callable[..., CameraFrames]
NO_BOXES = BagTopics(truth="/nothing")


def test_starts_at_the_first_pair_with_a_box(
    tmp_path: Path, tiny_class: TinyClass, caplog: pytest.LogCaptureFixture
) -> None:
    tiny = tiny_class(absent=frozenset({0, 1, 3}))
    with caplog.at_level(logging.WARNING):
        bag = BagSequence(write_bag(tiny, tmp_path / "bag"))
    assert "the first 2 pairs have no true box; starting after them" in caplog.text
    assert bag.recorded_pairs == 6
    np.testing.assert_array_equal(bag.truth[:, 0], [3.25, np.nan, 5.25, 6.25])
    written = list(tiny.frames())[2:]
    assert [pair.stamp_ns for pair in bag.pairs()] == [frame.rgb_stamp_ns for frame in written]
    np.testing.assert_array_equal(next(bag.frames()).rgb, written[0].rgb)


def test_lost_images_are_warned_of_once_with_counts(
    tmp_path: Path, tiny_class: TinyClass, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_bag(tiny_class(lost_thermal=frozenset({2})), tmp_path / "bag")
    with caplog.at_level(logging.WARNING):
        bag = BagSequence(path)
    assert len(bag) == 5
    assert len(caplog.records) == 1
    assert "1 colour and 0 thermal images without a partner" in caplog.text


def test_a_bag_without_boxes_needs_the_initial_one(tmp_path: Path, tiny_class: TinyClass) -> None:
    path = write_bag(tiny_class(), tmp_path / "bag")
    with pytest.raises(DatasetError, match="no true box on topic /nothing; give the initial box"):
        BagSequence(path, NO_BOXES)
    bag = BagSequence(path, NO_BOXES, initial_box=Box(1, 2, 3, 4))
    assert len(bag) == 6
    np.testing.assert_array_equal(bag.truth[0], [1, 2, 3, 4])
    assert np.isnan(bag.truth[1:]).all()
    bare = BagSequence(path, NO_BOXES, is_truth_needed=False)
    assert len(bare) == 6
    assert np.isnan(bare.truth).all()


def test_a_target_that_is_never_there_is_said(tmp_path: Path, tiny_class: TinyClass) -> None:
    path = write_bag(tiny_class(absent=frozenset(range(6))), tmp_path / "bag")
    with pytest.raises(DatasetError, match="no true box fits a pair"):
        BagSequence(path)


def test_no_pair_says_by_how_much_the_stamps_differ(tmp_path: Path, tiny_class: TinyClass) -> None:
    path = write_bag(tiny_class(lag_ns=9_000_000), tmp_path / "bag")
    narrow = Config(sync=SyncConfig(slop_ms=2.0))
    with pytest.raises(DatasetError) as caught:
        BagSequence(path, config=narrow)
    assert "within sync.slop_ms = 2; the nearest differ by 9.0 ms; 6 colour and 6" in str(
        caught.value
    )
    shifted = Config(sync=SyncConfig(slop_ms=2.0, thermal_offset_ms=-9.0))
    assert len(BagSequence(path, config=shifted)) == 6


def test_a_silent_topic_is_said(tmp_path: Path, tiny_class: TinyClass) -> None:
    path = write_bag(tiny_class(lost_thermal=frozenset(range(6))), tmp_path / "bag")
    with pytest.raises(
        DatasetError, match=r"lie within .*; 6 colour and 0 thermal images without"
    ):
        BagSequence(path)


def test_time_that_jumps_back_costs_no_pair(tmp_path: Path, tiny_class: TinyClass) -> None:
    """Log times never go back in a bag; header stamps do when a simulation was restarted."""
    tiny = tiny_class()
    path = write_bag(tiny, tmp_path / "once")
    second = tiny_class(first_ns=1_000_000_000)
    assert len(BagSequence(path)) == 6
    again = write_bag(second, tmp_path / "again")
    with Writer(tmp_path / "both", version=8) as writer:
        connections = {}
        for offset_ns, part in ((0, path), (10**10, again)):
            with BagReader(part) as reader:
                for topic, kind in reader.topics.items():
                    if topic not in connections:
                        connections[topic] = writer.add_connection(
                            topic, kind, typestore=message_typestore()
                        )
                for raw in reader.raw_messages():
                    writer.write(connections[raw.topic], raw.log_time_ns + offset_ns, raw.data)
    bag = BagSequence(tmp_path / "both")
    assert len(bag) == len(list(bag.pairs())) == 12
    assert bag.stamps_ns[6] < bag.stamps_ns[5]
    np.testing.assert_array_equal(bag.truth[6:], bag.truth[:6])


def test_topics_of_cameras_in_the_wrong_order_are_said(
    tmp_path: Path, tiny_class: TinyClass
) -> None:
    path = write_bag(tiny_class(), tmp_path / "bag")
    swapped = BagSequence(path, BagTopics("/thermal/image_raw", "/rgb/image_raw"))
    with pytest.raises(EncodingError, match=re.escape("are the two topics exchanged?")):
        next(swapped.pairs())
