"""The truth of the paper's net: bright on the target, hand-computed pixels, borders."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.training.global_attention.target_mask import target_mask

IMAGE = ImageSize(width=80, height=40)
MASK = ImageSize(width=8, height=4)  # a pixel of the mask is 10 x 10 of the image


def mask_of(*box: float) -> list[str]:
    mask = target_mask(np.array(box, np.float32), IMAGE, MASK)
    assert mask.shape == (4, 8)
    return ["".join(".#"[value] for value in row) for row in mask]


def test_mask_is_bright_on_target() -> None:
    """Section 3.2: "bleach the target object regions" of "a black mask"; not as section 4.2."""
    assert mask_of(20, 10, 30, 20) == ["........", "..###...", "..###...", "........"]


@pytest.mark.parametrize(
    ("box", "row"),
    [
        pytest.param((14.9, 0, 20, 40), ".##.....", id="centres at 15 and 25"),
        pytest.param((15.1, 0, 20, 40), "..##....", id="centres at 25 and 35"),
        pytest.param((-30, 0, 46, 40), "##......", id="over the left border"),
        pytest.param((66, 0, 100, 40), ".......#", id="over the right border"),
        pytest.param((11, 0, 2, 40), ".#......", id="between two centres"),
        pytest.param((78.5, 0, 1, 40), ".......#", id="in the last pixel"),
        pytest.param((-20, 0, 10, 40), "........", id="outside"),
        pytest.param((80, 0, 10, 40), "........", id="just outside"),
        pytest.param((np.nan, np.nan, np.nan, np.nan), "........", id="not there"),
    ],
)
def test_a_pixel_is_bright_when_its_centre_is_in_the_box(box: tuple[float, ...], row: str) -> None:
    assert mask_of(*box) == [row] * 4


@given(
    x=st.floats(0, 79),
    y=st.floats(0, 39),
    w=st.floats(0.5, 80),
    h=st.floats(0.5, 40),
)
def test_no_target_in_the_image_is_without_a_pixel(x: float, y: float, w: float, h: float) -> None:
    mask = target_mask(np.array([x, y, w, h]), IMAGE, MASK)
    rows, columns = np.nonzero(mask)
    right, bottom = min(x + w, 80), min(y + h, 40)
    assert len(rows) > 0
    assert x - 10 < columns.min() * 10 + 5 <= columns.max() * 10 + 5 < right + 10
    assert y - 10 < rows.min() * 10 + 5 <= rows.max() * 10 + 5 < bottom + 10
    assert abs(np.ptp(columns) + 1 - (right - x) / 10) <= 1
