"""Neighbours: what lies at a place, beside it so near that the two may be mixed up, or away."""

from __future__ import annotations

import numpy as np

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes, iou
from rgbt_dualatt_ros.tracking.global_regions import Regions

_ONE_BODY = 1.1  # sides
_APART = 0.5  # sides
_SAME = 0.1  # overlap from which a region and a box are one thing


def touches(box: Box, other: Box) -> bool:
    """The centres lie so near that both may be on one thing of the size of `other`."""
    (x, y), (other_x, other_y) = box.center, other.center
    return abs(x - other_x) < _ONE_BODY * other.w and abs(y - other_y) < _ONE_BODY * other.h


def away_from(box: Box, boxes: Boxes) -> Boxes:
    """Those of `boxes`, `(N, 4)` xywh in px, that are not on the same thing as `box`."""
    return boxes[iou(boxes, box.as_array()[None]) < _SAME] if len(boxes) else boxes


def is_crowded(place: Box, regions: Regions, rival: float) -> bool:
    """Something like the target is so near `place` that a mistake may happen any moment.

    Args:
        place: where the target is.
        regions: of a map of that frame.
        rival: strength from which a region is another body.
    """
    reach = Box(place.x - place.w, place.y - place.h / 2, 3 * place.w, 2 * place.h)
    others = away_from(place, regions.boxes)
    if len(others) and (iou(others, reach.as_array()[None]) > 0).any():
        return True
    # Two strong peaks on one place, well apart, are two bodies.
    strong = regions.boxes[regions.scores >= rival]
    here = strong[iou(strong, place.as_array()[None]) >= _SAME] if len(strong) else strong
    apart = np.abs(here[:, None, :2] - here[None, :, :2]) / (place.w, place.h)
    return bool((apart >= _APART).any())
