"""From a map of global attention to regions of the image: components, or peaks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes, cxcywh_to_xywh
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig

Strength = NDArray[np.float32]
"""`(h, w)` in [0, 1]; covers the whole image, whatever the size of either."""
_EIGHT_CONNECTED = 8
_NO_REGIONS = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
_AS_STRONG = 0.995  # of the strongest: float noise on a plateau must not choose its corner


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """The places that a map stands for, best first.

    Attributes:
        boxes: `(R, 4)` xywh, px of the image, all of the size of the target; R may be 0.
        scores: `(R,)`, falling: mean strength times the square root of the area in px for
            components, the strength for peaks.
    """

    boxes: Boxes
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.boxes)


def find_regions(
    strength: Strength, target: Box, size: ImageSize, config: GlobalAttentionConfig
) -> Regions:
    """The best regions of a map by the rule of the settings.

    Args:
        strength: the map.
        target: gives the size of the regions; where it lies does not matter.
        size: of the image.
        config: rule and thresholds.
    """
    cell = np.array([size.width / strength.shape[1], size.height / strength.shape[0]])
    sides = np.array([target.w, target.h])
    if config.regions == "components":
        centers, scores = _components(strength, cell, sides, config)
    else:
        centers, scores = _peaks(strength, sides / cell, config)
    if len(scores) == 0:
        return Regions(*_NO_REGIONS)
    order = np.argsort(-scores, kind="stable")[: config.max_regions]
    places = np.concatenate(
        [centers[order] * cell, np.broadcast_to(sides, (len(order), 2))], axis=1
    )
    return Regions(cxcywh_to_xywh(places.astype(np.float32)), scores[order].astype(np.float32))


def _components(
    strength: Strength,
    cell: NDArray[np.float64],
    sides: NDArray[np.float64],
    config: GlobalAttentionConfig,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weighted centroids `(N, 2)`, in cells, and scores of 8-connected parts (algorithm 4.5)."""
    mask = (strength >= config.threshold).astype(np.uint8)
    count, labels = cv2.connectedComponents(mask, connectivity=_EIGHT_CONNECTED)
    if count == 1:  # nothing but the background
        return np.zeros((0, 2)), np.zeros(0)
    flat = labels.ravel()
    weights = strength.ravel().astype(np.float64)
    rows, columns = np.indices(strength.shape)
    cells = np.bincount(flat, minlength=count)[1:]
    total = np.maximum(np.bincount(flat, weights, count)[1:], 1e-12)
    x = np.bincount(flat, weights * (columns.ravel() + 0.5), count)[1:] / total
    y = np.bincount(flat, weights * (rows.ravel() + 0.5), count)[1:] / total
    areas = cells * cell.prod()
    enough = areas >= max(config.min_area, config.min_area_share * sides.prod())
    scores = total / cells * np.sqrt(areas)
    return np.stack([x, y], axis=1)[enough], scores[enough]


def _peaks(
    strength: Strength, sides: NDArray[np.float64], config: GlobalAttentionConfig
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres `(N, 2)` and strengths of maxima that lie apart; `sides` of the target in cells."""
    around = _odd(config.centering * sides)
    filtered = np.asarray(cv2.blur(strength, around, borderType=cv2.BORDER_CONSTANT), np.float32)
    remaining = strength.copy()
    centers: list[NDArray[np.float64]] = []
    scores: list[float] = []
    while len(scores) < config.max_regions:
        row, column = np.unravel_index(np.argmax(remaining), remaining.shape)
        score = float(remaining[row, column])
        if score < config.floor or score <= 0:
            break
        peak = np.array([column, row])
        center = _middle(filtered, peak, sides / 2)
        # Around the middle too: the highest cell of a plateau is its corner.
        for place in (peak, np.floor(center).astype(np.int64)):
            remaining[_around(place, config.peak_distance * sides)] = 0
        centers.append(center)
        scores.append(score)
    return np.array(centers).reshape(-1, 2), np.array(scores)


def _middle(
    filtered: Strength, peak: NDArray[np.int64], reach: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The middle of the strongest cells within `reach` of `peak`."""
    rows, columns = _around(peak, reach)
    part = filtered[rows, columns]
    strongest = np.argwhere(part >= _AS_STRONG * part.max()).mean(axis=0)
    return np.array([columns.start + strongest[1] + 0.5, rows.start + strongest[0] + 0.5])


def _around(peak: NDArray[np.int64], reach: NDArray[np.float64]) -> tuple[slice, slice]:
    """Rows and columns of the cells within `reach` `(x, y)` of `peak` `(column, row)`."""
    low = np.maximum(peak - np.floor(reach).astype(np.int64), 0)
    high = peak + np.floor(reach).astype(np.int64) + 1
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _odd(sides: NDArray[np.float64]) -> tuple[int, int]:
    """The nearest odd whole numbers, so that a filter has a middle."""
    width, height = (2 * max(0, round((side - 1) / 2)) + 1 for side in sides.tolist())
    return width, height
