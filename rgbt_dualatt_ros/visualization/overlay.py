"""Boxes, status and scores drawn on the colour and the thermal image; the inputs stay as they are.

A status is told three times, so that it needs no colours: by colour (green, amber, red), by the
line (whole, dashed, corners only) and by its name.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus

RgbImage = NDArray[np.uint8]
"""`(H, W, 3)`, red first."""
Color = tuple[int, int, int]
Mark = tuple[Box, str, Color]
"""A box to draw, the label at it (may be empty), and its colour."""
Line = Literal["whole", "dashed", "corners"]

STATUS_COLORS: Mapping[TrackStatus, Color] = {
    TrackStatus.TRACKING: (60, 205, 95),
    TrackStatus.UNCERTAIN: (255, 176, 32),
    TrackStatus.LOST: (255, 77, 77),
}
_STATUS_LINES: Mapping[TrackStatus, Line] = {
    TrackStatus.TRACKING: "whole",
    TrackStatus.UNCERTAIN: "dashed",
    TrackStatus.LOST: "corners",
}
_NEARLY_BLACK: Color = (16, 16, 16)
_WHITE: Color = (255, 255, 255)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_DASH_PX = 9


def draw_prediction(
    pair: FramePair, prediction: Prediction | None, panels: str = "both", caption: str = ""
) -> RgbImage:
    """A new picture with the box, status and score of `prediction`.

    Args:
        pair: is not drawn into.
        prediction: None before there is a target.
        panels: `rgb`, `thermal`, or `both` side by side.
        caption: text in the lower left corner.

    Returns:
        `(H, W, 3)`, or `(H, 2 W, 3)` with both panels.
    """
    canvas, views = _lay_out(pair, panels)
    for view in views:
        if prediction is not None:
            color = STATUS_COLORS[prediction.status]
            _draw_box(view, prediction.box, color, _STATUS_LINES[prediction.status])
    if prediction is None:
        _tag(views[0], "NO TARGET", (4, 4), _WHITE)
    else:
        text = f"{prediction.status.name} {prediction.score:.1f}"
        _plate(views[0], text, (4, 4), STATUS_COLORS[prediction.status])
    _draw_caption(views[0], caption)
    return canvas


def draw_marks(
    pair: FramePair, marks: Sequence[Mark], caption: str = "", panels: str = "both"
) -> RgbImage:
    """A new picture with several boxes, as truth and trackers; the first one lies on top.

    Args:
        pair: is not drawn into.
        marks: their labels stand in a strip above the picture, so that they hide nothing.
        caption: stands before the labels.
        panels: `rgb`, `thermal`, or `both` side by side.

    Returns:
        As `draw_prediction`, higher by the strip when there is a caption or a label.
    """
    canvas, views = _lay_out(pair, panels)
    for view in views:
        for box, _, color in reversed(marks):
            _draw_box(view, box, color, "whole")
    labels = [(label, color) for _, label, color in marks if label]
    if not labels and not caption:
        return canvas
    return np.concatenate([_legend_strip(canvas, caption, labels), canvas])


def _legend_strip(canvas: RgbImage, caption: str, labels: Sequence[tuple[str, Color]]) -> RgbImage:
    """One line of text of the width of `canvas`, shrunk when it would be wider."""
    scale = _font_scale(canvas)
    _, text_height = _text_size(canvas, "Ag")
    height, width = text_height + 12, canvas.shape[1]
    strip: RgbImage = np.full((height, width, 3), _NEARLY_BLACK, np.uint8)
    gap, chip = 16, text_height + 6
    texts = [(caption, None), *labels] if caption else [*labels]
    needed = sum(_text_size(canvas, text)[0] + gap + chip for text, _ in texts)
    shrink = min(1.0, width / needed)
    x = 8.0
    for text, color in texts:
        if color is not None:
            corner = (int(x), (height - text_height) // 2)
            opposite = (int(x + text_height * shrink), corner[1] + text_height - 1)
            cv2.rectangle(strip, corner, opposite, color, cv2.FILLED)
            x += chip * shrink
        origin = (int(x), height - 7)
        cv2.putText(strip, _ascii(text), origin, _FONT, scale * shrink, _WHITE, 1, cv2.LINE_AA)
        x += (_text_size(canvas, text)[0] + gap) * shrink
    return strip


def _lay_out(pair: FramePair, panels: str) -> tuple[RgbImage, list[RgbImage]]:
    height, width = pair.thermal.shape
    columns = 2 if panels == "both" else 1
    canvas: RgbImage = np.empty((height, width * columns, 3), np.uint8)
    views = [canvas[:, index * width : (index + 1) * width] for index in range(columns)]
    if panels != "thermal":
        views[0][:] = pair.rgb
    if panels != "rgb":
        views[-1][:] = cv2.cvtColor(pair.thermal, cv2.COLOR_GRAY2RGB)
    return canvas, views


def _draw_box(view: RgbImage, box: Box, color: Color, line: Line) -> None:
    corners = _corners(view, box)
    width = _stroke(view)
    for stroke, paint in ((width + 2, _NEARLY_BLACK), (width, color)):
        for start, end in _segments(corners, line):
            cv2.line(view, start, end, paint, stroke)


def _segments(
    corners: tuple[int, int, int, int], line: Line
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    left, top, right, bottom = corners
    ring = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    found = []
    for (x0, y0), (x1, y1) in itertools.pairwise(ring):
        length = abs(x1 - x0) + abs(y1 - y0)
        for low, high in _strokes_along(length, line):
            start = (_between(x0, x1, low, length), _between(y0, y1, low, length))
            end = (_between(x0, x1, high, length), _between(y0, y1, high, length))
            found.append((start, end))
    return found


def _strokes_along(length: int, line: Line) -> list[tuple[int, int]]:
    """Where a side of `length` px is drawn, as ranges from its start."""
    if line == "corners":
        return [(0, length // 4), (length - length // 4, length)]
    if line == "dashed" and length > 2 * _DASH_PX:
        count = length // (2 * _DASH_PX) * 2 + 1  # strokes and gaps; a stroke at both ends
        edges = [length * index // count for index in range(count + 1)]
        return list(zip(edges[::2], edges[1::2], strict=True))
    return [(0, length)]


def _between(start: int, end: int, position: int, length: int) -> int:
    return start + (end - start) * position // length if length else start


def _corners(view: RgbImage, box: Box) -> tuple[int, int, int, int]:
    # A box far outside would overflow the integers of OpenCV.
    height, width = view.shape[:2]
    left, right = np.clip([box.x, box.x + box.w], -width, 2 * width).round().astype(int)
    top, bottom = np.clip([box.y, box.y + box.h], -height, 2 * height).round().astype(int)
    return int(left), int(top), int(right), int(bottom)


def _draw_caption(view: RgbImage, caption: str) -> None:
    if caption:
        _, text_height = _text_size(view, caption)
        _tag(view, caption, (4, view.shape[0] - text_height - 10), _WHITE)


def _tag(view: RgbImage, text: str, corner: tuple[int, int], color: Color) -> None:
    """White text on a dark plate with a bar of `color`."""
    left, top, _, bottom = _plate(view, text, corner, _NEARLY_BLACK, _WHITE)
    cv2.rectangle(view, (left, top), (left + 3, bottom), color, cv2.FILLED)


def _plate(
    view: RgbImage,
    text: str,
    corner: tuple[int, int],
    color: Color,
    ink: Color = _NEARLY_BLACK,
) -> tuple[int, int, int, int]:
    """Text on a plate of `color`, moved so that it lies inside the picture; gives its corners."""
    height, width = view.shape[:2]
    text_width, text_height = _text_size(view, text)
    left = int(np.clip(corner[0], 0, max(0, width - text_width - 12)))
    top = int(np.clip(corner[1], 0, max(0, height - text_height - 8)))
    right, bottom = left + text_width + 12, top + text_height + 7
    cv2.rectangle(view, (left, top), (right, bottom), color, cv2.FILLED)
    origin = (left + 8, bottom - 4)
    cv2.putText(view, _ascii(text), origin, _FONT, _font_scale(view), ink, 1, cv2.LINE_AA)
    return left, top, right, bottom


def _text_size(view: RgbImage, text: str) -> tuple[int, int]:
    (width, height), _ = cv2.getTextSize(_ascii(text), _FONT, _font_scale(view), 1)
    return int(width), int(height)


def _font_scale(view: RgbImage) -> float:
    return float(np.clip(view.shape[0] / 960, 0.38, 1.2))


def _stroke(view: RgbImage) -> int:
    return max(2, int(view.shape[0]) // 200)


def _ascii(text: str) -> str:
    # The fonts of OpenCV have no other letters.
    return text.encode("ascii", "replace").decode()
