"""The tables of the page as HTML; every text from outside is escaped here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.evaluation.charts import color_of, dash_of, swatch
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import COLUMNS, TrackerScore, mean_of, status_figures
from rgbt_dualatt_ros.evaluation.tables import (
    best_figures,
    best_places,
    figure_text,
    number_text,
    spread_text,
)
from rgbt_dualatt_ros.evaluation.upper_bounds import is_bound

MEANS_NOTE = "Success AUC, and small its standard deviation over seeds, if any, and PR@20."
_MOST_SIDE_BY_SIDE = 6
"""With more trackers the small figures of a cell stand below the large one."""


def summary_table(scores: Sequence[TrackerScore]) -> str:
    """One row a tracker, the best of each column in bold."""
    best = best_figures(scores)
    heads = "".join(
        f'<th title="{escape(each.meaning)}">{escape(each.heading)}</th>' for each in COLUMNS
    )
    rows = []
    for index, score in enumerate(scores):
        cells = [
            html_cell(
                figure_text(score, column),
                best=score.name in best[column.key],
                bad=column.key == "failures" and score.means["failures"] > 0,
            )
            for column in COLUMNS
        ]
        mark = swatch(color_of(index), dash_of(index))
        name = f'<span class="tracker">{mark}<span>{breakable(score.name)}</span></span>'
        rows.append(f"<tr><td>{name}</td>{''.join(cells)}</tr>")
    return html_table(f"<th>tracker</th>{heads}", rows, "wide")


def measures_table(scores: Sequence[TrackerScore]) -> str:
    """Figures of live runs, a row each; empty when there are none."""
    names = dict.fromkeys(
        name for each in scores for run in each.runs for name in run.record.measures
    )
    if not names:
        return ""
    heads = "<th>measure</th>" + "".join(f"<th>{escape(each.name)}</th>" for each in scores)
    rows = []
    for name in names:
        values = (
            mean_of(run.record.measures.get(name, math.nan) for run in each.runs)
            for each in scores
        )
        cells = "".join(
            html_cell(number_text(value, 1 if name.endswith("_ms") else 0)) for value in values
        )
        rows.append(f"<tr><td>{escape(name.replace('_', ' '))}</td>{cells}</tr>")
    return html_table(heads, rows)


def sequences_table(
    scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth], links: Mapping[str, str]
) -> str:
    """One sortable row a sequence: success AUC of every tracker, PR@20 beside it."""
    names = ["sequence", "frames", *(each.name for each in scores)]
    heads = "".join(f'<th><button type="button">{breakable(name)}</button></th>' for name in names)
    rows = []
    for name, truth in truths.items():
        values = [each.mean_on(name, "success_auc") for each in scores]
        best = best_places(scores, values)
        cells = [
            mean_cell(
                value,
                score.spread_on(name, "success_auc"),
                score.mean_on(name, "precision_20"),
                best=place in best,
            )
            for place, (score, value) in enumerate(zip(scores, values, strict=True))
        ]
        tags = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in truth.attributes)
        rows.append(
            f'<tr><td class="left name"><a href="#{links[name]}">{escape(name)}</a>{tags}</td>'
            f'<td data-sort="{len(truth.boxes)}">{len(truth.boxes)}</td>{"".join(cells)}</tr>'
        )
    return html_table(heads, rows, f"{wide_style(len(scores))} sortable")


def statuses_table(scores: Sequence[TrackerScore]) -> str:
    """How often each tracker said what of itself, and how right it then was.

    Those that said nothing of their own have no row: result files and upper bounds. Empty when
    none said anything.
    """
    scores = [each for each in scores if each.tells_status and not is_bound(each.name)]
    if not scores:
        return ""
    heads = "<th>tracker</th>" + "".join(
        f"<th>{status.name}</th><th>IoU then</th>" for status in TrackStatus
    )
    figures = {
        each.name: [status_figures(each, status) for status in TrackStatus] for each in scores
    }
    absent = any(math.isfinite(each.share_of_absent) for row in figures.values() for each in row)
    heads += "<th>LOST while absent</th>" if absent else ""
    rows = []
    for name, row in figures.items():
        cells = "".join(
            html_cell(_percent(each.share)) + html_cell(number_text(each.mean_overlap, 2))
            for each in row
        )
        cells += html_cell(_percent(row[-1].share_of_absent)) if absent else ""
        rows.append(f"<tr><td>{escape(name)}</td>{cells}</tr>")
    return html_table(heads, rows, "wide")


def _percent(share: float) -> str:
    return "n/a" if math.isnan(share) else f"{share:.0%}"


def failures_list(scores: Sequence[TrackerScore], not_opened: Sequence[str] = ()) -> str:
    """Every run that ended in an error and every source that gave none; empty without any."""
    items = [
        f'<li><span class="bad-text">not evaluated:</span> {escape(e)}</li>' for e in not_opened
    ]
    for record in (run.record for each in scores for run in each.runs if run.record.failure):
        rest = (
            "the remaining frames count as missed"
            if record.failure_kind == "tracker"
            else "the sequence counts in no mean"
        )
        items.append(
            f'<li><span class="bad-text">{escape(record.tracker)} on {escape(record.sequence)}, '
            f"seed {record.seed}:</span> {escape(record.failure)} ({rest})</li>"
        )
    return f"<h2>Failures</h2><ul>{''.join(items)}</ul>" if items else ""


def oddities_list(notes: Sequence[str]) -> str:
    """What is odd about sequences that were evaluated all the same; empty without any."""
    items = "".join(f"<li>{escape(each)}</li>" for each in notes)
    return f"<h2>Odd about the sequences</h2><ul>{items}</ul>" if items else ""


def settings_tables(settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """What differs from the defaults, and everything folded below."""
    changed = {
        name: value for name, value in settings.items() if defaults.get(name, value) != value
    }
    parts = []
    if changed:
        rows = [
            f"<tr><td><code>{escape(name)}</code></td><td>{html_value(value)}</td>"
            f"<td>{html_value(defaults[name])}</td></tr>"
            for name, value in changed.items()
        ]
        heads = "<th>setting</th><th>here</th><th>default</th>"
        parts.append(html_table(heads, rows, "settings"))
    else:
        parts.append("<p>All settings have their default values.</p>")
    rows = [
        f"<tr><td><code>{escape(name)}</code></td><td>{html_value(value)}</td></tr>"
        for name, value in settings.items()
    ]
    table = html_table("<th>setting</th><th>value</th>", rows, "settings")
    parts.append(f"<details><summary>All {len(settings)} settings</summary>{table}</details>")
    return "".join(parts)


def other_origins(scores: Sequence[TrackerScore], made_with: Mapping[str, Any]) -> str:
    """A warning when records come from other code or another machine than the page says."""
    names = ("revision", "rgbt_dualatt", "processor", "gpu")
    here = tuple(made_with.get(name, "") for name in names)
    origins = [
        tuple(run.record.made_with.get(name, "") for name in names)
        for each in scores
        for run in each.runs
    ]
    lines = [
        f"<li>{origins.count(other)} of {len(origins)} records: "
        f"{html_value([text for text in other if text])}</li>"
        for other in dict.fromkeys(origins)
        if other != here
    ]
    if not lines:
        return ""
    return f"<p>Made earlier, by other code or on another machine:</p><ul>{''.join(lines)}</ul>"


def surroundings_table(about: Mapping[str, Any]) -> str:
    """Versions and machine, one row each."""
    rows = [
        f"<tr><td>{escape(str(name).replace('_', ' '))}</td>"
        f'<td class="left">{html_value(value)}</td></tr>'
        for name, value in about.items()
    ]
    return html_table('<th>what</th><th class="left">here</th>', rows)


def breakable(name: str) -> str:
    """A name as HTML that may take two lines."""
    text = escape(name)
    for sign in "@=_":
        text = text.replace(sign, f"{sign}<wbr>")
    return text


def wide_style(trackers: int) -> str:
    """The style of a table with a column for each of so many trackers."""
    return "wide dense" + " stacked" * (trackers > _MOST_SIDE_BY_SIDE)


def mean_cell(auc: float, spread: float, precision: float, *, best: bool) -> str:
    """Success AUC, its spread over seeds when there are several, and PR@20."""
    if math.isnan(auc):
        return '<td data-sort="">n/a</td>'
    style = ' class="best"' if best else ""
    texts = (spread_text(spread), number_text(precision, 2))
    small = "".join(f"<small>{text}</small>" for text in texts if text)
    return f'<td{style} data-sort="{auc:.6f}">{auc:.3f}{small}</td>'


def html_cell(text: str, *, best: bool = False, bad: bool = False) -> str:
    """A cell of a table, its text escaped."""
    style = ' class="best"' if best else ' class="bad"' if bad else ""
    return f"<td{style}>{escape(text)}</td>"


def html_table(heads: str, rows: Sequence[str], style: str = "") -> str:
    """A table that scrolls when it is too wide; `heads` and `rows` are HTML."""
    classes = f' class="{style}"' if style else ""
    return (
        f'<div class="scroll"><table{classes}><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def html_value(value: object) -> str:
    """The value of a setting, escaped."""
    if isinstance(value, (list, tuple)):
        return escape(", ".join(str(each) for each in value)) or "not given"
    return escape(str(value)) if value != "" else "not given"
