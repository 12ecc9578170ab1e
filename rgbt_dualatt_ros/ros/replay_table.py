"""What a replay says at its end: a line for each tracker, and whether pairs got lost on the way.

Knows no ROS, so that it is tested without.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rgbt_dualatt_ros.evaluation.summary import TrackerScore

CONVENTION = (
    "Frames/s: of the tracker alone. Latency: from sending the colour image to the arrival of\n"
    "its box in another process. A pair without an answer is scored with the last box published\n"
    "before it."
)
_COUNTS = ("played", "seen", "processed", "dropped")
# A best-effort subscription may lose an image now and then; more than this is worth a line.
_LOSS_WORTH_SAYING = 0.05


def replay_table(scores: Sequence[TrackerScore]) -> str:
    """One line for each tracker: how well, how fast, and what was dropped."""
    heads: tuple[str, ...] = ("tracker", "PR@20", "success AUC", "frames/s", "latency p50", "p99")
    heads += ("pairs played", *_COUNTS[1:])
    rows = [heads, *(_row(each) for each in scores)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows
    ]
    return "\n".join([*lines, CONVENTION])


def describe_lost_pairs(tracker: str, measures: Mapping[str, float]) -> str:
    """One line when the node saw clearly fewer pairs than were played; else empty."""
    played, seen = measures["pairs_played"], measures["pairs_seen"]
    if played - seen <= max(1.0, _LOSS_WORTH_SAYING * played):
        return ""
    return (
        f"{tracker}: the node saw {seen:.0f} of the {played:.0f} pairs played: it stalled, or the "
        "transport lost images, which `rgbt-dualatt doctor` measures"
    )


def _row(score: TrackerScore) -> tuple[str, ...]:
    measures = score.runs[0].record.measures
    quality = (f"{score.means[key]:.3f}" for key in ("precision_20", "success_auc"))
    latencies = (measures.get(f"latency_p{p}_ms", math.nan) for p in (50, 99))
    return (
        score.name,
        *quality,
        f"{score.means['frames_per_second']:.1f}",
        *(f"{latency:.1f} ms" for latency in latencies),
        *(f"{measures[f'pairs_{name}']:.0f}" for name in _COUNTS),
    )
