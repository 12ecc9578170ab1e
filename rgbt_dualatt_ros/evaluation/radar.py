"""A radar of attributes as SVG text: a spoke an attribute, a ring of lines a tracker."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from rgbt_dualatt_ros.evaluation.charts import Line

FEWEST_SPOKES = 3
MOST_LINES = 6
"""More of them cannot be told apart."""
_WIDTH, _HEIGHT, _RADIUS = 480.0, 400.0, 164.0
_STEP = 0.2
Point = tuple[float, float]


def radar_chart(spokes: Sequence[str], lines: Sequence[Line], title: str) -> str:
    """Rates in [0, 1] by attribute; empty with fewer than three attributes.

    Args:
        spokes: their names, the first on top, clockwise.
        lines: `y` has a rate for each spoke, NaN leaves a gap; the first lies on top.
        title: what is shown, for those who cannot see it.
    """
    if len(spokes) < FEWEST_SPOKES:
        return ""
    top = outer_rate(lines)
    parts = [
        f'<svg class="chart radar" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" '
        f'aria-label="{escape(title)}">'
    ]
    rings = [_STEP * (index + 1) for index in range(round(top / _STEP))]
    parts += [f'<path class="rule" d="{_ring(len(spokes), rate / top)}"/>' for rate in rings]
    for index, name in enumerate(spokes):
        x, y = _point(index, len(spokes), 1)
        parts.append(f'<path class="rule" d="M{_WIDTH / 2:g} {_HEIGHT / 2:g}L{x:.1f} {y:.1f}"/>')
        parts.append(_label(index, len(spokes), name))
    parts += [_line(line, top) for line in reversed(lines)]
    for rate in rings:
        x, y = _point(0, len(spokes), rate / top)
        parts.append(f'<text class="ring" x="{x + 4:.1f}" y="{y + 4:.1f}">{rate:.1f}</text>')
    return "".join([*parts, "</svg>"])


def outer_rate(lines: Sequence[Line]) -> float:
    """The rate at the rim: the highest of all, up to the next 0.2."""
    known = [rate for line in lines for rate in line.y.tolist() if math.isfinite(rate)]
    steps = math.ceil(max(known, default=1.0) / _STEP - 1e-9)
    return _STEP * min(5, max(1, steps))


def _point(index: int, count: int, share: float) -> Point:
    """Where a share of the radius lies on a spoke."""
    angle = 2 * math.pi * index / count
    across, up = math.sin(angle), math.cos(angle)
    return _WIDTH / 2 + share * _RADIUS * across, _HEIGHT / 2 - share * _RADIUS * up


def _ring(count: int, share: float) -> str:
    points = (_point(index, count, share) for index in range(count))
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _label(index: int, count: int, name: str) -> str:
    x, y = _point(index, count, 1 + 16 / _RADIUS)
    side = math.sin(2 * math.pi * index / count)
    anchor = "middle" if abs(side) < 0.2 else "start" if side > 0 else "end"
    return f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}">{escape(name)}</text>'


def _line(line: Line, top: float) -> str:
    """Strokes between neighbours that are both known, and a dot on every spoke."""
    rates = line.y.tolist()
    count = len(rates)
    points = [
        _point(index, count, rate / top) if math.isfinite(rate) else None
        for index, rate in enumerate(rates)
    ]
    strokes, dots = [], []
    for here, there in zip(points, [*points[1:], *points[:1]], strict=True):
        if here is None:
            continue
        dots.append(f'<circle cx="{here[0]:.1f}" cy="{here[1]:.1f}" r="2.6"/>')
        if there is not None:
            strokes.append(f"M{here[0]:.1f} {here[1]:.1f}L{there[0]:.1f} {there[1]:.1f}")
    # One path, so that the dashes run on around the corners where nothing is missing.
    closed = "M" + "L".join(f"{p[0]:.1f} {p[1]:.1f}" for p in points if p is not None) + "Z"
    shape = "".join(strokes) if None in points else closed
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    return (
        f'<g fill="{line.color}"><title>{escape(line.name)}</title>'
        f'<path class="line" stroke="{line.color}"{dash} d="{shape}"/>{"".join(dots)}</g>'
    )
