"""Protocol: everything that decides which figures the same boxes get, as plain values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.datasets.layouts import TruthKind
from rgbt_dualatt_ros.evaluation.metrics import Values

Quantity = Literal["error", "normalized_error", "overlap"]
"""Of a frame: centre distance in px; the same in widths and heights of the truth; IoU."""
Reduction = Literal["at", "mean", "trapezoid"]
"""How a curve becomes one figure: its value at a threshold, its mean, or the area under it."""
Rounding = Literal["none", "half_away", "half_even"]
"""To whole px: halves away from zero as MATLAB does, or to the even number as NumPy does."""
Pooling = Literal["frames", "sequences"]
"""What has equal weight in a mean."""
EmptyResult = Literal["as_written", "previous", "missed"]
"""A result without area: its centre counts all the same, it is replaced by the one before it (as
is a result that is no number), or the frame is missed."""
InvalidTruth = Literal["as_written", "minus_one", "not_scored"]
"""A truth that is no box. `minus_one` is the rule of the OTB and LasHeR toolkits: error and
overlap of a frame whose truth has any value <= 0 are -1, a hit for precision and a miss for
success. A truth that is no number is -1 as well under that rule, else never scored."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Share of frames that are good enough, by threshold.

    Attributes:
        thresholds: rising; px, box sizes, or IoU.
        is_strict: a frame at a threshold itself is no hit.
    """

    key: str
    quantity: Quantity
    thresholds: tuple[float, ...]
    is_strict: bool

    @property
    def sign(self) -> str:
        """The comparison that makes a hit, as in "error <= 20"."""
        return (">" if self.quantity == "overlap" else "<") + ("" if self.is_strict else "=")

    def rates(self, values: NDArray[np.floating]) -> Values:
        """The curve `(T,)` of a sequence with these `(N,)` values; NaN when none is scored.

        Args:
            values: of the frames; NaN where not scored. Single precision is compared as it is.
        """
        scored = values[~np.isnan(values)][:, None]
        if not len(scored):
            return np.full(len(self.thresholds), np.nan)
        limits = np.array(self.thresholds, np.float64)
        compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
        return np.asarray(compare[self.sign](scored, limits).mean(axis=0), np.float64)


@dataclass(frozen=True, slots=True)
class Figure:
    """One column of a table.

    Attributes:
        key: its name in tables and files, such as `MPR`.
        curve: what it is read from.
        threshold: for the reduction `at`: one of the curve's.
        is_main: the benchmark ranks by it; others are printed beside it.
    """

    key: str
    curve: Curve
    reduction: Reduction
    threshold: float = math.nan
    is_main: bool = True

    def __post_init__(self) -> None:
        if self.reduction == "at" and self.threshold not in self.curve.thresholds:
            raise ValueError(f"{self.key}: {self.threshold} is no threshold of its curve")

    def of(self, rates: Values) -> float:
        """The figure of a curve `(T,)`."""
        if self.reduction == "at":
            return float(rates[self.curve.thresholds.index(self.threshold)])
        if self.reduction == "mean":
            return float(rates.mean())
        steps = np.diff(np.array(self.curve.thresholds, np.float64))
        return float(((rates[1:] + rates[:-1]) / 2 * steps).sum())

    @property
    def meaning(self) -> str:
        """What it is, for people, with its thresholds."""
        names = {
            "error": "centre error",
            "normalized_error": "centre error in sizes of the truth",
            "overlap": "IoU",
        }
        what = f"share of frames with {names[self.curve.quantity]} {self.curve.sign}"
        if self.reduction == "at":
            unit = " px" if self.curve.quantity == "error" else ""
            return f"{what} {self.threshold:g}{unit}"
        first, second, *_, last = self.curve.thresholds
        how = "plain mean" if self.reduction == "mean" else "area by trapezoids"
        count = len(self.curve.thresholds)
        return f"{how} of the {what} {first:g}, {second:g}, ..., {last:g} ({count} thresholds)"


@dataclass(frozen=True, slots=True)
class Protocol:
    """How one benchmark turns boxes into figures.

    Attributes:
        name: as tables print it.
        truth_kinds: whose boxes are the truth, best first.
        takes_nearest: every kind must be there, and each frame counts the smallest error and the
            largest overlap over them; otherwise the first kind that is there is the truth.
        pooling: whether all frames or all sequences have the same weight.
        attributes: labels in the order of the benchmark's tables.
        is_first_given: the first box of a result is replaced by the truth.
        rounding: of the numbers of a result (x, y, w, h), before anything else.
        precision: `single` computes in 32 bits, in which an IoU of 3/10 exceeds 0.3.
        leaves_out_missing: frames beyond the end of a short result are not scored; otherwise
            they are missed.
        replaces_nan: whether `previous` is the rule for a result that is no number, too.
        source: where the rules are from, for the documentation and for tables.
    """

    name: str
    truth_kinds: tuple[TruthKind, ...]
    figures: tuple[Figure, ...]
    pooling: Pooling = "sequences"
    takes_nearest: bool = False
    attributes: tuple[str, ...] = ()
    is_first_given: bool = False
    empty_result: EmptyResult = "as_written"
    invalid_truth: InvalidTruth = "as_written"
    rounding: Rounding = "none"
    precision: Literal["double", "single"] = "double"
    leaves_out_missing: bool = False
    replaces_nan: bool = True
    source: str = ""

    @property
    def curves(self) -> tuple[Curve, ...]:
        """The curves its figures are read from, each once."""
        return tuple(dict.fromkeys(figure.curve for figure in self.figures))

    def figure(self, key: str) -> Figure:
        """The figure of that name.

        Raises:
            KeyError: when there is none.
        """
        for figure in self.figures:
            if figure.key == key:
                return figure
        raise KeyError(
            f"{self.name} has no figure {key!r}; it has {[f.key for f in self.figures]}"
        )
