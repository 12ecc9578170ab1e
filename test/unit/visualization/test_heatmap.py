"""Attention maps on the colour image.

Proves: sizes, the inputs are untouched, no attention leaves the image as it is, more attention
covers more, each panel shows its own map, wrong maps are refused. Not that it looks good.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.errors import FramePairError
from rgbt_dualatt_ros.core.explanation import AttentionImages
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.visualization.drawing import STATUS_COLORS
from rgbt_dualatt_ros.visualization.heatmap import draw_attention, lay_over, smoothed

HEIGHT, WIDTH = 60, 80


def grey_pair() -> FramePair:
    rgb = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    rgb.setflags(write=False)
    return FramePair(rgb, np.zeros((HEIGHT, WIDTH), np.uint8))


def nothing() -> NDArray[np.float32]:
    return np.zeros((HEIGHT, WIDTH), np.float32)


def spot(x: int, y: int, value: float = 1.0) -> NDArray[np.float32]:
    attention = nothing()
    attention[y, x] = value
    attention.setflags(write=False)
    return attention


def test_each_panel_shows_its_own_map() -> None:
    picture = draw_attention(grey_pair(), AttentionImages(spot(50, 40), spot(20, 50)))
    assert picture.shape == (HEIGHT, 2 * WIDTH, 3)
    assert picture.dtype == np.uint8
    changed = {(int(x), int(y)) for y, x in np.argwhere((picture[30:] != 90).any(axis=2))}
    assert changed == {(50, 10), (WIDTH + 20, 20)}


def test_red_comes_first() -> None:
    """Inferno is yellow to red at its strong end and never blue there."""
    red, green, blue = lay_over(grey_pair().rgb, spot(40, 30, 0.6))[30, 40].tolist()
    assert red > green > blue


def test_without_attention_the_image_is_untouched() -> None:
    pair = grey_pair()
    picture = lay_over(pair.rgb, nothing())
    np.testing.assert_array_equal(picture, pair.rgb)
    assert not np.shares_memory(picture, pair.rgb)


def test_more_attention_covers_more_and_never_all() -> None:
    rng = np.random.default_rng(3)
    image = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    spreads = [
        float(lay_over(image, np.full((HEIGHT, WIDTH), value, np.float32))[..., 0].std())
        for value in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[-1] > 0.2 * spreads[0]


def test_the_box_stands_on_both_panels_in_the_color_of_its_status() -> None:
    prediction = Prediction(Box(30, 25, 20, 20), 1.0, TrackStatus.UNCERTAIN, 0)
    maps = AttentionImages(nothing(), nothing())
    picture = draw_attention(grey_pair(), maps, prediction)
    wanted = list(STATUS_COLORS[TrackStatus.UNCERTAIN])
    assert picture[25, 30].tolist() == picture[25, WIDTH + 30].tolist() == wanted
    bare = draw_attention(grey_pair(), maps)
    assert (picture != bare).any()


def test_the_panels_are_named_differently() -> None:
    picture = draw_attention(grey_pair(), AttentionImages(nothing(), nothing()))
    left, right = picture[:20, :WIDTH], picture[:20, WIDTH:]
    assert (left != 90).any()
    assert (right != 90).any()
    assert (left != right).any()


@pytest.mark.parametrize(
    "attention",
    [
        pytest.param(np.zeros((HEIGHT, WIDTH + 1), np.float32), id="another size"),
        pytest.param(np.zeros((HEIGHT, WIDTH, 1), np.float32), id="three dimensions"),
        pytest.param(spot(3, 3, float("nan")), id="not a number"),
        pytest.param(spot(3, 3, 1.01), id="too large"),
        pytest.param(spot(3, 3, -0.01), id="negative"),
    ],
)
def test_what_is_no_map_is_refused(attention: NDArray[np.float32]) -> None:
    with pytest.raises(FramePairError, match="attention map"):
        draw_attention(grey_pair(), AttentionImages(nothing(), attention))


@given(value=st.floats(0, 1, width=32), x=st.integers(0, WIDTH - 1), y=st.integers(0, HEIGHT - 1))
def test_only_the_pixels_of_the_map_change(value: float, x: int, y: int) -> None:
    picture = lay_over(grey_pair().rgb, spot(x, y, value))
    elsewhere = np.ones((HEIGHT, WIDTH), bool)
    elsewhere[y, x] = False
    np.testing.assert_array_equal(picture[elsewhere], 90)


def test_smoothing_spreads_a_spike_inside_of_what_was_seen() -> None:
    attention = nothing()
    attention[20:40, 30:50] = 0.01
    attention[30, 40] = 0.8
    before = attention.copy()
    calm = smoothed(attention)
    np.testing.assert_array_equal(attention, before)
    assert calm.max() == np.float32(0.8)
    assert int(calm.argmax()) == 30 * WIDTH + 40
    assert calm[30, 41] > 0.05
    assert calm[30, 47] < 0.1
    outside = np.ones_like(calm, bool)
    outside[20:40, 30:50] = False
    assert not calm[outside].any()


@given(
    values=st.lists(st.floats(0, 1, width=32), min_size=12, max_size=12),
    x=st.integers(0, WIDTH - 4),
)
def test_smoothing_gives_a_map(values: list[float], x: int) -> None:
    attention = nothing()
    attention[10:13, x : x + 4] = np.reshape(values, (3, 4))
    calm = smoothed(attention)
    assert calm.min() >= 0
    assert calm.max() <= attention.max()
    draw_attention(grey_pair(), AttentionImages(attention, calm))
