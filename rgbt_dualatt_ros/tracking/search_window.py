"""SearchWindow: the part of an image that becomes features, and every change of coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.tracker_config import SearchConfig
from rgbt_dualatt_ros.models.backbone import GREY, STRIDE

# Cell q of the map looks at pixel 8q of the crop (strides with odd kernels), whose middle is
# 8q + .5; roi_align takes the middle of cell q to be 8q + 4.
_CELL_OFFSET_PX = STRIDE / 2 - 0.5
_AREA_BELOW = 0.6  # stronger shrinking needs averaging against aliasing

PairCrop = NDArray[np.uint8]
"""`(2, side, side, 3)`: the colour crop and the thermal one as three equal planes."""


@dataclass(frozen=True, slots=True)
class SearchWindow:
    """A rectangle of the image that is scaled, each axis by itself, to a square crop.

    Attributes:
        x: left edge in the image, whole px, may be negative.
        y: top edge.
        w: width in the image, whole px.
        h: height.
        side: of the crop, px; a multiple of the net's stride.
    """

    x: int
    y: int
    w: int
    h: int
    side: int

    @classmethod
    def around(cls, box: Box, config: SearchConfig) -> SearchWindow:
        """The window with `box` in its middle, at the size that `config` wants."""
        side = -(-round(config.extent * config.target_side) // STRIDE) * STRIDE
        least = side / config.max_zoom
        w = max(2, round(max(config.extent * box.w, least)))
        h = max(2, round(max(config.extent * box.h, least)))
        x, y = box.center
        return cls(round(x - w / 2), round(y - h / 2), w, h, side)

    def visible(self, size: ImageSize) -> Box:
        """The part of the window that lies inside the image."""
        left, right = max(self.x, 0), min(self.x + self.w, size.width)
        top, bottom = max(self.y, 0), min(self.y + self.h, size.height)
        return Box(left, top, right - left, bottom - top)

    def cut(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The crop `(side, side)` or `(side, side, 3)`; edges go on where the image ends."""
        height, width = image.shape[:2]
        left, top = max(self.x, 0), max(self.y, 0)
        right, bottom = min(self.x + self.w, width), min(self.y + self.h, height)
        crop = np.full((self.side, self.side, *image.shape[2:]), round(GREY), np.uint8)
        if right <= left or bottom <= top:
            return crop
        x_scale, y_scale = self.side / self.w, self.side / self.h
        x_low, y_low = round((left - self.x) * x_scale), round((top - self.y) * y_scale)
        x_high, y_high = round((right - self.x) * x_scale), round((bottom - self.y) * y_scale)
        if x_high <= x_low or y_high <= y_low:
            return crop
        method = cv2.INTER_AREA if min(x_scale, y_scale) < _AREA_BELOW else cv2.INTER_LINEAR
        shown = cv2.resize(
            image[top:bottom, left:right], (x_high - x_low, y_high - y_low), interpolation=method
        )
        # Repeating the edge, not grey: a target at the border of its first frame would else be
        # learned as "the thing beside the grey", and the tracker stay at the border without it.
        framed = cv2.copyMakeBorder(
            shown,
            y_low,
            self.side - y_high,
            x_low,
            self.side - x_high,
            cv2.BORDER_REPLICATE,
        )
        return np.asarray(framed, np.uint8)

    def cut_pair(self, pair: FramePair) -> PairCrop:
        """Both images of `pair` inside the window."""
        thermal = self.cut(pair.thermal)
        return np.stack([self.cut(pair.rgb), np.repeat(thermal[..., None], 3, axis=2)])

    def to_map(self, boxes: Boxes, context: float) -> Boxes:
        """Image boxes `(N, 4)` xywh as corners `(N, 4)` in cells of the feature map.

        Args:
            boxes: in the image, px.
            context: factor by which the boxes grow around their centres first.
        """
        scale = np.array([self.side / self.w, self.side / self.h], np.float32)
        corner = np.array([self.x, self.y], np.float32)
        half = boxes[:, 2:] * np.float32(context / 2)
        middle = boxes[:, :2] + boxes[:, 2:] / 2 - corner
        corners = np.concatenate([(middle - half) * scale, (middle + half) * scale], axis=1)
        return np.asarray((corners + _CELL_OFFSET_PX) / STRIDE, np.float32)
