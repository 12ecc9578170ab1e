"""Random boxes around a box: Gaussian, uniform, and drawing until an overlap range is filled.

The shifts are shares of the mean side and the sizes powers of a factor, as in MDNet
(algorithm 3.2). No function changes its arguments; all randomness comes from `rng`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes, cxcywh_to_xywh, iou

_DRAW_FACTORS = (2, 4, 8)  # how many times the missing number is drawn before giving up


@dataclass(frozen=True, slots=True)
class Spread:
    """How far boxes lie from the one they are drawn around.

    Attributes:
        shift: of the centre, in mean sides.
        scale: of the size, a factor of at least 1.
        aspect: of width against height, a factor of at least 1.
    """

    shift: float
    scale: float
    aspect: float = 1.0


def draw_gaussian(box: Box, count: int, spread: Spread, rng: np.random.Generator) -> Boxes:
    """`(count, 4)` boxes, normally distributed around `box`, at most one spread away."""
    units = np.clip(0.5 * rng.standard_normal((count, 4)), -1, 1)
    return _displaced(box, units, spread)


def draw_uniform(box: Box, count: int, spread: Spread, rng: np.random.Generator) -> Boxes:
    """`(count, 4)` boxes, evenly distributed up to one spread away from `box`."""
    return _displaced(box, rng.uniform(-1, 1, (count, 4)), spread)


def _displaced(
    box: Box, units: np.ndarray[tuple[int, int], np.dtype[np.float64]], spread: Spread
) -> Boxes:
    """Boxes at `units` `(N, 4)` in [-1, 1]: shift x, shift y, size, aspect."""
    reach = spread.shift * (box.w + box.h) / 2
    size = spread.scale ** units[:, 2]
    aspect = spread.aspect ** (units[:, 3] / 2)
    x, y = box.center
    columns = (
        x + reach * units[:, 0],
        y + reach * units[:, 1],
        box.w * size * aspect,
        box.h * size / aspect,
    )
    return cxcywh_to_xywh(np.stack(columns, axis=1).astype(np.float32))


def draw_anywhere(
    box: Box, count: int, spread: Spread, region: Box, rng: np.random.Generator
) -> Boxes:
    """`(count, 4)` boxes of about the size of `box`, evenly all over `region`.

    MDNet draws their centres from a grid of 2 sqrt(count) places a side and so do we; `spread`
    says how the size varies, its shift is not used.
    """
    units = rng.uniform(-1, 1, (count, 4))
    units[:, :2] = 0
    sized = _displaced(box, units, spread)
    places = max(1, int(2 * np.sqrt(count)))
    cells = rng.integers(places, size=(count, 2)) / max(1, places - 1)
    room = np.maximum(np.array([region.w - box.w, region.h - box.h]), 0)
    first = np.array([region.x + box.w / 2, region.y + box.h / 2])
    centers = (first + cells * room).astype(np.float32)
    return np.concatenate([centers - sized[:, 2:] / 2, sized[:, 2:]], axis=1)


def keep_centers_inside(boxes: Boxes, region: Box) -> Boxes:
    """Boxes whose sides fit into `region`, moved until their centres lie in it."""
    corner = np.array([region.x, region.y], np.float32)
    limit = np.array([region.w, region.h], np.float32)
    sides = np.minimum(boxes[:, 2:], limit)
    centers = np.clip(boxes[:, :2] + boxes[:, 2:] / 2, corner, corner + limit)
    return np.concatenate([centers - sides / 2, sides], axis=1)


def keep_inside(boxes: Boxes, region: Box) -> Boxes:
    """Boxes moved (and, when larger than it, shrunk) to lie inside `region`."""
    corner = np.array([region.x, region.y], np.float32)
    limit = np.array([region.w, region.h], np.float32)
    sides = np.minimum(boxes[:, 2:], limit)
    corners = np.clip(boxes[:, :2], corner, corner + limit - sides)
    return np.concatenate([corners, sides], axis=1)


def whole_image(size: ImageSize) -> Box:
    """The image as a region."""
    return Box(0.0, 0.0, float(size.width), float(size.height))


def draw_in_overlap_range(
    draw: Callable[[int], Boxes],
    reference: Box,
    overlap: tuple[float, float],
    count: int,
) -> Boxes:
    """At most `count` boxes of `draw` whose overlap with `reference` lies in a closed range.

    Gives up after a few rounds and returns what was found, which may be nothing: the caller
    decides what that means.
    """
    wanted = reference.as_array()[None]
    found = np.zeros((0, 4), np.float32)
    for factor in _DRAW_FACTORS:
        missing = count - len(found)
        if missing <= 0:
            break
        boxes = draw(factor * missing)
        overlaps = iou(boxes, wanted)
        fitting = boxes[(overlaps >= overlap[0]) & (overlaps <= overlap[1])]
        found = np.concatenate([found, fitting[:missing]])
    return found
