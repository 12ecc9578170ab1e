"""Finding the target again: what each tracker did at every disappearance, and the shares."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.evaluation import metrics
from rgbt_dualatt_ros.evaluation.charts import spans_of
from rgbt_dualatt_ros.evaluation.disappearances import HOLD, SOON, Disappearance, disappearances
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import RunScore, TrackerScore, mean_of

RIGHT, FALSE, ON_ANOTHER = 0.3, 0.1, 0.3
"""Overlaps: right from, false below with the truth; on another from, with its box."""
_BEFORE = 3
ALL = "all"

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run did at one disappearance.

    Attributes:
        sequence: its name.
        seed: of the run.
        start: first frame without the target, or of the jump.
        back: first frame with it again.
        was_followed: the box was right in one of the last frames before.
        found_after: frames after `back` until it was found for good; None when not within `SOON`.
        on_lookalike: TRACKING on a look-alike for `HOLD` frames in a row, from `start` on; None
            in a sequence that tells of none.
        at_false_place: likewise anywhere else than the target, from `back` on.
        honest: share of the absent frames with another status than TRACKING; NaN for a jump.
    """

    sequence: str
    seed: int
    start: int
    back: int
    was_followed: bool
    found_after: int | None
    on_lookalike: bool | None
    at_false_place: bool
    honest: float


@dataclass(frozen=True, slots=True)
class Redetection:
    """Shares over many disappearances, [0, 1]; NaN where there is nothing to share.

    Attributes:
        disappearances: how many, over all runs.
        followed: share of them before which the target was followed.
        found: share of them after which it was found again in time.
        found_if_followed: the same of those that were followed.
        frames_to_find: median over those that were found.
        on_lookalike: share of those in sequences with look-alikes that ended on one.
        at_false_place: share that claimed another place while the target was there.
        honest: mean share of the absent frames in which the tracker did not claim to track.
    """

    disappearances: int
    followed: float
    found: float
    found_if_followed: float
    frames_to_find: float
    on_lookalike: float
    at_false_place: float
    honest: float


def all_redetections(
    scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth]
) -> dict[str, dict[str, Redetection]]:
    """By tracker, and then by part of the sequences, the shares; empty without disappearances.

    The parts are all sequences, and for each attribute that some but not all of them have, those
    with and those without it.
    """
    found: dict[str, dict[str, Redetection]] = {}
    for score in scores:
        outcomes = [
            each for run in score.runs for each in outcomes_of(run, truths[run.record.sequence])
        ]
        if outcomes:
            parts = _parts(dict.fromkeys(each.sequence for each in outcomes), truths)
            found[score.name] = {
                part: redetection_of([each for each in outcomes if each.sequence in names])
                for part, names in parts.items()
            }
    return found


def outcomes_of(run: RunScore, truth: SequenceTruth) -> list[Outcome]:
    """What a run did at each disappearance; nothing when the sequence could not be read."""
    if run.record.failure_kind == "sequence" or len(truth.boxes) != len(run.record):
        return []
    return [_outcome(run, truth, each) for each in disappearances(truth.boxes, truth.jumps)]


def redetection_of(outcomes: Collection[Outcome]) -> Redetection:
    """The shares over `outcomes`."""
    took = [each.found_after for each in outcomes if each.found_after is not None]
    followed = [each for each in outcomes if each.was_followed]
    told = [each.on_lookalike for each in outcomes if each.on_lookalike is not None]
    return Redetection(
        disappearances=len(outcomes),
        followed=_share([each.was_followed for each in outcomes]),
        found=_share([each.found_after is not None for each in outcomes]),
        found_if_followed=_share([each.found_after is not None for each in followed]),
        frames_to_find=float(np.median(took)) if took else math.nan,
        on_lookalike=_share(told),
        at_false_place=_share([each.at_false_place for each in outcomes]),
        honest=mean_of(each.honest for each in outcomes),
    )


def lost_time_ratio(score: TrackerScore) -> float:
    """Mean time of a LOST frame over that of a TRACKING frame; NaN when one never occurred."""
    seconds = np.concatenate([each.record.seconds[1:] for each in score.runs])
    statuses = np.concatenate([each.record.statuses[1:] for each in score.runs])
    lost = mean_of(seconds[statuses == TrackStatus.LOST])
    tracking = mean_of(seconds[statuses == TrackStatus.TRACKING])
    return lost / tracking if tracking > 0 else math.nan


def _outcome(run: RunScore, truth: SequenceTruth, away: Disappearance) -> Outcome:
    record, known = run.record, metrics.has_area(truth.boxes)
    claims = record.statuses == TrackStatus.TRACKING
    overlap = np.nan_to_num(run.overlaps)
    right = known & claims & (overlap >= RIGHT) & _centre_inside(record.boxes, truth.boxes)
    after, absent = slice(away.back, away.end), slice(away.start, away.back)
    before = np.flatnonzero(known[: away.start])[-_BEFORE:]
    wrong = claims & (overlap < FALSE)
    return Outcome(
        sequence=record.sequence,
        seed=record.seed,
        start=away.start,
        back=away.back,
        was_followed=bool((overlap[before] >= RIGHT).any()),
        found_after=_found_after(right[after], known[after]),
        on_lookalike=_is_on_another(record.boxes, truth.lookalikes, wrong, away),
        at_false_place=_held((wrong & known)[after]),
        honest=mean_of((~claims[absent]).astype(np.float64)),
    )


def _centre_inside(boxes: NDArray[np.floating], truth: NDArray[np.floating]) -> Mask:
    center = boxes[:, :2] + boxes[:, 2:] / 2
    inside = (center >= truth[:, :2]) & (center <= truth[:, :2] + truth[:, 2:])
    return np.asarray(inside.all(axis=1))


def _found_after(right: Mask, known: Mask) -> int | None:
    """First of the first `SOON` frames from which on the box stays right; others do not count."""
    frames = np.flatnonzero(known)
    hits = right[frames]
    for place, frame in enumerate(frames):
        if frame >= SOON:
            break
        if place + HOLD <= len(hits) and hits[place : place + HOLD].all():
            return int(frame)
    return None


def _is_on_another(
    boxes: NDArray[np.floating],
    lookalikes: NDArray[np.floating],
    wrong: Mask,
    away: Disappearance,
) -> bool | None:
    if len(lookalikes) == 0:
        return None
    seen = slice(away.start, away.end)
    overlaps = (np.nan_to_num(metrics.overlaps(boxes, other)) for other in lookalikes)
    return any(_held((wrong & (overlap >= ON_ANOTHER))[seen]) for overlap in overlaps)


def _held(mask: Mask) -> bool:
    return any(end - start >= HOLD for start, end in spans_of(mask))


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else math.nan


def _parts(
    sequences: Collection[str], truths: Mapping[str, SequenceTruth]
) -> dict[str, frozenset[str]]:
    parts = {ALL: frozenset(sequences)}
    labels = dict.fromkeys(label for name in sequences for label in truths[name].attributes)
    for label in labels:
        having = frozenset(name for name in sequences if label in truths[name].attributes)
        if len(having) < len(sequences):
            parts[label] = having
            parts[f"not {label}"] = parts[ALL] - having
    return parts
