"""Tables of a reproduction: the paper's figure, ours and the difference."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from rgbt_dualatt_ros.evaluation.protocols.score_tables import interval_text, text_with_spread
from rgbt_dualatt_ros.evaluation.protocols.seeds import Spread
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.reproduction.claim_scores import ClaimScores, Figures, Gain
from rgbt_dualatt_ros.evaluation.reproduction.published import SPEED
from rgbt_dualatt_ros.evaluation.tables import NOTHING, signed_text

Cells = list[list[str]]
"""A head and rows of the same length; the first column is text, the others are numbers."""

_CSV_HEAD = (
    "claim", "row", "part", "sequences", "figure", "paper", "ours", "deviation", "runs",
    "difference", "source", "low", "high",
)  # fmt: skip
_DIFFERENCE = "ours - paper"


def claim_cells(scores: ClaimScores) -> list[Cells]:
    """The tables of one claim: its rows, then its gains or how far the rows lie apart."""
    if scores.claim.name == "attributes":
        return _attribute_cells(scores)
    tables = [_row_cells(scores.figures)]
    if scores.claim.name == "lambda":
        tables.append(_range_cells(scores.figures))
    return [*tables, *([_gain_cells(scores.gains)] if scores.gains else [])]


def markdown_table(cells: Cells) -> str:
    """The table in Markdown."""
    head, *rows = ["| " + " | ".join(each).replace("\n", " ") + " |" for each in cells]
    return "\n".join([head, "|---|" + "---:|" * (len(cells[0]) - 1), *rows])


def terminal_table(cells: Cells) -> str:
    """The table in columns of even width."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in cells
    )


def sources(scores: ClaimScores) -> str:
    """Where the paper says what stands in the tables of a claim; empty when it says nothing."""
    found: dict[str, list[str]] = {}
    for each in scores.figures:
        if each.paper:
            found.setdefault(f"{each.row}: {each.paper.source}", []).append(each.figure)
    for gain in scores.gains:
        if gain.paper:
            found.setdefault(f"gains: {gain.paper.source}", []).append(gain.figure)
    if len({text.partition(": ")[2] for text in found}) == 1:
        return next(iter(found)).partition(": ")[2]
    return "; ".join(f"{text} ({', '.join(dict.fromkeys(keys))})" for text, keys in found.items())


def figures_csv(claims: Iterable[ClaimScores]) -> str:
    """A line for every figure of every claim."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_CSV_HEAD)
    for each in claims:
        writer.writerows(_csv_row(each.claim.name, figures) for figures in each.figures)
        writer.writerows(_csv_gain(each.claim.name, gain) for gain in each.gains)
    return text.getvalue()


def claims_json(claims: Iterable[ClaimScores]) -> Json:
    """Every figure by claim; for `record_files.to_json`."""
    return {
        each.claim.name: {
            "title": each.claim.title,
            "variants": {
                row.title: {"tracker": row.variant.name, "changes": list(row.variant.changes)}
                for row in each.claim.rows
            },
            "figures": [asdict(one) | {"difference": one.difference} for one in each.figures],
            "gains": [asdict(one) | {"difference": one.difference} for one in each.gains],
        }
        for each in claims
    }


def _row_cells(figures: Sequence[Figures]) -> Cells:
    keys = dict.fromkeys(each.figure for each in figures)
    in_paper = {each.figure for each in figures if each.paper}
    head = [""]
    for key in keys:
        head += _heads(key) if key in in_paper else [key]
    by_row: dict[str, dict[str, Figures]] = {}
    for each in figures:
        by_row.setdefault(each.row, {})[each.figure] = each
    rows = []
    for title, own in by_row.items():
        cells = [title]
        for key in keys:
            cells += _figure_cells(own.get(key), key, in_paper=key in in_paper)
        rows.append(cells)
    return [head, *rows]


def _heads(key: str) -> list[str]:
    # Speeds of different machines have no difference worth printing.
    return [f"{key} paper", f"{key} ours", *([] if key == SPEED else [_DIFFERENCE])]


def _figure_cells(figures: Figures | None, key: str, *, in_paper: bool) -> list[str]:
    if figures is None:
        return [NOTHING] * (len(_heads(key)) if in_paper else 1)
    ours = _speed_text(figures.ours) if key == SPEED else text_with_spread(figures.ours)
    if not in_paper:
        return [ours]
    paper = f"{figures.paper.value:.3f}" if figures.paper else NOTHING
    return [paper, ours, *([] if key == SPEED else [signed_text(figures.difference)])]


def _speed_text(speed: Spread) -> str:
    return NOTHING if math.isnan(speed.mean) else f"{speed.mean:.3g}"


def _gain_cells(gains: Sequence[Gain]) -> Cells:
    ours = "ours, 95 % interval over sequences"
    head = ["gain", "figure", "paper", ours, _DIFFERENCE, "better / worse"]
    rows = [
        [
            f"{each.row} over {each.over}",
            each.figure,
            signed_text(each.paper.value) if each.paper else NOTHING,
            interval_text(each.ours),
            signed_text(each.difference),
            f"{each.ours.better} / {each.ours.worse}",
        ]
        for each in gains
    ]
    return [head, *rows]


def _range_cells(figures: Sequence[Figures]) -> Cells:
    """How little the choice matters, which is what table 1 claims."""
    rows = []
    for key in dict.fromkeys(each.figure for each in figures if each.figure != SPEED):
        own = [each for each in figures if each.figure == key]
        ours = _range([each.ours.mean for each in own])
        paper = _range([each.paper.value if each.paper else math.nan for each in own])
        texts = [NOTHING if math.isnan(each) else f"{each:.3f}" for each in (paper, ours)]
        rows.append([key, *texts, signed_text(ours - paper)])
    return [["best row less worst row", "paper", "ours", _DIFFERENCE], *rows]


def _range(values: Sequence[float]) -> float:
    return math.nan if any(map(math.isnan, values)) else max(values) - min(values)


def _attribute_cells(scores: ClaimScores) -> list[Cells]:
    """A table for each main figure: a row for every challenge, a column for every variant."""
    titles = [row.title for row in scores.claim.rows]
    tables = []
    for key in dict.fromkeys(each.figure for each in scores.figures):
        own = {(each.row, each.part): each for each in scores.figures if each.figure == key}
        parts = {each.part: each.sequences for each in own.values()}
        rows = [
            [part, str(count), *(text_with_spread(own[title, part].ours) for title in titles)]
            for part, count in parts.items()
        ]
        tables.append([[key, "sequences", *titles], *rows])
    return tables


def _csv_row(claim: str, figures: Figures) -> list[object]:
    paper, ours = figures.paper, figures.ours
    return [
        *(claim, figures.row, figures.part, figures.sequences, figures.figure),
        *(_number(paper.value if paper else math.nan), _number(ours.mean)),
        *(_number(ours.deviation), ours.runs, _number(figures.difference)),
        *(paper.source if paper else "", "", ""),
    ]


def _csv_gain(claim: str, gain: Gain) -> list[object]:
    paper, ours = gain.paper, gain.ours
    return [
        *(claim, f"{gain.row} over {gain.over}", "", ours.sequences, gain.figure),
        *(_number(paper.value if paper else math.nan), _number(ours.difference), "", ""),
        *(_number(gain.difference), paper.source if paper else ""),
        *(_number(ours.low), _number(ours.high)),
    ]


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6g}"
