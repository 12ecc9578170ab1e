"""Sequences in folders.

Proves: layouts, order, depth, sizes and stamps of well-formed folders, and one clear line for each
kind of damaged one. Not: the public benchmarks themselves, which are not in the repository.
"""

from __future__ import annotations

import errno
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.config import Config, ThermalConfig
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.image_files import write_png
from rgbt_dualatt_ros.datasets.sequence_folder import open_sequence

HEIGHT, WIDTH = 24, 32


def rgb_image(index: int) -> NDArray[np.uint8]:
    return np.full((HEIGHT, WIDTH, 3), (index, 100, 200), np.uint8)


def thermal_image(index: int) -> NDArray[np.uint8]:
    return np.full((HEIGHT, WIDTH), 50 + index, np.uint8)


def fill(
    folder: Path, count: int, image: Callable[[int], NDArray[np.uint8]], name: str = "{:05d}.png"
) -> None:
    folder.mkdir(parents=True)
    for index in range(count):
        write_png(folder / name.format(index + 1), image(index))


def write_boxes(path: Path, count: int, first_x: int = 1) -> None:
    path.write_text("".join(f"{first_x + index},2,3,4\n" for index in range(count)))


@pytest.fixture
def sequence_path(tmp_path: Path) -> Path:
    """Three frames in the layout of RGB-T benchmarks."""
    path = tmp_path / "walker"
    fill(path / "visible", 3, rgb_image)
    fill(path / "infrared", 3, thermal_image)
    write_boxes(path / "groundtruth.txt", 3)
    return path


def test_reads_every_pair_with_its_box(sequence_path: Path) -> None:
    sequence = open_sequence(sequence_path)
    assert sequence.name == "walker"
    assert sequence.attributes == ()
    assert len(sequence) == 3
    np.testing.assert_array_equal(sequence.truth, [[1, 2, 3, 4], [2, 2, 3, 4], [3, 2, 3, 4]])
    assert sequence.truth.dtype == np.float32
    pairs = list(sequence.pairs())
    assert len(pairs) == 3
    for index, pair in enumerate(pairs):
        np.testing.assert_array_equal(pair.rgb, rgb_image(index))
        np.testing.assert_array_equal(pair.thermal, thermal_image(index))
    assert [pair.rgb[0, 0, 0] for pair in sequence.pairs()] == [0, 1, 2], "it can be read again"


def test_stamps_are_even_and_never_zero(sequence_path: Path) -> None:
    stamps = [pair.stamp_ns for pair in open_sequence(sequence_path, rate_hz=10.0).pairs()]
    assert np.diff(stamps).tolist() == [100_000_000] * 2
    assert stamps[0] > 0


def test_a_file_of_stamps_counts(sequence_path: Path) -> None:
    (sequence_path / "stamps.txt").write_text("5,6\n15,17\n25,26\n")
    frames = list(open_sequence(sequence_path).frames())
    assert [frame.rgb_stamp_ns for frame in frames] == [5, 15, 25]
    assert [frame.thermal_stamp_ns for frame in frames] == [6, 17, 26]


def test_colour_only_gives_its_grey_copy_as_thermal(tmp_path: Path) -> None:
    fill(tmp_path / "car" / "img", 2, rgb_image)
    write_boxes(tmp_path / "car" / "groundtruth.txt", 2)
    for pair in open_sequence(tmp_path / "car").pairs():
        np.testing.assert_array_equal(pair.thermal, cv2.cvtColor(pair.rgb, cv2.COLOR_RGB2GRAY))


@pytest.mark.parametrize(
    ("folders", "names", "truth_file", "line"),
    [
        pytest.param(
            ("visible", "infrared"), ("{:05d}v.png", "{:05d}i.png"), "visible.txt", "1,2,3,4",
            id="RGBT234",
        ),
        pytest.param(
            ("visible", "infrared"), ("v{:04d}.png", "i{:04d}.png"), "init.txt", "1,2,3,4",
            id="LasHeR",
        ),
        pytest.param(
            ("v", "i"), ("{:05d}v.png", "{:05d}i.png"), "groundTruth_v.txt", "1 2 4 6", id="GTOT"
        ),
        pytest.param(
            ("color", "ir"), ("{:08d}v.png", "{:08d}i.png"), "groundtruth.txt",
            "1,2,4,2,4,6,1,6", id="VOT-RGBT",
        ),
    ],
)  # fmt: skip
def test_layouts_of_the_benchmarks(
    tmp_path: Path,
    folders: tuple[str, str],
    names: tuple[str, str],
    truth_file: str,
    line: str,
) -> None:
    fill(tmp_path / folders[0], 2, rgb_image, names[0])
    fill(tmp_path / folders[1], 2, thermal_image, names[1])
    (tmp_path / truth_file).write_text(f"{line}\n{line}\n")
    sequence = open_sequence(tmp_path)
    np.testing.assert_array_equal(sequence.truth, [[1, 2, 3, 4]] * 2)
    assert [pair.thermal[0, 0] for pair in sequence.pairs()] == [50, 51]


