"""Where things land in the net's input."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.training.global_attention.viewpoint import centred_viewpoint

_WORK, _OUTPUT = ImageSize(320, 240), ImageSize(256, 192)


def test_the_whole_frame_fills_the_output() -> None:
    view = centred_viewpoint((_WORK, _OUTPUT), 1.0, (0.0, 0.0), is_mirrored=False)
    found = view.boxes(np.array([[0, 0, 320, 240], [10, 20, 30, 40]], np.float32))
    np.testing.assert_allclose(found, [[0, 0, 256, 192], [8, 16, 24, 32]], atol=1e-4)


def test_mirrored_boxes_count_from_the_right() -> None:
    view = centred_viewpoint((_WORK, _OUTPUT), 1.0, (0.0, 0.0), is_mirrored=True)
    found = view.boxes(np.array([[10, 20, 30, 40]], np.float32))
    np.testing.assert_allclose(found, [[256 - 8 - 24, 16, 24, 32]], atol=1e-4)


def test_zoom_keeps_the_middle_and_shift_moves_it() -> None:
    view = centred_viewpoint((_WORK, _OUTPUT), 2.0, (0.25, -0.5), is_mirrored=False)
    found = view.boxes(np.array([[160, 120, 10, 10]], np.float32))
    np.testing.assert_allclose(found, [[128 + 64, 96 - 96, 16, 16]], atol=1e-4)


def test_what_is_absent_stays_absent() -> None:
    view = centred_viewpoint((_WORK, _OUTPUT), 1.0, (0.0, 0.0), is_mirrored=True)
    assert np.isnan(view.boxes(np.full((1, 4), np.nan, np.float32))).all()


@given(st.floats(0.6, 1.7), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2), st.booleans())
def test_boxes_go_where_the_pixels_go(
    zoom: float, right: float, down: float, is_mirrored: bool
) -> None:
    view = centred_viewpoint((_WORK, _OUTPUT), zoom, (right, down), is_mirrored)
    image = np.zeros((240, 320), np.uint8)
    image[100:140, 130:180] = 255
    box = view.boxes(np.array([[130, 100, 50, 40]], np.float32))[0]
    rows, columns = np.nonzero(view.image(image, _OUTPUT, cv2.BORDER_REPLICATE) > 127)
    found = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    expected = box[0], box[1], box[0] + box[2], box[1] + box[3]
    limits = 256, 192, 256, 192
    for got, wanted, limit in zip(found, expected, limits, strict=True):
        assert got == pytest.approx(np.clip(wanted, 0, limit), abs=1.01)
