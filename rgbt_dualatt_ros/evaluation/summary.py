"""Records become numbers: by sequence, by seed, by tracker.

A mean is taken over sequences with equal weight for each seed, then over seeds; the spread is the
sample standard deviation over seeds. A sequence that could not be read counts in no mean; frames
after a tracker's error count as missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.evaluation import metrics
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import SequenceTruth

CONVENTION = (
    "Precision (PR@T): share of frames whose box centre lies at most T px from the true one. "
    "Success: share of frames whose IoU exceeds a threshold; success AUC: its mean over the "
    "thresholds 0, 0.05, ..., 1, so that perfect boxes reach 0.952. Frames without truth are not "
    "scored, the initial frame is; a missing box is a miss. Means are over sequences, each with "
    "the same weight. Frames/s: frames tracked per second in the tracker alone, without reading "
    "images and without the initialisation."
)


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of the tables: its key in the files, its heading, its digits, what is better."""

    key: str
    heading: str
    meaning: str
    decimals: int = 3
    best: Callable[[Iterable[float]], float] = max


COLUMNS = (
    Column("precision_20", "PR@20", "share of frames with a centre error <= 20 px"),
    Column("precision_5", "PR@5", "share of frames with a centre error <= 5 px"),
    Column("success_auc", "success AUC", "mean success rate over 21 IoU thresholds, 0 to 1"),
    Column("success_0.5", "SR@0.5", "share of frames with IoU > 0.5"),
    Column("frames_per_second", "frames/s", "in the tracker alone", 1),
    Column("failures", "failures", "runs that ended in an error", 0, min),
)
QUALITY_KEYS = ("precision_20", "precision_5", "success_auc", "success_0.5", "success_0.6")


@dataclass(frozen=True, slots=True, eq=False)
class RunScore:
    """One record and what it scored.

    Attributes:
        overlaps: `(N,)`, NaN where not scored.
        errors: `(N,)`, px, likewise.
        figures: by the keys of `COLUMNS`.
    """

    record: Record
    overlaps: Values
    errors: Values
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class TrackerScore:
    """All runs of one tracker.

    Attributes:
        means: figures over all sequences and seeds.
        spreads: sample standard deviation over seeds; NaN with one seed.
        success: `(21,)` success curve, mean over sequences and seeds.
        precision: `(51,)` precision curve, likewise.
    """

    name: str
    seeds: tuple[int, ...]
    runs: tuple[RunScore, ...]
    means: Mapping[str, float]
    spreads: Mapping[str, float]
    success: Values
    precision: Values

    @property
    def tells_status(self) -> bool:
        """Whether it ever said anything of itself; boxes from result files do not."""
        return any(bool(each.record.statuses.any()) for each in self.runs)

    def of_sequence(self, sequence: str) -> tuple[RunScore, ...]:
        """The runs on one sequence, a seed each."""
        return tuple(each for each in self.runs if each.record.sequence == sequence)

    def mean_on(self, sequence: str, key: str) -> float:
        """A figure on one sequence, mean over seeds; NaN when there is none."""
        return mean_of(each.figures[key] for each in self.of_sequence(sequence))

    def spread_on(self, sequence: str, key: str) -> float:
        """The sample standard deviation over seeds of that figure; NaN with fewer than two."""
        return spread_of([each.figures[key] for each in self.of_sequence(sequence)])


def score_trackers(
    records: Sequence[Record], truths: Mapping[str, SequenceTruth]
) -> list[TrackerScore]:
    """The score of every tracker, in the order of their first records."""
    names = dict.fromkeys(each.tracker for each in records)
    runs = [score_run(each, truths[each.sequence]) for each in records]
    return [_score_tracker(name, [r for r in runs if r.record.tracker == name]) for name in names]


