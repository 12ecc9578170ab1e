"""Benchmarks as a whole: splits, lists, what lies between the sequences, and damaged copies.

Proves: which folders are taken, that opening is lazy, and that every fault of a hostile folder is
told with its file while the rest can be used. Not: the layouts, see test_benchmark_layouts.py.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.datasets.benchmark import Benchmark, open_benchmark
from rgbt_dualatt_ros.datasets.benchmark_check import check_benchmark
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.datasets.sequence_folder import FolderOptions

WriteImages = Callable[..., None]
WriteSequence = Callable[..., Path]


@pytest.fixture
def write_sequence(write_images: WriteImages) -> WriteSequence:
    """Write a sequence of three frames in RGBT234's layout."""

    def write(path: Path, frames: int = 3) -> Path:
        write_images(path / "visible", frames, "{:05d}v.png")
        write_images(path / "infrared", frames, "{:05d}i.png")
        for kind in ("visible", "infrared", "init"):
            (path / f"{kind}.txt").write_text("8,6,10,8\n" * frames)
        return path

    return write


def test_sequences_come_in_the_order_of_their_names(
    tmp_path: Path, write_sequence: WriteSequence
) -> None:
    for name in ("man10", "man2", "Car", "a-10-2", "a-9-10"):
        write_sequence(tmp_path / name)
    names = open_benchmark("rgbt234", tmp_path).names
    assert names == ("a-9-10", "a-10-2", "Car", "man2", "man10")


def test_nothing_is_read_before_it_is_used(
    tmp_path: Path, write_sequence: WriteSequence, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_sequence(tmp_path / "man")
    (path / "visible.txt").write_text("8,6,10,8\n")
    sequence = open_benchmark("rgbt234", tmp_path).sequence("man")
    said = [
        record.message for record in caplog.records if "without attributes" not in record.message
    ]
    assert said == []
    assert len(sequence) == 1
    assert len(sequence) == len(list(sequence.pairs()))
    assert sum("1 boxes in visible.txt" in record.message for record in caplog.records) == 1


def test_a_sequence_travels_to_another_process(
    tmp_path: Path, write_sequence: WriteSequence
) -> None:
    write_sequence(tmp_path / "man")
    sequence = pickle.loads(
        pickle.dumps(open_benchmark("rgbt234", tmp_path).sequence("man").opened)
    )
    assert len(list(sequence.pairs())) == 3


@pytest.mark.parametrize(
    ("split", "names"),
    [
        pytest.param("", ("b",), id="test when nothing is said"),
        pytest.param("/test", ("b",), id="test"),
        pytest.param("/TRAIN", ("a",), id="train"),
        pytest.param("/all", ("a", "b"), id="all"),
    ],
)
def test_lasher_is_split_by_folders(
    tmp_path: Path, write_sequence: WriteSequence, split: str, names: tuple[str, ...]
) -> None:
    write_sequence(tmp_path / "trainingset" / "a")
    write_sequence(tmp_path / "testingset" / "b")
    assert open_benchmark(f"lasher{split}", tmp_path).names == names


def test_lasher_is_split_by_lists(tmp_path: Path, write_sequence: WriteSequence) -> None:
    for name in ("a", "b", "c"):
        write_sequence(tmp_path / name)
    (tmp_path / "testingsetList.txt").write_bytes(b"\xef\xbb\xbfb\r\n\r\nabsent\r\n")
    benchmark = open_benchmark("lasher", tmp_path)
    assert benchmark.names == ("b",)
    assert any("not there: absent" in note for note in benchmark.notes)


def test_the_folder_of_one_split_is_that_split(
    tmp_path: Path, write_sequence: WriteSequence
) -> None:
    write_sequence(tmp_path / "testingset" / "b")
    assert open_benchmark("lasher", tmp_path / "testingset").names == ("b",)
    with pytest.raises(DatasetError, match=r"which sequences are of LasHeR/train; expected"):
        open_benchmark("lasher/train", tmp_path / "testingset")


@pytest.mark.parametrize(
    ("split", "names"),
    [("train", ("a", "b")), ("train_ST", ("a",)), ("test", ("c", "d")), ("test_LT", ("d",))],
)
def test_vtuav_is_split_by_folders_and_their_parts(
    tmp_path: Path, write_images: WriteImages, split: str, names: tuple[str, ...]
) -> None:
    places = ("train/train_ST_001/a", "train/train_LT_002/b", "test_ST_001/c", "test_LT_002/d")
    for place in places:
        for folder in ("rgb", "ir"):
            write_images(tmp_path / place / folder, 1, "{:06d}.jpg")
            (tmp_path / place / f"{folder}.txt").write_text("1 2 3 4\n")
    assert open_benchmark(f"vtuav/{split}", tmp_path).names == names


def test_a_name_that_occurs_twice_is_taken_once(
    tmp_path: Path, write_sequence: WriteSequence
) -> None:
    write_sequence(tmp_path / "train_1" / "man")
    write_sequence(tmp_path / "train_2" / "man", frames=2)
    benchmark = open_benchmark("lasher/train", tmp_path)
    assert [len(each) for each in benchmark.sequences] == [3]
    assert any("is left out" in note and "train_2" in note for note in benchmark.notes)


def test_the_list_of_vot_decides(tmp_path: Path, write_images: WriteImages) -> None:
    for name in ("a", "b"):
        for folder in ("color", "ir"):
            write_images(tmp_path / name / folder, 1, "{:08d}.png")
        (tmp_path / name / "groundtruth.txt").write_text("1,2,3,4\n")
    (tmp_path / "list.txt").write_text("a\nc\n")
    benchmark = open_benchmark("vot-rgbt2019", tmp_path)
    assert benchmark.names == ("a",)
    assert [note.split(": ")[-1] for note in benchmark.notes] == ["c", "b"]
    (tmp_path / "list.txt").write_text("d\n")
    with pytest.raises(DatasetError, match=r"none of the 1 sequences of .*list\.txt is there"):
        open_benchmark("vot-rgbt2019", tmp_path)


def test_folders_that_are_no_sequence_are_named(
    tmp_path: Path, write_sequence: WriteSequence, caplog: pytest.LogCaptureFixture
) -> None:
    write_sequence(tmp_path / "man")
    (tmp_path / "results" / "csrt" / "deep").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "attr_txt").mkdir()
    (tmp_path / "readme.txt").touch()
    (tmp_path / "ring").symlink_to(tmp_path)
    with caplog.at_level(logging.WARNING):
        benchmark = open_benchmark("rgbt234", tmp_path)
    assert benchmark.names == ("man",)
    named = [note for note in benchmark.notes if note.endswith("is no sequence")]
    assert [Path(note.split(" is no")[0]).name for note in named] == ["results", "ring"]
    assert "results is no sequence" in caplog.text