def test_images_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    fill(tmp_path / "img", 12, rgb_image, "frame{}.png")
    write_boxes(tmp_path / "groundtruth.txt", 12)
    reds = [pair.rgb[0, 0, 0] for pair in open_sequence(tmp_path).pairs()]
    assert reds == list(range(12))


def test_suffixes_in_any_case_and_other_files_between(tmp_path: Path) -> None:
    folder = tmp_path / "img"
    folder.mkdir()
    for index, suffix in enumerate((".PNG", ".Jpg", ".BMP", ".jpeg")):
        _, encoded = cv2.imencode(suffix, np.full((HEIGHT, WIDTH, 3), 40 * index, np.uint8))
        (folder / f"{index}{suffix}").write_bytes(encoded.tobytes())
    (folder / "Thumbs.db").write_bytes(b"none of ours")
    (folder / "._0.png").write_bytes(b"none of ours")
    write_boxes(tmp_path / "groundtruth.txt", 4)
    levels = [int(pair.rgb[0, 0, 0]) for pair in open_sequence(tmp_path).pairs()]
    np.testing.assert_allclose(levels, [0, 40, 80, 120], atol=1)


def test_counts_that_differ_give_the_whole_pairs(
    sequence_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (sequence_path / "infrared" / "00003.png").unlink()
    with caplog.at_level(logging.WARNING):
        sequence = open_sequence(sequence_path)
    assert len(sequence) == len(list(sequence.pairs())) == len(sequence.truth) == 2
    assert len(caplog.records) == 1
    assert (
        "walker: 3 colour images, 2 thermal images, 3 boxes in groundtruth.txt; "
        "the first 2 of each are used" in caplog.text
    )


def test_a_gap_is_told_instead_of_shifting_the_pairs(sequence_path: Path) -> None:
    (sequence_path / "infrared" / "00002.png").unlink()
    with pytest.raises(DatasetError, match=r"00002\.png would be paired with 00003\.png"):
        open_sequence(sequence_path)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param(
            2,
            "2 boxes in groundtruth.txt; 3 frames are used, those without a box are not scored",
            id="shorter",
        ),
        pytest.param(5, "5 boxes in groundtruth.txt; the first 3 of each are used", id="longer"),
    ],
)
def test_a_truth_of_another_length_is_warned_of_once(
    sequence_path: Path, caplog: pytest.LogCaptureFixture, lines: int, said: str
) -> None:
    write_boxes(sequence_path / "groundtruth.txt", lines)
    with caplog.at_level(logging.WARNING):
        sequence = open_sequence(sequence_path)
    assert len(sequence) == len(sequence.truth) == 3
    assert np.isnan(sequence.truth).all(axis=1).tolist() == [False, False, lines == 2]
    assert len(caplog.records) == 1
    assert said in caplog.text


