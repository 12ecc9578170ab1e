"""The HTML page: one file that explains a run to a person, without network."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np

from rgbt_dualatt_ros.evaluation import metrics, page_tables
from rgbt_dualatt_ros.evaluation.charts import (
    Axes,
    Line,
    Values,
    color_of,
    curve_chart,
    dash_of,
    swatch,
)
from rgbt_dualatt_ros.evaluation.page_style import CSS, SCRIPT
from rgbt_dualatt_ros.evaluation.record import STATUS_NAMES
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import CONVENTION, RunScore, TrackerScore
from rgbt_dualatt_ros.evaluation.tables import number_text
from rgbt_dualatt_ros.evaluation.timeline import LEFT, WIDTH, Track, timeline_chart

_OPEN_SEQUENCES = 4
"""With more of them only the first is unfolded."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A picture of one frame: JPEG bytes and what the caption says."""

    jpeg: bytes
    caption: str


@dataclass(frozen=True, slots=True)
class SequencePictures:
    """What is shown of one sequence: moments, and where its video is (a URL, or empty).

    Attributes:
        rate: frames per second of the video.
        note: why there is no picture or video, for the reader; may be empty.
    """

    moments: Sequence[Moment] = ()
    video: str = ""
    rate: float = 1.0
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Everything the page shows."""

    run: Json
    defaults: Mapping[str, Any]
    scores: Sequence[TrackerScore]
    truths: Mapping[str, SequenceTruth]
    pictures: Mapping[str, SequencePictures] = field(default_factory=dict)


def render(page: Page) -> str:
    """The whole page."""
    title = escape(str(page.run["title"]))
    links = {name: f"sequence-{index}" for index, name in enumerate(page.truths)}
    sections = [
        f"<h1>{title}</h1><p class='soft'>{escape(_scope(page))}</p>",
        f'<p class="lead">{escape(headline(page.scores))}</p>',
        "<h2>Summary</h2>",
        page_tables.summary_table(page.scores),
        f'<p class="note">{escape(_spread_note(page.scores) + CONVENTION)}</p>',
        page_tables.failures_list(page.scores),
        _live(page.scores),
        f"<h2>Curves</h2>{_curves(page.scores)}",
        "<h2>By sequence</h2>",
        page_tables.sequences_table(page.scores, page.truths, links),
        '<p class="note">Success AUC, and beside it PR@20. '
        '<span class="screen">A click on a heading sorts.</span></p>',
        "<h2>Over time</h2>",
        _timeline_legend(page.scores),
        *(_sequence(page, name, links[name], index) for index, name in enumerate(page.truths)),
        "<h2>Settings</h2>",
        page_tables.settings_tables(page.run["settings"], page.defaults),
        "<h2>How it was made</h2>",
        f"<pre>{escape(str(page.run['command']))}</pre>",
        page_tables.surroundings_table(page.run["made_with"]),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{CSS}</style></head><body><main>"
        f"{''.join(sections)}</main><script>{SCRIPT}</script></body></html>\n"
    )


def headline(scores: Sequence[TrackerScore]) -> str:
    """The outcome in a sentence or two."""
    known = [each for each in scores if np.isfinite(each.means["success_auc"])]
    if not known:
        return "No run gave a figure: see the failures below."
    ranked = sorted(known, key=lambda each: each.means["success_auc"], reverse=True)
    first, figures = ranked[0], ranked[0].means
    text = (
        f"{first.name} reaches a success AUC of {figures['success_auc']:.3f} and keeps within 20 "
        f"px of the target in {figures['precision_20']:.0%} of the scored frames"
    )
    if np.isfinite(figures["frames_per_second"]):
        text += f", at {figures['frames_per_second']:.0f} frames/s"
    if len(ranked) > 1:
        second = ranked[1]
        text += f"; next is {second.name} with {second.means['success_auc']:.3f}"
    failures = sum(int(each.means["failures"]) for each in scores)
    runs = sum(len(each.runs) for each in scores)
    return text + (f". {failures} of {runs} runs ended in an error." if failures else ".")


def data_url(kind: str, content: bytes) -> str:
    """`content` as a URL that holds it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


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