def test_a_root_without_sequences_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"absent: No such file or directory"):
        open_benchmark("gtot", tmp_path / "absent")
    with pytest.raises(DatasetError, match=r"holds no sequence of GTOT; expected folders with v/"):
        open_benchmark("gtot", tmp_path)
    with pytest.raises(ConfigError, match=r"no data set 'rgbt235'; did you mean rgbt234\?"):
        open_benchmark("rgbt235", tmp_path)


def test_a_single_sequence_may_be_the_root(tmp_path: Path, write_sequence: WriteSequence) -> None:
    path = write_sequence(tmp_path / "man")
    assert open_benchmark("rgbt234", path).names == ("man",)


def test_an_unknown_sequence_is_told_with_the_nearest(
    tmp_path: Path, write_sequence: WriteSequence
) -> None:
    write_sequence(tmp_path / "walkingman")
    with pytest.raises(DatasetError, match=r"no sequence 'walkingmen'; did you mean walkingman\?"):
        open_benchmark("rgbt234", tmp_path).sequence("walkingmen")


def test_counts_that_differ_are_cut_to_the_smallest_with_one_warning(
    tmp_path: Path, write_sequence: WriteSequence, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_sequence(tmp_path / "man5", frames=9)
    (path / "infrared" / "00009i.png").unlink()
    (path / "visible.txt").write_text("8,6,10,8\n" * 7)
    with caplog.at_level(logging.WARNING):
        sequence = open_benchmark("rgbt234", tmp_path).sequence("man5")
        assert len(sequence) == len(sequence.truth) == len(list(sequence.pairs())) == 7
    said = [record.getMessage() for record in caplog.records if "man5" in record.getMessage()]
    assert len(said) == 1
    assert said[0].endswith(
        "man5: 9 colour images, 8 thermal images, 7 boxes in visible.txt, "
        "9 boxes in infrared.txt; the first 7 of each are used"
    )


def test_a_gap_in_the_numbers_is_told_and_paired_by_place_as_the_toolkits_do(
    tmp_path: Path, write_sequence: WriteSequence
) -> None:
    path = write_sequence(tmp_path / "man")
    (path / "infrared" / "00002i.png").unlink()
    sequence = open_benchmark("rgbt234", tmp_path).sequence("man")
    assert len(sequence) == 2
    assert "00002v.png is paired with 00003i.png" in sequence.opened.notes


def test_a_missing_file_of_boxes_is_told(tmp_path: Path, write_sequence: WriteSequence) -> None:
    path = write_sequence(tmp_path / "man")
    (path / "infrared.txt").unlink()
    sequence = open_benchmark("rgbt234", tmp_path).sequence("man")
    assert sequence.truths.keys() == {"visible", "init"}
    assert sequence.opened.notes == ("there is no infrared.txt",)


def hostile_folder(root: Path, write_sequence: WriteSequence) -> None:
    """One sequence for each fault, and some that are only unusual."""
    unusual = write_sequence(root / "name with blanks")
    for image in (unusual / "visible").iterdir():
        image.rename(image.with_suffix(".PNG"))
    (unusual / "visible").rename(unusual / "Visible")
    (unusual / "visible.txt").write_bytes(
        "\ufeff8,6\t10 8\r\n8;6;10;8\r\n8, 6, 10, 8\r\n\r\n".encode()
    )
    write_sequence(root.parent / "elsewhere")
    (root / "linked").symlink_to(root.parent / "elsewhere")
    linked_images = write_sequence(root / "linkedimages")
    (linked_images / "visible" / "00002v.png").unlink()
    (linked_images / "visible" / "00002v.png").symlink_to("00001v.png")
    counts = write_sequence(root / "counts", frames=5)
    (counts / "infrared" / "00005i.png").unlink()
    damages: dict[str, Callable[[Path], object]] = {
        "emptytruth": lambda path: (path / "visible.txt").write_text(""),
        "letters": lambda path: (path / "infrared.txt").write_text(
            "8,6,10,8\n8,6,1O,8\n8,6,9,8\n"
        ),
        "absentfirst": lambda path: (path / "visible.txt").write_text("0,0,0,0\n8,6,10,8\n"),
        "utf16": lambda path: (path / "visible.txt").write_text("8,6,10,8\n", encoding="utf-16"),
        "textimage": lambda path: (path / "visible" / "00003v.png").write_text("no image"),
        "halfimage": lambda path: _cut(path / "infrared" / "00001i.png"),
        "brokenlink": lambda path: _break_link(path / "visible" / "00003v.png"),
        "nothermal": lambda path: _remove(path / "infrared"),
        "emptyfolder": lambda path: _empty(path / "visible"),
        "notruth": lambda path: _empty(path, "*.txt"),
    }
    for name, damage in damages.items():
        damage(write_sequence(root / name))
    (root / "nothing here").mkdir()
    (root / "broken link").symlink_to(root / "absent")
    (root / "notes.txt").write_text("mine")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _break_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("absent.png")


def _empty(folder: Path, pattern: str = "*") -> None:
    for path in folder.glob(pattern):
        path.unlink()


def _remove(folder: Path) -> None:
    _empty(folder)
    folder.rmdir()


UNUSABLE = {
    "emptytruth": "visible.txt, line 1: the file is empty",
    "letters": "infrared.txt, line 2: '1O' is not a number",
    "absentfirst": "visible.txt, line 1: the first line must hold a box",
    "utf16": "visible.txt is not a text file in UTF-8",
    "nothermal": "nothermal: the folder infrared/ of images is missing",
    "emptyfolder": "there is no image in ",
    "notruth": "notruth has no boxes; expected visible.txt",
}
UNREADABLE = {
    "textimage": (2, "00003v.png is not an image that OpenCV can read"),
    "halfimage": (0, "00001i.png is cut short"),
    "brokenlink": (2, "00003v.png: No such file or directory"),
}
USABLE = {"name with blanks": 3, "linked": 3, "linkedimages": 3, "counts": 4}


@pytest.fixture
def hostile(tmp_path: Path, write_sequence: WriteSequence) -> Path:
    root = tmp_path / "RGBT234 copy"
    root.mkdir()
    hostile_folder(root, write_sequence)
    return root


def test_a_hostile_folder_gives_clear_errors_and_the_rest(hostile: Path) -> None:
    benchmark = open_benchmark("rgbt234", hostile)
    assert set(benchmark.names) == {*USABLE, *UNUSABLE, *UNREADABLE}
    for name, frames in USABLE.items():
        sequence = benchmark.sequence(name)
        assert len(list(sequence.pairs())) == len(sequence.truth) == frames, name
        np.testing.assert_array_equal(sequence.truth, [[8, 6, 10, 8]] * frames)
    for name, said in UNUSABLE.items():
        with pytest.raises(DatasetError) as caught:
            len(benchmark.sequence(name))
        assert said in str(caught.value), name
        assert str(hostile) in str(caught.value)
        assert "\n" not in str(caught.value)
    for name, (place, said) in UNREADABLE.items():
        sequence = benchmark.sequence(name)
        assert len(sequence) == 3, "boxes and names are whole"
        pairs = sequence.pairs()
        for _ in range(place):
            next(pairs)
        with pytest.raises(DatasetError) as caught:
            next(pairs)
        assert said in str(caught.value)


def test_the_check_of_a_hostile_folder_names_everything(hostile: Path) -> None:
    seen: list[str] = []
    benchmark = Benchmark(BenchmarkName.parse("rgbt234"), hostile, FolderOptions())
    finding = check_benchmark(benchmark, on_sequence=seen.append)
    assert not finding.is_whole
    assert seen == list(benchmark.names)
    text = "\n".join(finding.lines())
    for name, said in UNUSABLE.items():
        assert f"    {name}: " in text
        assert said in text
    for name, (_, said) in UNREADABLE.items():
        assert said in text, name
    for name in USABLE:
        assert not next(each for each in finding.sequences if each.name == name).broken
    assert "counts: 5 colour images, 4 thermal images" in text
    assert "nothing here is no sequence" in text
    assert "14 sequences; RGBT234 has 234" in text
    assert "without attributes: no file of attributes" in text
    assert text.endswith("not every one can")


def test_the_check_of_a_sound_folder(tmp_path: Path, write_sequence: WriteSequence) -> None:
    path = write_sequence(tmp_path / "man")
    (path / "visible.txt").write_text("8,6,10,8\n0,0,0,0\n8,6,10,8\n")
    write_sequence(tmp_path / "car")
    benchmark = Benchmark(BenchmarkName.parse("folder"), tmp_path, FolderOptions())
    finding = check_benchmark(benchmark)
    assert finding.is_whole
    assert finding.lines()[1:4] == [
        "  sequences: 2",
        "  frames: 6, 3 to 3 a sequence, 1 without a box",
        "  image sizes: 32x24 (2)",
    ]
    assert finding.lines()[4:] == ["every sequence can be used"]


def check_one(root: Path, *, every_image: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is broken and what is odd in the only sequence."""
    benchmark = Benchmark(BenchmarkName.parse("rgbt234"), root, FolderOptions())
    (finding,) = check_benchmark(benchmark, every_image=every_image).sequences
    return finding.broken, finding.odd


def test_boxes_that_are_corners_look_odd(tmp_path: Path, write_sequence: WriteSequence) -> None:
    path = write_sequence(tmp_path / "man")
    assert check_one(tmp_path) == ((), ())
    for kind in ("visible", "infrared"):
        (path / f"{kind}.txt").write_text("20,6,30,14\n" * 2 + "2,2,4,4\n")
    (odd,) = check_one(tmp_path)[1]
    assert odd.startswith("the centres of 2 boxes lie outside the 32x24 image")


def test_truths_that_disagree_look_odd(tmp_path: Path, write_sequence: WriteSequence) -> None:
    path = write_sequence(tmp_path / "man")
    (path / "infrared.txt").write_text("18,14,10,8\n" * 3)
    (odd,) = check_one(tmp_path)[1]
    assert odd == "the boxes of the two cameras overlap by 0.00 only (mean IoU)"


def test_images_in_the_middle_are_read_on_request(
    tmp_path: Path, write_sequence: WriteSequence
) -> None:
    path = write_sequence(tmp_path / "man", frames=9)
    for number in range(2, 8):
        (path / "visible" / f"{number:05d}v.png").write_text("no image")
    assert check_one(tmp_path) == ((), ())
    broken, _ = check_one(tmp_path, every_image=True)
    assert len(broken) == 4
    assert "00002v.png is not an image" in broken[0]
    assert broken[-1] == "3 more of that kind"


def test_images_of_changing_size_are_broken(tmp_path: Path, write_sequence: WriteSequence) -> None:
    path = write_sequence(tmp_path / "man")
    cv2.imwrite(str(path / "visible" / "00003v.png"), np.zeros((12, 10, 3), np.uint8))
    broken, _ = check_one(tmp_path)
    assert broken == ("colour images of different sizes: 32x24, 10x12",)


@pytest.mark.data
def test_real_folders_are_whole(real_data: Path) -> None:
    for kind, sequences in (("rgbt", 7), ("rgb", 6)):
        benchmark = Benchmark(BenchmarkName.parse("folder"), real_data / kind, FolderOptions())
        finding = check_benchmark(benchmark)
        assert finding.is_whole, finding.lines()
        assert len(finding.sequences) == sequences
        assert all(each.frames > 0 and not each.odd for each in finding.sequences)
