"""`rgbt-dualatt compare`: what it prints and writes, and its one line for a user's mistake."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.cli.main import main
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import ResultFolder, SequenceTruth


def write_run(path: Path, shift: float, weight: int) -> Path:
    about = {"title": "Walks", "settings": {"weight": weight}, "made_with": {}}
    folder = ResultFolder.open(path, about)
    for name in ("one", "two"):
        record = Record.empty("t", name, 0, 3)
        record.boxes[:] = [10 + shift, 10, 20, 20]
        folder.save_truth(SequenceTruth(name, np.tile([10.0, 10, 20, 20], (3, 1))))
        folder.save(record, {})
    return path


def test_it_prints_and_writes_what_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = write_run(tmp_path / "a", 10, 1), write_run(tmp_path / "b", 0, 3)
    out = tmp_path / "out" / "deep"
    assert main(["compare", str(first), str(second), "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "  weight: 1 -> 3" in told
    assert "too few sequences to tell (2)" in told
    assert json.loads((out / "compare.json").read_text())["settings"]["weight"] == {"a": 1, "b": 3}
    assert "| one | 0.333 | 0.952 | +0.619 |" in (out / "compare.md").read_text()


def test_a_mistake_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = write_run(tmp_path / "a", 0, 1)
    assert main(["compare", str(run), str(tmp_path / "absent")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert "there is no folder" in error
    assert len(error.splitlines()) == 1
    assert main(["compare", str(run), str(tmp_path)]) == 2
    assert "is no result folder: it has no run.json" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["compare", str(run), str(run), "--out", str(tmp_path / "file")]) == 2
    assert "error: cannot write to" in capsys.readouterr().err


def test_a_damaged_record_costs_its_sequence_and_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = write_run(tmp_path / "a", 10, 1), write_run(tmp_path / "b", 0, 1)
    (second / "records" / "t" / "one" / "seed-0" / "frames.csv").write_text("score\n1\n2\n3\n")
    assert main(["compare", str(first), str(second)]) == 1
    told = capsys.readouterr().out
    assert "seed-0 is damaged: a line of frames.csv has not 3 values" in told
    assert "too few sequences to tell (1)" in told
