"""Attention maps of one box as pictures in the frame of the colour image."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.explanation import AttentionImages
from rgbt_dualatt_ros.core.learning_config import AttentionConfig
from rgbt_dualatt_ros.tracking.local_attention import attention_maps

# Whatever the learning uses: pictures always show one map of both cameras, of the logits.
_SHOWN = AttentionConfig()


def as_images(
    logits: Tensor, leaves: Sequence[Tensor], shown: Box, size: ImageSize
) -> AttentionImages:
    """The maps of one box, strongest value 1.

    Args:
        logits: `(1, 2)` of the box.
        leaves: `(1, C, h, w)` that the logits depend on, one a modality.
        shown: the part of the image that the leaves show, px; may reach over its edge.
        size: of the image.
    """
    (maps,) = attention_maps(logits, leaves, _SHOWN, create_graph=False)
    return AttentionImages(
        _in_image(maps.target, shown, size), _in_image(maps.background, shown, size)
    )


def _in_image(attention: Tensor, shown: Box, size: ImageSize) -> NDArray[np.float32]:
    """A map `(1, h, w)` of squares as strengths `(H, W)` in [0, 1]."""
    strength = np.asarray(attention[0].detach().sqrt().cpu().numpy(), np.float32)
    strength /= max(float(strength.max()), float(np.finfo(np.float32).tiny))
    rows, columns = strength.shape
    # One affine step from image pixels to map cells, pixel centres at halves.
    x_scale, y_scale = columns / shown.w, rows / shown.h
    to_map = np.array(
        [
            [x_scale, 0, (0.5 - shown.x) * x_scale - 0.5],
            [0, y_scale, (0.5 - shown.y) * y_scale - 0.5],
        ]
    )
    placed = cv2.warpAffine(
        strength,
        to_map,
        (size.width, size.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    return np.asarray(placed, np.float32)
