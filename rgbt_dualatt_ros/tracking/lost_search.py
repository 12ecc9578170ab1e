"""Where to look for a lost target: places on an outward spiral around the last trusted one."""

from __future__ import annotations

from collections.abc import Iterator

from rgbt_dualatt_ros.core.box import Box, ImageSize


def search_place(trusted: Box, turn: int, step: float, size: ImageSize) -> Box:
    """The box of the same size at the `turn`-th place of the search.

    The rounds widen: after each the search returns to the middle, so that near places are seen
    most often and every place of the image again and again.

    Args:
        trusted: where the target was trusted last.
        turn: counts frames since it was lost, from 0.
        step: distance of neighbouring places, in sides of the box.
        size: of the image; places whose centre lies outside are left out.
    """
    remaining = turn
    radius = 1
    while True:
        places = list(_places(trusted, radius, step, size))
        if remaining < len(places):
            return places[remaining]
        remaining -= len(places)
        is_whole = not any(_ring_inside(trusted, radius + 1, step, size))
        radius = radius if is_whole else radius + 1
        if is_whole:
            remaining %= len(places)


def _places(trusted: Box, radius: int, step: float, size: ImageSize) -> Iterator[Box]:
    yield trusted
    for ring in range(1, radius + 1):
        yield from _ring_inside(trusted, ring, step, size)


def _ring_inside(trusted: Box, ring: int, step: float, size: ImageSize) -> Iterator[Box]:
    x, y = trusted.center
    for row in range(-ring, ring + 1):
        for column in range(-ring, ring + 1):
            if max(abs(row), abs(column)) != ring:
                continue
            new_x = x + column * step * trusted.w
            new_y = y + row * step * trusted.h
            if 0 <= new_x < size.width and 0 <= new_y < size.height:
                yield Box(new_x - trusted.w / 2, new_y - trusted.h / 2, trusted.w, trusted.h)
