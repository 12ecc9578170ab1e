"""What a reader must know before he sets the figures of a run side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rgbt_dualatt_ros.evaluation.summary import TrackerScore
from rgbt_dualatt_ros.evaluation.upper_bounds import BOUND_NOTE, is_bound
from rgbt_dualatt_ros.tracking.tracker_factory import repeats_exactly


def caveats(scores: Sequence[TrackerScore], sequences: int) -> list[str]:
    """A line each on means over fewer sequences, on single runs, and on upper bounds.

    Args:
        scores: of all trackers.
        sequences: how many the run has.
    """
    bound = BOUND_NOTE if any(is_bound(each.name) for each in scores) else ""
    return [*filter(None, (partial_note(scores, sequences), one_run_note(scores), bound))]


def partial_note(scores: Sequence[TrackerScore], sequences: int) -> str:
    """Which means are over fewer sequences than the others; empty when none is."""
    counts = {each.name: _sequences_by_seed(each) for each in scores}
    partial = [
        f"{name} {' to '.join(map(str, dict.fromkeys((min(found), max(found)))))}"
        for name, found in counts.items()
        if min(found) < sequences
    ]
    if not partial:
        return ""
    return (
        f"Means over fewer than all {sequences} sequences: {', '.join(partial)}. Set beside the "
        "others they mislead; differences to the first tracker are over shared sequences."
    )


def _sequences_by_seed(score: TrackerScore) -> list[int]:
    """How many sequences each seed has a record of."""
    seeds = Counter(run.record.seed for run in score.runs)
    return [*seeds.values()]


def is_one_run(tracker: str, seeds: Sequence[int]) -> bool:
    """Whether a tracker ran once and another run might differ.

    Result files of others are one run. An upper bound is none of its own.
    """
    return len(seeds) < 2 and not repeats_exactly(tracker) and not is_bound(tracker)


def one_run_note(scores: Sequence[TrackerScore]) -> str:
    """Whose figures rest on one run though another might differ; empty when nobody's do."""
    names = [each.name for each in scores if is_one_run(each.name, each.seeds)]
    if not names:
        return ""
    return (
        f"One run only: {', '.join(names)}. Trackers that draw random numbers vary from run to "
        "run, those of the MDNet family by 0.02 to 0.03 in success AUC: to tell smaller "
        "differences, several seeds are needed."
    )
