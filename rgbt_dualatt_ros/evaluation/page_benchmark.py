"""The section of the page with a benchmark's figures by its own rules: what papers print."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

import numpy as np

from rgbt_dualatt_ros.evaluation.benchmark_files import THRESHOLDS, mean_curve
from rgbt_dualatt_ros.evaluation.benchmark_scores import BenchmarkScores
from rgbt_dualatt_ros.evaluation.charts import (
    Axes,
    Line,
    color_of,
    curve_chart,
    dash_of,
    swatch,
)
from rgbt_dualatt_ros.evaluation.page_tables import breakable, html_cell, html_table
from rgbt_dualatt_ros.evaluation.protocols.convention import convention
from rgbt_dualatt_ros.evaluation.protocols.protocol import Figure
from rgbt_dualatt_ros.evaluation.protocols.score_tables import text_with_spread
from rgbt_dualatt_ros.evaluation.protocols.scoring import Group, Scores
from rgbt_dualatt_ros.evaluation.protocols.seeds import Spread, spread, spreads
from rgbt_dualatt_ros.evaluation.tables import number_text
from rgbt_dualatt_ros.evaluation.upper_bounds import is_bound

_TICKS = 5
_MOST_OPEN_NOTES = 6
_Marks = Mapping[str, tuple[str, str]]
"""Colour and dashes of each tracker."""


def benchmark_section(scores: BenchmarkScores, names: Sequence[str]) -> str:
    """Overall table, rules, notes and curves; attributes and sequences folded below.

    Args:
        names: of all trackers of the page, in the order that gives them their colours.
    """
    marks = {name: (color_of(place), dash_of(place)) for place, name in enumerate(names)}
    main = [figure for figure in scores.of.protocol.figures if figure.is_main]
    charts = "".join(_chart(scores, figure, marks) for figure in main)
    return (
        f"<h2>{escape(str(scores.of.name))}: the benchmark's own figures</h2>"
        f"{_overall(scores, marks)}"
        f'<p class="note">{escape(convention(scores.of.protocol))}</p>'
        f"{_notes(scores.notes)}"
        f'<div class="pair">{charts}</div>'
        f"{_folded(scores, main, 'attribute', lambda each: each.attributes)}"
        f"{_folded(scores, main, 'sequence', lambda each: each.sequences)}"
    )


def _notes(notes: Sequence[str]) -> str:
    """What a reader must know; many are folded."""
    text = "".join(f'<p class="note bad-text">{escape(each)}</p>' for each in notes)
    if len(notes) <= _MOST_OPEN_NOTES:
        return text
    return _details(f"{len(notes)} notes on these figures", text)


def _overall(scores: BenchmarkScores, marks: _Marks) -> str:
    keys = [figure.key for figure in scores.of.protocol.figures]
    heads = "<th>tracker</th><th>sequences</th>" + "".join(
        f'<th title="{escape(figure.meaning)}">{escape(figure.key)}</th>'
        for figure in scores.of.protocol.figures
    )
    found = {name: spreads(runs, lambda each: each.overall) for name, runs in scores.runs.items()}
    best = {key: _best({name: row[key] for name, row in found.items()}) for key in keys}
    rows = []
    for name, row in found.items():
        counts = sorted({each.overall.sequences for each in scores.runs[name]})
        cells = html_cell(", ".join(map(str, counts)))
        cells += "".join(html_cell(text_with_spread(row[k]), best=name in best[k]) for k in keys)
        tracker = (
            f'<span class="tracker">{swatch(*marks[name])}<span>{breakable(name)}</span></span>'
        )
        rows.append(f"<tr><td>{tracker}</td>{cells}</tr>")
    return html_table(heads, rows, "wide")


def _chart(scores: BenchmarkScores, figure: Figure, marks: _Marks) -> str:
    x = np.array(figure.curve.thresholds)
    ticks = np.linspace(x[0], x[-1], _TICKS + 1).tolist()
    axes = Axes(
        x,
        ticks,
        THRESHOLDS[figure.curve.quantity],
        "share of frames",
        None if math.isnan(figure.threshold) else figure.threshold,
    )
    lines = [Line(name, mean_curve(scores, name, figure), *marks[name]) for name in scores.runs]
    items = "".join(
        f"<li>{swatch(line.color, line.dash)}{escape(line.name)}<b>{escape(figure.key)} "
        f"{text_with_spread(_spread(scores.runs[line.name], figure.key))}</b></li>"
        for line in lines
    )
    return f'<figure>{curve_chart(lines, axes)}<ul class="legend">{items}</ul></figure>'


def _folded(
    scores: BenchmarkScores,
    main: Sequence[Figure],
    what: str,
    parts: Callable[[Scores], Mapping[str, Group]],
) -> str:
    """A sortable row for each attribute or sequence: the main figures of every tracker."""
    names = dict.fromkeys(name for runs in scores.runs.values() for name in parts(runs[0]))
    if not names:
        return ""
    size = "sequences" if what == "attribute" else "frames"
    titles = [what, size, *scores.runs]
    heads = "".join(
        f'<th><button type="button">{breakable(each)}</button></th>' for each in titles
    )
    rows = []
    for name in names:
        groups = {
            tracker: [parts(each)[name] for each in runs if name in parts(each)]
            for tracker, runs in scores.runs.items()
        }
        first = next(group for each in groups.values() for group in each)
        count = first.sequences if what == "attribute" else first.frames
        cells = "".join(_cell(groups[tracker], main) for tracker in scores.runs)
        rows.append(
            f'<tr><td class="left name">{escape(name)}</td><td data-sort="{count}">{count}</td>'
            f"{cells}</tr>"
        )
    first_key, *others = (figure.key for figure in main)
    beside = "".join(f", and {key}" for key in others)
    note = (
        f'<p class="note">{escape(first_key)}, and small its standard deviation over seeds, if '
        f'any{escape(beside)}. <span class="screen">A click on a heading sorts.</span></p>'
    )
    table = html_table(heads, rows, "wide dense stacked sortable")
    return _details(f"By {what}", table + note)


def _details(summary: str, content: str) -> str:
    """Folded on the screen, unfolded in print."""
    return f'<details class="printed"><summary>{summary}</summary>{content}</details>'


def _cell(groups: Sequence[Group], main: Sequence[Figure]) -> str:
    """The first main figure, and small its spread over several runs and the other figures."""
    first, *others = (spread([each.figures[figure.key] for each in groups]) for figure in main)
    if math.isnan(first.mean):
        return '<td data-sort="">n/a</td>'
    texts = [] if first.runs < 2 else [f"± {number_text(first.deviation, 3)}"]
    texts += [
        f"{figure.key} {number_text(each.mean, 3)}"
        for figure, each in zip(main[1:], others, strict=True)
    ]
    small = "".join(f"<small>{escape(text)}</small>" for text in texts)
    return f'<td data-sort="{first.mean:.6f}">{first.mean:.3f}{small}</td>'


def _spread(runs: Sequence[Scores], key: str) -> Spread:
    return spreads(runs, lambda each: each.overall)[key]


def _best(found: Mapping[str, Spread]) -> set[str]:
    """Who prints the highest mean; nobody when all do."""
    known = {
        name: round(each.mean, 3)
        for name, each in found.items()
        if not (math.isnan(each.mean) or is_bound(name))
    }
    if len({*known.values()}) < 2:
        return set()
    return {name for name, value in known.items() if value == max(known.values())}
