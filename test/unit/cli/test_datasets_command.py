"""`rgbt-dualatt datasets`, and data sets as sources of `rgbt-dualatt evaluate`.

Proves: what is printed, the exit codes, and that damaged sequences are told and left out. What a
check finds: test_benchmark.py.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rgbt_dualatt_ros.cli.main import main
from rgbt_dualatt_ros.cli.sequence_sources import add_source_arguments, open_sources
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.datasets.benchmark_kinds import KINDS

WriteImages = Callable[..., None]


@pytest.fixture
def gtot(tmp_path: Path, write_images: WriteImages) -> Path:
    """A copy of GTOT with two sequences of two frames."""
    for name in ("BlackCar", "tunnel"):
        path = tmp_path / "GTOT" / name
        for camera in ("v", "i"):
            write_images(path / camera, 2, "{:05d}" + camera + ".png")
            (path / f"groundTruth_{camera}.txt").write_text("1 2 4 6\n2 2 5 6\n")
        (path / "init.txt").write_text("7\t2\t3\t4\n8\t2\t3\t4\n")
    return tmp_path / "GTOT"


def test_list_names_every_data_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["datasets", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(KINDS) + 1, "bags, too"
    assert "rgbt234: RGBT234, folders of sequences with visible/ and infrared/" in lines
    assert any(line.startswith("lasher, lasher/train, lasher/test: ") for line in lines)


def test_check_says_what_is_there(gtot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["datasets", "check", "gtot", str(gtot)]) == 0
    out = capsys.readouterr().out
    assert f"GTOT in {gtot}\n  sequences: 2 of 50\n" in out
    assert "every sequence can be used" in out


def test_check_ends_with_1_when_something_cannot_be_read(
    gtot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (gtot / "tunnel" / "groundTruth_i.txt").write_text("1 2 4 6\n2 2 5 O\n")
    assert main(["datasets", "check", "gtot", str(gtot)]) == 1
    captured = capsys.readouterr()
    assert "groundTruth_i.txt, line 2: 'O' is not a number" in captured.out
    assert "Traceback" not in captured.out + captured.err
    assert main(["datasets", "check", "gtot", str(gtot / "absent")]) == 1
    assert "absent: No such file or directory" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check"], "needs a data set and its folder"),
        (["check", "gtot"], "needs a data set and its folder"),
        (["check", "gto", "."], "did you mean gtot?"),
        (["check", "lasher/val", "."], "has no split 'val'"),
    ],
)
def test_wrong_use_is_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["datasets", *arguments]) == 2
    assert said in capsys.readouterr().err


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_source_arguments(parser)
    return parser.parse_args(arguments)


def test_a_benchmark_is_a_source_of_sequences(gtot: Path) -> None:
    opened = open_sources(parse("--benchmark", "gtot", str(gtot)), Config())
    sequences = opened.sequences
    assert opened.problems == []
    ((name, members),) = opened.benchmarks.items()
    assert (name.text, members) == ("gtot/all", ["BlackCar", "tunnel"])
    assert list(sequences) == ["BlackCar", "tunnel"]
    assert sequences["tunnel"].truth[:, 0].tolist() == [1, 2]
    assert sum(1 for _ in sequences["tunnel"].pairs()) == 2


def test_the_first_box_may_come_from_another_file(gtot: Path) -> None:
    arguments = parse("--benchmark", "gtot", str(gtot), "--initial-truth", "init")
    sequences = open_sources(arguments, Config()).sequences
    assert sequences["tunnel"].truth[0].tolist() == [7, 2, 3, 4]


def test_a_damaged_sequence_keeps_nobody_from_the_others(gtot: Path) -> None:
    (gtot / "tunnel" / "groundTruth_v.txt").write_text("")
    opened = open_sources(parse("--benchmark", "gtot", str(gtot)), Config())
    assert list(opened.sequences) == ["BlackCar"]
    assert len(opened.problems) == 1
    assert "tunnel/groundTruth_v.txt, line 1: the file is empty" in opened.problems[0]


def test_a_benchmark_that_is_not_there_keeps_nobody_from_the_others(gtot: Path) -> None:
    arguments = parse("--benchmark", "gtot", str(gtot), "--benchmark", "rgbt234", str(gtot))
    opened = open_sources(arguments, Config())
    problems = opened.problems
    assert len(opened.sequences) == 2
    assert "holds no sequence of RGBT234" in problems[0]
    assert problems[0].endswith("; it looks like GTOT")
    with pytest.raises(DatasetError, match="holds no sequence"):
        open_sources(parse("--benchmark", "rgbt234", str(gtot)), Config())
    with pytest.raises(ConfigError, match="no data set"):
        open_sources(parse("--benchmark", "none", str(gtot)), Config())


def test_bags_are_checked_as_folders_are(
    tmp_path: Path, write_images: WriteImages, capsys: pytest.CaptureFixture[str]
) -> None:
    sequence = tmp_path / "walk"
    for camera in ("visible", "infrared"):
        write_images(sequence / camera, 3, "{:05d}.png")
    (sequence / "groundtruth.txt").write_text("8,6,10,8\n" * 2)
    bags = tmp_path / "bags"
    for name, options in (("whole", []), ("alone", []), ("other", ["--rgb-topic", "/cam"])):
        assert main(["make-bag", str(sequence), str(bags / name), *options]) == 0
    (bags / "alone" / "alone.mcap").rename(bags / "single.mcap")
    shutil.rmtree(bags / "alone")
    (bags / "torn").mkdir()
    (bags / "torn" / "torn.mcap").write_bytes((bags / "single.mcap").read_bytes()[:200])
    capsys.readouterr()
    assert main(["datasets", "check", "bag", str(bags)]) == 1
    out = capsys.readouterr().out
    assert f"bags in {bags}\n  sequences: 4\n  frames: 6, 0 to 3 a sequence, 2 without" in out
    assert "  image sizes: 32x24 (2)\n" in out
    assert "    other: " in out
    assert "has no topic /rgb/image_raw" in out
    assert "    torn: cannot read bag" in out
    assert out.endswith("not every one can\n")
    other = ["bag", str(bags / "other"), "--rgb-topic", "/cam", "--every-image"]
    assert main(["datasets", "check", *other]) == 0
    assert main(["datasets", "check", "bag", str(bags / "single.mcap")]) == 0
    assert "every sequence can be used" in capsys.readouterr().out
    assert main(["datasets", "check", "bag", str(sequence)]) == 1
    assert "holds no bag; expected a folder with metadata.yaml" in capsys.readouterr().out
    assert main(["datasets", "check", "bag", str(tmp_path / "absent")]) == 1
    assert "absent: No such file or directory" in capsys.readouterr().out
