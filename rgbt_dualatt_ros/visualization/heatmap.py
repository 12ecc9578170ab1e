"""Heat maps: where the classifier looks, laid over the colour image; the inputs stay as they are.

The colours are those of OpenCV's inferno, whose steps look equally large to the eye. The stronger
the attention, the more it covers: where there is none, the image is untouched.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import FramePairError
from rgbt_dualatt_ros.core.explanation import AttentionImages
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.visualization.drawing import WHITE, RgbImage, draw_predicted_box, draw_tag

# Of the image this much shows through where the attention is strongest.
_LEAST_SEEN = 0.25
_STRONGEST = 255
# Spread of the smoothing, in mean sides of the part that the classifier saw: gradients of single
# pixels are spikes that nobody sees in a picture.
_SMOOTHING = 0.03


def draw_attention(
    pair: FramePair, maps: AttentionImages, prediction: Prediction | None = None
) -> RgbImage:
    """Where the classifier looks for the target, and beside it where for the background.

    Maps are smoothed a little first; the strongest value of each stays as it is.

    Args:
        pair: is not drawn into.
        maps: of the size of the pair.
        prediction: its box is drawn when given.

    Returns:
        `(H, 2 W, 3)`, a new picture.

    Raises:
        FramePairError: when a map is not of the size of the images, or no map in [0, 1].
    """
    panels = {"target": maps.target, "background": maps.background}
    views = [
        draw_attention_of(pair, attention, name, prediction) for name, attention in panels.items()
    ]
    return np.concatenate(views, axis=1)


def draw_attention_of(
    pair: FramePair,
    attention: NDArray[np.floating],
    name: str,
    prediction: Prediction | None = None,
    boldness: float = 1.0,
) -> RgbImage:
    """One panel of `draw_attention`: one map, with its name.

    Returns:
        `(H, W, 3)`, a new picture.

    Raises:
        FramePairError: when the map is not of the size of the images, or no map in [0, 1].
    """
    _check(pair.rgb, attention)
    view = lay_over(pair.rgb, smoothed(attention))
    if prediction is not None:
        draw_predicted_box(view, prediction, boldness)
    draw_tag(view, name, (4, 4), WHITE, boldness)
    return view


def smoothed(attention: NDArray[np.floating]) -> NDArray[np.float32]:
    """A map without spikes, with the same strongest value, and 0 where the classifier saw nothing.

    Args:
        attention: `(H, W)`, not negative; is not changed.
    """
    calm = attention.astype(np.float32)
    x, y, w, h = cv2.boundingRect(np.asarray(attention > 0, np.uint8))
    if w == 0:
        return calm
    seen = calm[y : y + h, x : x + w]
    strongest = float(seen.max())
    seen[:] = cv2.GaussianBlur(seen, (0, 0), _SMOOTHING * float(np.sqrt(w * h)))
    seen *= strongest / float(seen.max())
    return np.minimum(calm, np.float32(strongest))  # rounding may lift it above


def lay_over(rgb: RgbImage, attention: NDArray[np.floating]) -> RgbImage:
    """A new picture: the image where `attention` is 0, nearly hidden by colour where it is 1.

    Args:
        rgb: `(H, W, 3)`; is not drawn into.
        attention: `(H, W)` in [0, 1].

    Raises:
        FramePairError: when the two differ in size, or a number is outside [0, 1] or not finite.
    """
    _check(rgb, attention)
    levels = np.asarray(np.rint(attention * _STRONGEST), np.uint8)
    picture = rgb.copy()
    # Only the part that the classifier saw has attention, and the rest costs nothing.
    x, y, w, h = cv2.boundingRect(levels)
    if w == 0:
        return picture
    seen = (slice(y, y + h), slice(x, x + w))
    heat = cv2.cvtColor(cv2.applyColorMap(levels[seen], cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    cover = levels[seen].astype(np.float32)[..., None] * ((1 - _LEAST_SEEN) / _STRONGEST)
    below = picture[seen]
    below[:] = np.rint(below + cover * (heat.astype(np.float32) - below))
    return picture


def _check(rgb: RgbImage, attention: NDArray[np.floating]) -> None:
    if attention.shape != rgb.shape[:2]:
        raise FramePairError(
            f"an attention map must have the size of the image, {rgb.shape[:2]}; got "
            f"{attention.shape}"
        )
    # Written so that a number that is none is refused too.
    if not (attention.min() >= 0 and attention.max() <= 1):
        raise FramePairError(
            f"an attention map must lie in [0, 1]; got {attention.min()} .. {attention.max()}"
        )
