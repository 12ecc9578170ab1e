"""Benchmarks as a whole: splits, lists, and what lies between the sequences.

Proves: which folders are taken, that opening is lazy, and that what is odd is told. Not: the
layouts, see test_benchmark_layouts.py; nor damaged copies, see test_hostile_folders.py.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.datasets.benchmark import Benchmark, open_benchmark
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.datasets.sequence_folder import FolderOptions

WriteImages = Callable[..., None]
WriteSequence = Callable[..., Path]


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


def test_files_of_boxes_may_be_read_without_images(tmp_path: Path) -> None:
    for name, lines in (("man", 3), ("car", 2)):
        (tmp_path / "GT" / name).mkdir(parents=True)
        for kind in ("visible", "infrared", "init"):
            (tmp_path / "GT" / name / f"{kind}.txt").write_text("8,6,10,8\n" * lines)
    (tmp_path / "GT" / "car" / "infrared.txt").write_text("8,6,0,8\n")
    with pytest.raises(DatasetError, match="holds no sequence of RGBT234"):
        open_benchmark("rgbt234", tmp_path)
    benchmark = Benchmark(
        BenchmarkName.parse("rgbt234"), tmp_path, FolderOptions(), needs_images=False
    )
    assert benchmark.names == ("car", "man")
    truths, notes = benchmark.sequence("man").read_truths()
    assert notes == ()
    assert {kind: len(boxes) for kind, boxes in truths.items()} == {
        "visible": 3, "infrared": 3, "init": 3,
    }  # fmt: skip
    cut, notes = benchmark.sequence("car").read_truths()
    assert notes == (
        "2 boxes in visible.txt, 1 boxes in infrared.txt; the first 1 frames are used",
    )
    assert cut["infrared"].tolist() == [[8, 6, 0, 8]], "as written, cut to the shortest"
    assert len(cut["visible"]) == 1
    (tmp_path / "GT" / "car" / "visible.txt").write_text("8,6\n")
    with pytest.raises(DatasetError, match=r"visible\.txt, line 1: 2 numbers"):
        benchmark.sequence("car").read_truths()


def test_sparse_boxes_without_images_stay_sparse(tmp_path: Path) -> None:
    path = tmp_path / "test_ST_001" / "car"
    path.mkdir(parents=True)
    for camera in ("rgb", "ir"):
        (path / f"{camera}.txt").write_text("1 2 3 4\n5 6 7 8\n")
    name = BenchmarkName.parse("vtuav")
    (sequence,) = Benchmark(name, tmp_path, FolderOptions(), needs_images=False).sequences
    boxes = sequence.read_truths()[0]["visible"]
    assert len(boxes) == 11
    assert boxes[[0, 10], 0].tolist() == [1, 5]