def test_thermal_of_another_size_is_scaled_to_the_colour_image(sequence_path: Path) -> None:
    small = np.zeros((HEIGHT // 2, WIDTH // 2), np.uint8)
    small[:, WIDTH // 4 :] = 200
    write_png(sequence_path / "infrared" / "00001.png", small)
    pair = next(open_sequence(sequence_path).pairs())
    assert pair.thermal.shape == (HEIGHT, WIDTH)
    assert (pair.thermal[:, : WIDTH // 2 - 2] == 0).all()
    assert (pair.thermal[:, WIDTH // 2 + 2 :] == 200).all()


@pytest.mark.parametrize(
    ("thermal", "levels"),
    [
        pytest.param(
            ThermalConfig(normalization="fixed", low=1000.0, high=2000.0),
            (0, 128, 255),
            id="fixed",
        ),
        pytest.param(ThermalConfig(normalization="minmax"), (0, 128, 255), id="minmax"),
    ],
)
def test_counts_become_grey_levels_by_the_settings(
    sequence_path: Path, thermal: ThermalConfig, levels: tuple[int, int, int]
) -> None:
    counts = np.full((HEIGHT, WIDTH), 1500, np.uint16)
    counts[:4], counts[-4:] = 1000, 2000
    write_png(sequence_path / "infrared" / "00001.png", counts)
    sequence = open_sequence(sequence_path, Config(thermal=thermal))
    frame = next(iter(sequence.frames()))
    np.testing.assert_array_equal(frame.thermal, counts)
    pair = next(sequence.pairs())
    np.testing.assert_allclose(pair.thermal[[0, HEIGHT // 2, -1], 0].astype(float), levels, atol=1)


def damage_nothing_there(path: Path) -> None:
    for file in sorted(path.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()


def damage_empty_folder(path: Path) -> None:
    for file in (path / "infrared").iterdir():
        file.unlink()


def damage_missing_boxes(path: Path) -> None:
    (path / "groundtruth.txt").unlink()


def damage_empty_boxes(path: Path) -> None:
    (path / "groundtruth.txt").write_text("\n")


def damage_no_initial_box(path: Path) -> None:
    (path / "groundtruth.txt").write_text("nan,nan,nan,nan\n1,2,3,4\n1,2,3,4\n")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(damage_nothing_there, "expected folders of images: visible/ and", id="none"),
        pytest.param(damage_empty_folder, "there is no image in", id="no images"),
        pytest.param(
            damage_missing_boxes, "has no boxes; expected groundtruth.txt", id="no boxes"
        ),
        pytest.param(damage_empty_boxes, "groundtruth.txt, line 1: the file is empty", id="empty"),
        pytest.param(damage_no_initial_box, "line 1: the first line must hold a box", id="NaN 1"),
    ],
)
def test_a_folder_that_is_no_sequence_is_named(
    sequence_path: Path, damage: Callable[[Path], None], said: str
) -> None:
    damage(sequence_path)
    with pytest.raises(DatasetError) as caught:
        open_sequence(sequence_path)
    assert str(sequence_path) in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_not_there_or_no_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="absent: No such file or directory"):
        open_sequence(tmp_path / "absent")
    (tmp_path / "file").write_text("x")
    with pytest.raises(DatasetError, match="file: Not a directory"):
        open_sequence(tmp_path / "file")


@pytest.mark.parametrize("forbidden", ["walker", "visible"])
def test_a_folder_that_may_not_be_read_is_named(
    sequence_path: Path, monkeypatch: pytest.MonkeyPatch, forbidden: str
) -> None:
    list_folder = Path.iterdir

    def refuse(path: Path) -> Iterator[Path]:
        if path.name == forbidden:
            raise PermissionError(errno.EACCES, "Permission denied")
        return iter(list_folder(path))

    monkeypatch.setattr(Path, "iterdir", refuse)  # root, who may run the tests, reads everything
    with pytest.raises(DatasetError, match=rf"cannot read .*{forbidden}: Permission denied"):
        open_sequence(sequence_path)


def encoded_noise(suffix: str) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    return cv2.imencode(suffix, noise)[1].tobytes()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"this is no picture", "is not an image that OpenCV can read", id="text"),
        pytest.param(encoded_noise(".jpg")[:-40], "is cut short", id="JPEG without its end"),
        pytest.param(encoded_noise(".jpg")[:300], "is cut short", id="JPEG header only"),
        pytest.param(encoded_noise(".png")[:-30], "is cut short", id="PNG without its end"),
    ],
)
@pytest.mark.parametrize("folder", ["visible", "infrared"])
def test_a_damaged_image_is_named(
    sequence_path: Path, folder: str, content: bytes, said: str
) -> None:
    damaged = sequence_path / folder / "00002.png"
    damaged.write_bytes(content)
    pairs = open_sequence(sequence_path).pairs()
    next(pairs)
    with pytest.raises(DatasetError, match=f"{re.escape(str(damaged))} {said}"):
        next(pairs)


def test_an_image_that_vanished_is_named(sequence_path: Path) -> None:
    sequence = open_sequence(sequence_path)
    (sequence_path / "visible" / "00002.png").unlink()
    with pytest.raises(DatasetError, match=r"cannot read .*00002\.png: No such file"):
        list(sequence.pairs())


def test_colour_images_of_changing_size_are_refused(sequence_path: Path) -> None:
    write_png(sequence_path / "visible" / "00003.png", np.zeros((10, 12, 3), np.uint8))
    with pytest.raises(DatasetError, match=r"00003\.png is 12x10, the images before it 32x24"):
        list(open_sequence(sequence_path).pairs())


@pytest.mark.data
@pytest.mark.parametrize("kind", ["rgbt", "rgb"])
def test_real_sequences_open(real_data: Path, kind: str) -> None:
    folders = sorted((real_data / kind).iterdir())
    assert folders
    for folder in folders:
        sequence = open_sequence(folder)
        pair = next(sequence.pairs())
        assert len(sequence) == len(sequence.truth) > 0
        assert np.isfinite(sequence.truth).all()
        centers = sequence.truth[:, :2] + sequence.truth[:, 2:] / 2
        assert (centers < (pair.size.width, pair.size.height)).all()
