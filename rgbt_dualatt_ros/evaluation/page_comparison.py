"""Sections of the page that compare trackers: differences, attributes, variants, learning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from rgbt_dualatt_ros.evaluation.charts import Line, color_of, dash_of, swatch
from rgbt_dualatt_ros.evaluation.comparison_tables import PAIRED_NOTE, difference_text
from rgbt_dualatt_ros.evaluation.learning import LEARNING_NOTE, all_learning
from rgbt_dualatt_ros.evaluation.page_tables import (
    MEANS_NOTE,
    breakable,
    html_cell,
    html_table,
    html_value,
    mean_cell,
    wide_style,
)
from rgbt_dualatt_ros.evaluation.paired import (
    COMPARED,
    attribute_means,
    attribute_spreads,
    differences,
    sequences_with,
)
from rgbt_dualatt_ros.evaluation.radar import MOST_LINES, radar_chart
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import TrackerScore
from rgbt_dualatt_ros.evaluation.tables import best_places, number_text
from rgbt_dualatt_ros.evaluation.upper_bounds import is_bound


def differences_section(scores: Sequence[TrackerScore]) -> str:
    """Every tracker against the first; empty when nothing can be compared."""
    found = differences(scores)
    if not found:
        return ""
    heads = "".join(
        f"<th>{heading}</th><th>better</th><th>worse</th>" for heading in COMPARED.values()
    )
    rows = []
    for name, row in found.items():
        cells = "".join(
            f"<td>{difference_text(each)}</td><td>{each.better}</td><td>{each.worse}</td>"
            for each in row.values()
        )
        rows.append(
            f"<tr><td>{escape(name)}</td>{cells}<td>{row['success_auc'].sequences}</td></tr>"
        )
    table = html_table(f"<th>tracker</th>{heads}<th>sequences</th>", rows, "wide")
    return f"<h2>Difference to {escape(scores[0].name)}</h2>{table}{_note(PAIRED_NOTE)}"


def attributes_section(scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth]) -> str:
    """Success AUC of every tracker by attribute, PR@20 beside it; empty without attributes."""
    auc, near = (attribute_means(scores, truths, key) for key in COMPARED)
    if not auc:
        return ""
    spreads = attribute_spreads(scores, truths, "success_auc")
    heads = "<th>attribute</th><th>sequences</th>" + "".join(
        f"<th>{breakable(each.name)}</th>" for each in scores
    )
    rows = []
    for label, values in auc.items():
        best = best_places(scores, values)
        cells = "".join(
            mean_cell(*figures, best=place in best)
            for place, figures in enumerate(zip(values, spreads[label], near[label], strict=True))
        )
        count = len(sequences_with(label, truths))
        rows.append(f"<tr><td>{escape(label)}</td><td>{count}</td>{cells}</tr>")
    note = f"{MEANS_NOTE} A sequence counts with each of its attributes."
    radars = _radars(scores, {"success AUC": auc, "PR@20": near})
    table = html_table(heads, rows, wide_style(len(scores)))
    return f"<h2>By attribute</h2>{radars}{table}{_note(note)}"


def _radars(
    scores: Sequence[TrackerScore], figures: Mapping[str, Mapping[str, Sequence[float]]]
) -> str:
    """A radar for each figure; empty with fewer attributes than make an area."""
    shown = radar_places(scores)
    parts = []
    for heading, by_label in figures.items():
        lines = [
            Line(
                scores[place].name,
                np.array([values[place] for values in by_label.values()]),
                color_of(place),
                dash_of(place),
            )
            for place in shown
        ]
        chart = radar_chart([*by_label], lines, f"{heading} by attribute")
        parts.append(f"<figure>{chart}<figcaption>{heading}</figcaption></figure>" * bool(chart))
    if not any(parts):
        return ""
    items = "".join(
        f"<li>{swatch(color_of(place), dash_of(place))}{escape(scores[place].name)}</li>"
        for place in shown
    )
    note = (
        ""
        if len(shown) == len(scores)
        else _note(f"In the radar: the first tracker and the best {MOST_LINES - 1} others.")
    )
    charts = f'<div class="pair radars">{"".join(parts)}</div>'
    return f'{charts}<ul class="legend flat">{items}</ul>{note}'


def radar_places(scores: Sequence[TrackerScore]) -> list[int]:
    """Which trackers a radar shows: the first, and of many others the best; no bounds then."""
    if len(scores) > MOST_LINES:
        others = (place for place in range(1, len(scores)) if not is_bound(scores[place].name))
        ranked = sorted(others, key=lambda place: _success(scores[place]), reverse=True)
        return [0, *sorted(ranked[: MOST_LINES - 1])]
    return [*range(len(scores))]


def _success(score: TrackerScore) -> float:
    return float(np.nan_to_num(score.means["success_auc"]))


def variants_table(scores: Sequence[TrackerScore]) -> str:
    """In what each variant differs from the settings of the run; empty without variants."""
    rows = []
    for score in scores:
        changed = score.runs[0].record.settings
        for name, value in changed.items():
            rows.append(
                f"<tr><td>{escape(score.name)}</td><td class='left'><code>{escape(name)}</code>"
                f"</td><td>{html_value(value)}</td></tr>"
            )
    heads = "<th>variant</th><th class='left'>setting</th><th>here</th>"
    return html_table(heads, rows) if rows else ""


def learning_section(scores: Sequence[TrackerScore]) -> str:
    """How the learning of each tracker went; empty when none tells."""
    found = all_learning(scores)
    if not found:
        return ""
    counts = ("steps", "skipped", "unattended", "not finite")
    names = [*counts, *next(iter(found.values())).last]
    heads = "<th>tracker</th>" + "".join(f"<th>{escape(_spaced(name))}</th>" for name in names)
    rows = []
    for name, each in found.items():
        numbers = (each.steps, each.skipped, each.unattended, each.not_finite_runs)
        cells = "".join(
            html_cell(str(number), bad=number > 0 and place in (1, 3))
            for place, number in enumerate(numbers)
        )
        cells += "".join(html_cell(number_text(value, 3)) for value in each.last.values())
        rows.append(f"<tr><td>{escape(name)}</td>{cells}</tr>")
    return f"<h2>Learning</h2>{html_table(heads, rows, 'wide dense')}{_note(LEARNING_NOTE)}"


def _spaced(name: str) -> str:
    return name.replace("/target", " / target").replace("/background", " / background")


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'
