"""One sequence over time as SVG: overlap of every tracker, what each said of itself, the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.evaluation.charts import Frame, Line, Values, path_of, spans_of
from rgbt_dualatt_ros.evaluation.record import NO_ANSWER, STATUS_NAMES
from rgbt_dualatt_ros.evaluation.summary import RunScore

LEFT, WIDTH = 136.0, 894.0
"""Where frames are drawn; the page's script uses the same numbers."""
_OVERLAP_HEIGHT = 130.0
_STRIP_HEIGHT, _STRIP_STEP = 11.0, 17.0
_SCORE_HEIGHT = 46.0
_MOST_POINTS = 894
# A strip is higher the worse the status is, so that it is told without colours.
_STATUS_SHARES = {TrackStatus.TRACKING: 0.35, TrackStatus.UNCERTAIN: 0.65, TrackStatus.LOST: 1.0}


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One tracker in the timeline."""

    run: RunScore
    color: str
    dash: str


def timeline_chart(tracks: Sequence[Track]) -> str:
    """The timeline of one sequence; the score is that of the first tracker."""
    frames = len(tracks[0].run.record)
    plot = Frame(LEFT, 10, WIDTH, _OVERLAP_HEIGHT)
    parts = [plot.rule_at(rate, f"{rate:g}") for rate in (0, 0.5, 1)]
    parts.append(_name("IoU", plot.top + plot.height / 2 + 4))
    parts += _unscored_spans(np.isnan(tracks[0].run.overlaps), plot, frames)
    for track in reversed(tracks):
        index, lowest = thin(track.run.overlaps)
        xs = [_across(i, frames) for i in index]
        line = Line(track.run.record.tracker, lowest, track.color, track.dash)
        parts.append(path_of(xs, [plot.down(value) for value in lowest], line))
    y = plot.bottom + 14
    for track in tracks:
        parts.append(_name(track.run.record.tracker, y + 9))
        parts += _status_strip(track.run, y, frames)
        y += _STRIP_STEP
    score, height = _score_panel(tracks[0], y + 8, frames)
    parts.append(score)
    y += height
    parts += _frame_axis(y + 16, frames)
    return (
        f'<svg class="chart timeline" viewBox="0 0 1040 {y + 24:g}" role="img" '
        f'aria-label="overlap over time" data-frames="{frames}">{"".join(parts)}'
        f'<path class="cursor" d="M0 0V{y:g}" visibility="hidden"/></svg>'
    )


def thin(values: Values) -> tuple[list[float], Values]:
    """At most as many points as there are pixels: the lowest of each group, at its middle."""
    if len(values) <= _MOST_POINTS:
        return [float(index) for index in range(len(values))], values
    groups = np.array_split(values, _MOST_POINTS)
    starts = np.cumsum([0, *(len(group) for group in groups[:-1])])
    lowest = [np.nan if np.isnan(group).all() else np.nanmin(group) for group in groups]
    middles = [start + (len(group) - 1) / 2 for start, group in zip(starts, groups, strict=True)]
    return middles, np.array(lowest)


def _across(index: float, frames: int) -> float:
    return LEFT + (index + 0.5) / frames * WIDTH


def _unscored_spans(absent: np.ndarray, plot: Frame, frames: int) -> list[str]:
    parts = []
    for start, end in spans_of(absent):
        x, width = LEFT + start / frames * WIDTH, (end - start) / frames * WIDTH
        parts.append(
            f'<rect class="absent" x="{x:.1f}" y="{plot.top}" width="{width:.1f}" '
            f'height="{plot.height}"><title>frames {start} to {end - 1}: no truth, not scored'
            "</title></rect>"
        )
    return parts


def _status_strip(run: RunScore, y: float, frames: int) -> list[str]:
    statuses = run.record.statuses
    parts = [f'<path class="rule" d="M{LEFT} {y + _STRIP_HEIGHT}H{LEFT + WIDTH}"/>']
    for status in (status for status in STATUS_NAMES if status != NO_ANSWER):
        height = _STRIP_HEIGHT * _STATUS_SHARES[TrackStatus(status)]
        spans = spans_of(statuses == status)
        # One path for all spans: pages of hundreds of sequences stay small enough to open.
        boxes = "".join(
            f"M{LEFT + start / frames * WIDTH:.1f} {y + _STRIP_HEIGHT:.1f}v-{height:.1f}"
            f"h{(end - start) / frames * WIDTH:.1f}v{height:.1f}z"
            for start, end in spans
        )
        if boxes:
            parts.append(f'<path class="{STATUS_NAMES[status].lower()}" d="{boxes}"/>')
    return parts


def _score_panel(track: Track, top: float, frames: int) -> tuple[str, float]:
    """The score of one tracker and the height it takes; nothing when it never changes."""
    index, scores = thin(track.run.record.scores)
    known = scores[np.isfinite(scores)]
    if len(known) == 0 or np.ptp(known) == 0:
        return "", 0.0
    low, high = float(known.min()), float(known.max())
    plot = Frame(LEFT, top, WIDTH, _SCORE_HEIGHT)
    rates = (scores - low) / (high - low)
    line = Line("score", rates, track.color)
    path = path_of([_across(i, frames) for i in index], [plot.down(v) for v in rates], line)
    rules = plot.rule_at(0, f"{low:.3g}") + plot.rule_at(1, f"{high:.3g}")
    return rules + _name("score", top + _SCORE_HEIGHT / 2 + 4) + path, _SCORE_HEIGHT + 12


def _name(text: str, y: float) -> str:
    short = text if len(text) <= 18 else text[:17] + "…"
    return f'<text x="0" y="{y:.1f}">{escape(short)}</text>'


def _frame_axis(y: float, frames: int) -> list[str]:
    rough = frames / 10
    step = next((s for s in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500) if s >= rough), 1000)
    ticks = range(0, frames, step)
    return [
        f'<text x="{_across(tick, frames):.1f}" y="{y}" text-anchor="middle">{tick}</text>'
        for tick in ticks
    ] + [f'<text x="0" y="{y}">frame</text>']
