"""Curves as SVG text for the page: small, sharp in print, coloured by the page's own style."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

PALETTE = (
    *("#2584d8", "#e8761a", "#15a077", "#9d67cf", "#d8479a", "#9a7f14", "#748595"),
    *("#db3b32", "#6d9b20", "#a8683c", "#14a6c0", "#5f68e6"),
)
"""Colours of the trackers, legible on white and on nearly black."""
_DASHES = ("7 4", "2 3", "10 3 2 3", "5 2", "4 2 1 2 1 2", "12 5", "3 6")


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line of a chart; NaN leaves a gap."""

    name: str
    y: Values
    color: str
    dash: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """What a curve chart shows: the x of every value, ticks, titles, one marked x."""

    x: Values
    x_ticks: Sequence[float]
    x_title: str
    y_title: str
    marked_x: float | None = None


def color_of(index: int) -> str:
    """Colour of the tracker at that place of the summary."""
    return PALETTE[index % len(PALETTE)]


def dash_of(index: int) -> str:
    """Dash pattern of that tracker, to tell it without colours; only the first line is whole."""
    return _DASHES[(index - 1) % len(_DASHES)] if index else ""


def curve_chart(lines: Sequence[Line], axes: Axes) -> str:
    """Rates in [0, 1] over thresholds."""
    plot = Frame(left=44, top=8, width=428, height=270)
    low, high = float(axes.x[0]), float(axes.x[-1])

    def across(x: float) -> float:
        return plot.left + (x - low) / (high - low) * plot.width

    parts = [_open(plot.right + 10, plot.bottom + 46, f"{axes.y_title} over {axes.x_title}")]
    parts += [plot.rule_at(rate, f"{rate:g}") for rate in (0, 0.2, 0.4, 0.6, 0.8, 1)]
    for tick in axes.x_ticks:
        parts.append(_text(across(tick), plot.bottom + 17, f"{tick:g}", "middle"))
    if axes.marked_x is not None:
        x = across(axes.marked_x)
        parts.append(f'<path class="mark" d="M{x:.1f} {plot.top}V{plot.bottom}"/>')
    parts.append(_text(plot.left + plot.width / 2, plot.bottom + 38, axes.x_title, "middle"))
    parts.append(_text(12, plot.top + plot.height / 2, axes.y_title, "middle", turned=True))
    xs = [across(float(x)) for x in axes.x]
    # The first tracker lies on top.
    parts += [path_of(xs, [plot.down(v) for v in line.y], line) for line in reversed(lines)]
    return "".join([*parts, "</svg>"])


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle of a chart in which rates from 0 (below) to 1 (above) are drawn."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.top + self.height

    def down(self, rate: float) -> float:
        """Vertical place of a rate."""
        return self.bottom - rate * self.height

    def rule_at(self, rate: float, label: str) -> str:
        """A horizontal rule with its label."""
        y = self.down(rate)
        rule = f'<path class="rule" d="M{self.left} {y:.1f}H{self.right}"/>'
        return rule + _text(self.left - 7, y + 4, label, "end")


def path_of(xs: Sequence[float], ys: Sequence[float], line: Line) -> str:
    """A line through points; a point that is not finite starts a new stroke."""
    commands, pen_down = [], False
    for x, y in zip(xs, ys, strict=True):
        if math.isfinite(y):
            # A point alone becomes a dot: a stroke without length has round ends.
            commands.append(f"L{x:.1f} {y:.1f}" if pen_down else f"M{x:.1f} {y:.1f}h0")
        pen_down = math.isfinite(y)
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ' stroke-linecap="round"'
    title = f"<title>{escape(line.name)}</title>"
    return f'<path class="line" stroke="{line.color}"{dash} d="{"".join(commands)}">{title}</path>'


def swatch(color: str, dash: str) -> str:
    """The piece of line that stands in a legend."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        '<svg class="swatch" viewBox="0 0 28 8" aria-hidden="true">'
        f'<path class="line" stroke="{color}"{dashes} d="M0 4H28"/></svg>'
    )


def spans_of(mask: Iterable[bool]) -> list[tuple[int, int]]:
    """Ranges `[start, end)` where `mask` is true."""
    padded = np.concatenate([[False], np.fromiter(mask, bool), [False]])
    edges = np.flatnonzero(np.diff(padded.astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _open(width: float, height: float, label: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="{escape(label)}">'
    )


def _text(x: float, y: float, text: str, anchor: str = "start", turned: bool = False) -> str:
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{turn}>{escape(text)}</text>'
