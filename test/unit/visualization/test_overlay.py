"""Boxes and states on images.

Proves: sizes of the picture, the input is untouched, where colour is and is not, that a status
differs by more than colour, odd boxes and texts. Does not prove that it looks good.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.visualization.drawing import STATUS_COLORS
from rgbt_dualatt_ros.visualization.overlay import draw_marks, draw_prediction


def grey_pair(width: int = 160, height: int = 120) -> FramePair:
    rgb = np.full((height, width, 3), 90, np.uint8)
    thermal = np.full((height, width), 40, np.uint8)
    rgb.setflags(write=False)
    thermal.setflags(write=False)
    return FramePair(rgb, thermal)


def prediction_at(box: Box, status: TrackStatus = TrackStatus.TRACKING) -> Prediction:
    return Prediction(box, 1.25, status, 0)


@pytest.mark.parametrize(
    ("panels", "shape"),
    [("rgb", (120, 160, 3)), ("thermal", (120, 160, 3)), ("both", (120, 320, 3))],
    ids=["rgb", "thermal", "both"],
)
def test_panels_decide_the_size(panels: str, shape: tuple[int, int, int]) -> None:
    picture = draw_prediction(grey_pair(), prediction_at(Box(60, 50, 40, 40)), panels)
    assert picture.shape == shape
    assert picture.dtype == np.uint8
    assert picture[100, 130].tolist() == ([40] * 3 if panels == "thermal" else [90] * 3)
    assert picture[100, -30].tolist() == ([90] * 3 if panels == "rgb" else [40] * 3)


def test_the_box_is_drawn_on_both_panels_in_the_color_of_the_status() -> None:
    for status, color in STATUS_COLORS.items():
        picture = draw_prediction(grey_pair(), prediction_at(Box(60, 50, 40, 40), status))
        for left in (60, 60 + 160):
            assert picture[50, left].tolist() == list(color)


def test_a_status_differs_by_its_line_too() -> None:
    drawn = {}
    for status, color in STATUS_COLORS.items():
        picture = draw_prediction(grey_pair(), prediction_at(Box(60, 50, 80, 60), status), "rgb")
        drawn[status] = int((picture[50, 60:141] == color).all(axis=1).sum())
    assert drawn[TrackStatus.TRACKING] == 81
    assert drawn[TrackStatus.LOST] < drawn[TrackStatus.UNCERTAIN] < drawn[TrackStatus.TRACKING]


def test_without_a_target_only_the_words_are_drawn() -> None:
    picture = draw_prediction(grey_pair(), None, "rgb")
    np.testing.assert_array_equal(picture[40:], 90)
    assert (picture[:40] != 90).any()


def test_marks_are_drawn_in_their_colors() -> None:
    marks = [
        (Box(30, 40, 20, 20), "truth", (255, 255, 255)),
        (Box(100, 60, 30, 30), "a", (1, 2, 3)),
    ]
    picture = draw_marks(grey_pair(), marks, "frame 3", "both")[-120:]
    for left in (0, 160):
        assert picture[50, left + 30].tolist() == [255, 255, 255]
        assert picture[75, left + 130].tolist() == [1, 2, 3]


@settings(max_examples=40, deadline=None)
@given(
    x=st.floats(-1e9, 1e9),
    y=st.floats(-1e9, 1e9),
    w=st.floats(0.01, 1e9),
    h=st.floats(0.01, 1e9),
    status=st.sampled_from(list(TrackStatus)),
    caption=st.text(max_size=40),
    side=st.sampled_from([1, 7, 64]),
)
def test_no_box_or_text_breaks_the_drawing(  # noqa: PLR0913
    x: float, y: float, w: float, h: float, status: TrackStatus, caption: str, side: int
) -> None:
    box = Box(x, y, w, h)
    pair = grey_pair(side, side)
    assert draw_prediction(pair, prediction_at(box, status), "both", caption).shape[0] == side
    assert draw_marks(pair, [(box, caption, (9, 9, 9))], caption).shape[1] == 2 * side


def test_labels_stand_above_the_picture_and_hide_nothing() -> None:
    marks = [(Box(30, 40, 20, 20), "truth", (255, 255, 255))]
    bare = draw_marks(grey_pair(), [(box, "", color) for box, _, color in marks])
    labelled = draw_marks(grey_pair(), marks, "frame 3")
    np.testing.assert_array_equal(labelled[-len(bare) :], bare)
    assert (labelled[: -len(bare)] == 255).any()
    many = draw_marks(grey_pair(), [(marks[0][0], "a long name 0.123", (1, 2, 3))] * 9)
    assert many.shape == labelled.shape
