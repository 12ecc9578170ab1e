"""Boxes, status and scores drawn on the colour and the thermal image; the inputs stay as they are.

A status is told by colour and line (drawing.py), and a third time by its name.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.visualization.drawing import (
    FONT,
    NEARLY_BLACK,
    WHITE,
    Color,
    RgbImage,
    draw_box,
    draw_predicted_box,
    draw_state,
    draw_tag,
    font_scale,
    printable,
    text_size,
)

Mark = tuple[Box, str, Color]
"""A box to draw, the label at it (may be empty), and its colour."""


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
            draw_predicted_box(view, prediction)
    draw_state(views[0], prediction)
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
            draw_box(view, box, color, "whole")
    labels = [(label, color) for _, label, color in marks if label]
    if not labels and not caption:
        return canvas
    return np.concatenate([draw_legend(canvas, caption, labels), canvas])


def draw_legend(canvas: RgbImage, caption: str, labels: Sequence[tuple[str, Color]]) -> RgbImage:
    """One line of text of the width of `canvas`, shrunk when it would be wider.

    Args:
        canvas: what the line belongs to; is not drawn into.
        caption: stands before the labels; may be empty when there are some.
        labels: texts, each after a patch of its colour.
    """
    scale = font_scale(canvas)
    _, text_height = text_size(canvas, "Ag")
    height, width = text_height + 12, canvas.shape[1]
    strip: RgbImage = np.full((height, width, 3), NEARLY_BLACK, np.uint8)
    gap, chip = round(32 * scale), round(1.5 * text_height)
    texts = [(caption, None), *labels] if caption else [*labels]
    needed = sum(text_size(canvas, text)[0] + gap + chip for text, _ in texts)
    shrink = min(1.0, width / needed)
    weight = max(1, round(1.6 * scale * shrink))
    x = 8.0
    for text, color in texts:
        if color is not None:
            corner = (int(x), (height - text_height) // 2)
            opposite = (int(x + text_height * shrink), corner[1] + text_height - 1)
            cv2.rectangle(strip, corner, opposite, color, cv2.FILLED)
            x += chip * shrink
        origin = (int(x), height - 7)
        cv2.putText(
            strip, printable(text), origin, FONT, scale * shrink, WHITE, weight, cv2.LINE_AA
        )
        x += (text_size(canvas, text)[0] + gap) * shrink
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


def _draw_caption(view: RgbImage, caption: str) -> None:
    if caption:
        _, text_height = text_size(view, caption)
        draw_tag(view, caption, (4, view.shape[0] - text_height - 10), WHITE)
