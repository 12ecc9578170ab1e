"""From records to the tables: the paper's figure, ours, the difference; by hand.

Proves: means, deviations, differences, gains, what is left out, each form of the tables.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.reproduction.claim_scores import (
    ClaimScores,
    runs_by_variant,
    score_claims,
)
from rgbt_dualatt_ros.evaluation.reproduction.claim_tables import (
    claim_cells,
    markdown_table,
    sources,
    terminal_table,
)
from rgbt_dualatt_ros.evaluation.reproduction.claims import make_claims
from rgbt_dualatt_ros.evaluation.reproduction.measured_set import MeasuredSet, open_measured_set
from rgbt_dualatt_ros.evaluation.reproduction.reproduction_report import (
    DRY_WARNING,
    Reproduction,
    terminal_text,
    write_reproduction,
)
from rgbt_dualatt_ros.evaluation.results import ResultFolder

WriteSet = Callable[..., Path]
RUN: Json = {"settings": {"dry_run": False}, "command": "reproduce", "made_with": {"torch": "2"}}
FAR, NEAR = 30.0, 0.0


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, write_rgbt234: WriteSet) -> MeasuredSet:
    """Two sequences of four frames; the first has attribute NO, the second all others."""
    return open_measured_set("rgbt234", write_rgbt234(tmp_path_factory.mktemp("set"), 2, 4))


@pytest.fixture(scope="module")
def gtot(tmp_path_factory: pytest.TempPathFactory, write_gtot: WriteSet) -> MeasuredSet:
    """Two sequences of four frames, without attributes."""
    return open_measured_set("gtot", write_gtot(tmp_path_factory.mktemp("set"), 2, 4))


def answers(
    measured: MeasuredSet, tracker: str, seed: int, offsets: tuple[float, float]
) -> list[Record]:
    """The visible truth of each sequence, moved right by so many px; a frame takes 0.5 s."""
    records = []
    for each, offset in zip(measured.sequences, offsets, strict=True):
        record = Record.empty(tracker, each.name, seed, len(each))
        record.boxes[:] = each.truth + np.array([offset, 0, 0, 0])
        record.seconds[:] = 0.5
        records.append(record)
    return records


def parts_records(measured: MeasuredSet) -> list[Record]:
    """Two seeds of each part: baseline misses all or nothing, local half, both nothing."""
    return [
        *answers(measured, "dualatt-baseline", 0, (FAR, FAR)),
        *answers(measured, "dualatt-baseline", 1, (NEAR, NEAR)),
        *answers(measured, "dualatt-local", 0, (FAR, NEAR)),
        *answers(measured, "dualatt-local", 1, (FAR, NEAR)),
        *answers(measured, "dualatt-both", 0, (NEAR, NEAR)),
        *answers(measured, "dualatt-both", 1, (NEAR, NEAR)),
    ]


def scored(measured: MeasuredSet, records: Sequence[Record], *names: str) -> list[ClaimScores]:
    claims = make_claims(names, 3.0, has_global=True)
    return score_claims(measured, claims, runs_by_variant(measured, records))


def test_means_deviations_and_differences_of_the_parts(gtot: MeasuredSet) -> None:
    (parts,) = scored(gtot, parts_records(gtot), "parts")
    found = {(each.row[:6], each.figure): each for each in parts.figures}
    baseline = found["Our-ba", "MPR"]
    assert (baseline.ours.mean, baseline.ours.runs, baseline.sequences) == (0.5, 2, 2)
    assert baseline.ours.deviation == pytest.approx(math.sqrt(0.5))
    assert baseline.difference == pytest.approx(0.5 - 0.802)
    assert found["Our-La", "MPR"].ours.mean == 0.5
    assert found["Our-La", "MPR"].ours.deviation == 0
    assert found["Ours (", "MPR"].difference == pytest.approx(1 - 0.843)
    assert found["Ours (", "frames/s"].ours.mean == 2.0
    assert math.isnan(found["Ours (", "PR@5"].difference)


def test_gains_are_paired_over_sequences(gtot: MeasuredSet) -> None:
    (parts,) = scored(gtot, parts_records(gtot), "parts")
    gains = {(each.row[:6], each.figure): each for each in parts.gains}
    whole = gains["Ours (", "MPR"]
    assert whole.paper is not None
    assert whole.paper.value == 0.004
    assert (whole.ours.difference, whole.ours.better, whole.ours.worse) == (0.5, 1, 0)
    assert whole.difference == pytest.approx(0.5 - 0.004)
    _, table = claim_cells(parts)
    rows = [dict(zip(table[0], each, strict=True)) for each in table]
    row = next(each for each in rows if each["gain"].startswith("Ours"))
    assert (row["figure"], row["paper"], row["ours - paper"]) == ("MPR", "+0.004", "+0.496")
    # The baseline's mean over its seeds is 0.5 on both sequences, local has 0 and 1.
    local = gains["Our-La", "MPR"].ours
    assert (local.difference, local.better, local.worse) == (0.0, 1, 1)


def test_table_1_says_how_far_its_rows_lie_apart(gtot: MeasuredSet) -> None:
    records = answers(gtot, "dualatt-both", 0, (FAR, NEAR))
    for weight in (1, 2, 4, 5, 6, 7, 8, 9):
        offsets = (NEAR, NEAR) if weight == 7 else (FAR, NEAR)
        records += answers(gtot, f"dualatt-both-lambda{weight}", 0, offsets)
    (claim,) = scored(gtot, records, "lambda")
    _, (head, *rows) = claim_cells(claim)
    assert head == ["best row less worst row", "paper", "ours", "ours - paper"]
    assert rows[0] == ["MPR", "0.014", "0.500", "+0.486"], "84.9 of lambda 2, 83.5 of lambda 5"
    assert rows[1][:2] == ["MSR", "0.008"]
    assert rows[2] == ["PR@5", "n/a", "0.500", "n/a"]


def test_attributes_have_their_own_sequences(measured: MeasuredSet) -> None:
    (attributes,) = scored(measured, parts_records(measured), "attributes")
    found = {(each.row[:6], each.part, each.figure): each for each in attributes.figures}
    assert found["Our-La", "NO", "MPR"].ours.mean == 0
    assert found["Our-La", "TC", "MPR"].ours.mean == 1
    assert {each.figure for each in attributes.figures} == {"MPR", "MSR"}
    precision, success = claim_cells(attributes)
    assert precision[0][:2] == ["MPR", "sequences"]
    assert precision[1] == ["NO", "1", "0.500 ± 0.707", "0.000 ± 0.000", "1.000 ± 0.000"]
    assert len(success) == 13


def test_others_of_whom_the_paper_speaks_stand_in_the_overall_table(gtot: MeasuredSet) -> None:
    (overall,) = scored(gtot, parts_records(gtot), "overall")
    (table,) = claim_cells(overall)
    rows = {row[0]: dict(zip(table[0], row, strict=True)) for row in table[1:]}
    assert rows["ECO (not run here)"]["MSR paper"] == "0.631"
    assert rows["ECO (not run here)"]["MSR ours"] == "n/a"
    ours = rows["Ours (local and global)"]
    assert (ours["MPR paper"], ours["MPR ours"], ours["MPR paper"]) == (
        "0.843",
        "1.000 ± 0.000",
        "0.843",
    )
    assert ours["ours - paper"] == "+0.298", "of MSR, the last: 0.975 - 0.677"
    assert (ours["frames/s paper"], ours["frames/s ours"]) == ("0.349", "2")
    assert "Fig. 2" in sources(overall)


def test_tables_are_square_in_both_forms(gtot: MeasuredSet) -> None:
    (parts,) = scored(gtot, parts_records(gtot), "parts")
    for cells in claim_cells(parts):
        assert len({len(row) for row in cells}) == 1
        lines = markdown_table(cells).splitlines()
        assert len({line.count("|") for line in lines}) == 1
        assert len({len(line) for line in terminal_table(cells).splitlines()}) == 1


def test_a_sequence_that_could_not_be_read_counts_for_nobody(gtot: MeasuredSet) -> None:
    records = parts_records(gtot)
    records[0] = replace(records[0], failure="no image", failure_kind="sequence")
    found = Reproduction.of(gtot, make_claims(("parts",), 3.0, has_global=True), records, RUN, ())
    assert found.extent.startswith("1 of 50 sequences, so that no figure is one of the whole set")
    assert found.failures == (f"dualatt-baseline on {records[0].sequence}, seed 0: no image",)
    local = next(each for each in found.claims[0].figures if each.row.startswith("Our-La"))
    assert (local.figure, local.ours.mean) == ("MPR", 1.0)
    broken = [replace(each, failure="no image", failure_kind="sequence") for each in records]
    with pytest.raises(ConfigError, match="nothing to score: no image"):
        Reproduction.of(gtot, (), broken, RUN, ())


def test_a_tracker_that_gave_up_is_scored_and_told(gtot: MeasuredSet) -> None:
    records = parts_records(gtot)
    records[-1].boxes[1:] = np.nan
    records[-1] = replace(records[-1], failure="no patience", failure_kind="tracker")
    found = Reproduction.of(gtot, make_claims(("parts",), 3.0, has_global=True), records, RUN, ())
    whole = next(each for each in found.claims[0].figures if each.row.startswith("Ours"))
    assert whole.ours.mean == pytest.approx((1 + 5 / 8) / 2)
    (failure,) = found.failures
    assert failure.endswith("seed 1: no patience")


def test_sequences_that_were_left_out_are_errors_too(gtot: MeasuredSet, tmp_path: Path) -> None:
    part = replace(gtot, left_out=("Scene9: no truth",))
    claims = make_claims(("parts",), 3.0, has_global=True)
    found = Reproduction.of(part, claims, parts_records(gtot), RUN, ())
    assert found.failures == ("Scene9: no truth",)
    page = write_reproduction(found, ResultFolder(tmp_path))
    assert "- Scene9: no truth" in page.read_text(encoding="utf-8")


def test_the_files_say_the_same(measured: MeasuredSet, tmp_path: Path) -> None:
    claims = make_claims(("parts", "attributes"), 3.0, has_global=True)
    records = parts_records(measured)
    found = Reproduction.of(measured, claims, records, RUN, ["Weights: none."])
    page = write_reproduction(found, ResultFolder(tmp_path)).read_text(encoding="utf-8")
    content = json.loads((tmp_path / "reproduction.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "reproduction.csv").read_text())))
    (row,) = (
        each
        for each in rows
        if (each["claim"], each["figure"], each["row"]) == ("parts", "MPR", "Our-baseline")
    )
    assert (row["ours"], row["runs"], row["paper"]) == ("0.5", "2", "")
    gain = next(each for each in rows if each["row"].startswith("Ours (local and global) over"))
    assert (gain["ours"], gain["low"], gain["high"]) == ("0.5", "0", "1")
    names = ("dualatt-baseline", "dualatt-local", "dualatt-both")
    assert content["seeds"] == {key: [0, 1] for key in names}
    figures = content["claims"]["parts"]["figures"]
    assert next(each for each in figures if each["figure"] == "MPR")["ours"]["mean"] == 0.5
    assert content["scores"]["thresholds"]["precision"][20] == 20
    assert len((tmp_path / "scores.csv").read_text().splitlines()) == 1 + 6 * (1 + 12 + 2)
    for text in (page, terminal_text(found)):
        assert "0.500 ± 0.707" in text
        assert "centre error <= 20 px" in text
        assert "The paper says this of GTOT only." in text
        assert "- Weights: none." in text
        assert DRY_WARNING not in text


def test_a_dry_run_says_so_everywhere(measured: MeasuredSet, tmp_path: Path) -> None:
    run = {**RUN, "settings": {"dry_run": True}}
    claims = make_claims(("overall",), 3.0, has_global=True)
    found = Reproduction.of(measured, claims, parts_records(measured), run, ())
    page = write_reproduction(found, ResultFolder(tmp_path))
    assert DRY_WARNING in page.read_text(encoding="utf-8")
    assert terminal_text(found).startswith(DRY_WARNING)
    assert json.loads((tmp_path / "reproduction.json").read_text())["dry_run"] is True
