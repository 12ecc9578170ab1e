"""`rgbt-dualatt score`, and the figures and result files that `evaluate --benchmark` gives.

Proves: files of boxes are enough, the two commands agree, a run's own result files get the same
figures, what cannot be scored is told while the rest is, exit codes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rgbt_dualatt_ros.cli.main import main

WriteImages = Callable[..., None]
FRAMES = 4


def corners(shift: int) -> str:
    """GTOT's lines: a box of 10 x 8 px that moves 2 px a frame."""
    lefts = [4 + 2 * frame + shift for frame in range(FRAMES)]
    return "".join(f"{x} 6 {x + 10} 14\n" for x in lefts)


@pytest.fixture
def gtot(tmp_path: Path) -> Path:
    """The files of boxes of two sequences of GTOT; the thermal ones lie 4 px to the right."""
    for name in ("BlackCar", "tunnel"):
        path = tmp_path / "GTOT" / name
        path.mkdir(parents=True)
        (path / "groundTruth_v.txt").write_text(corners(0))
        (path / "groundTruth_i.txt").write_text(corners(4))
    return tmp_path / "GTOT"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Results of a tracker with a prefix, that stay where the first box was."""
    for name in ("BlackCar", "tunnel"):
        (tmp_path / "MANet").mkdir(exist_ok=True)
        (tmp_path / "MANet" / f"MANet_{name}.txt").write_text("4 6 10 8\n" * FRAMES)
    return tmp_path / "MANet"


def add_images(gtot: Path, write_images: WriteImages) -> None:
    for name in ("BlackCar", "tunnel"):
        for camera in ("v", "i"):
            write_images(gtot / name / camera, FRAMES, "{:05d}" + camera + ".png")


def figures(path: Path) -> dict[str, dict[str, float]]:
    content: dict[str, Any] = json.loads(path.read_text())
    return {
        name: {key: each["mean"] for key, each in tracker["overall"].items()}
        for name, tracker in content["trackers"].items()
    }


def test_boxes_without_images_are_enough(
    gtot: Path, published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["score", "GTOT", str(gtot), f"MANet={published}", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    # Off by 0, 2, 4 px from the visible and by 4, 2, 0 - at last 2 - from the thermal truth.
    assert "| MANet | 1 | 0.750 |" in said
    assert "centre error < 5 px" in said
    assert f"written: {out / 'benchmark_gtot.md'}" in said
    assert figures(out / "benchmark_gtot.json")["MANet"]["MPR"] == 3 / 4
    assert not list(gtot.rglob("*.png"))


def test_evaluate_gives_the_same_figures_and_files_that_get_them_again(
    gtot: Path,
    published: Path,
    tmp_path: Path,
    write_images: WriteImages,
    capsys: pytest.CaptureFixture[str],
) -> None:
    add_images(gtot, write_images)
    run, again = tmp_path / "run", tmp_path / "again"
    command = ["evaluate", "--benchmark", "gtot", str(gtot), "--tracker", "static"]
    more = ["--results", f"MANet={published}", "--no-pictures", "--result-files", "8"]
    assert main([*command, *more, "--out", str(run)]) == 0
    said = capsys.readouterr().out
    assert "| static | 1 | 0.750 |" in said
    assert "| MANet | 1 | 0.750 |" in said
    found = figures(run / "benchmark_gtot.json")
    assert set(found) == {"static", "MANet"}
    assert found["static"] == pytest.approx(found["MANet"])
    page = (run / "index.html").read_text()
    assert "<h2>GTOT: the benchmark's own figures</h2>" in page
    written = f"static={run / 'result_files' / 'static'}"
    assert main(["score", "gtot", str(gtot), written, "--out", str(again)]) == 0
    assert figures(again / "benchmark_gtot.json")["static"] == pytest.approx(found["static"])


def test_sequences_that_are_cut_are_told_beside_the_figures(
    gtot: Path, published: Path, tmp_path: Path, write_images: WriteImages
) -> None:
    add_images(gtot, write_images)
    (gtot / "tunnel" / "i" / "00004i.png").unlink()
    cut = "tunnel: 4 colour images, 3 thermal images, 4 boxes in groundTruth_v.txt, 4 boxes in "
    command = ["--benchmark", "gtot", str(gtot), "--results", f"MANet={published}"]
    assert main(["evaluate", *command, "--no-pictures", "--out", str(tmp_path / "run")]) == 0
    assert main(["score", "gtot", str(gtot), f"MANet={published}", "--out", str(tmp_path)]) == 0
    for file in (tmp_path / "run" / "benchmark_gtot.md", tmp_path / "benchmark_gtot.md"):
        assert cut in file.read_text()
        assert "MANet on tunnel: 4 rows for 3 frames, the last are cut off" in file.read_text()
    assert cut in (tmp_path / "run" / "index.html").read_text()
    (line,) = [line for line in file.read_text().splitlines() if line.startswith("| MANet | 1")]
    assert line.startswith("| MANet | 1 | 0.857 |"), "six of seven frames"


def test_published_digits_count_as_they_are(
    gtot: Path, published: Path, tmp_path: Path, write_images: WriteImages
) -> None:
    add_images(gtot, write_images)
    # Rounded to whole px as GTOT's toolkit does, 4.49999 is 4; kept with four decimals it is 4.5.
    for file in published.iterdir():
        file.write_text("4 6 10 8\n4 6 10 8\n4 6 10 8\n9.49999 6 10 8\n")
    run = tmp_path / "run"
    arguments = ["--benchmark", "gtot", str(gtot), "--results", f"MANet={published}"]
    assert main(["evaluate", *arguments, "--no-pictures", "--out", str(run)]) == 0
    assert main(["score", "gtot", str(gtot), f"MANet={published}", "--out", str(tmp_path)]) == 0
    assert figures(run / "benchmark_gtot.json") == figures(tmp_path / "benchmark_gtot.json")


def test_folders_of_one_label_are_its_runs(
    gtot: Path, published: Path, tmp_path: Path, write_images: WriteImages
) -> None:
    add_images(gtot, write_images)
    better = tmp_path / "second"
    better.mkdir()
    for file in published.iterdir():
        (better / file.name).write_text("4 6 10 8\n6 6 10 8\n8 6 10 8\n10 6 10 8\n")
    run, again = tmp_path / "run", tmp_path / "again"
    runs = [f"MANet={published}", f"MANet={better}"]
    command = ["evaluate", "--benchmark", "gtot", str(gtot), "--results", *runs, "--no-pictures"]
    assert main([*command, "--out", str(run)]) == 0
    assert main(["score", "gtot", str(gtot), *runs, "--out", str(again)]) == 0
    found = [
        json.loads((folder / "benchmark_gtot.json").read_text())["trackers"]["MANet"]["overall"]
        for folder in (run, again)
    ]
    assert found[0] == found[1]
    assert found[0]["MPR"] == {
        "mean": pytest.approx((3 / 4 + 1) / 2),
        "deviation": pytest.approx(1 / 4 / 2**0.5),
        "runs": 2,
    }
    assert "| MANet |" in (run / "summary.md").read_text()
    assert " ± " in (run / "summary.md").read_text()


def test_what_cannot_be_scored_is_told_and_the_rest_is(
    gtot: Path, published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (published / "MANet_tunnel.txt").write_text("4 6 10\n")
    (gtot / "torn").mkdir()
    (gtot / "torn" / "groundTruth_v.txt").write_text("1 2 3 O\n")
    (gtot / "oneeye").mkdir()
    (gtot / "oneeye" / "groundTruth_v.txt").write_text(corners(0))
    (published / "MANet_oneeye.txt").write_text("4 6 10 8\n")
    assert main(["score", "gtot", str(gtot), f"MANet={published}"]) == 1
    captured = capsys.readouterr()
    assert "GTOT, 2 sequences:" in captured.out
    assert "note: MANet: figures over 1 of 2 sequences" in captured.out
    errors = [line for line in captured.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 3
    assert "groundTruth_v.txt, line 1: 'O' is not a number" in errors[0]
    assert "oneeye has no truth for GTOT, which needs visible and infrared" in errors[1]
    assert "MANet_tunnel.txt, line 1: 3 numbers" in errors[2]
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gtot", "{root}", "MANet"], "expected LABEL=FOLDER"),
        (["gtot", "{root}", "MANet={root}/none"], "there is no folder"),
        (["gtot", "{root}", "x={root}"], "several files in the folder of each sequence: groundt"),
        (["gtot", "{root}", "x={root}/../empty"], "nothing can be scored; the first reason: x: B"),
        (["gtot", "{root}/none", "x={root}"], "cannot read the folder of GTOT"),
        (["gtto", "{root}", "x={root}"], "did you mean gtot?"),
        (["lasot", "{root}", "x={root}"], "it looks like GTOT"),
    ],
)
def test_a_slip_is_one_line(
    gtot: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (gtot.parent / "empty").mkdir()
    assert main(["score", *(each.format(root=gtot) for each in arguments)]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert len(lines) == 1
    assert said in lines[0]


def test_folders_whose_names_are_no_text_are_evaluated(
    gtot: Path, tmp_path: Path, write_images: WriteImages, capsys: pytest.CaptureFixture[str]
) -> None:
    add_images(gtot, write_images)
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/GT\xff"))
    gtot.rename(odd)
    (odd / "tunnel").rename(Path(os.fsdecode(os.fsencode(odd) + b"/tunnel\xfe")))
    (odd / "BlackCar" / "v" / "00003v.png").write_text("no image")
    command = ["evaluate", "--benchmark", "gtot", str(odd), "--tracker", "static"]
    assert main([*command, "--no-pictures", "--out", str(tmp_path / "run")]) == 1
    captured = capsys.readouterr()
    assert "GT\\udcff/BlackCar/v/00003v.png is not an image" in captured.err
    content = json.loads((tmp_path / "run" / "benchmark_gtot.json").read_text())
    (run,) = content["trackers"]["static"]["runs"]
    assert list(run["sequences"]) == ["tunnel\\udcfe"]


def test_a_benchmark_without_one_readable_image_still_ends_with_a_page(
    gtot: Path, tmp_path: Path, write_images: WriteImages, capsys: pytest.CaptureFixture[str]
) -> None:
    add_images(gtot, write_images)
    for image in gtot.rglob("00001v.png"):
        image.write_bytes(b"")
    command = ["evaluate", "--benchmark", "gtot", str(gtot), "--tracker", "static"]
    assert main([*command, "--no-pictures", "--out", str(tmp_path / "run")]) == 1
    captured = capsys.readouterr()
    errors = [line for line in captured.err.splitlines() if line.startswith("error: ")]
    assert [line.endswith("00001v.png is empty") for line in errors] == [True, True]
    assert (tmp_path / "run" / "index.html").is_file()
    assert "GTOT" not in captured.out, "there is nothing to score"
