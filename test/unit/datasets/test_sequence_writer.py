"""Folders written by us are read by us.

Proves: no loss between `write_sequence` and `open_sequence`, and nothing half-written. Not: bags.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.raw_frame import RawFrame
from rgbt_dualatt_ros.datasets.sequence_folder import open_sequence
from rgbt_dualatt_ros.datasets.sequence_writer import write_sequence

ABSENT = np.full(4, np.nan, np.float32)


def noise(depth: type[np.generic], shape: tuple[int, ...], seed: int) -> NDArray[Any]:
    top = 2 ** (8 * np.dtype(depth).itemsize)
    return np.random.default_rng(seed).integers(0, top, shape).astype(depth)


def noise_frames(depth: type[np.generic] = np.uint16, count: int = 3) -> list[RawFrame]:
    return [
        RawFrame(
            noise(np.uint8, (12, 16, 3), index),
            noise(depth, (6, 8), 100 + index),
            rgb_stamp_ns=1_000 + 10 * index,
            thermal_stamp_ns=1_003 + 10 * index,
            truth=np.array([index + 1 / 3, 2, 3, 4], np.float32),
        )
        for index in range(count)
    ]


@pytest.mark.parametrize("depth", [np.uint8, np.uint16], ids=["8 bits", "16 bits"])
def test_nothing_is_lost(tmp_path: Path, depth: type[np.generic]) -> None:
    frames = noise_frames(depth)
    frames[1] = RawFrame(
        frames[1].rgb,
        frames[1].thermal,
        frames[1].rgb_stamp_ns,
        frames[1].thermal_stamp_ns,
        ABSENT,
    )
    assert write_sequence(frames, tmp_path / "walker") == 3
    again = open_sequence(tmp_path / "walker")
    for before, after in zip(frames, again.frames(), strict=True):
        np.testing.assert_array_equal(after.rgb, before.rgb, strict=True)
        np.testing.assert_array_equal(after.thermal, before.thermal, strict=True)
        assert after.rgb_stamp_ns == before.rgb_stamp_ns
        assert after.thermal_stamp_ns == before.thermal_stamp_ns
        np.testing.assert_array_equal(after.truth, before.truth)


def test_frames_of_which_one_image_is_lost_are_left_out(tmp_path: Path) -> None:
    frames = noise_frames()
    frames[1] = RawFrame(frames[1].rgb, None, 1_010, 1_013, frames[1].truth)
    assert write_sequence(frames, tmp_path / "walker") == 2
    stamps = [frame.rgb_stamp_ns for frame in open_sequence(tmp_path / "walker").frames()]
    assert stamps == [1_000, 1_020]


def test_images_of_other_kinds_become_what_a_folder_holds(tmp_path: Path) -> None:
    truth = np.array([1, 2, 3, 4], np.float32)
    grey_and_painted = RawFrame(
        noise(np.uint8, (12, 16), 0), noise(np.uint8, (6, 8, 3), 1), 1, 1, truth
    )
    kelvin: Any = np.linspace(280, 310, 48, dtype=np.float32).reshape(6, 8)
    floating = RawFrame(noise(np.uint8, (12, 16, 3), 0), kelvin, 2, 2, truth)
    write_sequence([grey_and_painted, floating], tmp_path / "walker")
    first, second = open_sequence(tmp_path / "walker").frames()
    assert first.rgb is not None
    assert second.thermal is not None
    np.testing.assert_array_equal(first.rgb[..., 0], grey_and_painted.rgb)
    np.testing.assert_array_equal(first.rgb[..., 2], grey_and_painted.rgb)
    assert second.thermal.dtype == np.uint8
    assert second.thermal[0, 0] == 0
    assert second.thermal[-1, -1] == 255


def test_without_any_box_there_is_no_file_of_boxes(tmp_path: Path) -> None:
    frames = [
        RawFrame(frame.rgb, frame.thermal, frame.rgb_stamp_ns, frame.thermal_stamp_ns, ABSENT)
        for frame in noise_frames()
    ]
    write_sequence(frames, tmp_path / "walker")
    assert sorted(path.name for path in (tmp_path / "walker").iterdir()) == [
        "infrared",
        "stamps.txt",
        "visible",
    ]


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    def failing() -> Iterator[RawFrame]:
        yield from noise_frames()
        raise DatasetError("the bag is damaged")

    with pytest.raises(DatasetError, match="damaged"):
        write_sequence(failing(), tmp_path / "walker")
    with pytest.raises(DatasetError, match="no frame to write"):
        write_sequence([], tmp_path / "walker")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("rgbt_dualatt_ros.datasets.sequence_writer.write_stamps", fill_disk)
    with pytest.raises(DatasetError, match="walker: No space left on device"):
        write_sequence(noise_frames(), tmp_path / "walker")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "walker").mkdir()
    with pytest.raises(DatasetError, match="walker exists; choose another name"):
        write_sequence(noise_frames(), tmp_path / "walker")
    (tmp_path / "file").write_text("x")
    with pytest.raises(DatasetError, match="cannot write"):
        write_sequence(noise_frames(), tmp_path / "file" / "walker")


def test_others_may_read_the_folder(tmp_path: Path) -> None:
    write_sequence(noise_frames(), tmp_path / "walker")
    assert (tmp_path / "walker").stat().st_mode & 0o055 == 0o055
