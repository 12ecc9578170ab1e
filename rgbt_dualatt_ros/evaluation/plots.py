"""Success and precision curves as PNG files, for slides and papers; needs matplotlib."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rgbt_dualatt_ros.evaluation import metrics
from rgbt_dualatt_ros.evaluation.charts import color_of
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.summary import TrackerScore
from rgbt_dualatt_ros.evaluation.tables import mean_text

_log = logging.getLogger(__name__)

_STYLES = ("-", "--", ":", "-.")


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """One picture of curves.

    Attributes:
        name: of its file, without the ending.
        x: thresholds.
        lines: rates at the thresholds, by what the legend says of them.
        marked_x: the threshold whose rate is a figure; NaN when none is.
    """

    name: str
    x: Values
    x_title: str
    y_title: str
    lines: Mapping[str, Values]
    marked_x: float = math.nan


def write_plots(scores: Sequence[TrackerScore], folder: Path) -> list[Path]:
    """Write success.png and precision.png; nothing when matplotlib is not installed."""

    def lines(heading: str, key: str) -> dict[str, Values]:
        return {
            f"{each.name}  {heading} {mean_text(each, key)}": each.success
            if key == "success_auc"
            else each.precision
            for each in scores
        }

    success = Plot(
        "success",
        metrics.SUCCESS_THRESHOLDS,
        "IoU threshold",
        "success rate",
        lines("AUC", "success_auc"),
    )
    precision = Plot(
        "precision",
        metrics.PRECISION_THRESHOLDS_PX,
        "centre error threshold, px",
        "precision rate",
        lines("PR@20", "precision_20"),
        20,
    )
    return draw_plots([success, precision], folder)


def draw_plots(plots: Sequence[Plot], folder: Path) -> list[Path]:
    """Write a PNG file for each plot; nothing when matplotlib is not installed."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        _log.warning("matplotlib is not installed: there are no PNG files of the curves")
        return []
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for plot in plots:
        figure = Figure(figsize=(8.4, 4.2), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        for index, (label, rates) in enumerate(plot.lines.items()):
            style = _STYLES[index % len(_STYLES)]
            axes.plot(plot.x, rates, style, color=color_of(index), label=label)
        axes.set(
            xlabel=plot.x_title, ylabel=plot.y_title, ylim=(0, 1), xlim=(plot.x[0], plot.x[-1])
        )
        axes.grid(alpha=0.3)
        if not math.isnan(plot.marked_x):
            axes.axvline(plot.marked_x, color="#748595", linewidth=0.8, linestyle=":")
        # Beside the curves, for with many trackers there is no room among them.
        figure.legend(loc="outside right upper", frameon=False, fontsize="small")
        paths.append(folder / f"{plot.name}.png")
        figure.savefig(paths[-1], dpi=150)
    return paths
