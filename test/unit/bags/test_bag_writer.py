"""What happens to the folder in which a bag is written.

Proves: nothing is overwritten unasked, nothing half-written stays. Not: what is in the bag
(test_bag_round_trip.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rgbt_dualatt_ros.bags.bag_sequence import BagSequence
from rgbt_dualatt_ros.bags.bag_topics import BagTopics
from rgbt_dualatt_ros.bags.bag_writer import BagOptions, CameraFrames, write_bag
from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.core.raw_frame import RawFrame

TinyClass = Callable[..., CameraFrames]


class Failing:
    """Gives three frames, then fails."""

    def __init__(self, whole: CameraFrames, error: BaseException) -> None:
        self._whole = whole
        self._error = error

    def frames(self) -> Iterator[RawFrame]:
        """Three good frames first."""
        for index, frame in enumerate(self._whole.frames()):
            if index == 3:
                raise self._error
            yield frame


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_existing_bag_is_kept_unless_asked(tmp_path: Path, tiny_class: TinyClass) -> None:
    path = write_bag(tiny_class(count=2), tmp_path / "bag")
    with pytest.raises(DatasetError, match="bag exists; choose another name or say --force"):
        write_bag(tiny_class(count=5), path)
    assert len(BagSequence(path)) == 2
    write_bag(tiny_class(count=5), path, "sqlite3", BagOptions(overwrite=True))
    assert len(BagSequence(path)) == 5
    assert names_in(tmp_path) == ["bag"]
    assert names_in(path) == ["bag.db3", "metadata.yaml"]


def test_force_replaces_bags_only(tmp_path: Path, tiny_class: TinyClass) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "holiday.jpg").write_bytes(b"precious")
    with pytest.raises(DatasetError, match="photos exists and is not a bag; it will not be"):
        write_bag(tiny_class(), photos, "mcap", BagOptions(overwrite=True))
    assert names_in(photos) == ["holiday.jpg"]


def test_a_full_disk_is_one_clear_line(tmp_path: Path, tiny_class: TinyClass) -> None:
    full = Failing(tiny_class(), sqlite3.OperationalError("database or disk is full"))
    with pytest.raises(DatasetError, match=r"cannot write bag .*bag: database or disk is full"):
        write_bag(full, tmp_path / "bag", "sqlite3")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(DatasetError("00004.jpg is cut short"), id="bad frame"),
        pytest.param(KeyboardInterrupt(), id="Ctrl-C"),
    ],
)
def test_nothing_half_written_stays(
    tmp_path: Path, tiny_class: TinyClass, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        write_bag(Failing(tiny_class(), error), tmp_path / "bag")
    assert names_in(tmp_path) == []


def test_a_failure_keeps_the_bag_that_was_to_be_replaced(
    tmp_path: Path, tiny_class: TinyClass
) -> None:
    path = write_bag(tiny_class(count=2), tmp_path / "bag")
    failing = Failing(tiny_class(), DatasetError("no"))
    with pytest.raises(DatasetError, match="no"):
        write_bag(failing, path, "mcap", BagOptions(overwrite=True))
    assert names_in(tmp_path) == ["bag"]
    assert len(BagSequence(path)) == 2


def test_one_topic_for_both_cameras_is_refused() -> None:
    with pytest.raises(
        ConfigError, match="each needs a topic of its own; got /a, /thermal/image_raw, /a"
    ):
        BagOptions(BagTopics(rgb="/a", truth="/a"))
    with pytest.raises(ConfigError, match="each camera needs a topic of its own; both have /a"):
        BagTopics(rgb="/a", thermal="/a")


@pytest.mark.parametrize("name", ["", "/", "rgb", "/a b", "/a//b", "/1a", "/a/"])
def test_a_name_that_no_player_takes_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="is no full topic name"):
        BagOptions(BagTopics(rgb=name))


def test_folders_above_are_made(tmp_path: Path, tiny_class: TinyClass) -> None:
    assert len(BagSequence(write_bag(tiny_class(), tmp_path / "a" / "b" / "bag"))) == 6


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, tiny_class: TinyClass) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DatasetError, match=r"cannot write bag .*file/bag: "):
        write_bag(tiny_class(), tmp_path / "file" / "bag")


def test_progress_is_told_frame_by_frame(tmp_path: Path, tiny_class: TinyClass) -> None:
    ticks: list[int] = []
    write_bag(tiny_class(count=4), tmp_path / "bag", on_frame=lambda: ticks.append(1))
    assert len(ticks) == 4
