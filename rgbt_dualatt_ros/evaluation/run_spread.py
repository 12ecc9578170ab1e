"""How far runs of one tracker with different seeds lie apart, and what a frame costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.summary import TrackerScore, mean_of
from rgbt_dualatt_ros.evaluation.tables import NOTHING, number_text

SPREAD_NOTE = (
    "Success AUC of each seed over all sequences; spread is the sample standard deviation over "
    "the seeds. A difference between trackers that is smaller than their spreads says nothing."
)
TIMES_NOTE = (
    "Seconds in the tracker alone, without reading images; apart from them the initialisation, in "
    "which the target is learnt. One process on this machine, with whatever else ran beside it."
)
SPREAD_HEADS = ("success AUC by seed", "spread", "widest sequence")
TIMES_HEADS = ("mean s/frame", "median", "95 %", "slowest", "initialisation, s", "frames")


@dataclass(frozen=True, slots=True)
class RunSpread:
    """Success AUC of one tracker with several seeds.

    Attributes:
        by_seed: mean over sequences.
        deviation: sample standard deviation over the seeds.
        widest: the sequence on which the seeds lie furthest apart.
        widest_deviation: on that sequence; NaN when there is none.
    """

    by_seed: dict[int, float]
    deviation: float
    widest: str
    widest_deviation: float


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """Seconds that a tracker spent on a frame, and on the first one (mean over runs)."""

    mean: float
    median: float
    most: float
    slowest: float
    initialisation: float
    frames: int


def run_spreads(scores: Sequence[TrackerScore]) -> dict[str, RunSpread]:
    """By name those trackers that ran with two seeds or more."""
    return {each.name: _spread_of(each) for each in scores if len(each.seeds) > 1}


def frame_times(scores: Sequence[TrackerScore]) -> dict[str, FrameTimes]:
    """By name those trackers whose time was measured."""
    found = {}
    for score in scores:
        seconds = np.concatenate([run.record.seconds[1:] for run in score.runs])
        seconds = seconds[np.isfinite(seconds)]
        if len(seconds):
            starts = (run.record.seconds[0] for run in score.runs if len(run.record))
            median, most = np.quantile(seconds, [0.5, 0.95]).tolist()
            found[score.name] = FrameTimes(
                float(seconds.mean()),
                median,
                most,
                float(seconds.max()),
                mean_of(starts),
                len(seconds),
            )
    return found


def spread_rows(scores: Sequence[TrackerScore]) -> list[tuple[str, tuple[str, ...]]]:
    """By tracker the cells below `SPREAD_HEADS`."""
    return [(name, _spread_cells(each)) for name, each in run_spreads(scores).items()]


def times_rows(scores: Sequence[TrackerScore]) -> list[tuple[str, tuple[str, ...]]]:
    """By tracker the cells below `TIMES_HEADS`."""
    return [
        (
            name,
            (
                *(seconds_text(value) for value in (e.mean, e.median, e.most, e.slowest)),
                seconds_text(e.initialisation),
                str(e.frames),
            ),
        )
        for name, e in frame_times(scores).items()
    ]


def seconds_text(seconds: float) -> str:
    """Three digits, so that a fast tracker does not read as 0.000."""
    if math.isnan(seconds):
        return NOTHING
    decimals = 3 if seconds >= 0.1 else 4 if seconds >= 0.01 else 5 if seconds >= 0.001 else 6
    return f"{seconds:.{decimals}f}"


def spread_json(scores: Sequence[TrackerScore]) -> Json:
    """By tracker its success AUC by seed and the sequence on which the seeds differ most."""
    return {name: asdict(each) for name, each in run_spreads(scores).items()}


def times_json(scores: Sequence[TrackerScore]) -> Json:
    """By tracker the seconds of a frame."""
    return {name: asdict(each) for name, each in frame_times(scores).items()}


def spread_markdown(scores: Sequence[TrackerScore]) -> str:
    """A row a tracker with several seeds; empty without any."""
    return _markdown(SPREAD_HEADS, spread_rows(scores), SPREAD_NOTE)


def times_markdown(scores: Sequence[TrackerScore]) -> str:
    """A row a tracker; empty when no time was measured."""
    return _markdown(TIMES_HEADS, times_rows(scores), TIMES_NOTE)


def _markdown(heads: Sequence[str], rows: Sequence[tuple[str, tuple[str, ...]]], note: str) -> str:
    if not rows:
        return ""
    lines = [f"| tracker | {' | '.join(heads)} |", "|---|" + "---:|" * len(heads)]
    lines += [
        "| " + " | ".join(text.replace("|", "\\|") for text in (name, *cells)) + " |"
        for name, cells in rows
    ]
    return "\n".join([*lines, "", note, ""])


def _spread_cells(found: RunSpread) -> tuple[str, ...]:
    seeds = ", ".join(f"{seed}: {number_text(auc, 3)}" for seed, auc in found.by_seed.items())
    widest = f"{found.widest} ({number_text(found.widest_deviation, 3)})" if found.widest else ""
    return seeds, number_text(found.deviation, 3), widest or NOTHING


def _spread_of(score: TrackerScore) -> RunSpread:
    by_seed = {
        seed: mean_of(r.figures["success_auc"] for r in score.runs if r.record.seed == seed)
        for seed in score.seeds
    }
    names = dict.fromkeys(run.record.sequence for run in score.runs)
    by_sequence = {name: score.spread_on(name, "success_auc") for name in names}
    known = {name: value for name, value in by_sequence.items() if math.isfinite(value)}
    widest = max(known, key=lambda name: known[name], default="")
    return RunSpread(by_seed, score.spreads["success_auc"], widest, known.get(widest, math.nan))
