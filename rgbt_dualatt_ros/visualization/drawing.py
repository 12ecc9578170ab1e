"""Strokes and words on a picture: boxes, tags and plates, for every picture that we draw.

A status is told by colour (green, amber, red) and by the line (whole, dashed, corners only), so
that it needs no colours. Strokes and letters suit the height of the picture; `boldness` is how
many times that, for a picture that will be shown smaller than it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus

RgbImage = NDArray[np.uint8]
"""`(H, W, 3)`, red first."""
Color = tuple[int, int, int]
Line = Literal["whole", "dashed", "corners"]
Stroke = tuple[tuple[int, int], tuple[int, int]]
"""A straight line from one point to another, x and y in px."""

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
NEARLY_BLACK: Color = (16, 16, 16)
WHITE: Color = (255, 255, 255)
FONT = cv2.FONT_HERSHEY_SIMPLEX
_DASH_PX = 9
_DIMMING = 3
_THICKEST = 1 / 6  # share of a box's shorter side
_LONGEST = 1e6


def draw_predicted_box(view: RgbImage, prediction: Prediction, boldness: float = 1.0) -> None:
    """The box of `prediction`, in the colour and by the line of its status."""
    status = prediction.status
    draw_box(view, prediction.box, STATUS_COLORS[status], _STATUS_LINES[status], boldness)


def draw_box(view: RgbImage, box: Box, color: Color, line: Line, boldness: float = 1.0) -> None:
    """A box in `color` on a dark rim, whatever the picture; one far outside does no harm."""
    corners = _corners(view, box)
    # A small target must not vanish behind its own box.
    thickest = max(1, int(min(box.w, box.h, _LONGEST) * _THICKEST))
    width = min(thickest, max(1, round(_stroke(view) * boldness)))
    for stroke, paint in ((width + 2, NEARLY_BLACK), (width, color)):
        for start, end in _segments(corners, line):
            cv2.line(view, start, end, paint, stroke)


def predicted_strokes(prediction: Prediction) -> list[Stroke]:
    """The strokes of `draw_predicted_box`, from point to point, in whole px."""
    return box_strokes(prediction.box, _STATUS_LINES[prediction.status])


def box_strokes(box: Box, line: Line) -> list[Stroke]:
    """The strokes of `draw_box`, from point to point, in whole px."""
    sides = np.clip([box.x, box.y, box.x + box.w, box.y + box.h], -_LONGEST, _LONGEST)
    left, top, right, bottom = (int(side) for side in sides.round())
    return _segments((left, top, right, bottom), line)


def _segments(corners: tuple[int, int, int, int], line: Line) -> list[Stroke]:
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


def draw_state(view: RgbImage, prediction: Prediction | None, boldness: float = 1.0) -> None:
    """Status and score on a plate of the status's colour, or that there is no target."""
    if prediction is None:
        draw_tag(view, "NO TARGET", (4, 4), WHITE, boldness)
        return
    text = f"{prediction.status.name} {prediction.score:.1f}"
    color = STATUS_COLORS[prediction.status]
    draw_plate(view, text, (4, 4), color, boldness=boldness)


def draw_tag(
    view: RgbImage, text: str, corner: tuple[int, int], color: Color, boldness: float = 1.0
) -> None:
    """White text on a dark plate with a bar of `color`."""
    left, top, _, bottom = draw_plate(view, text, corner, NEARLY_BLACK, WHITE, boldness)
    cv2.rectangle(view, (left, top), (left + round(3 * boldness), bottom), color, cv2.FILLED)


def draw_plate(
    view: RgbImage,
    text: str,
    corner: tuple[int, int],
    color: Color,
    ink: Color = NEARLY_BLACK,
    boldness: float = 1.0,
) -> tuple[int, int, int, int]:
    """Text on a plate of `color`, moved so that it lies inside the picture; gives its corners.

    The letters are made smaller when the plate would be wider than the picture.
    """
    height, width = view.shape[:2]
    margin = round(8 * boldness)
    scale = font_scale(view) * boldness
    text_width, text_height = _size_at(text, scale)
    room = width - margin - margin // 2
    if text_width > room > 0:
        scale *= room / text_width
        text_width, text_height = _size_at(text, scale)
    left = int(np.clip(corner[0], 0, max(0, width - text_width - margin - margin // 2)))
    top = int(np.clip(corner[1], 0, max(0, height - text_height - margin)))
    right, bottom = left + text_width + margin + margin // 2, top + text_height + margin - 1
    cv2.rectangle(view, (left, top), (right, bottom), color, cv2.FILLED)
    origin = (left + margin, bottom - margin // 2)
    weight = max(1, round(boldness))
    cv2.putText(view, printable(text), origin, FONT, scale, ink, weight, cv2.LINE_AA)
    return left, top, right, bottom


def draw_notice(view: RgbImage, text: str, boldness: float = 1.0) -> None:
    """Words in the middle of a picture that has nothing else to show; the picture is dimmed."""
    view //= _DIMMING
    width, height = text_size(view, text, boldness)
    corner = ((view.shape[1] - width) // 2 - 8, (view.shape[0] - height) // 2 - 4)
    draw_plate(view, text, corner, NEARLY_BLACK, WHITE, boldness)


def text_size(view: RgbImage, text: str, boldness: float = 1.0) -> tuple[int, int]:
    """Width and height of `text` on this picture, px."""
    return _size_at(text, font_scale(view) * boldness)


def _size_at(text: str, scale: float) -> tuple[int, int]:
    (width, height), _ = cv2.getTextSize(printable(text), FONT, scale, 1)
    return int(width), int(height)


def font_scale(view: RgbImage) -> float:
    """Size of the letters, in OpenCV's unit, that suits the picture."""
    return float(np.clip(view.shape[0] / 960, 0.38, 1.2))


def _stroke(view: RgbImage) -> int:
    return max(2, int(view.shape[0]) // 200)


def printable(text: str) -> str:
    """`text` with a question mark for every letter that the fonts of OpenCV do not have."""
    return text.encode("ascii", "replace").decode()
