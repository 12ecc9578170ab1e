"""Tables of scores: what a person and a program read, always with the convention.

Proves: figures, spread over seeds, parts, order, escapes. Says nothing about how figures are made.
"""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.protocols import score_tables, standard
from rgbt_dualatt_ros.evaluation.protocols.bootstrap import Interval
from rgbt_dualatt_ros.evaluation.protocols.convention import convention
from rgbt_dualatt_ros.evaluation.protocols.protocol import Protocol
from rgbt_dualatt_ros.evaluation.protocols.scoring import Scores, score
from rgbt_dualatt_ros.evaluation.protocols.seeds import by_sequence, spread, spreads
from rgbt_dualatt_ros.evaluation.record_files import to_json

NAN = float("nan")


def run(shift: float, protocol: Protocol = standard.RGBT234) -> Scores:
    """Two sequences of two frames; in `b` the second box is off by `shift` px."""
    true = np.array([[100.0, 100.0, 10.0, 10.0]] * 2)
    off = true + np.array([[0.0, 0, 0, 0], [shift, 0, 0, 0]])
    truths = {name: {"visible": true, "infrared": true} for name in "ab"}
    results = {"a": true, "b": off}
    return score(protocol, truths, results, {"a": ("NO",), "b": ("NO", "FM")})  # type: ignore[arg-type]  # keys are kinds of truth


RUNS = {"ours": [run(0), run(50)], "a|b": [run(50)]}


def test_mean_and_sample_deviation_by_hand() -> None:
    found = spread([0.75, 1.0])
    assert (found.mean, found.deviation, found.runs) == pytest.approx((0.875, 0.125 * 2**0.5, 2))
    assert np.isnan(spread([0.5]).deviation)
    assert np.isnan(spread([]).mean)


def test_spreads_and_sequences_over_seeds() -> None:
    assert spreads(RUNS["ours"], lambda scores: scores.overall)["MPR"] == spread([1.0, 0.75])
    assert by_sequence(RUNS["ours"], "MPR") == {"a": 1.0, "b": 0.75}


def test_overall_has_a_row_a_tracker_and_the_convention() -> None:
    lines = score_tables.overall_markdown(RUNS).splitlines()
    assert lines[0] == "| tracker | runs | MPR | MSR | PR@5 | SR@0.6 |"
    assert lines[2].startswith("| ours | 2 | 0.875 ± 0.177 | ")
    assert lines[3].startswith("| a\\|b | 1 | 0.750 | ")
    assert lines[-1] == convention(standard.RGBT234)


def test_attributes_and_sequences_have_a_row_each_with_their_size() -> None:
    lines = score_tables.attribute_markdown(RUNS, "MPR").splitlines()
    assert lines[0] == "MPR by attribute"
    assert lines[2] == "| attribute | sequences | ours | a\\|b |"
    assert lines[4:6] == [
        "| NO | 2 | 0.875 ± 0.177 | 0.750 |",
        "| FM | 1 | 0.750 ± 0.354 | 0.500 |",
    ]
    lines = score_tables.sequence_markdown(RUNS, "MPR").splitlines()
    assert lines[2] == "| sequence | frames | ours | a\\|b |"
    assert lines[4] == "| a | 2 | 1.000 ± 0.000 | 1.000 |"
    assert convention(standard.RGBT234) in lines


def test_csv_has_a_line_for_every_part_of_every_run() -> None:
    rows = list(csv.DictReader(score_tables.scores_csv(RUNS).splitlines()))
    assert len(rows) == 3 * (1 + 2 + 2)
    wanted = {"tracker": "a|b", "part": "attribute", "name": "FM"}
    (row,) = [each for each in rows if wanted.items() <= each.items()]
    assert (row["protocol"], row["sequences"], row["frames"], row["MPR"]) == (
        "RGBT234",
        "1",
        "2",
        "0.5",
    )


def test_json_says_by_what_rules_and_keeps_curves() -> None:
    content = json.loads(to_json(score_tables.scores_json(RUNS)))
    assert content["convention"] == convention(standard.RGBT234)
    assert content["main_figures"] == ["MPR", "MSR"]
    assert content["thresholds"]["precision"][20] == 20
    first = content["trackers"]["ours"]
    assert first["overall"]["MPR"]["mean"] == 0.875
    assert first["runs"][1]["sequences"]["b"]["MPR"] == 0.5
    assert first["runs"][1]["curves"]["precision"][20] == 0.75
    assert content["trackers"]["a|b"]["overall"]["MPR"]["deviation"] is None


def test_scores_of_two_protocols_do_not_share_a_table() -> None:
    with pytest.raises(ConfigError, match="RGBT234, GTOT"):
        score_tables.overall_markdown({"one": [run(0)], "two": [run(0, standard.GTOT)]})
    with pytest.raises(ConfigError, match="none"):
        score_tables.scores_csv({})


def test_an_interval_is_written_with_signs() -> None:
    text = score_tables.interval_text
    assert text(Interval(0.0123, -0.0031, 0.0272, 0.95, 9, 5, 4)) == "+0.012 [-0.003, +0.027]"
    assert text(Interval(0.5, NAN, NAN, 0.95, 1, 1, 0)) == "+0.500 (one sequence)"
    assert text(Interval(NAN, NAN, NAN, 0.95, 0, 0, 0)) == "n/a"
