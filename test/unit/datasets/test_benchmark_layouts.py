"""The layout of every benchmark, in each way its copies name the files.

Proves: the images of both cameras in order, the boxes of both, in the form the others of the
package use. Not: the published files themselves, of which only the texts were tried by hand.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.benchmark import open_benchmark
from rgbt_dualatt_ros.datasets.layouts import TruthKind
from rgbt_dualatt_ros.datasets.sequence_folder import FolderOptions, FolderSequence

WriteImages = Callable[..., None]

THERMAL = 5
"""Grey of thermal images above that of colour images."""


def write_lines(path: Path, *lines: str, end: str = "\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(line + end for line in lines).encode())


def levels(sequence: FolderSequence) -> list[tuple[float, float]]:
    """Greys of the colour and the thermal image of every pair."""
    return [(float(pair.rgb.mean()), float(pair.thermal.mean())) for pair in sequence.pairs()]


def expect_three_frames(sequence: FolderSequence) -> None:
    np.testing.assert_allclose(levels(sequence), [(0, 5), (10, 15), (20, 25)], atol=2)
    np.testing.assert_array_equal(sequence.truths["visible"], [[i, 2, 3, 4] for i in (1, 2, 3)])
    np.testing.assert_array_equal(sequence.truths["infrared"], [[i, 2, 3, 4] for i in (2, 3, 4)])
    np.testing.assert_array_equal(sequence.truth, sequence.truths["visible"])


@pytest.mark.parametrize(
    ("folders", "names"),
    [
        pytest.param(("v", "i"), ("{:05d}v.png", "{:05d}i.png"), id="published"),
        pytest.param(("v", "i"), ("{:05d}_v.jpg", "{:05d}_i.jpg"), id="underscore, jpg"),
        pytest.param(("V", "I"), ("{}v.BMP", "{}i.BMP"), id="capitals, no zeros"),
        pytest.param(("visible", "infrared"), ("{:04d}.PNG", "{:04d}.PNG"), id="renamed folders"),
    ],
)
@pytest.mark.parametrize("text", ["groundTruth_{}.txt", "groundtruth_{}.txt"])
def test_gtot(
    tmp_path: Path,
    write_images: WriteImages,
    folders: tuple[str, str],
    names: tuple[str, str],
    text: str,
) -> None:
    path = tmp_path / "BlackCar"
    write_images(path / folders[0], 3, names[0], first=9)
    write_images(path / folders[1], 3, names[1], first=9, offset=THERMAL)
    write_lines(path / text.format("v"), "1 2 4 6", "2 2 5 6", "6 6 3 2")
    write_lines(path / text.format("i"), "2 2 5 6", "3 2 6 6", "4 2 7 6")
    write_lines(path / "init.txt", "7\t2\t3\t4", "8\t2\t3\t4", "9\t2\t3\t4", end="\r\n")
    (sequence,) = open_benchmark("gtot", tmp_path).sequences
    expect_three_frames(sequence.opened)
    np.testing.assert_array_equal(sequence.truths["init"], [[i, 2, 3, 4] for i in (7, 8, 9)])


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("{:05d}v.jpg", "{:05d}i.jpg"), id="RGBT234"),
        pytest.param(("{:05d}v.png", "{:05d}i.jpeg"), id="two kinds of file"),
        pytest.param(("v{:04d}.jpg", "i{:04d}.jpg"), id="LasHeR"),
        pytest.param(("{:06d}.JPG", "{:06d}.JPG"), id="same names"),
        pytest.param(("v_{}.png", "i_{}.png"), id="no zeros"),
    ],
)
@pytest.mark.parametrize(
    ("name", "inside"),
    [
        pytest.param("rgbt234", "", id="RGBT234"),
        pytest.param("RGBT-234", "RGBT234/", id="a folder more"),
        pytest.param("lasher", "testingset/", id="LasHeR"),
        pytest.param("lasher/test", "TestingSet/testingset/", id="LasHeR in two"),
    ],
)
def test_rgbt234_and_lasher(
    tmp_path: Path, write_images: WriteImages, names: tuple[str, str], name: str, inside: str
) -> None:
    path = tmp_path / inside / "man 5"
    write_images(path / "visible", 3, names[0], first=9)
    write_images(path / "infrared", 3, names[1], first=9, offset=THERMAL)
    write_lines(path / "visible.txt", "1,2,3,4", "2,2,3,4", "3,2,3,4", end="\r\n")
    write_lines(path / "infrared.txt", "2,2,3,4", "3,2,3,4", "4,2,3,4")
    write_lines(path / "init.txt", "7,2,3,4", "8,2,3,4", "9,2,3,4")
    (sequence,) = open_benchmark(name, tmp_path).sequences
    assert sequence.name == "man 5"
    expect_three_frames(sequence.opened)


@pytest.mark.parametrize(
    ("initial", "first_x"),
    [("visible", 1), ("infrared", 2), ("init", 7)],
)
def test_the_truth_to_start_from_can_be_chosen(
    tmp_path: Path, write_images: WriteImages, initial: TruthKind, first_x: int
) -> None:
    path = tmp_path / "man5"
    write_images(path / "visible", 2, "{:05d}v.jpg")
    write_images(path / "infrared", 2, "{:05d}i.jpg")
    for kind, x in (("visible", 1), ("infrared", 2), ("init", 7)):
        write_lines(path / f"{kind}.txt", f"{x},2,3,4", f"{x},2,3,4")
    options = FolderOptions(initial_truth=initial)
    (sequence,) = open_benchmark("rgbt234", tmp_path, options).sequences
    assert sequence.truth[:, 0].tolist() == [first_x] * 2
    assert {kind: boxes[0, 0] for kind, boxes in sequence.truths.items()} == {
        "visible": 1, "infrared": 2, "init": 7,
    }  # fmt: skip


def test_an_init_file_of_one_line_gives_the_first_box_only(
    tmp_path: Path, write_images: WriteImages, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "man5"
    write_images(path / "visible", 3, "{:05d}v.jpg")
    write_images(path / "infrared", 3, "{:05d}i.jpg")
    for kind in ("visible", "infrared"):
        write_lines(path / f"{kind}.txt", *["1,2,3,4"] * 3)
    write_lines(path / "init.txt", "7,2,3,4")
    options = FolderOptions(initial_truth="init")
    (sequence,) = open_benchmark("lasher/all", tmp_path, options).sequences
    assert sequence.truth[:, 0].tolist() == [7, 1, 1]
    assert set(sequence.opened.written_truths) == {"visible", "infrared"}, "no truth to score by"
    assert set(sequence.read_truths()[0]) == {"visible", "infrared"}
    assert not [record for record in caplog.records if "man5" in record.message]


def test_rgbt210_has_one_truth_and_keeps_boxes_without_area_as_written(
    tmp_path: Path, write_images: WriteImages
) -> None:
    path = tmp_path / "child4"
    write_images(path / "visible", 3, "{:05d}v.jpg")
    write_images(path / "infrared", 3, "{:05d}i.jpg")
    write_lines(path / "init.txt", "1,2,3,4", "147,457,0,0", "3,2,3,4", "", end="\r\n")
    (sequence,) = open_benchmark("rgbt210", tmp_path).sequences
    assert sequence.truths.keys() == {"init"}
    assert np.isnan(sequence.truth[:, 0]).tolist() == [False, True, False]
    written = sequence.opened.written_truths["init"]
    np.testing.assert_array_equal(written[1], [147, 457, 0, 0])


@pytest.mark.parametrize("inside", ["test/", "test_ST_002/", "test/test_LT/test_LT_001/"])
def test_vtuav_is_annotated_in_every_tenth_frame(
    tmp_path: Path, write_images: WriteImages, inside: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / inside / "car_041"
    write_images(path / "rgb", 24, "{:06d}.jpg", first=0)
    write_images(path / "ir", 24, "{:06d}.jpg", first=0, offset=THERMAL)
    write_lines(path / "rgb.txt", "1 2 3 4", "2 2 3 4", "3 2 3 4 1 1 9 9")
    write_lines(path / "ir.txt", "2 2 3 4", "0 0 0 0", "4 2 3 4")
    (sequence,) = open_benchmark("vtuav", tmp_path).sequences
    assert len(sequence) == 24
    known = np.flatnonzero(np.isfinite(sequence.truth[:, 0]))
    assert known.tolist() == [0, 10, 20]
    np.testing.assert_array_equal(sequence.truth[known, 0], [1, 2, 3])
    assert np.flatnonzero(np.isfinite(sequence.truths["infrared"][:, 0])).tolist() == [0, 20]
    assert not [record for record in caplog.records if "boxes" in record.message]


@pytest.mark.parametrize(
    ("lines", "frames", "last"),
    [
        pytest.param(2, 20, 10, id="truth ends before the images"),
        pytest.param(24, 24, 23, id="a line for every image"),
    ],
)
def test_vtuav_with_other_numbers_of_lines(
    tmp_path: Path, write_images: WriteImages, lines: int, frames: int, last: int
) -> None:
    path = tmp_path / "train_LT" / "car"
    for folder in ("rgb", "ir"):
        write_images(path / folder, 24, "{:06d}.jpg")
        write_lines(path / f"{folder}.txt", *[f"{i} 2 3 4" for i in range(lines)])
    (sequence,) = open_benchmark("vtuav/train_LT", tmp_path).sequences
    assert len(sequence) == frames
    assert np.flatnonzero(np.isfinite(sequence.truth[:, 0]))[-1] == last
    assert sequence.truth[last, 0] == lines - 1


@pytest.mark.parametrize(
    "flags",
    [
        pytest.param(("0,0,1,0", "0,0,0,0"), id="one row"),
        pytest.param(("0\n0\n1\n0\n", "0\n0\n0\n0\n"), id="a line each"),
        pytest.param(("0,0,0,0", "1,0,1,0"), id="out of view; the first box is kept"),
    ],
)
def test_lasot_leaves_out_boxes_of_frames_without_the_target(
    tmp_path: Path, write_images: WriteImages, flags: tuple[str, str]
) -> None:
    path = tmp_path / "airplane" / "airplane-10"
    write_images(path / "img", 4, "{:08d}.jpg")
    write_lines(path / "groundtruth.txt", "1,2,3,4", "2,2,3,4", "3,2,3,4", "0,0,0,0")
    write_lines(path / "full_occlusion.txt", flags[0])
    write_lines(path / "out_of_view.txt", flags[1])
    write_lines(path / "nlp.txt", "white airplane landing on ground")
    (sequence,) = open_benchmark("LaSOT", tmp_path).sequences
    assert sequence.name == "airplane-10"
    assert np.isnan(sequence.truth[:, 0]).tolist() == [False, False, True, True]
    written = sequence.opened.written_truths["visible"]
    assert np.isnan(written[:3, 0]).tolist() == [False, False, True], "not scored"
    for pair in sequence.pairs():
        np.testing.assert_allclose(pair.thermal, pair.rgb[..., 0], atol=1)
    for image in (path / "img").iterdir():
        image.unlink()
    (path / "img").rmdir()
    np.testing.assert_array_equal(sequence.read_truths()[0]["visible"], written)


def test_lasot_flags_of_another_length_are_told(
    tmp_path: Path, write_images: WriteImages, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "airplane" / "airplane-1"
    write_images(path / "img", 3, "{:08d}.jpg")
    write_lines(path / "groundtruth.txt", *["1,2,3,4"] * 3)
    write_lines(path / "full_occlusion.txt", "0,1")
    with caplog.at_level(logging.WARNING):
        truth = open_benchmark("lasot", tmp_path).sequence("airplane-1").truth
    assert np.isnan(truth[:, 0]).tolist() == [False, True, False]
    assert "full_occlusion.txt has 2 flags for 3 frames" in caplog.text


@pytest.mark.parametrize(
    ("pattern", "names", "folders"),
    [
        pytest.param(
            ("color/%08d.jpg", "ir/%08di.jpg"), ("{:08d}.jpg", "{:08d}i.jpg"), ("color", "ir"),
            id="published",
        ),
        pytest.param(
            ("rgb\\%05d.png", "lwir\\t_%d.png"), ("{:05d}.png", "t_{}.png"), ("rgb", "lwir"),
            id="other folders, backslashes",
        ),
        pytest.param(None, ("{:08d}v.JPG", "{:08d}i.JPG"), ("color", "ir"), id="no sequence file"),
    ],
)  # fmt: skip
def test_vot_rgbt(
    tmp_path: Path,
    write_images: WriteImages,
    pattern: tuple[str, str] | None,
    names: tuple[str, str],
    folders: tuple[str, str],
) -> None:
    path = tmp_path / "afterrain"
    if folders[0] != "color":
        write_images(path / "color", 1, "thumbnail.png")
        write_images(path / "ir", 1, "thumbnail.png")
    write_images(path / folders[0], 3, names[0], first=9)
    write_images(path / folders[1], 3, names[1], first=9, offset=THERMAL)
    if pattern:
        text = ("[sequence]", "name=afterrain", "fps=30", f"channels.color={pattern[0]}",
                f"channels.ir = {pattern[1]}")  # fmt: skip
        write_lines(path / "sequence", *text, end="\r\n")
    write_lines(path / "groundtruth.txt", "1,2,4,2,4,6,1,6", "2,2,3,4", "nan,nan,nan,nan")
    write_lines(tmp_path / "list.txt", "afterrain")
    (sequence,) = open_benchmark("vot-rgbt2019", tmp_path).sequences
    np.testing.assert_allclose(levels(sequence.opened), [(0, 5), (10, 15), (20, 25)], atol=2)
    np.testing.assert_array_equal(sequence.truth, [[1, 2, 3, 4], [2, 2, 3, 4], [np.nan] * 4])


def test_a_vot_pattern_without_images_is_named(tmp_path: Path, write_images: WriteImages) -> None:
    for folder in ("color", "ir"):
        write_images(tmp_path / "a" / folder, 1, "{:08d}.png")
    write_lines(tmp_path / "a" / "sequence", "channels.color=color/%08d.jpg")
    write_lines(tmp_path / "a" / "groundtruth.txt", "1,2,3,4")
    with pytest.raises(DatasetError, match=r"no image named %08d\.jpg in .*color"):
        len(open_benchmark("votrgbt2020", tmp_path).sequence("a"))


@pytest.mark.parametrize("line", ["1,2,3,4", "1\t2\t3\t4", "1 2 3 4", "1, 2, 3, 4"])
def test_otb(tmp_path: Path, write_images: WriteImages, line: str) -> None:
    write_images(tmp_path / "Basketball" / "img", 2, "{:04d}.jpg")
    write_lines(tmp_path / "Basketball" / "groundtruth_rect.txt", line, line)
    (sequence,) = open_benchmark("otb", tmp_path).sequences
    np.testing.assert_array_equal(sequence.truth, [[1, 2, 3, 4]] * 2)
    assert len(list(sequence.pairs())) == 2


def test_otb_with_two_targets_in_one_folder(tmp_path: Path, write_images: WriteImages) -> None:
    write_images(tmp_path / "Jogging" / "img", 2, "{:04d}.jpg")
    for target in (1, 2):
        write_lines(tmp_path / "Jogging" / f"groundtruth_rect.{target}.txt", f"{target},2,3,4")
    benchmark = open_benchmark("otb", tmp_path)
    assert benchmark.names == ("Jogging-1", "Jogging-2")
    assert [each.truth[0, 0] for each in benchmark.sequences] == [1, 2]


@pytest.mark.parametrize(
    ("images", "first_level"), [pytest.param(302, 299, id="all"), pytest.param(3, 0, id="cut")]
)
def test_otb_david_starts_at_image_300(
    tmp_path: Path, images: int, first_level: int, write_images: WriteImages
) -> None:
    write_images(tmp_path / "David" / "img", min(images, 3), "{:04d}.png", offset=40)
    for number in range(4, images + 1):
        (tmp_path / "David" / "img" / f"{number:04d}.png").symlink_to("0001.png")
    if first_level:
        (tmp_path / "David" / "img" / "0300.png").unlink()
        write_images(tmp_path / "David" / "img", 1, "{:04d}.png", first=300, offset=200)
    write_lines(tmp_path / "David" / "groundtruth_rect.txt", "1,2,3,4", "2,2,3,4", "3,2,3,4")
    sequence = open_benchmark("otb", tmp_path).sequence("David")
    assert len(sequence) == 3
    assert next(sequence.pairs()).rgb[0, 0, 0] == (200 if first_level else 40)


def test_plain_folders_of_several_layouts(tmp_path: Path, write_images: WriteImages) -> None:
    write_images(tmp_path / "a" / "visible", 2, "{}.png")
    write_images(tmp_path / "a" / "infrared", 2, "{}.png")
    write_lines(tmp_path / "a" / "groundtruth.txt", "1,2,3,4")
    write_images(tmp_path / "b" / "img", 2, "{}.png")
    write_lines(tmp_path / "b" / "groundtruth.txt", "1,2,3,4", "1,2,3,4")
    benchmark = open_benchmark("folder", tmp_path)
    assert benchmark.names == ("a", "b")
    assert [len(each) for each in benchmark.sequences] == [2, 2], "boxes may be missing"
