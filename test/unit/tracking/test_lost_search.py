"""The spiral of places for a lost target: near ones first, all of the image, always inside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.tracking.lost_search import search_place

SIZE = ImageSize(200, 100)
STEP = 40.0, 25.0


def test_rings_widen_and_begin_again() -> None:
    trusted = Box(90, 40, 20, 20)
    rings = []
    for turn in range(8 + 23):
        x, y = search_place(trusted, turn, STEP, SIZE).center
        rings.append(round(max(abs(x - 100) / STEP[0], abs(y - 50) / STEP[1])))
    assert rings[:9] == [0] + [1] * 8
    assert rings[9:18] == [0] + [1] * 8
    assert rings[18:24] == [2] * 6


@given(st.integers(0, 500), st.floats(-10, 195), st.floats(-10, 95), st.floats(5, 50))
def test_every_place_has_its_centre_in_the_image(turn: int, x: float, y: float, w: float) -> None:
    trusted = Box(max(x, 1 - w / 2), max(y, 1 - w / 2), w, w)
    place = search_place(trusted, turn, STEP, SIZE)
    assert (place.w, place.h) == (w, w)
    assert 0 <= place.center[0] <= SIZE.width + w
    assert 0 <= place.center[1] <= SIZE.height + w


def test_the_whole_image_is_covered() -> None:
    trusted = Box(0, 0, 20, 20)
    centers = [search_place(trusted, turn, STEP, SIZE).center for turn in range(120)]
    for x in range(5, 200, 10):
        for y in range(5, 100, 10):
            assert any(abs(x - cx) <= STEP[0] and abs(y - cy) <= STEP[1] for cx, cy in centers), (
                x,
                y,
            )


def test_an_image_without_room_gives_the_trusted_place() -> None:
    trusted = Box(0, 0, 10, 10)
    assert search_place(trusted, 7, (50.0, 50.0), ImageSize(10, 10)) == trusted