def score_run(record: Record, truth: SequenceTruth) -> RunScore:
    """What one record scored; nothing is scored when the sequence could not be read."""
    wanted = truth.boxes
    if record.failure_kind == "sequence" or len(wanted) != len(record):
        wanted = np.full((len(record), 4), np.nan)
    errors = metrics.center_errors(record.boxes, wanted)
    overlap = metrics.overlaps(record.boxes, wanted)
    figures = {
        "precision_20": metrics.precision_rate(errors, 20),
        "precision_5": metrics.precision_rate(errors, 5),
        "success_auc": metrics.success_auc(overlap),
        "success_0.5": metrics.success_rate(overlap, 0.5),
        "success_0.6": metrics.success_rate(overlap, 0.6),
        "frames_per_second": record.frames_per_second,
        "failures": float(bool(record.failure)),
    }
    return RunScore(record, overlap, errors, figures)


@dataclass(frozen=True, slots=True)
class StatusFigures:
    """What a tracker's word is worth: how often it said a status, and how right its box was.

    Attributes:
        share: of the scored frames, without the initial ones.
        mean_overlap: of these frames; NaN when there are none.
        share_of_absent: of the frames without truth for which it said this; NaN without any.
    """

    share: float
    mean_overlap: float
    share_of_absent: float


def status_figures(score: TrackerScore, status: int) -> StatusFigures:
    """The figures of one `TrackStatus` over all runs of a tracker."""
    runs = [run for run in score.runs if run.record.failure_kind != "sequence"]
    if not runs:
        return StatusFigures(np.nan, np.nan, np.nan)
    statuses = np.concatenate([run.record.statuses[1:] for run in runs])
    overlap = np.concatenate([run.overlaps[1:] for run in runs])
    said, scored = statuses == status, np.isfinite(overlap)
    return StatusFigures(
        mean_of(said[scored].astype(np.float64)),
        mean_of(overlap[said & scored]),
        mean_of(said[~scored].astype(np.float64)),
    )


def mean_of(values: Iterable[float]) -> float:
    """Mean of those that are numbers; NaN when none is."""
    known = np.array([value for value in values if np.isfinite(value)])
    return float(known.mean()) if len(known) else float("nan")


def spread_of(values: Iterable[float]) -> float:
    """Sample standard deviation of those that are numbers; NaN with fewer than two."""
    known = [value for value in values if np.isfinite(value)]
    return float(np.std(known, ddof=1)) if len(known) > 1 else float("nan")


def _score_tracker(name: str, runs: Sequence[RunScore]) -> TrackerScore:
    seeds = tuple(dict.fromkeys(each.record.seed for each in runs))
    by_seed = [_means([r for r in runs if r.record.seed == seed]) for seed in seeds]
    keys = by_seed[0].keys()
    means = {key: mean_of(each[key] for each in by_seed) for key in keys}
    spreads = {key: spread_of([each[key] for each in by_seed]) for key in keys}
    means["failures"] = sum(each["failures"] for each in by_seed)
    success = np.stack([metrics.success_curve(each.overlaps) for each in runs])
    precision = np.stack([metrics.precision_curve(each.errors) for each in runs])
    return TrackerScore(
        name, seeds, tuple(runs), means, spreads, _mean_curve(success), _mean_curve(precision)
    )


def _means(runs: Sequence[RunScore]) -> dict[str, float]:
    """Figures of one seed: quality by sequence, speed by frame."""
    means = {key: mean_of(each.figures[key] for each in runs) for key in QUALITY_KEYS}
    seconds = np.concatenate([each.record.seconds[1:] for each in runs])
    seconds = seconds[np.isfinite(seconds)]
    spent = float(seconds.sum())
    means["frames_per_second"] = len(seconds) / spent if spent > 0 else float("nan")
    means["failures"] = sum(each.figures["failures"] for each in runs)
    return means


def _mean_curve(curves: Values) -> Values:
    scored = curves[~np.isnan(curves).any(axis=1)]
    return scored.mean(axis=0) if len(scored) else np.full(curves.shape[1], np.nan)
