"""Identity: tells the target from what was seen beside it, on the features of global attention.

A map of global attention is made for the target of frame one alone: what shares its colour or its
heat is strong in it too. But whatever was there while the target was followed elsewhere is not
the target. So a linear filter is fitted, in closed form, that answers 1 on the target, -1 on those
others and -1 on the background, on all maps so far.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.models.global_attention import INPUT_SIZE, Look

_INNER = 0.8  # the middle of a box belongs to what is in it, its border not always
_LEAST_HALF_SIDE = 5.0  # px of the input: every box has a cell
_RIDGE = 0.3
_OTHERS_WEIGHT = 0.25  # of the two kinds of -1, when there are others; the target has a half
_FIRST_SHARE = 0.3  # of the target: frame one is known for certain
# What stays of older frames when one is learnt. Targets turn and the light changes; others are
# seen now and then, and must not be forgotten before they meet the target.
_KEPT = {"first": 1.0, "later": 0.85, "others": 0.97, "background": 0.85}

_FORGOTTEN = 1e-100  # cells

_Array = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class _Moments:
    """Sums over the cells of one kind, each with a 1 appended: `(D, D)`, `(D,)`, and how many."""

    squares: _Array
    total: _Array
    count: float = 0.0

    @classmethod
    def none(cls, width: int) -> _Moments:
        return cls(np.zeros((width, width)), np.zeros(width))

    def fade(self, share: float) -> None:
        if self.count < _FORGOTTEN:  # only its ratio to the sums matters; it must not reach 0
            return
        self.squares *= share
        self.total *= share
        self.count *= share

    def add(self, cells: _Array) -> None:
        self.squares += cells.T @ cells
        self.total += cells.sum(axis=0)
        self.count += len(cells)


class Identity:
    """One target at a time; boxes are xywh in px of the image."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """No target."""
        self._kinds: dict[str, _Moments] = {}
        self._filter: _Array | None = None
        self._answered: tuple[Look, _Array] | None = None

    def learn(self, look: Look, target: Box, others: Boxes, size: ImageSize) -> None:
        """Take in a frame in which it is known where the target is.

        Args:
            look: of that frame; the first call after `forget` is frame one.
            target: where the target is.
            others: `(N, 4)`, what looked like it elsewhere.
            size: of the image.
        """
        cells = _cells(look)
        if not self._kinds:
            names = ("first", "later", "others", "background")
            self._kinds = {name: _Moments.none(cells.shape[1]) for name in names}
        is_target = _cells_inside(look, target, size)
        is_other = np.zeros_like(is_target)
        for values in others:
            is_other |= _cells_inside(look, Box.from_sequence(values), size)
        is_other &= ~is_target
        is_first = self._kinds["first"].count == 0
        for name, share in _KEPT.items():
            self._kinds[name].fade(share)
        self._kinds["first" if is_first else "later"].add(cells[is_target])
        self._kinds["others"].add(cells[is_other])
        self._kinds["background"].add(cells[~is_target & ~is_other])
        self._filter = self._answered = None

    def likeness(self, look: Look, box: Box, size: ImageSize) -> float:
        """How much what is in `box` is the target rather than anything else: about -1 .. 1.

        Raises:
            RuntimeError: before frame one was learnt.
        """
        return float(self._answers(look)[_inside(look, box, size)].mean())

    def best_places(
        self, look: Look, sides: tuple[float, float], size: ImageSize, count: int
    ) -> Boxes:
        """Where in a whole frame the target is most likely, best first: `(N, 4)`.

        Args:
            look: of the frame.
            sides: width and height of the target, px of the image.
            size: of the image.
            count: N is at most that; a place without any likeness is left out.

        Raises:
            RuntimeError: before frame one was learnt.
        """
        scale = INPUT_SIZE.width / size.width, INPUT_SIZE.height / size.height
        reach = [side * each / look.step for side, each in zip(sides, scale, strict=True)]
        window = [2 * round(max(0.0, _INNER * cells - 1) / 2) + 1 for cells in reach]
        answers = np.asarray(
            cv2.blur(self._answers(look), window, borderType=cv2.BORDER_REPLICATE)
        )
        places: list[list[float]] = []
        while len(places) < count and answers.max() > 0:
            row, column = np.unravel_index(np.argmax(answers), answers.shape)
            x, y = (
                (look.first + look.step * int(at)) / each
                for at, each in zip((column, row), scale, strict=True)
            )
            places.append([x - sides[0] / 2, y - sides[1] / 2, *sides])
            top, left = (
                max(0, int(at - far)) for at, far in ((row, reach[1]), (column, reach[0]))
            )
            answers[top : int(row + reach[1]) + 1, left : int(column + reach[0]) + 1] = -1.0
        return np.array(places, np.float32).reshape(-1, 4)

    def _answers(self, look: Look) -> _Array:
        """Of the filter for every cell, `(h, w)`; many places of one frame are asked about."""
        if self._answered is None or self._answered[0] is not look:
            answers = _cells(look) @ self._fitted()
            self._answered = look, answers.reshape(look.features.shape[1:])
        return self._answered[1]

    def _fitted(self) -> _Array:
        if not self._kinds:
            raise RuntimeError("learn frame one before asking who is who")
        if self._filter is None:
            self._filter = self._fit()
        return self._filter

    def _fit(self) -> _Array:
        kinds = self._kinds
        first = _FIRST_SHARE if kinds["later"].count else 1.0
        others = _OTHERS_WEIGHT if kinds["others"].count else 0.0
        shares = {
            "first": 0.5 * first,
            "later": 0.5 * (1 - first),
            "others": others,
            "background": 0.5 - others,
        }
        width = len(kinds["first"].total)
        squares, wanted = np.zeros((width, width)), np.zeros(width)
        for name, share in shares.items():
            kind = kinds[name]
            if kind.count:
                sign = 1.0 if name in ("first", "later") else -1.0
                squares += share / kind.count * kind.squares
                wanted += sign * share / kind.count * kind.total
        ridge = np.full(width, _RIDGE)
        ridge[-1] = 1e-4  # the constant is free
        return np.asarray(np.linalg.solve(squares + np.diag(ridge), wanted))


def _cells(look: Look) -> _Array:
    """Features of all cells as rows `(N, C + 1)`, the last column 1."""
    flat = look.features.reshape(len(look.features), -1).T
    cells = np.ones((len(flat), flat.shape[1] + 1))
    cells[:, :-1] = flat
    return cells


def _cells_inside(look: Look, box: Box, size: ImageSize) -> NDArray[np.bool_]:
    """Which cells look into the middle of `box`: `(N,)`, as the rows of `_cells`."""
    which = np.zeros(look.features.shape[1:], bool)
    which[_inside(look, box, size)] = True
    return which.ravel()


def _inside(look: Look, box: Box, size: ImageSize) -> tuple[slice, slice]:
    """Rows and columns of the cells that look into the middle of `box`; at least the nearest."""
    rows, columns = look.features.shape[1:]
    in_x = _near(columns, look, (box.x, box.w), INPUT_SIZE.width / size.width)
    in_y = _near(rows, look, (box.y, box.h), INPUT_SIZE.height / size.height)
    return in_y, in_x


def _near(count: int, look: Look, extent: tuple[float, float], scale: float) -> slice:
    centers = look.first + look.step * np.arange(count)
    start, length = extent
    middle = float(np.clip((start + length / 2) * scale, centers[0], centers[-1]))
    half = max(_LEAST_HALF_SIDE * look.step / 8, length * scale * _INNER / 2)
    found = np.flatnonzero(np.abs(centers - middle) <= half)
    return slice(int(found[0]), int(found[-1]) + 1)
