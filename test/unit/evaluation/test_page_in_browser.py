"""The page in Chromium, where one is installed: no errors, nothing fetched, sorted, nothing cut.

Proves: a click on a heading orders the rows of the table, what has no figure last; with nine
trackers no table is wider than a laptop screen or a printed page, those of a benchmark's own
figures neither; links lead to their sequences.
Does not prove that it is beautiful: somebody has to look.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.evaluation.benchmark_scores import (
    BenchmarkScores,
    BenchmarkSet,
    results_of,
    score_benchmark,
)
from rgbt_dualatt_ros.evaluation.protocols.frame_rules import Truths
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.report import describe_run, write_report
from rgbt_dualatt_ros.evaluation.results import ResultFolder, SequenceTruth

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next(filter(None, map(shutil.which, _NAMES)), None)
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-sync", "--disable-background-networking", "--disable-component-update"),
    *("--window-size=1366,768", "--virtual-time-budget=4000"),
)
_TIMEOUT_S = 120
_A4_PX = 688
"""Width of the printed text: 210 mm without the margins of the page, 96 px an inch."""

TRACKERS = (
    *("dualatt", "dualatt-local", "csrt@rgb", "csrt@thermal", "csrt@best (upper bound)"),
    *("nanotrack@rgb", "nanotrack@thermal", "Published", "static"),
)
ATTRIBUTES = ("NO", "HO", "LI", "TC", "DEF", "FM")
# Their order as text differs from that of their numbers.
SEQUENCES = ("walk10", "walk2", "a_rather_long_name_of_a_place_by_night", "walk1")
LENGTHS = (30, 9, 100, 20)

_LISTEN = """<script>
var errors = [];
addEventListener("error", (event) => errors.push(String(event.message || event.target.src)), true);
</script>"""
_PROBE = """<script>
const sortable = [...document.querySelectorAll("table.sortable")];
const table = sortable.find((each) => each.querySelector("a"));
const nameIn = (cell) => (cell.querySelector("a") ?? cell).textContent;
const names = (of = table) => [...of.tBodies[0].rows].map((row) => nameIn(row.cells[0]));
const press = (column) => {
  const head = table.tHead.rows[0].cells[column];
  head.querySelector("button").click();
  return [head.getAttribute("aria-sort"), names()];
};
const tooWide = () => [...document.querySelectorAll(".scroll")]
  .filter((each) => each.querySelector("table") && each.scrollWidth > each.clientWidth + 1)
  .map((each) => `${each.textContent.slice(0, 40)}: ${each.scrollWidth} > ${each.clientWidth}`);
const folded = [...document.querySelectorAll("details:not([open])")];
dispatchEvent(new Event("beforeprint"));
const opened = folded.filter((each) => each.open);
const told = { before: names(), sorted: {}, screen: tooWide() };
told.unfolded = opened.map((each) => each.querySelector("summary").textContent);
told.benchmark = sortable.filter((each) => each !== table).map((each) => {
  each.querySelector("th button").click();
  return names(each);
});
const page = document.documentElement;
told.beyondScreen = page.scrollWidth - page.clientWidth;
for (const column of [0, 1, 2, LAST]) told.sorted[column] = [press(column), press(column)];
dispatchEvent(new Event("afterprint"));
const link = [...table.querySelectorAll("a")].find((each) => each.textContent === "walk2");
link.click();
dispatchEvent(new HashChangeEvent("hashchange"));
told.opened = document.querySelector(link.getAttribute("href")).open;
dispatchEvent(new Event("beforeprint"));
const printed = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
  .filter((rule) => rule.media?.mediaText === "print")
  .flatMap((rule) => [...rule.cssRules]).map((rule) => rule.cssText).join(" ");
document.querySelector("style").append(printed);
document.querySelector("main").style.width = "A4px";
told.print = [...document.querySelectorAll("main table, main svg.chart")]
  .filter((each) => each.getBoundingClientRect().width > A4 + 1)
  .map((each) => `${each.textContent.slice(0, 40)}: ${each.getBoundingClientRect().width}`);
addEventListener("load", () => {
  told.fetched = performance.getEntriesByType("resource").map((each) => each.name);
  told.errors = errors;
  const out = document.createElement("pre");
  out.id = "told";
  out.textContent = JSON.stringify(told);
  document.body.append(out);
});
</script>"""

pytestmark = pytest.mark.skipif(BROWSER is None, reason=f"none of {', '.join(_NAMES)} installed")


Told = Mapping[str, Any]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What the page of nine trackers looks like from within, after it was used."""
    return use_page(tmp_path_factory.mktemp("nine"), TRACKERS)


