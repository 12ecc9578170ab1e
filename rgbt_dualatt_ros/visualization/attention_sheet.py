"""A few moments of a sequence, close up: where the classifier looked while it tracked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import cv2
import numpy as np

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.core.explanation import AttentionImages
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.core.tracker import ExplainingTracker
from rgbt_dualatt_ros.visualization.drawing import WHITE, RgbImage, draw_tag
from rgbt_dualatt_ros.visualization.heatmap import draw_attention

SIDE_PX = 360
"""Width and height of one panel."""
# The panel shows so many times the longer side of the box: the neighbours matter, too.
_SURROUNDINGS = 2.5
_COLUMNS = 2


def draw_attention_sheet(
    tracker: ExplainingTracker,
    pairs: Iterable[FramePair],
    box: Box,
    frames: Collection[int],
    on_frame: Callable[[], None] = lambda: None,
) -> RgbImage:
    """Track a sequence from its first pair, and show some of its frames close up.

    A frame that the tracker cannot explain, as one of a box at the image's edge, is left out.

    Args:
        tracker: is given the target here.
        pairs: are read up to the last of `frames`.
        box: of the target in the first pair.
        frames: which to show; the first pair is frame 0, and cannot be one of them.
        on_frame: called after every frame, for a progress bar.

    Returns:
        Two frames a row, `(rows * SIDE_PX, 4 * SIDE_PX, 3)`; at least one row.
    """
    shown = []
    for index, pair in enumerate(pairs):
        if index == 0:
            tracker.initialize(pair, box)
        else:
            prediction = tracker.track(pair)
            if index in frames:
                shown += _explained(tracker, pair, prediction, f"frame {index}")
        on_frame()
        if index >= max(frames, default=0):
            break
    empty = np.zeros((SIDE_PX, 2 * SIDE_PX, 3), np.uint8)
    shown += [empty] * (-len(shown) % _COLUMNS if shown else _COLUMNS)
    starts = range(0, len(shown), _COLUMNS)
    rows = [np.concatenate(shown[start : start + _COLUMNS], axis=1) for start in starts]
    return np.concatenate(rows)


def draw_close_up(
    pair: FramePair, maps: AttentionImages, prediction: Prediction, caption: str
) -> RgbImage:
    """The two panels of `draw_attention`, of the surroundings of the box only, enlarged.

    Returns:
        `(SIDE_PX, 2 * SIDE_PX, 3)`, a new picture.
    """
    box, size = prediction.box, pair.size
    side = min(_SURROUNDINGS * max(box.w, box.h), size.width, size.height)
    side = max(1, round(side))
    left = int(np.clip(box.center[0] - side / 2, 0, size.width - side))
    top = int(np.clip(box.center[1] - side / 2, 0, size.height - side))
    seen = (slice(top, top + side), slice(left, left + side))
    rgb, thermal, target, background = (
        _enlarged(image[seen]) for image in (pair.rgb, pair.thermal, maps.target, maps.background)
    )
    scale = SIDE_PX / side
    near = Prediction(
        Box((box.x - left) * scale, (box.y - top) * scale, box.w * scale, box.h * scale),
        prediction.score,
        prediction.status,
        prediction.stamp_ns,
    )
    picture = draw_attention(
        FramePair(rgb, thermal, pair.stamp_ns), AttentionImages(target, background), near
    )
    draw_tag(picture, caption, (4, SIDE_PX), WHITE)
    return picture


def _explained(
    tracker: ExplainingTracker, pair: FramePair, prediction: Prediction, caption: str
) -> list[RgbImage]:
    try:
        maps = tracker.attention(pair, prediction.box)
    except RgbtError:
        return []
    return [draw_close_up(pair, maps, prediction, caption)]


def _enlarged(image: np.ndarray) -> np.ndarray:
    return cv2.resize(image, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR)
