"""Success and precision curves as PNG files, for slides and papers; needs matplotlib."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from rgbt_dualatt_ros.evaluation import metrics
from rgbt_dualatt_ros.evaluation.charts import color_of
from rgbt_dualatt_ros.evaluation.summary import TrackerScore
from rgbt_dualatt_ros.evaluation.tables import mean_text

_log = logging.getLogger(__name__)

_STYLES = ("-", "--", ":", "-.")


def write_plots(scores: Sequence[TrackerScore], folder: Path) -> list[Path]:
    """Write success.png and precision.png; nothing when matplotlib is not installed."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        _log.warning("matplotlib is not installed: the curves are in the page, not in PNG files")
        return []
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, key, x_title in (
        ("success", "success_auc", "IoU threshold"),
        ("precision", "precision_20", "centre error threshold, px"),
    ):
        figure = Figure(figsize=(8.4, 4.2), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        for index, score in enumerate(scores):
            is_success = name == "success"
            x = metrics.SUCCESS_THRESHOLDS if is_success else metrics.PRECISION_THRESHOLDS_PX
            heading = "AUC" if is_success else "PR@20"
            axes.plot(
                x,
                score.success if is_success else score.precision,
                _STYLES[index % len(_STYLES)],
                color=color_of(index),
                label=f"{score.name}  {heading} {mean_text(score, key)}",
            )
        axes.set(xlabel=x_title, ylabel=f"{name} rate", ylim=(0, 1), xlim=(x[0], x[-1]))
        axes.grid(alpha=0.3)
        if not is_success:
            axes.axvline(20, color="#748595", linewidth=0.8, linestyle=":")
        # Beside the curves, for with many trackers there is no room among them.
        figure.legend(loc="outside right upper", frameon=False, fontsize="small")
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1], dpi=150)
    return paths
