"""A target chosen with the mouse, in a window that stands in for a real one.

Proves: which box a drag gives, that the image stands still while the button is held and its stamp
goes with the box, that a refusal is shown and may be followed by another try, and how it ends. Not
that OpenCV shows a window: the tests have none.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.errors import MissingDependencyError
from rgbt_dualatt_ros.visualization.box_choice import ShownImage, choose_target
from rgbt_dualatt_ros.visualization.box_drag import BoxDrag, MouseEvent
from rgbt_dualatt_ros.visualization.opencv_window import check_windows

SIZE = ImageSize(width=80, height=60)
PRESS, MOVE, RELEASE = (
    MouseEvent("press", 10, 20),
    MouseEvent("move", 25, 30),
    MouseEvent("release", 39, 49),
)
DRAGGED = Box(10, 20, 30, 30)
Turn = tuple[Sequence[MouseEvent], str]


class ScriptedWindow:
    """Does what it is told turn by turn, and keeps what was shown."""

    def __init__(self, *turns: Turn) -> None:
        self._turns = list(turns)
        self.shown: list[NDArray[np.uint8]] = []

    def show(self, picture: NDArray[np.uint8]) -> Turn:
        """The next turn; the user gives up after the last."""
        self.shown.append(picture)
        return self._turns.pop(0) if self._turns else ((), "q")


class Camera:
    """Each image is lighter than the one before, and its stamp larger."""

    def __init__(self, first: int = 0) -> None:
        self._next = first

    def newest(self) -> ShownImage | None:
        """The next image; none before number 0."""
        number, self._next = self._next, self._next + 1
        if number < 0:
            return None
        rgb = np.full((SIZE.height, SIZE.width, 3), 10 * number, np.uint8)
        rgb.setflags(write=False)
        return ShownImage(rgb, 1000 + number)


def choose(
    window: ScriptedWindow, camera: Camera, refusals: Sequence[str] = ()
) -> tuple[bool, list[tuple[Box, int]]]:
    asked: list[tuple[Box, int]] = []
    answers = list(refusals)

    def start(box: Box, stamp_ns: int) -> str:
        asked.append((box, stamp_ns))
        return answers.pop(0) if answers else ""

    return choose_target(window, camera.newest, start, "no image yet"), asked


def test_the_box_goes_with_the_stamp_of_the_image_it_was_drawn_on() -> None:
    window = ScriptedWindow(((), ""), ([PRESS], ""), ([MOVE], ""), ([RELEASE], ""))
    has_started, asked = choose(window, Camera())
    assert has_started
    assert asked == [(DRAGGED, 1001)]
    corners = [int(picture[-1, -1, 0]) for picture in window.shown]
    assert corners == [0, 10, 10, 10], "the image moved under the mouse"
    assert (window.shown[3][31, 18] == 255).all(), "the box so far is not drawn"
    assert (window.shown[1][31, 18] == 10).all()


def test_a_refusal_is_shown_and_the_user_tries_again() -> None:
    drag = ([PRESS, MOVE, RELEASE], "")
    window = ScriptedWindow(drag, ((), ""), drag)
    has_started, asked = choose(window, Camera(), ["the box is 3.0 s older than"])
    assert has_started
    assert asked == [(DRAGGED, 1000), (DRAGGED, 1002)]
    before, after = window.shown[0][:22] - 0, window.shown[1][:22] - 10
    assert (before != after).any(), "the words have not changed"


@pytest.mark.parametrize("key", ["q", "\x1b"], ids=["q", "escape"])
def test_the_user_ends_it(key: str) -> None:
    window = ScriptedWindow(([PRESS], ""), ([RELEASE], key))
    assert choose(window, Camera()) == (False, [])


def test_other_keys_and_mere_clicks_do_nothing() -> None:
    click = [MouseEvent("press", 10, 20), MouseEvent("release", 11, 21)]
    window = ScriptedWindow((click, ""), ((), "x"), ((), ""))
    assert choose(window, Camera()) == (False, [])
    assert len(window.shown) == 4


def test_before_the_first_image_words_are_shown_and_the_mouse_does_nothing() -> None:
    drag = ([PRESS, MOVE, RELEASE], "")
    window = ScriptedWindow(drag, drag)
    has_started, asked = choose(window, Camera(first=-1))
    assert has_started
    assert asked == [(DRAGGED, 1000)]
    assert window.shown[0].max() > 200
    assert window.shown[0].shape == (480, 640, 3)


@given(
    x0=st.integers(-50, 150), y0=st.integers(-50, 150),
    x1=st.integers(-50, 150), y1=st.integers(-50, 150),
)  # fmt: skip
def test_a_dragged_box_lies_inside_and_is_the_same_from_every_corner(
    x0: int, y0: int, x1: int, y1: int
) -> None:
    boxes = []
    for (ax, bx), (ay, by) in (
        ((x0, x1), (y0, y1)),
        ((x1, x0), (y1, y0)),
        ((x0, x1), (y1, y0)),
    ):
        drag = BoxDrag()
        drag.take(MouseEvent("press", ax, ay), SIZE)
        boxes.append(drag.take(MouseEvent("release", bx, by), SIZE))
        assert not drag.is_dragging
    assert boxes[0] == boxes[1] == boxes[2]
    box = boxes[0]
    if box is not None:
        assert 0 <= box.x <= box.x + box.w <= SIZE.width
        assert 0 <= box.y <= box.y + box.h <= SIZE.height
        assert min(box.w, box.h) >= 3


def test_a_drag_over_the_edge_is_cut_there() -> None:
    drag = BoxDrag()
    drag.take(MouseEvent("press", 70, 50), SIZE)
    assert drag.take(MouseEvent("release", 500, 500), SIZE) == Box(70, 50, 10, 10)


def test_a_release_without_a_press_is_nothing() -> None:
    assert BoxDrag().take(RELEASE, SIZE) is None


def test_no_screen_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(MissingDependencyError, match=r"^there is no screen here.* --box x,y,w,h$"):
        check_windows({})


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_opencv_without_windows_is_named(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: "  x\n  GUI:        NONE\n  y\n")
    with pytest.raises(MissingDependencyError, match=r"-headless; pip uninstall .*--box"):
        check_windows({variable: "0"})


@pytest.mark.parametrize(
    "text", ["  GUI:      QT5\n", "  GUI:  \n    GTK+:   YES\n    NONE: NO\n"], ids=["qt", "gtk"]
)
def test_opencv_with_windows_is_taken(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: text)
    check_windows({"DISPLAY": ":0"})
