"""A window by OpenCV, where OpenCV has windows and there is a screen."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import distributions

import cv2

from rgbt_dualatt_ros.core.errors import MissingDependencyError
from rgbt_dualatt_ros.visualization.box_drag import MouseEvent
from rgbt_dualatt_ros.visualization.drawing import RgbImage

_MOMENT_MS = 20
_NO_WINDOWS = re.compile(r"^\s*GUI:\s+NONE\s*$", re.MULTILINE)
_INSTEAD = "or give the box with --box x,y,w,h"


def check_windows(environment: Mapping[str, str] = os.environ) -> None:
    """Refuse at once what would fail, or end the process, at the first window.

    Args:
        environment: variables of the process.

    Raises:
        MissingDependencyError: without a screen, or with an OpenCV that was built without windows.
    """
    has_screen = any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if sys.platform == "linux" and not has_screen:
        raise MissingDependencyError(
            "there is no screen here (DISPLAY and WAYLAND_DISPLAY are not set): run it where the "
            f"screen is, {_INSTEAD}"
        )
    if _NO_WINDOWS.search(cv2.getBuildInformation()):
        headless = _headless_package()
        raise MissingDependencyError(
            f"OpenCV has no windows here: it is {headless}; pip uninstall {headless} and "
            f"pip install {headless.replace('-headless', '')}, {_INSTEAD}"
        )


class OpenCvWindow:
    """Implements `Window`.

    Raises:
        MissingDependencyError: see `check_windows`.
    """

    def __init__(self, title: str) -> None:
        check_windows()
        self._title = title
        self._events: list[MouseEvent] = []
        # The mouse is told in pixels of the picture, whatever the size of the window.
        cv2.namedWindow(title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO)
        cv2.setMouseCallback(title, self._note)
        self._has_size = False

    def show(self, picture: RgbImage) -> tuple[Sequence[MouseEvent], str]:
        """See `Window.show`."""
        if not self._has_size:
            cv2.resizeWindow(self._title, picture.shape[1], picture.shape[0])
            self._has_size = True
        cv2.imshow(self._title, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        code = cv2.waitKey(_MOMENT_MS)
        events, self._events = self._events, []
        if cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) < 1:
            return events, "q"
        return events, chr(code & 0xFF) if code >= 0 else ""

    def close(self) -> None:
        """Take it from the screen."""
        cv2.destroyAllWindows()

    def _note(self, kind: int, x: int, y: int, _flags: int, _data: object) -> None:
        if kind == cv2.EVENT_LBUTTONDOWN:
            self._events.append(MouseEvent("press", x, y))
        elif kind == cv2.EVENT_LBUTTONUP:
            self._events.append(MouseEvent("release", x, y))
        elif kind == cv2.EVENT_MOUSEMOVE:
            self._events.append(MouseEvent("move", x, y))


def _headless_package() -> str:
    """The installed package that brought an OpenCV without windows."""
    names = {str(each.metadata["Name"]) for each in distributions()}
    found = sorted(name for name in names if re.fullmatch(r"opencv-.*headless", name))
    return found[0] if found else "opencv-python-headless"
