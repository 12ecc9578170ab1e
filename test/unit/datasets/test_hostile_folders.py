"""Damaged copies of benchmarks, and what a check says of them.

Proves: every fault of a hostile folder is told with its file and line while the rest can be used,
and the check names them all.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.benchmark import Benchmark, open_benchmark
from rgbt_dualatt_ros.datasets.benchmark_check import check_benchmark
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.datasets.sequence_folder import FolderOptions

WriteSequence = Callable[..., Path]


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
        "toolarge": lambda path: (path / "visible.txt").write_text("1e309,6,10,8\n" * 3),
        "pipe": lambda path: _make_pipe(path / "visible.txt"),
        "pipeimage": lambda path: _make_pipe(path / "visible" / "00003v.png"),
        "folderimage": lambda path: _make_folder(path / "visible" / "00003v.png"),
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
    (root / "link to itself").symlink_to(root / "link to itself")
    (root / "ring").symlink_to(root)
    (root / "notes.txt").write_text("mine")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


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
    "toolarge": "visible.txt, line 1: a number beyond 1e+09 px",
    "pipe": "visible.txt is no file, but a pipe",
    "utf16": "visible.txt is not a text file in UTF-8",
    "nothermal": "nothermal: the folder infrared/ of images is missing",
    "emptyfolder": "there is no image in ",
    "notruth": "notruth has no boxes; expected visible.txt",
}
UNREADABLE = {
    "textimage": (2, "00003v.png is not an image that OpenCV can read"),
    "halfimage": (0, "00001i.png is cut short"),
    "pipeimage": (2, "00003v.png is no file, but a pipe"),
    "folderimage": (2, "00003v.png: Is a directory"),
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
    assert "18 sequences; RGBT234 has 234" in text
    assert "without attributes: no file of attributes" in text
    assert text.endswith("not every one can")


def test_a_folder_that_cannot_be_read_is_a_damaged_sequence(
    tmp_path: Path, write_sequence: WriteSequence, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("man", "secret"):
        write_sequence(tmp_path / name)
    scan = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "secret":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert open_benchmark("rgbt234", tmp_path).names == ("man", "secret")


def test_names_that_are_no_text_can_be_printed_and_stored(
    tmp_path: Path, write_sequence: WriteSequence
) -> None:
    write_sequence(tmp_path / "new\nline")
    bytes_name = Path(os.fsdecode(os.fsencode(tmp_path) + b"/man\xff"))
    path = write_sequence(bytes_name)
    (path / "visible" / "00003v.png").write_text("no image")
    benchmark = open_benchmark("rgbt234", tmp_path)
    assert benchmark.names == ("man\\udcff", "new\\nline")
    assert len(list(benchmark.sequence("new\\nline").pairs())) == 3
    text = "\n".join(check_benchmark(benchmark).lines())
    assert "man\\udcff/visible/00003v.png is not an image" in text
    assert text.encode("utf-8")


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
