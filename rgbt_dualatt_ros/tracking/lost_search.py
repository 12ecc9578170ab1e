"""Where to look for a lost target: places on an outward spiral around the last trusted one."""

from __future__ import annotations

from collections.abc import Iterator

from rgbt_dualatt_ros.core.box import Box, ImageSize


def search_place(trusted: Box, turn: int, step: tuple[float, float], size: ImageSize) -> Box:
    """The box of the same size at the `turn`-th place of the search.

    The rounds widen: each begins again in the middle, so that near places are seen most often
    and every place of the image again and again.

    Args:
        trusted: where the target was trusted last.
        turn: counts the places looked at, from 0.
        step: distance of neighbouring places in x and y, px.
        size: of the image; places whose centre lies outside are left out.
    """
    places = [trusted]
    ring = 1
    while True:
        outer = list(_ring_inside(trusted, ring, step, size))
        if not outer:  # the image is covered: go round in it for ever
            return places[turn % len(places)]
        places += outer
        if turn < len(places):
            return places[turn]
        turn -= len(places)
        ring += 1


def _ring_inside(
    trusted: Box, ring: int, step: tuple[float, float], size: ImageSize
) -> Iterator[Box]:
    x, y = trusted.center
    for row in range(-ring, ring + 1):
        for column in range(-ring, ring + 1):
            if max(abs(row), abs(column)) != ring:
                continue
            new_x, new_y = x + column * step[0], y + row * step[1]
            if 0 <= new_x < size.width and 0 <= new_y < size.height:
                yield Box(new_x - trusted.w / 2, new_y - trusted.h / 2, trusted.w, trusted.h)
