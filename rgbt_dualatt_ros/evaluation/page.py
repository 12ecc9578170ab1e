"""The HTML page: one file that explains a run to a person, without network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from rgbt_dualatt_ros.evaluation import (
    metrics,
    page_benchmark,
    page_comparison,
    page_redetection,
    page_runs,
    page_sequence,
    page_tables,
)
from rgbt_dualatt_ros.evaluation.benchmark_scores import BenchmarkScores
from rgbt_dualatt_ros.evaluation.caveats import caveats, partial_note
from rgbt_dualatt_ros.evaluation.charts import (
    Axes,
    Line,
    Values,
    color_of,
    curve_chart,
    dash_of,
    swatch,
)
from rgbt_dualatt_ros.evaluation.headline import headline
from rgbt_dualatt_ros.evaluation.page_sequence import SequencePictures
from rgbt_dualatt_ros.evaluation.page_style import CSS, SCRIPT
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import CONVENTION, TrackerScore
from rgbt_dualatt_ros.evaluation.tables import mean_text
from rgbt_dualatt_ros.evaluation.worst_sequences import worst_sequences

_OPEN_SEQUENCES = 4
"""With more of them only the first is unfolded."""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Everything the page shows."""

    run: Json
    defaults: Mapping[str, Any]
    scores: Sequence[TrackerScore]
    truths: Mapping[str, SequenceTruth]
    pictures: Mapping[str, SequencePictures] = field(default_factory=dict)
    benchmarks: Sequence[BenchmarkScores] = ()


def render(page: Page) -> str:
    """The whole page."""
    title = escape(str(page.run["title"]))
    links = {name: f"sequence-{index}" for index, name in enumerate(page.truths)}
    names = [each.name for each in page.scores]
    sections = [
        f"<h1>{title}</h1><p class='soft'>{escape(_scope(page))}</p>",
        f'<p class="lead">{escape(headline(page.scores))}</p>',
        *(page_benchmark.benchmark_section(each, names) for each in page.benchmarks),
        f"<h2>Summary{', by one rule for all sequences' if page.benchmarks else ''}</h2>",
        page_tables.summary_table(page.scores),
        f'<p class="note">{escape(_spread_note(page.scores) + CONVENTION)}</p>',
        _caveats(page),
        page_tables.failures_list(page.scores, page.run.get("not_opened", ())),
        page_tables.oddities_list(page.run.get("odd", ())),
        page_comparison.differences_section(page.scores),
        f"<h2>Curves</h2>{_curves(page.scores)}",
        page_comparison.attributes_section(page.scores, page.truths),
        page_redetection.redetection_section(page.scores, page.truths),
        _live(page.scores),
        page_runs.spread_section(page.scores),
        page_runs.times_section(page.scores),
        _statuses(page.scores),
        page_comparison.learning_section(page.scores),
        page_runs.worst_section(worst_sequences(page.scores), page.scores, page.pictures, links),
        "<h2>By sequence</h2>",
        page_tables.sequences_table(page.scores, page.truths, links),
        f'<p class="note">{page_tables.MEANS_NOTE} '
        '<span class="screen">A click on a heading sorts.</span></p>',
        *_sequences(page, links),
        "<h2>Settings</h2>",
        page_comparison.variants_table(page.scores),
        page_tables.settings_tables(page.run["settings"], page.defaults),
        "<h2>How it was made</h2>",
        f"<pre>{escape(str(page.run['command']))}</pre>",
        page_tables.surroundings_table(page.run["made_with"]),
        page_tables.other_origins(page.scores, page.run["made_with"]),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{CSS}</style></head><body><main>"
        f"{''.join(sections)}</main><script>{SCRIPT}</script></body></html>\n"
    )


def _scope(page: Page) -> str:
    frames = sum(len(each.boxes) for each in page.truths.values())
    scored = sum(int(metrics.has_area(each.boxes).sum()) for each in page.truths.values())
    seeds = sorted({seed for each in page.scores for seed in each.seeds})
    made = page.run["made_with"]
    return (
        f"{_count(len(page.scores), 'tracker')} on {_count(len(page.truths), 'sequence')}, "
        f"{_count(frames, 'frame')} of which {scored} scored, "
        f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}. "
        f"{made.get('date', '')[:10]}, {made.get('gpu') or made.get('processor', '')}."
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _sequences(page: Page, links: Mapping[str, str]) -> list[str]:
    unfolded = [*page.truths][: len(page.truths) if len(page.truths) <= _OPEN_SEQUENCES else 1]
    first, *others = [
        page_sequence.section(
            page_sequence.Chapter(name, links[name], is_open=name in unfolded),
            page.scores,
            page.pictures.get(name, SequencePictures()),
        )
        for name in page.truths
    ]
    heading = f"<h2>Over time</h2>{page_sequence.legend(page.scores)}"
    return [f'<div class="together">{heading}{first}</div>', *others]


def _spread_note(scores: Sequence[TrackerScore]) -> str:
    several = any(len(each.seeds) > 1 for each in scores)
    return "Mean ± standard deviation over seeds. " if several else ""


def _caveats(page: Page) -> str:
    partial = partial_note(page.scores, len(page.truths))
    return "".join(
        f'<p class="note{" bad-text" * (text == partial)}">{escape(text)}</p>'
        for text in caveats(page.scores, len(page.truths))
    )


def _live(scores: Sequence[TrackerScore]) -> str:
    table = page_tables.measures_table(scores)
    note = (
        '<p class="note">Over a transport, so that a frame may be skipped: it is scored with the '
        "newest box before it, and its place in the timeline is empty.</p>"
    )
    return f"<h2>Live</h2>{table}{note}" if table else ""


def _statuses(scores: Sequence[TrackerScore]) -> str:
    table = page_tables.statuses_table(scores)
    note = (
        '<p class="note">Share of the scored frames with each status, and the mean overlap in '
        "them: a status can be trusted when the overlap falls from left to right.</p>"
    )
    return f"<h2>What each tracker said of itself</h2>{table}{note}" if table else ""


def _curves(scores: Sequence[TrackerScore]) -> str:
    success = Axes(
        metrics.SUCCESS_THRESHOLDS, (0, 0.2, 0.4, 0.6, 0.8, 1), "IoU threshold", "success rate"
    )
    precision = Axes(
        metrics.PRECISION_THRESHOLDS_PX,
        (0, 10, 20, 30, 40, 50),
        "centre error threshold, px",
        "precision rate",
        marked_x=20,
    )
    return (
        '<div class="pair">'
        f"{_curve(scores, [each.success for each in scores], success, 'success_auc')}"
        f"{_curve(scores, [each.precision for each in scores], precision, 'precision_20')}</div>"
    )


def _curve(scores: Sequence[TrackerScore], curves: Sequence[Values], axes: Axes, key: str) -> str:
    lines = [
        Line(score.name, curve, color_of(index), dash_of(index))
        for index, (score, curve) in enumerate(zip(scores, curves, strict=True))
    ]
    heading = "AUC" if key == "success_auc" else "PR@20"
    items = "".join(
        f"<li>{swatch(line.color, line.dash)}{escape(line.name)}"
        f"<b>{heading} {mean_text(score, key)}</b></li>"
        for line, score in zip(lines, scores, strict=True)
    )
    return f'<figure>{curve_chart(lines, axes)}<ul class="legend">{items}</ul></figure>'
