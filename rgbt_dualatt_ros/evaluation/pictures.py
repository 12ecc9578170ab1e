"""Pictures and videos of the runs: the frames are read once for each sequence."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.time_units import NS_PER_S
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation import metrics
from rgbt_dualatt_ros.evaluation.charts import color_of
from rgbt_dualatt_ros.evaluation.moments import worst_frames
from rgbt_dualatt_ros.evaluation.page_sequence import (
    TRUTH_COLOR,
    Moment,
    SequencePictures,
    data_url,
)
from rgbt_dualatt_ros.evaluation.record import STATUS_NAMES
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import RunScore
from rgbt_dualatt_ros.evaluation.video import VideoFile
from rgbt_dualatt_ros.evaluation.worst_sequences import strip_frames

Mark = tuple[Box, str, tuple[int, int, int]]
Draw = Callable[[FramePair, Sequence[Mark], str], NDArray[np.uint8]]
"""Draws labelled boxes and a caption on a pair: `visualization.overlay.draw_marks`."""

_PANEL_WIDTH = 480
"""Pictures of larger pairs are drawn at this width, so that lines and labels stay legible."""
_JPEG_QUALITY = 78
_SLOWEST, _FASTEST = 5.0, 30.0
_EMBEDDED_BYTES = 12_000_000
"""Of videos in one page, shared by its sequences; a larger one stays a file beside the page."""


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """Which pictures a report shall have.

    Attributes:
        draw: draws boxes on a pair; the evaluation itself knows no drawing.
        sequences: by name; those not given get no pictures.
        moments: pictures of the worst moments of each sequence.
        strip: frames in the strip of one of the worst sequences.
        most: sequences with pictures; of more, those on which the first tracker did worst.
        video: whether to write videos.
        on_progress: told the name of a sequence and how many more frames are drawn.
    """

    draw: Draw
    sequences: Mapping[str, RgbtSequence] = field(default_factory=dict)
    moments: int = 4
    strip: int = 6
    most: int = 30
    video: bool = True
    on_progress: Callable[[str, int], None] = lambda *_: None


def take_pictures(
    request: PictureRequest,
    truth: SequenceTruth,
    runs: Mapping[int, RunScore],
    video_path: Path,
    *,
    with_strip: bool = False,
) -> SequencePictures:
    """Pictures of one sequence; the worst moments are those of the first tracker.

    Args:
        request: holds the sequence.
        truth: of the sequence.
        runs: one of each tracker by its place in the tables, at least one.
        video_path: where the video goes.
        with_strip: also frames at equal steps.

    Raises:
        DatasetError: when a frame cannot be read any more.
    """
    for run in runs.values():
        if run.record.failure_kind == "sequence":
            return SequencePictures(note=f"No pictures: {run.record.failure}")
    sequence = request.sequences[truth.name]
    worst = worst_frames(runs[min(runs)].overlaps, request.moments)
    steps = strip_frames(len(truth.boxes), request.strip) if with_strip else []
    wanted = {*worst, *steps}
    moments: dict[int, Moment] = {}
    video = VideoFile(video_path, _playing_rate(sequence))
    for index, pair in enumerate(sequence.pairs()):
        if request.video or index in wanted:
            small, marks = _scaled(pair, _marks(truth, runs, index))
        if request.video:
            video.add(request.draw(small, marks, f"frame {index}"))
        if index in wanted:
            unlabelled = [(box, "", color) for box, _, color in marks]
            jpeg = _jpeg(request.draw(small, unlabelled, ""))
            moments[index] = Moment(index, jpeg, _answers(runs, index))
        request.on_progress(truth.name, 1)
    has_video = video.close()
    url, note = _video_url(video_path, len(request.sequences)) if has_video else ("", "")
    if request.video and not has_video:
        note = "No video: this OpenCV cannot write VP8."
    return SequencePictures(
        [moments[index] for index in worst if index in moments],
        [moments[index] for index in steps if index in moments],
        url,
        video.rate,
        note,
    )


def _playing_rate(sequence: RgbtSequence) -> float:
    """Frames per second of the sequence, from its first stamps, within what is watchable."""
    stamps = [pair.stamp_ns for pair in itertools.islice(sequence.pairs(), 3)]
    period_s = (stamps[-1] - stamps[0]) / max(1, len(stamps) - 1) / NS_PER_S if stamps else 0.0
    return float(np.clip(1 / period_s, _SLOWEST, _FASTEST)) if period_s > 0 else _FASTEST


def _marks(truth: SequenceTruth, runs: Mapping[int, RunScore], index: int) -> list[Mark]:
    """Boxes of one frame: the trackers in the order of the tables, then the truth."""
    marks = [
        (box, f"{run.record.tracker} {_overlap(run, index)}", _rgb(color_of(place)))
        for place, run in runs.items()
        if (box := _box_at(run.record.boxes, index))
    ]
    if box := _box_at(truth.boxes, index):
        marks.append((box, "truth", _rgb(TRUTH_COLOR)))
    return marks


def _box_at(boxes: NDArray[np.floating], index: int) -> Box | None:
    row = boxes[index : index + 1]
    return Box.from_sequence(row[0]) if metrics.has_area(row).any() else None


def _scaled(pair: FramePair, marks: Sequence[Mark]) -> tuple[FramePair, list[Mark]]:
    """Pair and boxes shrunk to `_PANEL_WIDTH`."""
    scale = _PANEL_WIDTH / pair.size.width
    if scale >= 1:
        return pair, list(marks)
    size = (_PANEL_WIDTH, max(1, round(pair.size.height * scale)))
    rgb, thermal = (
        np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        for image in (pair.rgb, pair.thermal)
    )
    boxes = (Box(b.x * scale, b.y * scale, b.w * scale, b.h * scale) for b, _, _ in marks)
    scaled = [(box, label, color) for box, (_, label, color) in zip(boxes, marks, strict=True)]
    return FramePair(rgb, thermal, pair.stamp_ns), scaled


def _answers(runs: Mapping[int, RunScore], index: int) -> list[tuple[str, str]]:
    answers = [(TRUTH_COLOR, "truth")]
    for place, run in runs.items():
        record = run.record
        text = f"{record.tracker} IoU {_overlap(run, index)}"
        if record.statuses.any():
            text += f" {STATUS_NAMES[int(record.statuses[index])]}"
        if len(np.unique(record.scores[np.isfinite(record.scores)])) > 1:
            text += f" {record.scores[index]:.1f}"
        answers.append((color_of(place), text))
    return answers


def _overlap(run: RunScore, index: int) -> str:
    overlap = run.overlaps[index]
    return f"{overlap:.2f}" if math.isfinite(overlap) else "n/a"


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), quality)
    return encoded.tobytes()


def _video_url(path: Path, sequences: int) -> tuple[str, str]:
    """Where the page finds a video, and what a reader must know of it."""
    if path.stat().st_size * sequences <= _EMBEDDED_BYTES:
        return data_url("video/webm", path.read_bytes()), ""
    relative = f"{path.parent.name}/{path.name}"
    return quote(relative), f"The video is the file {relative} beside this page."
