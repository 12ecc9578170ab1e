"""Frame pairs refuse images that do not make one, and say what was wanted and what came."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import DTypeLike

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.errors import FramePairError
from rgbt_dualatt_ros.core.frame_pair import FramePair


def test_size_is_width_then_height() -> None:
    pair = FramePair(np.zeros((48, 64, 3), np.uint8), np.zeros((48, 64), np.uint8), 7)
    assert pair.size == ImageSize(width=64, height=48)
    assert str(pair.size) == "64x48"


@pytest.mark.parametrize(
    ("rgb_shape", "rgb_type", "thermal_shape", "thermal_type", "reason"),
    [
        pytest.param((8, 8), "u1", (8, 8), "u1", "colour image must be uint8", id="grey colour"),
        pytest.param((8, 8, 4), "u1", (8, 8), "u1", r"got uint8 \(8, 8, 4\)", id="four channels"),
        pytest.param((8, 8, 3), "f4", (8, 8), "u1", "got float32", id="float colour"),
        pytest.param((8, 8, 3), "u1", (8, 8), "u2", "thermal image must be uint8", id="16 bits"),
        pytest.param((8, 8, 3), "u1", (8, 8, 1), "u1", "thermal image", id="thermal channels"),
        pytest.param((8, 9, 3), "u1", (7, 9), "u1", "colour 9x8, thermal 9x7", id="sizes"),
        pytest.param((0, 9, 3), "u1", (0, 9), "u1", "empty", id="no pixels"),
    ],
)
def test_images_that_make_no_pair_are_refused(
    rgb_shape: tuple[int, ...],
    rgb_type: DTypeLike,
    thermal_shape: tuple[int, ...],
    thermal_type: DTypeLike,
    reason: str,
) -> None:
    with pytest.raises(FramePairError, match=reason):
        FramePair(np.zeros(rgb_shape, rgb_type), np.zeros(thermal_shape, thermal_type))
