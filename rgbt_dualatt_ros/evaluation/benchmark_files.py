"""A benchmark's figures as Markdown, CSV, JSON and curves; result files of the trackers in it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import numpy as np

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.benchmark_scores import BenchmarkScores
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.plots import Plot, draw_plots
from rgbt_dualatt_ros.evaluation.protocols.protocol import Figure, Quantity
from rgbt_dualatt_ros.evaluation.protocols.result_files import Columns, write_result
from rgbt_dualatt_ros.evaluation.protocols.score_tables import (
    attribute_markdown,
    overall_markdown,
    scores_csv,
    scores_json,
    sequence_markdown,
    text_with_spread,
)
from rgbt_dualatt_ros.evaluation.protocols.seeds import spreads
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.record_files import to_json
from rgbt_dualatt_ros.evaluation.upper_bounds import is_bound

_MOST_NOTES = 20
THRESHOLDS: dict[Quantity, str] = {
    "error": "centre error threshold, px",
    "normalized_error": "centre error threshold, sizes of the truth",
    "overlap": "IoU threshold",
}


def benchmark_text(scores: BenchmarkScores) -> str:
    """The overall table with its rules and notes, for a terminal."""
    count = len(scores.of.truths)
    heading = f"{scores.of.name}, {count} sequence{'s' if count != 1 else ''}:"
    notes = [f"note: {each}" for each in scores.notes]
    if len(notes) > _MOST_NOTES:
        more = f"note: {len(notes) - _MOST_NOTES} more, in benchmark_{scores.of.key}.md"
        notes = [*notes[:_MOST_NOTES], more]
    return "\n".join([heading, overall_markdown(scores.runs), *notes])


def benchmark_markdown(scores: BenchmarkScores) -> str:
    """All tables: overall, by attribute and by sequence of each main figure."""
    keys = [figure.key for figure in scores.of.protocol.figures if figure.is_main]
    notes = "".join(f"- {each}\n" for each in scores.notes)
    has_attributes = any(each.attributes for runs in scores.runs.values() for each in runs)
    return "\n".join(
        [
            f"# {scores.of.name}, {len(scores.of.truths)} sequences\n",
            overall_markdown(scores.runs),
            *([notes] if notes else []),
            *(attribute_markdown(scores.runs, key) for key in keys if has_attributes),
            *(sequence_markdown(scores.runs, key) for key in keys),
        ]
    )


def write_benchmark(scores: BenchmarkScores, folder: Path) -> list[Path]:
    """Write `benchmark_KEY.md`, `.csv`, `.json` and the curves as PNG; give the paths.

    Raises:
        ConfigError: when the folder cannot be written.
    """
    stem = f"benchmark_{scores.of.key}"
    content = {
        "benchmark": scores.of.name.text,
        "sequences": len(scores.of.truths),
        "notes": list(scores.notes),
        **scores_json(scores.runs),
    }
    texts = {
        f"{stem}.md": benchmark_markdown(scores),
        f"{stem}.csv": scores_csv(scores.runs),
        f"{stem}.json": to_json(content),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", errors="backslashreplace")
        drawn = draw_plots([*_plots(scores)], folder / "plots")
    except OSError as error:
        raise ConfigError(f"cannot write to {folder}: {error.strerror}") from None
    return [*(folder / name for name in texts), *drawn]


def write_result_files(records: Iterable[Record], folder: Path, columns: Columns) -> None:
    """Write `TRACKER/SEQUENCE.txt` as toolkits read them; of several seeds `TRACKER-seed-N/`.

    Upper bounds are no trackers, and a sequence that could not be read has no result.

    Raises:
        ConfigError: when the folder cannot be written.
    """
    kept = [e for e in records if e.failure_kind != "sequence" and not is_bound(e.tracker)]
    seeds: dict[str, set[int]] = {}
    for each in kept:
        seeds.setdefault(each.tracker, set()).add(each.seed)
    for each in kept:
        name = (
            each.tracker if len(seeds[each.tracker]) == 1 else f"{each.tracker}-seed-{each.seed}"
        )
        file = f"{quote(each.sequence, safe=' @()+,=~')}.txt"
        write_result(folder / quote(name, safe=" @()+,=~") / file, each.boxes, columns)


def mean_curve(scores: BenchmarkScores, tracker: str, figure: Figure) -> Values:
    """The curve that a figure is read from, mean over the runs of a tracker."""
    curves = [each.overall.curves[figure.curve.key] for each in scores.runs[tracker]]
    return np.asarray(np.mean(curves, axis=0))


def _plots(scores: BenchmarkScores) -> Iterable[Plot]:
    for figure in scores.of.protocol.figures:
        if not figure.is_main:
            continue
        lines = {}
        for tracker, runs in scores.runs.items():
            value = spreads(runs, lambda each: each.overall)[figure.key]
            label = f"{tracker}  {figure.key} {text_with_spread(value)}"
            lines[label] = mean_curve(scores, tracker, figure)
        yield Plot(
            f"benchmark_{scores.of.key}_{figure.key}",
            np.array(figure.curve.thresholds),
            THRESHOLDS[figure.curve.quantity],
            f"share of frames, {scores.of.protocol.name}",
            lines,
            figure.threshold,
        )
