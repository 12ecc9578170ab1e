"""The curves of a training as one PNG file; needs matplotlib."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.training.loop.checkpoint import write_whole
from rgbt_dualatt_ros.training.loop.curve_file import read_curve

_COLUMNS = 3
_log = logging.getLogger(__name__)
_NOT_CURVES = ("step", "learning_rate", "seconds", "pairs_per_second", "skipped")


def draw_curves(losses: Path, validation: Path, picture: Path) -> None:
    """Loss of every step, smoothed over a fiftieth of them, and of every validation, by part.

    Nothing is drawn when matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        _log.warning("matplotlib is not installed: the curves are in the CSV files only")
        return
    curves = [_columns(losses), _columns(validation)]
    names = [name for name in curves[0] if name not in _NOT_CURVES]
    columns = max(1, min(_COLUMNS, len(names)))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(5 * columns, 3.6 * max(1, rows)), layout="constrained")
    FigureCanvasAgg(figure)
    for place, name in enumerate(names, 1):
        axes = figure.add_subplot(rows, columns, place)
        steps, values = curves[0]["step"], curves[0][name]
        axes.plot(steps, _smoothed(values), color="#3b6ea8", label="training, smoothed")
        if name in curves[1]:
            axes.plot(
                curves[1]["step"], curves[1][name], "o-", ms=3, color="#c8553d", label="validation"
            )
        axes.set(xlabel="step", title=name.replace("_", " "))
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110)
    write_whole(picture, content.getvalue(), "the curves")


def _columns(path: Path) -> dict[str, NDArray[np.float64]]:
    names, rows = read_curve(path)
    return {name: np.array([row[name] for row in rows]) for name in names}


def _smoothed(
    values: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Mean of the finite values among the last fiftieth."""
    width = max(1, len(values) // 50)
    is_finite = np.isfinite(values)
    sums = np.cumsum(np.where(is_finite, values, 0.0))
    counts = np.cumsum(is_finite.astype(np.float64))
    sums[width:] -= sums[:-width].copy()
    counts[width:] -= counts[:-width].copy()
    means = np.full_like(sums, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means
