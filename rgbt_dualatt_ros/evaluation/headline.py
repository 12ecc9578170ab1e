"""The outcome of a run in a few sentences; nobody wins whose lead is within the noise."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rgbt_dualatt_ros.evaluation.caveats import is_one_run
from rgbt_dualatt_ros.evaluation.paired import FEWEST_TO_TELL, Difference, difference
from rgbt_dualatt_ros.evaluation.summary import TrackerScore
from rgbt_dualatt_ros.evaluation.tables import mean_text, signed_text
from rgbt_dualatt_ros.evaluation.upper_bounds import is_bound

_KEY = "success_auc"


def headline(scores: Sequence[TrackerScore]) -> str:
    """Who leads, by how much and whether that can be told; single runs; how many runs failed.

    Trackers are ranked by success AUC; upper bounds are none.
    """
    known = [e for e in scores if math.isfinite(e.means[_KEY]) and not is_bound(e.name)]
    if not known:
        return "No run gave a figure: see the failures below."
    ranked = sorted(known, key=lambda each: each.means[_KEY], reverse=True)
    failures = sum(int(each.means["failures"]) for each in scores)
    runs = sum(len(each.runs) for each in scores)
    failed = f" {failures} of {runs} runs ended in an error." if failures else ""
    return f"{_first(ranked[0])}{_lead(ranked)}{_single(ranked[:2])}{failed}"


def _first(score: TrackerScore) -> str:
    figures = score.means
    auc, seeds = mean_text(score, _KEY), len(score.seeds)
    auc += f" ({seeds} seeds)" * (seeds > 1)
    text = (
        f"{score.name} reaches a success AUC of {auc} and keeps within 20 px of the target in "
        f"{figures['precision_20']:.0%} of the scored frames"
    )
    if math.isfinite(figures["frames_per_second"]):
        text += f", at {figures['frames_per_second']:.0f} frames/s"
    return text


def _lead(ranked: Sequence[TrackerScore]) -> str:
    """What it is worth that the first is first."""
    if len(ranked) < 2:
        return "."
    first, second = ranked[:2]
    gap = difference(first, second, _KEY)
    next_one = f"; next is {second.name} with {second.means[_KEY]:.3f}."
    if gap.sequences < FEWEST_TO_TELL:
        count = f"{gap.sequences} sequence{'s are' if gap.sequences != 1 else ' is'}"
        return f"{next_one} {count} too few to say which is better."
    if gap.is_clear and gap.mean > 0:
        return (
            f"{next_one} Its lead of {_gap_text(gap)} is more than the choice of sequences"
            f"{_beside_spread(gap, (first, second))}."
        )
    level = [e for e in ranked[1:] if not _is_ahead(first, e)]
    names = " and ".join(", ".join(e.name for e in level).rsplit(", ", 1))
    return (
        f". It is level with {names}: to {second.name} with {second.means[_KEY]:.3f}, the "
        f"difference of {_gap_text(gap)} is within the noise."
    )


def _beside_spread(gap: Difference, scores: Sequence[TrackerScore]) -> str:
    spread = max((each.spreads[_KEY] for each in scores if len(each.seeds) > 1), default=0.0)
    return ", but less than the spread over seeds" if gap.mean < spread else ""


def _single(leaders: Sequence[TrackerScore]) -> str:
    """Which of those compared ran once only and may fare otherwise the next time."""
    names = [each.name for each in leaders if is_one_run(each.name, each.seeds)]
    if not names:
        return ""
    what = "their figures" if len(names) > 1 else "its figure"
    return f" {' and '.join(names)} ran with one seed only: another may change {what}."


def _is_ahead(first: TrackerScore, other: TrackerScore) -> bool:
    gap = difference(first, other, _KEY)
    return gap.is_clear and gap.mean > 0


def _gap_text(gap: Difference) -> str:
    return (
        f"{signed_text(gap.mean)} (95 % interval {signed_text(gap.low)} to "
        f"{signed_text(gap.high)}, {gap.sequences} sequences)"
    )