def use_page(folder: Path, trackers: Sequence[str]) -> Told:
    page = write_page(folder / "run", trackers).read_text(encoding="utf-8")
    last = str(len(trackers))
    probe = _PROBE.replace("A4", str(_A4_PX)).replace("LAST", last)
    used = folder / "used.html"
    used.write_text(
        page.replace("<head>", f"<head>{_LISTEN}").replace("</body>", f"{probe}</body>"),
        encoding="utf-8",
    )
    profile = f"--user-data-dir={folder / 'profile'}"
    ended = subprocess.run(
        [str(BROWSER), *_FLAGS, profile, "--dump-dom", used.as_uri()],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=True,
    )
    _, found, rest = ended.stdout.partition('<pre id="told">')
    assert found, f"the page did not finish: {ended.stderr[-500:]}"
    content: Told = json.loads(unescape(rest.partition("</pre>")[0]))
    return content


def write_page(path: Path, trackers: Sequence[str]) -> Path:
    """Trackers of falling quality on four sequences; the last but one lacks `walk1`."""
    about = describe_run("Trial", "rgbt-dualatt evaluate", Config())
    folder = ResultFolder.open(path, about)
    records = []
    for number, (name, frames) in enumerate(zip(SEQUENCES, LENGTHS, strict=True)):
        boxes = np.tile([50.0, 50, 20, 30], (frames, 1))
        folder.save_truth(SequenceTruth(name, boxes, (*ATTRIBUTES[number:], ATTRIBUTES[0])))
        for place, tracker in enumerate(trackers):
            if (tracker, name) == (trackers[-2], "walk1"):
                continue
            for seed in (0, 1) if tracker.startswith("dualatt") else (0,):
                record = Record.empty(tracker, name, seed, frames)
                record.boxes[:] = boxes
                record.boxes[:, 0] += place + number + seed
                record.seconds[:] = 0.02
                record.statuses[:] = 1
                records.append(record)
    page, _ = write_report(folder, records, benchmarks=[benchmark_scores(records)])
    return page


def benchmark_scores(records: Sequence[Record]) -> BenchmarkScores:
    """Figures by the rules of LasHeR, of which three are main ones, with many notes."""
    boxes = {
        name: records[0].boxes[:1].repeat(n, 0) for name, n in zip(SEQUENCES, LENGTHS, strict=True)
    }
    truths: dict[str, Truths] = {
        name: {"init": each.astype(np.float32)} for name, each in boxes.items()
    }
    labels = {name: (*ATTRIBUTES[number:],) for number, name in enumerate(SEQUENCES)}
    notes = [f"walk{number}: something odd about it" for number in range(9)]
    of = BenchmarkSet.of(BenchmarkName.parse("lasher"), truths, labels, notes)
    return score_benchmark(of, results_of(records))


def test_it_raises_no_error_and_fetches_nothing(told: Told) -> None:
    assert told["errors"] == []
    assert told["fetched"] == []


def test_names_are_sorted_as_people_count(told: Told) -> None:
    assert told["before"] == list(SEQUENCES)
    rising = ["a_rather_long_name_of_a_place_by_night", "walk1", "walk2", "walk10"]
    assert told["sorted"]["0"] == [["ascending", rising], ["descending", rising[::-1]]]


def test_numbers_are_sorted_as_numbers(told: Told) -> None:
    by_frames = [SEQUENCES[place] for place in np.argsort(LENGTHS)]
    assert told["sorted"]["1"] == [["descending", by_frames[::-1]], ["ascending", by_frames]]
    # Every sequence is worse than the one before it.
    best_first = list(SEQUENCES)
    assert told["sorted"]["2"] == [["descending", best_first], ["ascending", best_first[::-1]]]


def test_what_has_no_figure_is_last_in_either_order(told: Told) -> None:
    known = [name for name in SEQUENCES if name != "walk1"]
    assert told["sorted"]["2"][1][1][0] == "walk1"  # it was first when the heading was clicked
    (_, falling), (_, rising) = told["sorted"]["9"]
    assert falling == [*known, "walk1"]
    assert rising == [*known[::-1], "walk1"]


def test_a_link_unfolds_its_sequence(told: Told) -> None:
    assert told["opened"] is True


def test_no_table_is_wider_than_a_laptop_screen(told: Told) -> None:
    assert told["screen"] == []
    assert told["beyondScreen"] == 0


def test_no_table_and_no_chart_is_cut_in_print(told: Told) -> None:
    assert told["print"] == []


def test_tables_of_a_benchmark_are_sorted_and_unfolded_in_print(told: Told) -> None:
    attributes, sequences = told["benchmark"]
    assert attributes == sorted(ATTRIBUTES)
    assert sequences == ["a_rather_long_name_of_a_place_by_night", "walk1", "walk2", "walk10"]
    notes, *parts = told["unfolded"][:3]
    assert notes.endswith("notes on these figures")
    assert parts == ["By attribute", "By sequence"]


def test_six_variants_with_several_seeds_fit_as_well(tmp_path: Path) -> None:
    variants = ("baseline", "local", "both", "weight=3", "global_attention_off")
    six = use_page(tmp_path, ["dualatt", *(f"dualatt-{each}" for each in variants)])
    assert (six["screen"], six["print"], six["errors"]) == ([], [], [])
