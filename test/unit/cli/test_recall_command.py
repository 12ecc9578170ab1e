"""`rgbt-dualatt recall` on a small folder: tables, pictures, and one line for a mistake."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.cli.main import main


@pytest.fixture
def walk(tmp_path: Path) -> Path:
    """Four frames of a patterned target that moves to the right, in folder `walk`."""
    folder = tmp_path / "walk"
    for name in ("visible", "infrared"):
        (folder / name).mkdir(parents=True)
    rows = []
    for frame in range(4):
        image = np.random.default_rng(frame).integers(0, 60, (60, 80), dtype=np.uint8)
        x = 6 + 12 * frame
        image[20:44, x : x + 16] = np.kron([[250, 120], [90, 230]], np.ones((12, 8)))
        for name in ("visible", "infrared"):
            cv2.imwrite(str(folder / name / f"{frame:05d}.png"), image)
        rows.append(f"{x},20,16,24")
    (folder / "groundtruth.txt").write_text("\n".join(rows), encoding="utf-8")
    return folder


def test_it_prints_and_writes_tables_and_sheets(
    walk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    options = ["--net", "none", "--color-shows", "walk", "--out", str(out)]
    assert main(["recall", str(walk), *options]) == 0
    printed = capsys.readouterr().out
    row = next(line for line in printed.splitlines() if line.startswith("NCC colour + thermal"))
    assert row.split()[4] == "1.00"
    assert "thermal blank (seen)" in printed
    assert {each.name for each in out.iterdir()} == {
        "recall.md",
        "recall.json",
        "recall.csv",
        "plain.png",
        "mirrored.png",
        "colour_blank.png",
        "thermal_blank.png",
        "thermal_blank_mirrored.png",
    }
    content = json.loads((out / "recall.json").read_text(encoding="utf-8"))
    assert content["mean"]["NCC thermal"]["plain"]["at"]["1"] == 1
    assert content["made_with"]["python"]
    assert len(content["looks"]) == 3 * 5 * 6  # frames, conditions, methods
    sheet = cv2.imread(str(out / "plain.png"))
    assert sheet is not None
    assert sheet.shape == (240, 3 * 320, 3)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--net", "none", "--frames", "0"], "--frames must be at least 1"),
        (["--net", "none", "--color-shows", "run"], "--color-shows run: no such sequence"),
        (["--net", "none", "--no-baselines"], "leave nothing to measure"),
        (["--weights", "absent.safetensors"], "absent.safetensors"),
        (["--set", "global_attention.weights=mine.safetensors"], "mine.safetensors"),
        (["--set", "global_attention.net=paper"], "paper"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    walk: Path, capsys: pytest.CaptureFixture[str], options: list[str], text: str
) -> None:
    assert main(["recall", str(walk), *options]) == 2
    told = capsys.readouterr().err
    assert text in told
    assert len(told.strip().splitlines()) == 1


def test_nothing_to_look_for_is_told_in_one_line(
    walk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (walk / "groundtruth.txt").write_text("6,20,16,24\n" + "nan,nan,nan,nan\n" * 3)
    assert main(["recall", str(walk), "--net", "none"]) == 2
    assert "walk has no true box after the first" in capsys.readouterr().err


def test_two_of_one_name_are_refused(walk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recall", str(walk), str(walk), "--net", "none"]) == 2
    assert "two sequences are named walk" in capsys.readouterr().err


def test_a_net_stands_beside_the_baselines(walk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recall", str(walk), "--weights", "random", "--frames", "1"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[-1].startswith("lite ")
    assert len(rows) == 8
