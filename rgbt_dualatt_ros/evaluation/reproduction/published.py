"""Every figure that the paper prints, with where it stands (doi 10.1109/ICIP.2019.8803528)."""

from __future__ import annotations

from dataclasses import dataclass

ANY_SET = ""
"""The paper does not say on which set it was measured."""
SPEED = "frames/s"


@dataclass(frozen=True, slots=True)
class Published:
    """A figure of the paper.

    Attributes:
        value: a share in [0, 1], or frames a second.
        source: table, figure or section; says so when it follows from others.
    """

    value: float
    source: str


# Section 4.1 names thresholds of 5 px and 0.6 for both sets, but the headline figures fit only
# the sets' own conventions (algorithm 7.1), so they stand beside MPR and MSR.
_TABLE_1 = {
    "MPR": (84.3, 84.9, 84.3, 84.8, 83.5, 84.1, 83.8, 84.6, 84.7),
    "MSR": (67.4, 67.4, 67.7, 67.4, 66.9, 67.5, 67.1, 66.9, 67.7),
}
_FIGURE_2 = "Fig. 2, section 4.3"
_GLOBAL_PART = "follows from section 4.4: Ours less 0.4 points"
_BOTH_PARTS = "follows from section 4.4: Ours less 0.4 and the points of Our-La"
_TIMES = "section 4.4, on a GTX 1080 Ti"

_FIGURES: dict[tuple[str, str, str], Published] = {
    ("gtot", "ours", "MPR"): Published(0.843, f"{_FIGURE_2}; table 1, lambda 3"),
    ("gtot", "ours", "MSR"): Published(0.677, f"{_FIGURE_2}; table 1, lambda 3"),
    ("rgbt234", "ours", "MPR"): Published(0.787, _FIGURE_2),
    ("rgbt234", "ours", "MSR"): Published(0.545, _FIGURE_2),
    ("gtot", "local", "MPR"): Published(0.839, _GLOBAL_PART),
    ("gtot", "local", "MSR"): Published(0.673, _GLOBAL_PART),
    ("gtot", "baseline", "MPR"): Published(0.802, _BOTH_PARTS),
    ("gtot", "baseline", "MSR"): Published(0.624, _BOTH_PARTS),
    ("gtot", "ECO", "MSR"): Published(0.631, "section 4.3"),
    (ANY_SET, "ours", SPEED): Published(0.349, _TIMES),
    (ANY_SET, "local", SPEED): Published(0.465, f"{_TIMES}; there: DAT, RGB-T version"),
    (ANY_SET, "baseline", SPEED): Published(0.633, _TIMES),
}
_FIGURES |= {
    ("gtot", f"lambda {weight}", key): Published(value / 100, "table 1")
    for key, values in _TABLE_1.items()
    for weight, value in enumerate(values, start=1)
}

_GAINS: dict[tuple[str, str, str], Published] = {
    ("local", "baseline", "MPR"): Published(0.037, "section 4.4"),
    ("local", "baseline", "MSR"): Published(0.049, "section 4.4"),
    ("ours", "local", "MPR"): Published(0.004, "section 4.4"),
    ("ours", "local", "MSR"): Published(0.004, "section 4.4"),
}


def published(benchmark: str, row: str, figure: str) -> Published | None:
    """What the paper prints, if it does.

    Args:
        benchmark: `gtot` or `rgbt234`.
        row: `ours`, `local` (Our-La), `baseline`, `lambda 1` to `lambda 9`, or `ECO`.
        figure: `MPR`, `MSR` or `frames/s`.
    """
    return _FIGURES.get((benchmark, row, figure)) or _FIGURES.get((ANY_SET, row, figure))


def published_gain(benchmark: str, row: str, over: str, figure: str) -> Published | None:
    """How much better the paper finds one part of the ablation than another, if it says so."""
    return _GAINS.get((row, over, figure)) if benchmark == "gtot" else None


def published_rows(benchmark: str) -> tuple[str, ...]:
    """The trackers of others of which the paper's text gives a figure on that set."""
    return tuple(
        dict.fromkeys(row for name, row, _ in _FIGURES if name == benchmark and row == "ECO")
    )
