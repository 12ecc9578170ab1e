"""Global attention over the colour image.

Proves: the map covers the whole image whatever its size, lies where it belongs and is not
mirrored, regions are drawn around their place, words stand in for a missing map, the inputs are
untouched, wrong maps are refused. Not that it looks good.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.errors import FramePairError
from rgbt_dualatt_ros.core.explanation import GlobalAttentionMap, SearchReport
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSet, ProposalSource
from rgbt_dualatt_ros.visualization.drawing import STATUS_COLORS
from rgbt_dualatt_ros.visualization.global_heatmap import draw_global_attention, stretched
from rgbt_dualatt_ros.visualization.search_marks import SOURCE_COLORS
from rgbt_dualatt_ros.visualization.searched_pair import SearchedPair

HEIGHT, WIDTH = 120, 160
NONE = ProposalSet.of(np.empty((0, 4), np.float32), ProposalSource.LOCAL)
PREDICTION = Prediction(Box(100, 60, 30, 30), 2.0, TrackStatus.UNCERTAIN, 0)


def grey_pair(stamp_ns: int = 0) -> FramePair:
    rgb = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    rgb.setflags(write=False)
    thermal = np.zeros((HEIGHT, WIDTH), np.uint8)
    thermal.setflags(write=False)
    return FramePair(rgb, thermal, stamp_ns)


def searched(
    strength: NDArray[np.float32], regions: list[list[float]] | None = None, age_pairs: int = 0
) -> SearchedPair:
    strength.setflags(write=False)
    boxes = np.array(regions or [], np.float32).reshape(-1, 4)
    scores = np.linspace(0.9, 0.1, len(boxes)).astype(np.float32)
    attention = GlobalAttentionMap(strength, boxes, scores, 0)
    report = SearchReport(NONE, attention)
    return SearchedPair(grey_pair(90_000_000), PREDICTION, report, age_pairs=age_pairs)


@settings(deadline=None)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    image=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    value=st.floats(0, 1, width=32),
)
def test_a_map_of_any_size_covers_an_image_of_any_size(
    height: int, width: int, image: tuple[int, int], value: float
) -> None:
    size = ImageSize(*image)
    wide = stretched(np.full((height, width), value, np.float32), size)
    assert wide.shape == (size.height, size.width)
    np.testing.assert_allclose(wide, value, atol=1e-6)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 7), (5, 0), (5, 7), (2, 6)], ids=str)
def test_a_cell_of_the_map_lies_over_its_part_of_the_image(row: int, column: int) -> None:
    strength = np.zeros((6, 8), np.float32)  # a cell is 20 x 20 px
    strength[row, column] = 1.0
    wide = stretched(strength, ImageSize(WIDTH, HEIGHT))
    y, x = np.unravel_index(int(wide.argmax()), wide.shape)
    assert (int(y) // 20, int(x) // 20) == (row, column)
    weight = wide.sum()
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    inner = 0 < row < 5 and 0 < column < 7
    if inner:  # at the rim the map goes on beyond the image
        assert float((wide * rows).sum() / weight) == pytest.approx(20 * row + 10, abs=0.1)
        assert float((wide * columns).sum() / weight) == pytest.approx(20 * column + 10, abs=0.1)


def test_the_picture_is_warm_where_the_map_is_and_untouched_elsewhere() -> None:
    strength = np.zeros((6, 8), np.float32)
    strength[4, 1] = 1.0
    picture = draw_global_attention(searched(strength))
    assert picture.shape == (HEIGHT, WIDTH, 3)
    red, _, blue = picture[90, 30].astype(int)
    assert red - blue > 60
    assert (picture[90, 60:95] == 90).all()  # between the map and the box
    assert (picture[100:, 100:] == 90).all()


def test_the_predicted_box_and_the_regions_are_where_they_belong() -> None:
    empty = np.zeros((6, 8), np.float32)
    picture = draw_global_attention(searched(empty, [[20, 40, 40, 40]]))
    assert picture[60, 100].tolist() == list(STATUS_COLORS[TrackStatus.UNCERTAIN])
    assert picture[60, 20].tolist() == list(SOURCE_COLORS[ProposalSource.GLOBAL])
    assert picture[60, 60].tolist() == list(SOURCE_COLORS[ProposalSource.GLOBAL])
    assert (picture[50:70, 30:50] == 90).all()


def test_regions_are_numbered_from_the_best() -> None:
    empty = np.zeros((6, 8), np.float32)
    one = draw_global_attention(searched(empty, [[20, 30, 30, 30]]))
    two = draw_global_attention(searched(empty, [[20, 30, 30, 30], [60, 30, 30, 30]]))
    plates = two[60:76, 20:50], two[60:76, 60:90]
    np.testing.assert_array_equal(plates[0], one[60:76, 20:50])
    assert (plates[0] != plates[1]).any()


def test_the_age_is_told() -> None:
    empty = np.zeros((6, 8), np.float32)
    assert searched(empty).age_text == "new"
    assert searched(empty, age_pairs=1).age_text == "1 frame, 90 ms old"
    assert searched(empty, age_pairs=3).age_text == "3 frames, 90 ms old"
    new, old = (draw_global_attention(searched(empty, age_pairs=age)) for age in (0, 3))
    assert (new[:24] != old[:24]).any()
    np.testing.assert_array_equal(new[24:], old[24:])


def test_without_a_map_the_reason_stands_on_the_dimmed_image() -> None:
    pictures = [
        draw_global_attention(SearchedPair(grey_pair(), PREDICTION, without_global=words))
        for words in ("no map yet", "global attention is off")
    ]
    assert (pictures[0][-10:] == 30).all()
    assert (pictures[0] == 255).any(axis=2).any()
    assert (pictures[0] != pictures[1]).any()


def test_a_map_of_a_target_that_is_gone_is_not_shown() -> None:
    full = searched(np.ones((6, 8), np.float32))
    gone = SearchedPair(full.pair, None, full.search)
    assert (draw_global_attention(gone)[-10:] == 30).all()
    assert gone.age_text == ""


@pytest.mark.parametrize(
    "strength",
    [
        pytest.param(np.zeros((0, 4), np.float32), id="empty"),
        pytest.param(np.zeros((3, 4, 1), np.float32), id="three dimensions"),
        pytest.param(np.full((3, 4), np.nan, np.float32), id="not a number"),
        pytest.param(np.full((3, 4), 1.01, np.float32), id="too large"),
        pytest.param(np.full((3, 4), -0.01, np.float32), id="negative"),
    ],
)
def test_what_is_no_map_is_refused(strength: NDArray[np.float32]) -> None:
    with pytest.raises(FramePairError, match="global attention map"):
        draw_global_attention(searched(strength))
