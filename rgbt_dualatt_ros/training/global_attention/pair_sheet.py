"""A sheet of training pairs to look at: both images in both modalities, with every box."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.training.global_attention.draft import Image
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair, PairSource

_COLORS = ((255, 60, 60), (60, 220, 60), (80, 140, 255), (255, 200, 0), (230, 80, 230))
_OTHER = (150, 150, 150)
_GAP = 6


def write_sheet(source: PairSource, path: Path, count: int, seed: int = 0) -> None:
    """Draw `count` pairs and write the sheet as a PNG.

    Raises:
        DatasetError: when the file cannot be written.
    """
    rng = np.random.default_rng(seed)
    sheet = draw_sheet([source.draw(rng) for _ in range(count)])
    if not cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)):
        raise DatasetError(f"cannot write the sheet of pairs to {path}")


def draw_sheet(pairs: list[LabelledPair], columns: int = 3) -> Image:
    """`(H, W, 3)` red first: per pair the first images left, the search images right.

    A target has one colour in all four; thin grey boxes are other things.
    """
    tiles = [_tile(pair) for pair in pairs]
    empty = np.zeros_like(tiles[0])
    tiles += [empty] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[at : at + columns]) for at in range(0, len(tiles), columns)]
    return np.asarray(np.vstack(rows), np.uint8)


def _tile(pair: LabelledPair) -> Image:
    nobody = np.empty((0, 4), np.float32)
    left = _both(pair.first, pair.first_boxes, nobody)
    right = _both(pair.search, pair.search_boxes, pair.others)
    tile = np.hstack([left, right])
    return np.asarray(cv2.copyMakeBorder(tile, 0, _GAP, 0, _GAP, cv2.BORDER_CONSTANT), np.uint8)


def _both(pair: FramePair, targets: Boxes, others: Boxes) -> Image:
    grey = cv2.cvtColor(pair.thermal, cv2.COLOR_GRAY2RGB)
    images = [np.ascontiguousarray(pair.rgb.copy()), np.asarray(grey, np.uint8)]
    for image in images:
        for box in others:
            _outline(image, box, _OTHER)
        for row, box in enumerate(targets):
            if np.isfinite(box).all():
                _outline(image, box, _COLORS[row % len(_COLORS)])
    return np.asarray(np.vstack(images), np.uint8)


def _outline(image: Image, box: Boxes, color: tuple[int, int, int]) -> None:
    left, top, right, bottom = np.round([box[0], box[1], box[0] + box[2], box[1] + box[3]])
    corners = (int(left), int(top)), (int(right) - 1, int(bottom) - 1)
    cv2.rectangle(image, *corners, color, 1)
