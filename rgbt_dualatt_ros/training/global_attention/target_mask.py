"""The truth that the paper's net learns: bright where the target is (sections 3.2, 4.2).

The paper contradicts itself: section 3.2 bleaches the target on a black mask, section 4.2 sets
the target's pixels to 0 and the others to 255. Here the target is 1 and the background 0, since
proposals are drawn where the map is strong; docs/paper.md#mask.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize

TARGET, BACKGROUND = 1, 0


def target_mask(
    box: NDArray[np.floating], size: ImageSize, mask_size: ImageSize
) -> NDArray[np.uint8]:
    """Mask of `mask_size` of an image of `size`, squeezed together with it.

    Args:
        box: `(4,)` xywh, px of the image; with NaN when the target is not there.
        size: of the image, px.
        mask_size: of the mask, px.

    Returns:
        `(height, width)`: 1 for pixels whose centre lies in the box, 0 elsewhere. A target of
        which anything is in the image has at least one pixel.
    """
    mask = np.full((mask_size.height, mask_size.width), BACKGROUND, np.uint8)
    if np.isfinite(box).all():
        x, y, width, height = (float(value) for value in box)
        columns = _covered(x, x + width, size.width, mask_size.width)
        rows = _covered(y, y + height, size.height, mask_size.height)
        mask[rows, columns] = TARGET
    return mask


def _covered(low: float, high: float, length: int, cells: int) -> slice:
    """The cells of one axis whose centres lie in [low, high) of `length` px; or the nearest."""
    low, high = max(low, 0.0) * cells / length, min(high, length) * cells / length
    if high <= low:
        return slice(0, 0)
    first, end = math.ceil(low - 0.5), math.ceil(high - 0.5)
    if first >= end:
        first = math.floor((low + high) / 2)
        end = first + 1
    return slice(first, end)
