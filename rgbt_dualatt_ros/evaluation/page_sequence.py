"""What the page shows of one sequence: overlap over time, worst moments, video."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from rgbt_dualatt_ros.evaluation.charts import Values, color_of, dash_of, swatch
from rgbt_dualatt_ros.evaluation.record import STATUS_NAMES
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.summary import RunScore, TrackerScore
from rgbt_dualatt_ros.evaluation.tables import number_text
from rgbt_dualatt_ros.evaluation.timeline import LEFT, WIDTH, Track, timeline_chart
from rgbt_dualatt_ros.evaluation.upper_bounds import is_bound

TRUTH_COLOR = "#ffffff"


@dataclass(frozen=True, slots=True)
class Moment:
    """A picture of one frame.

    Attributes:
        jpeg: the encoded picture.
        boxes: what is drawn in it: colour and text of each box, the truth first.
    """

    frame: int
    jpeg: bytes
    boxes: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SequencePictures:
    """What can be seen of one sequence.

    Attributes:
        moments: the worst ones.
        strip: frames at equal steps; of the worst sequences only.
        video: URL of the video; empty when there is none.
        rate: frames per second of the video.
        note: why there is no picture or video; may be empty.
    """

    moments: Sequence[Moment] = ()
    strip: Sequence[Moment] = ()
    video: str = ""
    rate: float = 1.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One sequence in the page: its name, the id that links lead to, whether it is unfolded."""

    name: str
    link: str
    is_open: bool


def legend(scores: Sequence[TrackerScore]) -> str:
    """What the lines and strips of all timelines mean."""
    lines = "".join(
        f"<li>{swatch(color_of(index), dash_of(index))}{escape(score.name)}</li>"
        for index, score in enumerate(scores)
        if not is_bound(score.name)
    )
    several = any(len(each.seeds) > 1 for each in scores)
    seeds = "; of each tracker its first seed, in the pictures and videos, too" * several
    states = "".join(
        f'<li><span class="key {style}" style="height:{height}px"></span>{text}</li>'
        for style, height, text in (
            ("tracking", 4, "TRACKING"),
            ("uncertain", 7, "UNCERTAIN"),
            ("lost", 11, "LOST"),
            ("nothing", 11, "no truth"),
        )
    )
    return (
        f'<ul class="legend flat">{lines}{states}</ul><p class="note">Above, the overlap with the '
        "truth; below, what each tracker said of itself and, where it varies, the score of "
        f"{escape(scores[0].name)}{seeds}. "
        '<span class="screen">Point at a chart to read a frame; click to go there in the '
        "video.</span></p>"
    )


def section(chapter: Chapter, scores: Sequence[TrackerScore], pictures: SequencePictures) -> str:
    """One sequence, of each tracker the first seed."""
    runs = [(index, each.of_sequence(chapter.name)) for index, each in enumerate(scores)]
    tracks = [
        Track(found[0], color_of(index), dash_of(index))
        for index, found in runs
        if found and len(found[0].record) and not is_bound(found[0].record.tracker)
    ]
    gist = ", ".join(
        f"{each.name} {number_text(each.mean_on(chapter.name, 'success_auc'), 3)}"
        for each in scores
        if not is_bound(each.name)
    )
    unfolded = " open" if chapter.is_open else ""
    parts = [
        f'<details class="sequence printed" id="{chapter.link}"{unfolded}>'
        f"<summary><h3>{escape(chapter.name)}</h3>"
        f'<span class="gist">success AUC: {escape(gist)}</span></summary>'
    ]
    if tracks:
        parts.append(f'<div class="scroll">{timeline_chart(tracks)}</div>')
        parts.append('<p class="readout screen"></p>')
        parts.append(_frame_figures(tracks, pictures.rate))
    if pictures.video:
        source = escape(pictures.video)
        parts.append(f'<video controls muted preload="metadata" src="{source}"></video>')
    if pictures.note:
        parts.append(f'<p class="note">{escape(pictures.note)}</p>')
    if pictures.moments:
        parts.append(f'<div class="moments">{"".join(map(moment_figure, pictures.moments))}</div>')
    return "".join([*parts, "</details>"])


def data_url(kind: str, content: bytes) -> str:
    """`content` as a URL that holds it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def moment_figure(moment: Moment, *, with_answers: bool = True) -> str:
    """A picture with its frame, and what every tracker answered there."""
    boxes = "".join(
        f'<span class="box"><i style="background:{color}"></i>{escape(text)}</span>'
        for color, text in (moment.boxes if with_answers else ())
    )
    return (
        f'<figure><img src="{data_url("image/jpeg", moment.jpeg)}" alt="frame {moment.frame}">'
        f"<figcaption><b>Frame {moment.frame}</b>{boxes}</figcaption></figure>"
    )


def _frame_figures(tracks: Sequence[Track], rate: float) -> str:
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
