"""Pictures of training pairs: what is shown to the net, where the targets are, what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.loop.checkpoint import write_whole
from rgbt_dualatt_ros.visualization.drawing import WHITE, Color, RgbImage, draw_box, draw_tag
from rgbt_dualatt_ros.visualization.heatmap import lay_over

_WIDTH = 320  # of one image, px
_TARGET: Color = (60, 205, 95)
_OTHER: Color = (255, 176, 32)
_TARGETS: tuple[Color, ...] = (_TARGET, (80, 170, 255), (255, 120, 220), (255, 255, 90))


def draw_answers(pairs: Sequence[LabelledPair], maps: Sequence[NDArray[np.float32]]) -> RgbImage:
    """A row a pair: its first target in the first image, and what the net answers to that.

    Green is the target, in both images; without a green box at the right it is not there. The map
    lies over the colour image and over the thermal one.

    Args:
        pairs: at least one.
        maps: `(h, w)` in [0, 1] of the first target of each pair; covers the whole search image.
    """
    return np.concatenate(
        [_answer_row(pair, attention) for pair, attention in zip(pairs, maps, strict=True)]
    )


def draw_pairs(pairs: Sequence[LabelledPair]) -> RgbImage:
    """A row a pair, both images in colour and thermal, targets in the same colours left and right.

    Dashed boxes are other things that could be taken for a target.
    """
    return np.concatenate([_pair_row(pair) for pair in pairs])


def write_picture(picture: RgbImage, path: Path) -> None:
    """As PNG.

    Raises:
        RgbtError: when it cannot be written.
    """
    _, encoded = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    write_whole(path, encoded.tobytes(), "the picture")


def _answer_row(pair: LabelledPair, attention: NDArray[np.float32]) -> RgbImage:
    height, width = pair.search.rgb.shape[:2]
    full = np.clip(cv2.resize(attention, (width, height)), 0, 1).astype(np.float32)
    first = _views(pair.first)
    laid = [lay_over(view, full) for view in _views(pair.search)]
    views = []
    for view, boxes in [(each, pair.first_boxes) for each in first] + [
        (each, pair.search_boxes) for each in laid
    ]:
        _draw_boxes(view, boxes[:1], (_TARGET,), is_dashed=False)
        views.append(_resized(view))
    draw_tag(views[2], f"peak {float(attention.max()):.2f}", (4, 4), WHITE)
    return np.concatenate(views, axis=1)


def _pair_row(pair: LabelledPair) -> RgbImage:
    views = []
    for view in _views(pair.first):
        _draw_boxes(view, pair.first_boxes, _TARGETS, is_dashed=False)
        views.append(_resized(view))
    for view in _views(pair.search):
        _draw_boxes(view, pair.others, (_OTHER,), is_dashed=True)
        _draw_boxes(view, pair.search_boxes, _TARGETS, is_dashed=False)
        views.append(_resized(view))
    return np.concatenate(views, axis=1)


def _views(pair: FramePair) -> list[RgbImage]:
    return [pair.rgb.copy(), np.repeat(pair.thermal[..., None], 3, 2)]


def _draw_boxes(view: RgbImage, boxes: Boxes, colors: Sequence[Color], *, is_dashed: bool) -> None:
    for index, row in enumerate(boxes):
        if np.isfinite(row).all() and (row[2:] > 0).all():
            color = colors[index % len(colors)]
            draw_box(view, Box.from_sequence(row), color, "dashed" if is_dashed else "whole")


def _resized(view: RgbImage) -> RgbImage:
    height = round(view.shape[0] * _WIDTH / view.shape[1])
    return np.asarray(cv2.resize(view, (_WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)
