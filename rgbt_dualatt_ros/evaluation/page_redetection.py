"""Section of the page: who finds a target again that was away or jumped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from rgbt_dualatt_ros.evaluation.page_tables import html_cell, html_table
from rgbt_dualatt_ros.evaluation.redetection import ALL
from rgbt_dualatt_ros.evaluation.redetection_tables import (
    HEADS,
    REDETECTION_NOTE,
    redetection_rows,
)
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import TrackerScore


def redetection_section(
    scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth]
) -> str:
    """The table and what its words mean, attributes folded; empty without disappearances."""
    found = redetection_rows(scores, truths)
    if not found:
        return ""
    heads = "".join(f"<th>{escape(head)}</th>" for head in ("tracker", *HEADS))
    whole, parts = (
        [
            f"<tr><td>{escape(name)}</td>{''.join(map(html_cell, cells))}</tr>"
            for name, cells in found
            if (cells[0] == ALL) == is_whole
        ]
        for is_whole in (True, False)
    )
    note = f'<p class="note">{escape(REDETECTION_NOTE)}</p>'
    folded = (
        "<details><summary>With and without each attribute</summary>"
        f"{html_table(heads, parts, 'wide dense')}</details>"
    ) * bool(parts)
    table = html_table(heads, whole, "wide dense")
    return f"<h2>Finding the target again</h2>{table}{note}{folded}"
