"""The numbers as files that other programs and people read: JSON, CSV, Markdown."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from rgbt_dualatt_ros.evaluation import metrics
from rgbt_dualatt_ros.evaluation.record import STATUS_NAMES
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import COLUMNS, CONVENTION, Column, RunScore, TrackerScore
from rgbt_dualatt_ros.evaluation.upper_bounds import is_bound

NOTHING = "n/a"
"""Shown where there is no figure."""
IDLE_TRACKER = "static"
_LARGE = 1000.0


def metrics_json(scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth]) -> Json:
    """Every figure and curve with its convention, for programs."""
    return {
        "convention": CONVENTION,
        "precision_thresholds_px": metrics.PRECISION_THRESHOLDS_PX.tolist(),
        "success_thresholds": metrics.SUCCESS_THRESHOLDS.tolist(),
        "trackers": {each.name: _tracker_json(each) for each in scores},
        "sequences": {
            name: {
                "frames": len(truth.boxes),
                "scored_frames": int(metrics.has_area(truth.boxes).sum()),
                "attributes": list(truth.attributes),
                "source": truth.source,
            }
            for name, truth in truths.items()
        },
    }


def runs_csv(scores: Sequence[TrackerScore]) -> str:
    """One line for every tracker, sequence and seed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    keys = list(scores[0].runs[0].figures)
    writer.writerow(["tracker", "sequence", "seed", "frames", *keys, "failure"])
    for run in (run for each in scores for run in each.runs):
        record = run.record
        figures = (f"{run.figures[key]:.6g}" for key in keys)
        writer.writerow(
            [record.tracker, record.sequence, record.seed, len(record), *figures, record.failure]
        )
    return text.getvalue()


def summary_markdown(scores: Sequence[TrackerScore]) -> str:
    """The summary table, best figures in bold, and the convention below."""
    lines = [
        "| tracker | " + " | ".join(each.heading for each in COLUMNS) + " |",
        "|---|" + "---:|" * len(COLUMNS),
    ]
    best = best_figures(scores)
    for score in scores:
        cells = []
        for column in COLUMNS:
            text = figure_text(score, column)
            cells.append(f"**{text}**" if score.name in best[column.key] else text)
        name = score.name.replace("|", "\\|")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", CONVENTION, ""])


def sequences_markdown(scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth]) -> str:
    """A row a sequence: success AUC with its spread over seeds, and PR@20, of every tracker."""
    names = " | ".join(each.name.replace("|", "\\|") for each in scores)
    lines = [f"| sequence | frames | {names} |", "|---|" + "---:|" * (len(scores) + 1)]
    for name, truth in truths.items():
        cells = " | ".join(_on_sequence(each, name) for each in scores)
        plain = name.replace("|", "\\|")
        lines.append(f"| {plain} | {len(truth.boxes)} | {cells} |")
    return "\n".join([*lines, "", "Success AUC / PR@20, mean over the seeds.", ""])


def _on_sequence(score: TrackerScore, sequence: str) -> str:
    return plain_cell(
        score.mean_on(sequence, "success_auc"),
        score.spread_on(sequence, "success_auc"),
        score.mean_on(sequence, "precision_20"),
    )


def plain_cell(auc: float, spread: float, precision: float) -> str:
    """`0.612 ± 0.012 / 0.85`: success AUC, its spread over seeds if any, PR@20."""
    beside = f" {spread_text(spread)}".rstrip()
    return f"{number_text(auc, 3)}{beside} / {number_text(precision, 2)}"


def summary_text(scores: Sequence[TrackerScore]) -> str:
    """The summary table in columns for a terminal, with the convention in short."""
    heads = ["tracker", *(each.heading for each in COLUMNS)]
    rows = [[each.name, *(figure_text(each, column) for column in COLUMNS)] for each in scores]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
        for row in (heads, *rows)
    ]
    return "\n".join(lines)


def figure_text(score: TrackerScore, column: Column) -> str:
    """A mean as it is printed, with its spread over seeds when there are several."""
    text = number_text(score.means[column.key], column.decimals)
    spread = score.spreads[column.key]
    if math.isnan(spread) or column.key == "failures":
        return text
    return f"{text} ± {number_text(spread, column.decimals)}"


def mean_text(score: TrackerScore, key: str) -> str:
    """A mean with three decimals, and its spread over seeds when there are several."""
    spread = spread_text(score.spreads[key])
    return f"{number_text(score.means[key], 3)} {spread}".rstrip()


def spread_text(spread: float) -> str:
    """`± 0.012`, to stand beside a mean over seeds; empty with one seed."""
    return "" if math.isnan(spread) else f"± {number_text(spread, 3)}"


def number_text(value: float, decimals: int) -> str:
    """A figure with so many decimals (none when it is large), or `NOTHING`."""
    if math.isnan(value):
        return NOTHING
    return f"{value:.{decimals}f}" if value < _LARGE else f"{value:.0f}"


def signed_text(value: float) -> str:
    """A difference, `+0.012`; never `-0.000`: a small one has a fourth decimal, or is `+0.000`.

    So the ends of an interval tell on which side of zero they are.
    """
    if math.isnan(value):
        return NOTHING
    decimals = 3 if abs(value) >= 0.0005 else 4
    rounded = round(value, decimals)
    return f"{rounded:+.{decimals}f}" if rounded else "+0.000"


def best_figures(scores: Sequence[TrackerScore]) -> dict[str, set[str]]:
    """By column the trackers that print the best figure; none when all print the same.

    A tracker that does nothing is not praised for its speed, nor an upper bound at all.
    """
    best: dict[str, set[str]] = {}
    for column in COLUMNS:
        values = {
            each.name: round(each.means[column.key], column.decimals)
            for each in scores
            if each.name != IDLE_TRACKER and not is_bound(each.name)
        }
        known = [value for value in values.values() if not math.isnan(value)]
        top = column.best(known) if len(set(known)) > 1 else None
        best[column.key] = {name for name, value in values.items() if value == top}
    return best


def best_places(scores: Sequence[TrackerScore], values: Sequence[float]) -> set[int]:
    """Which trackers print the highest of `values` (three decimals); none when all do."""
    known = {
        place: round(value, 3)
        for place, (score, value) in enumerate(zip(scores, values, strict=True))
        if not math.isnan(value) and not is_bound(score.name)
    }
    if len({*known.values()}) < 2:
        return set()
    return {place for place, value in known.items() if value == max(known.values())}


def _tracker_json(score: TrackerScore) -> Json:
    sequences = dict.fromkeys(each.record.sequence for each in score.runs)
    return {
        "seeds": list(score.seeds),
        "settings": dict(score.runs[0].record.settings),
        "mean": dict(score.means),
        "spread": dict(score.spreads),
        "success_curve": score.success.tolist(),
        "precision_curve": score.precision.tolist(),
        "sequences": {
            name: [_run_json(run) for run in score.of_sequence(name)] for name in sequences
        },
    }


def _run_json(run: RunScore) -> Json:
    record = run.record
    counts = np.bincount(record.statuses, minlength=len(STATUS_NAMES))
    return {
        "seed": record.seed,
        **run.figures,
        "statuses": {name: int(counts[number]) for number, name in STATUS_NAMES.items()},
        "failure": record.failure,
        "measures": dict(record.measures),
        "learning": asdict(record.learning) if record.learning else None,
    }
