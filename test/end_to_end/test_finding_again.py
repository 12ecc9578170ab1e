"""`rgbt-dualatt evaluate` where targets disappear or jump: the table in every file of the report.

Proves: scenes with hidden targets and cut sequences are scored for finding again, a target that
cannot jump is told and left out. Not: that any tracker is good at it.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.cli.main import main

TITLE = "Finding the target again"


@pytest.fixture
def walk(tmp_path: Path) -> Path:
    """Twenty frames of a bright target that walks from left to right."""
    folder = tmp_path / "walk"
    for name in ("visible", "infrared"):
        (folder / name).mkdir(parents=True)
    rows = []
    for frame in range(20):
        image = np.full((60, 120), 50, np.uint8)
        image[20:40, 4 + frame : 14 + frame] = 220
        for name in ("visible", "infrared"):
            cv2.imwrite(str(folder / name / f"{frame:05d}.png"), image)
        rows.append(f"{4 + frame},20,10,20")
    (folder / "groundtruth.txt").write_text("\n".join(rows), encoding="utf-8")
    return folder


def test_hidden_targets_are_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = "hidden:2,size=160x120,seed=2"
    out = tmp_path / "out"
    options = ["--tracker", "static", "--no-pictures", "--out", str(out)]
    assert main(["evaluate", "--synthetic", spec, *options]) == 0
    printed = capsys.readouterr().out.splitlines()
    heading = next(line for line in printed if line.startswith(TITLE.lower()))
    row = printed[printed.index(heading) + 1]
    assert row.split()[:4] == ["static", "2", "0.00", "0.00"]
    found = json.loads((out / "metrics.json").read_text())["redetection"]["trackers"]["static"]
    assert list(found["parts"]) == ["all", "SA", "not SA"]
    assert found["parts"]["all"]["honest"] == 0  # it never says that it has lost the target
    assert [each["on_lookalike"] is None for each in found["disappearances"]] == [True, False]
    assert "| static | not SA | 1 |" in (out / "summary.md").read_text()
    assert f"<h2>{TITLE}</h2>" in (out / "index.html").read_text()


def test_sequences_are_cut_so_that_the_target_jumps(
    walk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    options = ["--tracker", "static", "--no-pictures", "--out", str(out)]
    arguments = ["evaluate", "--sequence", str(walk), "--jumps", "mirror", "cut", *options]
    assert main(arguments) == 0
    told = capsys.readouterr()
    assert "note: the target of walk cannot jump far enough by cut" in told.err
    content = json.loads((out / "metrics.json").read_text())
    assert list(content["sequences"]) == ["walk@mirror"]
    (jump,) = content["redetection"]["trackers"]["static"]["disappearances"]
    assert jump["start"] == jump["back"] == 60
    assert jump["at_false_place"]
    assert main(arguments) == 0  # continued: the jump is read back from the folder
    again = json.loads((out / "metrics.json").read_text())["redetection"]
    assert again == content["redetection"]


def test_nothing_to_jump_is_an_error(
    walk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    assert main(["evaluate", "--sequence", str(walk), "--jumps", "cut", "--out", out]) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert told[-1] == "error: no target of these sequences can jump far enough"
