"""Global attention over the colour image: where in the whole image the target may be."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.errors import FramePairError
from rgbt_dualatt_ros.visualization.drawing import (
    WHITE,
    RgbImage,
    draw_notice,
    draw_predicted_box,
    draw_tag,
)
from rgbt_dualatt_ros.visualization.heatmap import lay_over
from rgbt_dualatt_ros.visualization.search_marks import draw_region_scores, draw_regions
from rgbt_dualatt_ros.visualization.searched_pair import SearchedPair


def draw_global_attention(searched: SearchedPair, boldness: float = 1.0) -> RgbImage:
    """The newest map over the colour image, its regions with scores, and the predicted box.

    Without a map the dimmed image and the words that say why.

    Returns:
        `(H, W, 3)`, a new picture.

    Raises:
        FramePairError: when the map is none, or has numbers outside [0, 1].
    """
    pair, attention = searched.pair, searched.attention
    if attention is None:
        view = pair.rgb.copy()
        draw_notice(view, searched.without_global, boldness)
    else:
        view = lay_over(pair.rgb, stretched(attention.strength, pair.size))
        draw_regions(view, attention, boldness)
        if searched.prediction is not None:
            draw_predicted_box(view, searched.prediction, boldness)
        draw_region_scores(view, attention, boldness)
    name = ": ".join(filter(None, ["global attention", searched.age_text]))
    draw_tag(view, name, (4, 4), WHITE, boldness)
    return view


def stretched(strength: NDArray[np.floating], size: ImageSize) -> NDArray[np.float32]:
    """A map that covers the whole image, at the image's own size.

    Args:
        strength: `(h, w)` in [0, 1], of any size; is not changed.

    Raises:
        FramePairError: when it has no pixel, or a number that is not in [0, 1].
    """
    if strength.ndim != 2 or strength.size == 0:
        raise FramePairError(f"a global attention map must be (h, w); got {strength.shape}")
    # Written so that a number that is none is refused too.
    if not (strength.min() >= 0 and strength.max() <= 1):
        raise FramePairError(
            f"a global attention map must lie in [0, 1]; got {strength.min()} .. {strength.max()}"
        )
    wide = cv2.resize(
        np.asarray(strength, np.float32), (size.width, size.height), interpolation=cv2.INTER_LINEAR
    )
    return np.clip(wide, 0, 1)  # interpolation rounds
