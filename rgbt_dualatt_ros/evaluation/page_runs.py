"""Sections of the page on seeds, time, and the sequences that went worst."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from rgbt_dualatt_ros.evaluation.charts import color_of, dash_of, swatch
from rgbt_dualatt_ros.evaluation.page_sequence import Moment, SequencePictures, moment_figure
from rgbt_dualatt_ros.evaluation.page_tables import html_cell, html_table
from rgbt_dualatt_ros.evaluation.run_spread import (
    SPREAD_HEADS,
    SPREAD_NOTE,
    TIMES_HEADS,
    TIMES_NOTE,
    spread_rows,
    times_rows,
)
from rgbt_dualatt_ros.evaluation.summary import TrackerScore
from rgbt_dualatt_ros.evaluation.tables import number_text
from rgbt_dualatt_ros.evaluation.upper_bounds import is_bound
from rgbt_dualatt_ros.evaluation.worst_sequences import Worst

Rows = Sequence[tuple[str, tuple[str, ...]]]


def spread_section(scores: Sequence[TrackerScore]) -> str:
    """Trackers with several seeds; empty without any."""
    return _section("Run-to-run spread", SPREAD_HEADS, spread_rows(scores), SPREAD_NOTE)


def times_section(scores: Sequence[TrackerScore]) -> str:
    """Seconds per frame; empty when no time was measured."""
    return _section("Seconds per frame", TIMES_HEADS, times_rows(scores), TIMES_NOTE)


def worst_section(
    worst: Sequence[Worst],
    scores: Sequence[TrackerScore],
    pictures: Mapping[str, SequencePictures],
    links: Mapping[str, str],
) -> str:
    """The sequences on which the first tracker did worst, a strip of frames each."""
    parts = [_one(each, pictures, links) for each in worst]
    if not parts:
        return ""
    lines = "".join(
        f"<li>{swatch(color_of(index), dash_of(index))}{escape(score.name)}</li>"
        for index, score in enumerate(scores)
        if not is_bound(score.name)
    )
    note = (
        f"Lowest success AUC of {scores[0].name} first; frames at equal steps from the first to "
        "the last, colour and thermal. White: the truth."
    )
    return (
        f'<div class="together"><h2>Worst sequences</h2><p class="note">{escape(note)}</p>'
        f'<ul class="legend flat">{lines}</ul>{parts[0]}</div>{"".join(parts[1:])}'
    )


def _one(worst: Worst, pictures: Mapping[str, SequencePictures], links: Mapping[str, str]) -> str:
    best = (
        f"; best there: {worst.best} {number_text(worst.best_auc, 3)}"
        if worst.best
        else "; nobody is better there"
    )
    gist = f"success AUC {number_text(worst.auc, 3)}{best}"
    strip: Sequence[Moment] = pictures.get(worst.sequence, SequencePictures()).strip
    frames = "".join(moment_figure(each, with_answers=False) for each in strip)
    shown = f'<div class="moments strip">{frames}</div>' if strip else ""
    return (
        f'<section class="worst"><h3><a href="#{links[worst.sequence]}">'
        f'{escape(worst.sequence)}</a></h3><span class="gist">{escape(gist)}</span>{shown}'
        "</section>"
    )


def _section(title: str, heads: Sequence[str], rows: Rows, note: str) -> str:
    if not rows:
        return ""
    cells = "".join(f"<th>{escape(head)}</th>" for head in ("tracker", *heads))
    body = [
        f"<tr><td>{escape(name)}</td>{''.join(map(html_cell, texts))}</tr>" for name, texts in rows
    ]
    table = html_table(cells, body, "wide dense")
    return f'<h2>{title}</h2>{table}<p class="note">{escape(note)}</p>'
