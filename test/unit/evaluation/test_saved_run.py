"""A result folder with damage of every kind: what is whole is read, what is not is named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import ResultFolder, SequenceTruth
from rgbt_dualatt_ros.evaluation.saved_run import load_run

RECORD = "records/t/one/seed-0"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Tracker `t` on the sequences `one` and `two`, four frames each."""
    folder = ResultFolder.open(tmp_path / "run", {"title": "T", "settings": {}, "made_with": {}})
    for name in ("one", "two"):
        record = Record.empty("t", name, 0, 4)
        record.boxes[:] = [10, 10, 20, 20]
        folder.save_truth(SequenceTruth(name, np.tile([10.0, 10, 20, 20], (4, 1))))
        folder.save(record, {})
    return folder.path


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"tracker": None}, "tracker cannot be None"),
        ({"sequence": 5}, "sequence cannot be 5"),
        ({"seed": "x"}, "seed cannot be 'x'"),
        ({"settings": None}, "settings cannot be None"),
        ({"measures": [1]}, "measures cannot be [1]"),
        ({"made_with": None}, "made_with cannot be None"),
        ({"failure": None}, "failure cannot be None"),
        ({"learning": {"spreads": []}}, "not enough values"),
    ],
)
def test_a_record_of_wrong_values_is_named(
    run: Path, values: Mapping[str, object], words: str
) -> None:
    change(run / RECORD / "record.json", **values)
    found = load_run(run)
    assert [each.sequence for each in found.records] == ["two"]
    (line,) = found.damaged
    assert f"{RECORD} is damaged: " in line
    assert words in line


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("frames.csv", "", "4 boxes, but 0 lines in frames.csv"),
        ("frames.csv", "s\n1,LOST\n1,LOST,1\n1,LOST,1\n1,LOST,1\n", "has not 3 values"),
        ("frames.csv", "s\n" + "1,HAPPY,1\n" * 4, "'HAPPY' is missing or unknown"),
        ("boxes.txt", "1,2,3\n", "cannot reshape"),
        ("boxes.txt", "a,b,c,d\n", "could not convert"),
        ("record.json", "", "cannot read"),
        ("record.json", "{}", "'tracker' is missing or unknown"),
    ],
)
def test_a_record_with_a_damaged_file_is_named(
    run: Path, name: str, text: str, words: str
) -> None:
    (run / RECORD / name).write_text(text)
    found = load_run(run)
    assert [each.sequence for each in found.records] == ["two"]
    (line,) = found.damaged
    assert f"{RECORD} is damaged: " in line
    assert words in line
    # An evaluation that is continued makes it again.
    assert ResultFolder(run).load("t", "one", 0) is None


def test_a_record_that_ends_early_is_named_and_not_scored(run: Path) -> None:
    for name, lines in (("boxes.txt", 3), ("frames.csv", 4)):
        path = run / RECORD / name
        path.write_text("\n".join(path.read_text().splitlines()[:lines]) + "\n")
    found = load_run(run)
    assert [each.sequence for each in found.records] == ["two"]
    assert found.damaged == ("t on one, seed 0, is damaged: 3 boxes for 4 frames",)


@pytest.mark.parametrize(
    ("name", "text"), [("truth.txt", "1,2,3\n"), ("sequence.json", "{}"), ("sequence.json", "")]
)
def test_a_sequence_without_readable_truth_is_left_out(run: Path, name: str, text: str) -> None:
    (run / "truth" / "one" / name).write_text(text)
    found = load_run(run)
    assert ([*found.truths], [each.sequence for each in found.records]) == (["two"], ["two"])
    (line,) = found.damaged
    assert line.startswith("one has no true boxes, left out: ")
    assert name in line


@pytest.mark.parametrize(
    "values", [{"settings": None}, {"made_with": [1]}, {"upper_bounds": 3}], ids=str
)
def test_a_run_file_of_wrong_values_is_refused(run: Path, values: Mapping[str, object]) -> None:
    change(run / "run.json", **values)
    with pytest.raises(ConfigError, match=rf"run\.json: {next(iter(values))} cannot be "):
        load_run(run)


def test_a_folder_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no folder"):
        load_run(tmp_path / "absent")
