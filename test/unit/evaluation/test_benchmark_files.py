"""The files and the section of the page with a benchmark's figures, and result files.

Proves: every table has its rules and notes, names are escaped, result files are read back as
the same figures.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.evaluation.benchmark_files import (
    benchmark_markdown,
    benchmark_text,
    write_benchmark,
    write_result_files,
)
from rgbt_dualatt_ros.evaluation.benchmark_scores import (
    BenchmarkScores,
    BenchmarkSet,
    score_benchmark,
)
from rgbt_dualatt_ros.evaluation.charts import color_of, dash_of, swatch
from rgbt_dualatt_ros.evaluation.page_benchmark import benchmark_section
from rgbt_dualatt_ros.evaluation.protocols.convention import convention
from rgbt_dualatt_ros.evaluation.protocols.result_folder import read_results
from rgbt_dualatt_ros.evaluation.protocols.scoring import Scores
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.upper_bounds import bound_name

TRUE = np.tile([100.0, 100.0, 10.0, 10.0], (4, 1))


@pytest.fixture
def scores() -> BenchmarkScores:
    truths = {name: {"init": TRUE} for name in ("car", "<man>")}
    labels = {"car": ("NO", "OV"), "<man>": ("OV",)}
    chosen = BenchmarkSet.of(BenchmarkName.parse("lasher"), truths, labels)  # type: ignore[arg-type]  # keys are kinds of truth
    off = TRUE + np.array([[0], [0], [0], [50]]) * [1, 0, 0, 0]
    seeds = {0: {"car": TRUE, "<man>": off}, 1: {"car": TRUE, "<man>": TRUE}}
    return score_benchmark(chosen, {"a&b": seeds, "poor": {0: {"car": off}}})


def test_the_terminal_shows_the_overall_table_its_rules_and_notes(scores: BenchmarkScores) -> None:
    lines = benchmark_text(scores).splitlines()
    assert lines[0] == "LasHeR/test, 2 sequences:"
    assert lines[1] == "| tracker | runs | PR | NPR | SR |"
    assert lines[3].startswith("| a&b | 2 | 0.938 ± 0.088 | 0.938 ± 0.088 | ")
    assert lines[4].startswith("| poor | 1 | 0.750 | ")
    assert convention(scores.of.protocol) in lines
    assert lines[-1].startswith("note: poor: figures over 1 of 2 sequences")


def test_many_notes_do_not_hide_the_table(scores: BenchmarkScores) -> None:
    many = replace(scores, notes=tuple(f"odd {number}" for number in range(30)))
    lines = benchmark_text(many).splitlines()
    assert lines[-2:] == ["note: odd 19", "note: 10 more, in benchmark_lasher_test.md"]
    assert "- odd 29" in benchmark_markdown(many)
    assert "<summary>30 notes on these figures</summary>" in benchmark_section(many, names(scores))
    assert "notes on these" not in benchmark_section(scores, names(scores))


def names(scores: BenchmarkScores) -> list[str]:
    return list(scores.runs)


def test_markdown_has_every_main_figure_by_attribute_and_sequence(scores: BenchmarkScores) -> None:
    text = benchmark_markdown(scores)
    for key in ("PR", "NPR", "SR"):
        assert f"\n{key} by attribute\n" in text
        assert f"\n{key} by sequence\n" in text
    assert text.count(convention(scores.of.protocol)) == 1 + 3 + 3
    assert "- poor: figures over 1 of 2 sequences" in text
    bare = BenchmarkScores(scores.of, {"a&b": score_without_labels(scores)}, ())
    assert "by attribute" not in benchmark_markdown(bare)


def score_without_labels(scores: BenchmarkScores) -> list[Scores]:
    return [replace(each, attributes={}) for each in scores.runs["a&b"]]


def test_files_hold_the_same_figures(scores: BenchmarkScores, tmp_path: Path) -> None:
    paths = write_benchmark(scores, tmp_path / "new")
    names = [path.name for path in paths]
    stem = "benchmark_lasher_test"
    assert names[:3] == [f"{stem}.md", f"{stem}.csv", f"{stem}.json"]
    assert names[3:] == [f"{stem}_PR.png", f"{stem}_NPR.png", f"{stem}_SR.png"]
    assert all(path.stat().st_size > 0 for path in paths)
    content = json.loads(paths[2].read_text())
    assert content["benchmark"] == "lasher/test"
    assert content["notes"] == list(scores.notes)
    assert content["trackers"]["a&b"]["overall"]["PR"]["mean"] == 15 / 16
    rows = [
        row
        for row in csv.DictReader(paths[1].read_text().splitlines())
        if row["part"] == "overall"
    ]
    assert [row["PR"] for row in rows] == ["0.875", "1", "0.75"]
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot write to"):
        write_benchmark(scores, tmp_path / "file")


def test_the_page_shows_tables_rules_and_notes(scores: BenchmarkScores) -> None:
    html = benchmark_section(scores, ["other", "poor", "a&b"])
    assert "<h2>LasHeR/test: the benchmark's own figures</h2>" in html
    assert '<td class="best">0.938 ± 0.088</td>' in html
    assert "a&amp;b" in html
    assert "a&b" not in html
    assert "&lt;man&gt;" in html
    assert "<man>" not in html
    assert "centre error &lt;= 20 px" in html
    assert "figures over 1 of 2 sequences" in html
    assert html.count('<svg class="chart"') == 3
    assert "By attribute" in html
    first, second = (html.index(swatch(color_of(place), dash_of(place))) for place in (2, 1))
    assert first < second, "a&b has the third colour, poor the second"
    assert '<td data-sort="">n/a</td>' in html, "a sequence that one has no result for"


def recorded(tracker: str, sequence: str, seed: int = 0) -> Record:
    record = Record.empty(tracker, sequence, seed, 4)
    record.boxes[:] = TRUE + seed + 0.25
    record.boxes[2] = np.nan
    return record


@pytest.mark.parametrize("columns", [4, 8])
def test_result_files_are_read_back(tmp_path: Path, columns: Literal[4, 8]) -> None:
    records = [
        recorded("csrt@rgb", "car"),
        recorded("csrt@rgb", "a/b"),
        recorded("net", "car", 0),
        recorded("net", "car", 5),
        recorded(bound_name("csrt"), "car"),
        replace(recorded("csrt@rgb", "torn"), failure_kind="sequence"),
    ]
    write_result_files(records, tmp_path, columns)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "csrt@rgb", "net-seed-0", "net-seed-5",
    ]  # fmt: skip
    assert len((tmp_path / "net-seed-5" / "car.txt").read_text().split("\n")[0].split(",")) == (
        columns
    )
    found = read_results(tmp_path / "net-seed-5", {"car": 4}).boxes["car"]
    np.testing.assert_allclose(found, records[3].boxes, atol=1e-11)
    assert sorted(path.name for path in (tmp_path / "csrt@rgb").iterdir()) == [
        "a%2Fb.txt", "car.txt",
    ]  # fmt: skip