def _spread_note(scores: Sequence[TrackerScore]) -> str:
    several = any(len(each.seeds) > 1 for each in scores)
    return "Mean ± standard deviation over seeds. " if several else ""


def _live(scores: Sequence[TrackerScore]) -> str:
    table = page_tables.measures_table(scores)
    return f"<h2>Live</h2>{table}" if table else ""


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
        f"<b>{heading} {number_text(score.means[key], 3)}</b></li>"
        for line, score in zip(lines, scores, strict=True)
    )
    return f'<figure>{curve_chart(lines, axes)}<ul class="legend">{items}</ul></figure>'


def _timeline_legend(scores: Sequence[TrackerScore]) -> str:
    lines = "".join(
        f"<li>{swatch(color_of(index), dash_of(index))}{escape(score.name)}</li>"
        for index, score in enumerate(scores)
    )
    states = "".join(
        f'<li><span class="key {style}" style="height:{height}px"></span>{text}</li>'
        for style, height, text in (
            ("tracking", 4, "says TRACKING"),
            ("uncertain", 7, "says UNCERTAIN"),
            ("lost", 11, "says LOST"),
            ("nothing", 11, "no truth, not scored"),
        )
    )
    return (
        f'<ul class="legend flat">{lines}{states}</ul><p class="note">Above the overlap with the '
        f"truth, below what each tracker said of itself, and the score of {escape(scores[0].name)}"
        '. <span class="screen">Point at the chart to read a frame; click to go there in the '
        "video.</span></p>"
    )


def _sequence(page: Page, name: str, link: str, index: int) -> str:
    runs = [(place, each.of_sequence(name)) for place, each in enumerate(page.scores)]
    tracks = [
        Track(r[0], color_of(place), dash_of(place)) for place, r in runs if r and len(r[0].record)
    ]
    pictures = page.pictures.get(name, SequencePictures())
    is_open = " open" if index == 0 or len(page.truths) <= _OPEN_SEQUENCES else ""
    gist = ", ".join(
        f"{each.name} {number_text(each.mean_on(name, 'success_auc'), 3)}" for each in page.scores
    )
    parts = [
        f'<details class="sequence" id="{link}"{is_open}><summary><h3>{escape(name)}</h3>'
        f'<span class="gist">{escape(gist)}</span></summary>'
    ]
    if tracks:
        parts.append(timeline_chart(tracks))
        parts.append('<p class="readout screen"></p>')
        parts.append(_told(tracks, pictures.rate))
    if pictures.video:
        parts.append(
            f'<video controls muted preload="metadata" src="{escape(pictures.video)}"></video>'
        )
    if pictures.note:
        parts.append(f'<p class="note">{escape(pictures.note)}</p>')
    if pictures.moments:
        parts.append(f'<div class="moments">{"".join(map(_moment, pictures.moments))}</div>')
    return "".join([*parts, "</details>"])


def _moment(moment: Moment) -> str:
    url = data_url("image/jpeg", moment.jpeg)
    caption = escape(moment.caption)
    return (
        f'<figure><img src="{url}" alt="{caption}" loading="lazy">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _told(tracks: Sequence[Track], rate: float) -> str:
    """The figures that the script shows for the frame pointed at."""
    content = {
        "left": LEFT,
        "width": WIDTH,
        "rate": rate,
        "statuses": [STATUS_NAMES[number] for number in sorted(STATUS_NAMES)],
        "trackers": [_track_figures(each.run) for each in tracks],
    }
    # "</script>" in a name must not end the element.
    text = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json">{text}</script>'


def _track_figures(run: RunScore) -> Json:
    record = run.record
    return {
        "name": record.tracker,
        "overlaps": _rounded(run.overlaps, 2),
        "scores": _rounded(record.scores, 1),
        "statuses": record.statuses.tolist(),
    }


def _rounded(values: Values, decimals: int) -> list[float | None]:
    return [round(value, decimals) if np.isfinite(value) else None for value in values.tolist()]
