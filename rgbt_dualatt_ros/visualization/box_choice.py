"""Lets a user choose the target in a window that shows images as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.visualization.box_drag import BoxDrag, MouseEvent
from rgbt_dualatt_ros.visualization.drawing import (
    WHITE,
    RgbImage,
    draw_box,
    draw_notice,
    draw_tag,
)

_HINT = "drag a box around the target; q ends"
_ENDS = ("q", "\x1b")
_EMPTY_SIZE = (480, 640, 3)


@dataclass(frozen=True, slots=True, eq=False)
class ShownImage:
    """An image to draw on, and its stamp; 0 when it has none."""

    rgb: RgbImage
    stamp_ns: int


class Window(Protocol):
    """A window on a screen."""

    def show(self, picture: RgbImage) -> tuple[Sequence[MouseEvent], str]:
        """Show a picture for a moment; what the mouse did on it, and the key, if any.

        Closing the window is the key q.
        """


def choose_target(
    window: Window,
    newest: Callable[[], ShownImage | None],
    start: Callable[[Box, int], str],
    nothing_yet: str,
) -> bool:
    """Show images until a target was started; the image stands still while the button is held.

    Args:
        newest: the newest image; None before the first.
        start: called with a box and the stamp of the image that it was drawn on; gives why the
            target could not be started, or nothing when it was. The reason is shown, and the
            user may try again.
        nothing_yet: words to show before the first image.

    Returns:
        Whether a target was started; False when the user ended it.
    """
    drag, words = BoxDrag(), _HINT
    shown: ShownImage | None = None
    while True:
        if not drag.is_dragging:
            shown = newest() or shown
        events, key = window.show(_draw(shown, drag, words if shown else nothing_yet))
        if key in _ENDS:
            return False
        if shown is None:
            continue
        for event in events:
            box = drag.take(event, _size(shown.rgb))
            if box is None:
                continue
            words = start(box, shown.stamp_ns)
            if not words:
                return True


def _draw(shown: ShownImage | None, drag: BoxDrag, words: str) -> RgbImage:
    if shown is None:
        view: RgbImage = np.zeros(_EMPTY_SIZE, np.uint8)
        draw_notice(view, words)
        return view
    view = shown.rgb.copy()
    box = drag.draft(_size(view))
    if box is not None:
        draw_box(view, box, WHITE, "whole")
    draw_tag(view, words, (4, 4), WHITE)
    return view


def _size(rgb: RgbImage) -> ImageSize:
    return ImageSize(width=rgb.shape[1], height=rgb.shape[0])
