"""The four panels of a pair.

Proves: which panel stands where (each has a mark of its own, so that a swap fails), what each
shows and does not show, the words of empty panels, the line below, that inputs are untouched and
no size or box breaks it. Not that it looks good.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.explanation import AttentionImages, GlobalAttentionMap, SearchReport
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSet, ProposalSource
from rgbt_dualatt_ros.visualization.drawing import STATUS_COLORS, Color
from rgbt_dualatt_ros.visualization.mosaic import draw_mosaic
from rgbt_dualatt_ros.visualization.overlay import draw_legend
from rgbt_dualatt_ros.visualization.search_marks import SOURCE_COLORS, draw_proposals
from rgbt_dualatt_ros.visualization.searched_pair import SearchedPair

HEIGHT, WIDTH = 240, 320
LOCAL, GLOBAL = SOURCE_COLORS[ProposalSource.LOCAL], SOURCE_COLORS[ProposalSource.GLOBAL]
BOX = Box(200, 120, 60, 80)
HOT = (130, 70)  # row and column where only global attention is


def read_only(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    array.setflags(write=False)
    return array


def grey_pair(height: int = HEIGHT, width: int = WIDTH) -> FramePair:
    rgb = read_only(np.full((height, width, 3), (90, 80, 70), np.uint8))
    return FramePair(rgb, read_only(np.full((height, width), 40, np.uint8)))


def everything(status: TrackStatus = TrackStatus.TRACKING) -> SearchedPair:
    local = np.zeros((HEIGHT, WIDTH), np.float32)
    local[150:170, 220:240] = 1
    strength = np.zeros((12, 16), np.float32)  # a cell is 20 x 20 px
    strength[HOT[0] // 20, HOT[1] // 20] = 1
    regions = np.array([[55, 115, 30, 30]], np.float32)
    proposals = ProposalSet.of(
        np.array([[95, 75, 10, 10], [95, 95, 10, 10]], np.float32), ProposalSource.LOCAL
    ) + ProposalSet.of(np.array([[145, 75, 10, 10]], np.float32), ProposalSource.GLOBAL)
    report = SearchReport(
        proposals, GlobalAttentionMap(strength, regions, np.ones(1, np.float32), 0)
    )
    nothing = np.zeros((HEIGHT, WIDTH), np.float32)
    prediction = Prediction(BOX, 2.5, status, 0, ProposalSource.GLOBAL)
    maps = AttentionImages(local, nothing)
    return SearchedPair(grey_pair(), prediction, report, maps, age_pairs=2)


def panels(picture: NDArray[np.uint8]) -> dict[str, NDArray[np.uint8]]:
    above, below = picture[:HEIGHT], picture[HEIGHT : 2 * HEIGHT]
    return {
        "colour": above[:, :WIDTH],
        "thermal": above[:, WIDTH:],
        "local": below[:, :WIDTH],
        "global": below[:, WIDTH:],
    }


def is_warm(pixel: NDArray[np.uint8]) -> bool:
    return int(pixel[0]) - int(pixel[2]) > 60


def test_each_panel_stands_in_its_place() -> None:
    picture = draw_mosaic(everything())
    assert picture.shape[1] == 2 * WIDTH
    assert 2 * HEIGHT < picture.shape[0] < 2.2 * HEIGHT
    assert picture.dtype == np.uint8
    found = panels(picture)
    quiet = 60, 280
    assert found["colour"][quiet].tolist() == [90, 80, 70]
    assert found["thermal"][quiet].tolist() == [40, 40, 40]
    assert found["local"][quiet].tolist() == [90, 80, 70]
    warm = {name: (is_warm(view[160, 230]), is_warm(view[HOT])) for name, view in found.items()}
    assert warm == {
        "colour": (False, False),
        "thermal": (False, False),
        "local": (True, False),
        "global": (False, True),
    }


@pytest.mark.parametrize("status", list(TrackStatus))
def test_the_box_is_on_all_panels_and_the_state_on_the_first(status: TrackStatus) -> None:
    found = panels(draw_mosaic(everything(status)))
    color = list(STATUS_COLORS[status])
    for view in found.values():
        assert view[120, 200].tolist() == color
    has_plate = {name: view[6, 8].tolist() == color for name, view in found.items()}
    assert has_plate == {"colour": True, "thermal": False, "local": False, "global": False}


def test_proposals_have_the_color_of_their_source_on_the_first_panel_only() -> None:
    found = panels(draw_mosaic(everything()))
    assert found["colour"][80, 100].tolist() == list(LOCAL)
    assert found["colour"][100, 100].tolist() == list(LOCAL)
    assert found["colour"][80, 150].tolist() == list(GLOBAL)
    for name in ("thermal", "local", "global"):
        for dot in ((80, 100), (80, 150)):
            assert found[name][dot].tolist() not in (list(LOCAL), list(GLOBAL))


def test_the_two_colors_differ_for_people_who_see_few() -> None:
    """Red-green blindness leaves blue against yellow; without any colour, lightness is left."""
    local, other = np.array(LOCAL) / 255, np.array(GLOBAL) / 255
    blue_yellow = [float(color[2] - color[:2].mean()) for color in (local, other)]
    assert blue_yellow[0] - blue_yellow[1] > 0.5
    lightness = [float(color @ [0.2126, 0.7152, 0.0722]) for color in (local, other)]
    assert lightness[1] - lightness[0] > 0.15


def test_the_line_below_names_no_winner_when_nothing_was_scored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []

    def spy(
        panels: NDArray[np.uint8], winner: str, labels: list[tuple[str, Color]]
    ) -> NDArray[np.uint8]:
        told.append(winner)
        return draw_legend(panels, winner, labels)

    monkeypatch.setattr("rgbt_dualatt_ros.visualization.mosaic.draw_legend", spy)
    full = everything(TrackStatus.LOST)
    assert full.search is not None
    none = ProposalSet.of(np.zeros((0, 4), np.float32), ProposalSource.LOCAL)
    draw_mosaic(full)
    draw_mosaic(replace(full, search=replace(full.search, proposals=none)))
    assert told == ["won by global", "nothing scored"]


def test_the_line_below_has_both_colors_and_tells_who_won() -> None:
    searched = everything()
    by_global = draw_mosaic(searched)[2 * HEIGHT :]
    assert (by_global == LOCAL).all(axis=2).any()
    assert (by_global == GLOBAL).all(axis=2).any()
    assert searched.prediction is not None
    prediction = replace(searched.prediction, source=ProposalSource.LOCAL)
    by_local = draw_mosaic(replace(searched, prediction=prediction))[2 * HEIGHT :]
    assert (by_global != by_local).any()


def test_without_a_target_nothing_of_the_last_one_is_shown() -> None:
    picture = draw_mosaic(replace(everything(), prediction=None))
    found = panels(picture)
    assert found["colour"][80, 100].tolist() == [90, 80, 70]
    assert found["thermal"][120, 200].tolist() == [40, 40, 40]
    for name in ("local", "global"):
        assert found[name][60, 280].tolist() == [30, 26, 23], f"{name} is not dimmed"
        assert (found[name][100:140] == 255).all(axis=2).any(), f"{name} has no words"
    assert not (picture[2 * HEIGHT :] == GLOBAL).all(axis=2).any()


def test_each_empty_panel_has_its_own_words() -> None:
    searched = replace(everything(), search=None, local=None, without_global="no map yet")
    one = panels(draw_mosaic(replace(searched, without_local="cannot be told")))
    two = panels(draw_mosaic(replace(searched, without_local="not asked")))
    assert (one["local"] != two["local"]).any()
    np.testing.assert_array_equal(one["global"], two["global"])
    off = panels(draw_mosaic(replace(searched, without_global="global attention is off")))
    assert (off["global"] != one["global"]).any()


def test_a_proposal_far_outside_does_no_harm() -> None:
    view = np.zeros((48, 64, 3), np.uint8)
    far = np.array([[1e30, -1e30, 1, 1], [-1e30, 5, 1, 1]], np.float32)
    draw_proposals(view, ProposalSet.of(far, ProposalSource.GLOBAL))
    assert not view.any()


@settings(max_examples=30, deadline=None)
@given(
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    map_size=st.tuples(st.integers(1, 30), st.integers(1, 30)),
    box=st.tuples(
        st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0.01, 1e6), st.floats(0.01, 1e6)
    ),
    status=st.sampled_from(list(TrackStatus)),
)
def test_no_size_or_box_breaks_it(
    width: int,
    height: int,
    map_size: tuple[int, int],
    box: tuple[float, float, float, float],
    status: TrackStatus,
) -> None:
    boxes = np.array([box], np.float32)
    attention = GlobalAttentionMap(
        np.full(map_size, 0.5, np.float32), boxes, np.ones(1, np.float32), 0
    )
    report = SearchReport(ProposalSet.of(boxes, ProposalSource.LOCAL), attention)
    ones = np.ones((height, width), np.float32)
    searched = SearchedPair(
        grey_pair(height, width),
        Prediction(Box(*box), -3.0, status, 0),
        report,
        AttentionImages(ones, ones),
    )
    picture = draw_mosaic(searched)
    assert picture.shape[1] == 2 * width
    assert picture.shape[0] > 2 * height
