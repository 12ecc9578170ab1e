"""Finding the target again as tables: for a terminal, people and programs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rgbt_dualatt_ros.evaluation.disappearances import FEWEST_ABSENT, HOLD, JUMP, SOON
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.redetection import (
    ALL,
    FALSE,
    ON_ANOTHER,
    RIGHT,
    Redetection,
    all_redetections,
    lost_time_ratio,
    outcomes_of,
)
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import TrackerScore
from rgbt_dualatt_ros.evaluation.tables import number_text

REDETECTION_NOTE = (
    f"A disappearance: {FEWEST_ABSENT} frames or more without the target, or a cut at which it "
    f"jumps by more than {JUMP:g} widths or heights of its box. Followed: IoU {RIGHT:g} or more "
    f"in one of the last frames before. Found: within {SOON} frames of the target's return the "
    f"tracker says TRACKING with an IoU of {RIGHT:g} or more and its centre in the true box, and "
    f"stays so for {HOLD} frames. On a look-alike: from the disappearance on, TRACKING for {HOLD} "
    f"frames in a row with an IoU below {FALSE:g} with the target and of {ON_ANOTHER:g} or more "
    "with another of its kind; a share of the disappearances in sequences that tell where such "
    f"others are. At a false place: TRACKING for {HOLD} frames in a row with an IoU below "
    f"{FALSE:g}, anywhere, while the target is there again. Honest: share of the absent frames "
    "with another status than TRACKING. LOST / TRACKING: mean time of a frame, in the tracker "
    "alone."
)
HEADS = (
    "sequences",
    "disappearances",
    "followed",
    f"found in {SOON}",
    "found if followed",
    "frames to find",
    "on a look-alike",
    "at a false place",
    "honest",
    "LOST / TRACKING",
)


def redetection_rows(
    scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth]
) -> list[tuple[str, list[str]]]:
    """The name of a tracker and its cells under `HEADS`, a row for each part of the sequences."""
    ratios = {each.name: lost_time_ratio(each) for each in scores}
    return [
        (name, [part, *_cells(figures), number_text(ratios[name], 2) if part == ALL else ""])
        for name, parts in _redetections(scores, truths).items()
        for part, figures in parts.items()
    ]


def redetection_markdown(
    scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth]
) -> str:
    """A Markdown table; empty without disappearances."""
    rows = redetection_rows(scores, truths)
    if not rows:
        return ""
    lines = [f"| tracker | {' | '.join(HEADS)} |", "|---|---|" + "---:|" * (len(HEADS) - 1)]
    lines += [f"| {_plain(name)} | {' | '.join(map(_plain, cells))} |" for name, cells in rows]
    return "\n".join([*lines, "", REDETECTION_NOTE, ""])


def redetection_text(scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth]) -> str:
    """The rows over all sequences, for a terminal; empty without disappearances."""
    rows = [(name, cells) for name, cells in redetection_rows(scores, truths) if cells[0] == ALL]
    if not rows:
        return ""
    shown = [["finding the target again", *HEADS[1:]], *([name, *row[1:]] for name, row in rows)]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in shown
    )


def redetection_json(scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth]) -> Json:
    """The convention, shares by tracker and part, time ratios, and what every run did."""
    found = _redetections(scores, truths)
    return {
        "convention": REDETECTION_NOTE,
        "trackers": {
            score.name: {
                "parts": {part: asdict(each) for part, each in found[score.name].items()},
                "lost_over_tracking_time": lost_time_ratio(score),
                "disappearances": [
                    asdict(each)
                    for run in score.runs
                    for each in outcomes_of(run, truths[run.record.sequence])
                ],
            }
            for score in scores
            if score.name in found
        },
    }


def _redetections(
    scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth]
) -> dict[str, dict[str, Redetection]]:
    """Of those that say whether they track: without a status nothing is ever found."""
    return all_redetections([each for each in scores if each.tells_status], truths)


def _cells(figures: Redetection) -> list[str]:
    shares = (figures.followed, figures.found, figures.found_if_followed)
    claims = (figures.on_lookalike, figures.at_false_place, figures.honest)
    took = figures.frames_to_find
    return [
        str(figures.disappearances),
        *(number_text(share, 2) for share in shares),
        number_text(took, 0 if math.isnan(took) or took == int(took) else 1),
        *(number_text(share, 2) for share in claims),
    ]


def _plain(text: str) -> str:
    return text.replace("|", "\\|")
