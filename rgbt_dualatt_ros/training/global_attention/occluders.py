"""Things in front of the search image: posts, boards, branches; never the whole target."""

from __future__ import annotations

import cv2
import numpy as np

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.training.global_attention.draft import Image
from rgbt_dualatt_ros.training.global_attention.pasted_objects import covered
from rgbt_dualatt_ros.training.global_attention.textures import Textures

_MOST = 3
_MOST_HIDDEN = 0.6


def lay_occluders(
    rgb: Image, thermal: Image, boxes: Boxes, textures: Textures, rng: np.random.Generator
) -> tuple[Image, Image]:
    """Both images with one to three things in front, none of which hides most of a box.

    Args:
        boxes: `(N, 4)` xywh of what must stay visible, px.
    """
    rgb, thermal = rgb.copy(), thermal.copy()
    height, width = thermal.shape
    for _ in range(int(rng.integers(1, _MOST + 1))):
        if rng.random() < 0.5:  # a post; often warm and as high as a person
            size = (int(rng.integers(3, 16)), int(rng.integers(height // 8, height)))
        else:
            size = (int(rng.integers(8, width // 4)), int(rng.integers(6, height // 4)))
        x = int(rng.integers(-size[0] // 2, width - size[0] // 2))
        y = int(rng.integers(-size[1] // 2, height - size[1] // 2))
        box = np.array([x, y, *size], np.float32)
        if len(boxes) and covered(boxes, box).max() > _MOST_HIDDEN:
            continue
        left, top, right, bottom = (
            max(x, 0),
            max(y, 0),
            min(x + size[0], width),
            min(y + size[1], height),
        )
        window = np.s_[top:bottom, left:right]
        looks = textures.patch(rng, right - left, bottom - top)
        rgb[window] = looks
        grain = looks[:, :, 0].astype(np.float32) - 128
        warmth = float(rng.uniform(10, 250)) + grain * float(rng.uniform(0, 0.25))
        thermal[window] = np.clip(cv2.blur(warmth, (3, 3)), 0, 255).astype(np.uint8)
    return rgb, thermal
