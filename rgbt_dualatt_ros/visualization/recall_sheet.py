"""A sheet of moments: the map over the colour image, the true box, the first regions."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.visualization.drawing import (
    WHITE,
    Color,
    RgbImage,
    draw_box,
    draw_plate,
    draw_tag,
)
from rgbt_dualatt_ros.visualization.heatmap import lay_over

PANEL = (320, 240)
"""Width and height of a picture in the sheet, px."""
_PLATE_PX = 18  # a number stands above its region, which may be small
_TRUTH: Color = (60, 205, 95)
_REGIONS: tuple[Color, ...] = ((255, 77, 77), (255, 176, 32), (120, 200, 255))


def draw_recall_panel(
    pair: FramePair,
    strength: NDArray[np.float32],
    truth: NDArray[np.float32],
    regions: Boxes,
    caption: str,
) -> RgbImage:
    """One moment: the truth green and whole, regions 1 to 3 dashed and numbered.

    A map is stretched to its strongest value; without colour the map lies over thermal.

    Args:
        pair: is not drawn into.
        strength: `(h, w)`, not negative, of the whole image.
        truth: `(4,)` xywh, px of the pair.
        regions: `(R, 4)`, best first; those after the third are left out.
        caption: short.
    """
    width, height = PANEL
    scale = np.array([width / pair.size.width, height / pair.size.height] * 2)
    image = pair.rgb if pair.rgb.any() else np.repeat(pair.thermal[..., None], 3, axis=2)
    heat = cv2.resize(strength, PANEL) / max(float(strength.max()), 1e-6)
    small = np.asarray(cv2.resize(image, PANEL, interpolation=cv2.INTER_AREA), np.uint8)
    view = lay_over(small, np.clip(heat, 0, 1))
    draw_box(view, Box.from_sequence(truth * scale), _TRUTH, "whole")
    shown = list(zip(regions * scale, _REGIONS, strict=False))
    for number, (region, color) in reversed([*enumerate(shown, start=1)]):
        box = Box.from_sequence(region)
        draw_box(view, box, color, "dashed")
        draw_plate(view, str(number), (round(box.x), round(box.y) - _PLATE_PX), color)
    draw_tag(view, caption, (4, height), WHITE)
    return view


def recall_sheet(rows: Sequence[Sequence[RgbImage]]) -> RgbImage:
    """The panels of `rows` in one picture, a short row filled up with black."""
    columns = max(map(len, rows))
    empty = np.zeros((PANEL[1], PANEL[0], 3), np.uint8)
    filled = ([*row, *[empty] * (columns - len(row))] for row in rows)
    return np.concatenate([np.concatenate(row, axis=1) for row in filled])
