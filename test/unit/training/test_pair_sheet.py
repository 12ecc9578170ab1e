"""The sheet of pairs that people look at."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.global_attention.pair_sheet import draw_sheet, write_sheet


class _OnePair:
    """Black images; one target that moves, one that is absent."""

    def draw(self, rng: np.random.Generator) -> LabelledPair:
        del rng
        black = FramePair(np.zeros((192, 256, 3), np.uint8), np.zeros((192, 256), np.uint8))
        first = np.array([[20, 30, 40, 50], [100, 100, 20, 20]], np.float32)
        search = np.array([[120, 30, 40, 50], [np.nan] * 4], np.float32)
        return LabelledPair(black, black, first, search, search[:1] + np.float32(5))


def test_boxes_have_one_colour_in_all_four_images() -> None:
    sheet = draw_sheet([_OnePair().draw(np.random.default_rng(0))], columns=1)
    assert sheet.shape == (2 * 192 + 6, 2 * 256 + 6, 3)
    color = sheet[30, 20]
    assert color.any()
    for row, column in ((30, 256 + 120), (192 + 30, 20), (192 + 30, 256 + 120)):
        np.testing.assert_array_equal(sheet[row, column], color)
    second = sheet[100, 100]
    assert (sheet[:, 256:] != second).any(axis=2).all(), "the absent target is drawn"


def test_writes_as_many_pairs_as_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    write_sheet(_OnePair(), path, count=4)
    image = cv2.imread(str(path))
    assert image is not None
    assert image.shape[:2] == (2 * (2 * 192 + 6), 3 * (2 * 256 + 6))


def test_says_when_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot write the sheet"):
        write_sheet(_OnePair(), tmp_path / "missing" / "sheet.png", count=1)
