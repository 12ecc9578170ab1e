"""Viewpoint: where a work frame lands in the net's input; scaled, shifted, mirrored."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.training.global_attention.draft import Image


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Maps x to `scale[0]` * x + `shift[0]`, and y likewise; continuous px.

    Attributes:
        scale: of columns and rows; the first is negative when the view is mirrored.
        shift: px of the output.
    """

    scale: tuple[float, float]
    shift: tuple[float, float]

    def boxes(self, boxes: Boxes) -> Boxes:
        """Where boxes `(N, 4)` land; NaN stays NaN."""
        scale, shift = np.array(self.scale), np.array(self.shift)
        ends = boxes[:, :2] * scale + shift, (boxes[:, :2] + boxes[:, 2:]) * scale + shift
        low, high = np.minimum(*ends), np.maximum(*ends)
        return np.concatenate([low, high - low], axis=1).astype(np.float32)

    def image(
        self, image: Image, size: ImageSize, border: int, offset: tuple[float, float] = (0.0, 0.0)
    ) -> Image:
        """The image as seen from here.

        Args:
            border: a border mode of OpenCV; constant is filled with mid grey.
            offset: added to `shift`, px.
        """
        # OpenCV counts from the centre of the first pixel, boxes from its corner.
        matrix: NDArray[np.float64] = np.zeros((2, 3))
        for axis in (0, 1):
            matrix[axis, axis] = self.scale[axis]
            matrix[axis, 2] = self.shift[axis] + offset[axis] + 0.5 * self.scale[axis] - 0.5
        return np.asarray(
            cv2.warpAffine(
                image, matrix, (size.width, size.height), borderMode=border, borderValue=_GREY
            ),
            np.uint8,
        )


_GREY = (128.0, 128.0, 128.0)


def centred_viewpoint(
    sizes: tuple[ImageSize, ImageSize],
    zoom: float,
    shift: tuple[float, float],
    is_mirrored: bool,
) -> Viewpoint:
    """The viewpoint that shows the middle of the work frame in the middle of the output.

    Args:
        sizes: of the work frame and of the output.
        zoom: 1 shows the whole frame.
        shift: then moves it by these shares of the output's width and height.
    """
    work, output = sizes
    across = zoom * output.width / work.width
    down = zoom * output.height / work.height
    left = output.width * (0.5 * (1 - zoom) + shift[0])
    top = output.height * (0.5 * (1 - zoom) + shift[1])
    if is_mirrored:
        return Viewpoint((-across, down), (left + across * work.width, top))
    return Viewpoint((across, down), (left, top))
