"""The pictures of pairs that people look at."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.global_attention.pair_pictures import (
    draw_answers,
    draw_pairs,
    write_picture,
)

WIDTH, HEIGHT = 320, 240  # of one image as it is drawn


def a_pair() -> LabelledPair:
    """Black images; one target that moves, one that is absent; another thing."""
    black = FramePair(np.zeros((240, 320, 3), np.uint8), np.zeros((240, 320), np.uint8))
    first = np.array([[20, 30, 60, 60], [120, 150, 60, 60]], np.float32)
    search = np.array([[200, 30, 60, 60], [np.nan] * 4], np.float32)
    return LabelledPair(black, black, first, search, np.array([[30, 150, 60, 60]], np.float32))


def panels(picture: np.ndarray, row: int = 0) -> list[np.ndarray]:
    """First image in colour and thermal, search image in colour and thermal."""
    of_row = picture[row * HEIGHT : (row + 1) * HEIGHT]
    return np.split(of_row, 4, axis=1)


def test_a_target_has_one_colour_in_all_four_images() -> None:
    picture = draw_pairs([a_pair(), a_pair()])
    assert picture.shape == (2 * HEIGHT, 4 * WIDTH, 3)
    left, left_thermal, right, right_thermal = panels(picture)
    color = left[60, 20]
    assert color.any()
    for panel, column in ((left_thermal, 20), (right, 200), (right_thermal, 200)):
        np.testing.assert_array_equal(panel[60, column], color)
    np.testing.assert_array_equal(left, left_thermal)
    np.testing.assert_array_equal(panels(picture, 1)[2], right)


def test_an_absent_target_is_not_drawn_and_other_things_are_dashed() -> None:
    left, _, right, _ = panels(draw_pairs([a_pair()]))
    second, other = left[180, 120], right[150:210, 30]
    assert second.any()
    assert (right != second).any(axis=2).all()
    is_drawn = other.any(axis=1)
    assert 0.2 < is_drawn.mean() < 0.9
    assert not left[150:210, 30].any(), "other things are of the search image"


def test_an_answer_lies_over_the_search_image_alone() -> None:
    bright = np.zeros((48, 64), np.float32)
    bright[30:, 40:] = 1
    left, _, right, thermal = panels(draw_answers([a_pair()], [bright]))
    assert not left[200:, 250:].any()
    for panel in (right, thermal):
        assert panel[200:, 250:].any(axis=2).all()


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    picture = draw_pairs([a_pair()])
    write_picture(picture, tmp_path / "new" / "pairs.png")
    read = cv2.imread(str(tmp_path / "new" / "pairs.png"))
    assert read is not None
    np.testing.assert_array_equal(read[..., ::-1], picture)
    (tmp_path / "file").touch()
    with pytest.raises(RgbtError, match="cannot write the picture"):
        write_picture(picture, tmp_path / "file" / "pairs.png")
