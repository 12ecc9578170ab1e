"""A run scored by the rules of a benchmark, on the sequences that each tracker has.

Proves: which sequences and trackers count, and what is said of those that do not. The rules
themselves: protocols/test_scoring.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.evaluation.benchmark_scores import BenchmarkSet, results_of, score_benchmark
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.protocols import standard
from rgbt_dualatt_ros.evaluation.record import Record

TRUE = np.tile([100.0, 100.0, 10.0, 10.0], (2, 1))
FAR = TRUE + np.array([50.0, 0, 0, 0])


def gtot_set(names: Sequence[str] = ("a", "b")) -> BenchmarkSet:
    truths = {name: {"visible": FAR, "infrared": TRUE} for name in names}
    return BenchmarkSet.of(BenchmarkName.parse("gtot"), truths, {"a": ("OCC",), "b": ()})  # type: ignore[arg-type]  # keys are kinds of truth


def record(tracker: str, sequence: str, boxes: Values, seed: int = 0) -> Record:
    return replace(Record.empty(tracker, sequence, seed, len(boxes)), boxes=boxes)


def test_a_run_gets_the_figures_of_the_benchmark_not_ours() -> None:
    scores = score_benchmark(gtot_set(), {"x": {0: {"a": TRUE, "b": FAR}}})
    (run,) = scores.runs["x"]
    assert run.protocol is standard.GTOT
    assert run.overall.figures["MPR"] == 1, "either camera counts"
    assert run.attributes["OCC"].sequences == 1
    assert scores.notes == ()


def test_a_sequence_without_the_truth_that_is_needed_is_left_out_and_said() -> None:
    truths = {"a": {"visible": TRUE}, "b": {"visible": TRUE, "infrared": TRUE}}
    chosen = BenchmarkSet.of(BenchmarkName.parse("gtot"), truths, {})  # type: ignore[arg-type]  # keys are kinds of truth
    assert list(chosen.truths) == ["b"]
    (line,) = chosen.left_out
    assert line.startswith("left out of the figures of GTOT: a has no truth for GTOT")
    scores = score_benchmark(chosen, {"x": {0: {"a": TRUE, "b": TRUE}}}, ["known before"])
    assert scores.runs["x"][0].overall.sequences == 1
    assert scores.notes == ("known before", line)


def test_missing_results_are_said_by_tracker_and_seed() -> None:
    both, one = {"a": TRUE, "b": TRUE}, {"b": TRUE}
    scores = score_benchmark(
        gtot_set(), {"x": {0: both, 3: one}, "y": {0: one}, "z": {0: {}}, "w": {0: both}}
    )
    assert {name: len(runs) for name, runs in scores.runs.items()} == {"x": 2, "y": 1, "w": 1}
    assert scores.runs["y"][0].overall.sequences == 1
    first, second = scores.notes
    assert first.startswith("x, seed 3: figures over 1 of 2 sequences")
    assert second.startswith("y: figures over 1 of 2 sequences")
    with pytest.raises(ConfigError, match="no tracker has a result on a sequence of GTOT"):
        score_benchmark(gtot_set(), {"x": {0: {"c": TRUE}}})


def test_unread_images_count_in_nothing_and_a_trackers_error_as_misses() -> None:
    boxes = TRUE.copy()
    boxes[1] = np.nan
    records = [
        record("x", "a", TRUE),
        replace(record("x", "b", boxes), failure="torn", failure_kind="sequence"),
        replace(record("y", "a", boxes), failure="lost", failure_kind="tracker"),
        record("y", "b", TRUE, seed=7),
    ]
    found = results_of(records)
    assert {t: {s: sorted(b) for s, b in seeds.items()} for t, seeds in found.items()} == {
        "x": {0: ["a"]},
        "y": {0: ["a"], 7: ["b"]},
    }
    scores = score_benchmark(gtot_set(), found)
    assert scores.runs["x"][0].overall.figures["MPR"] == 1
    assert scores.runs["y"][0].overall.figures["MPR"] == 1 / 2


@pytest.mark.parametrize(
    ("name", "key"), [("gtot", "gtot"), ("LasHeR/test", "lasher_test"), ("vtuav", "vtuav_test")]
)
def test_files_are_named_after_benchmark_and_split(name: str, key: str) -> None:
    assert BenchmarkSet(BenchmarkName.parse(name), {}, {}).key == key
