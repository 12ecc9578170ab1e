"""The better of a peer's two modalities, chosen by sequence with the truth: an upper bound.

Nobody could choose so while tracking. The bound tells what a single-modality tracker would reach
if an oracle told it which camera to look through; who beats it has used both images.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import score_run
from rgbt_dualatt_ros.tracking.opencv_tracker import PEERS
from rgbt_dualatt_ros.tracking.tracker_factory import MODALITIES

BEST = "@best"
MARK = "(upper bound)"
"""Part of every bound's name, so that no table or plot shows it without."""
BOUND_NOTE = (
    f"{MARK}: an oracle, no tracker. For each sequence and seed it takes the whole run on colour "
    "or the whole run on thermal, whichever has the higher success AUC, chosen afterwards with "
    "the truth. It bounds a choice of camera by sequence, not one by frame; it is ranked nowhere "
    "and has no speed."
)


def split_bounds(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Names of trackers to run, and of the peers whose better modality is asked for.

    `["dualatt", "csrt@best"]` becomes `["dualatt", "csrt"]` and `["csrt"]`.

    Raises:
        ConfigError: when `@best` follows something that has no modalities.
    """
    wanted: list[str] = []
    bounded: list[str] = []
    for name in names:
        if not name.endswith(BEST):
            wanted.append(name)
            continue
        peer = name.removesuffix(BEST)
        if peer not in PEERS:
            raise ConfigError(
                f"{name}: {BEST} is the better of colour and thermal and follows one of "
                f"{', '.join(PEERS)}"
            )
        wanted.append(peer)
        bounded.append(peer)
    return wanted, list(dict.fromkeys(bounded))


def bound_name(peer: str) -> str:
    """How the better of both is called in every table: `csrt@best (upper bound)`."""
    return f"{peer}{BEST} {MARK}"


def is_bound(tracker: str) -> bool:
    """Whether that name is one of a bound, which is no tracker."""
    return tracker.endswith(MARK)


def with_bounds(
    records: Sequence[Record], truths: Mapping[str, SequenceTruth], peers: Iterable[str]
) -> list[Record]:
    """`records`, and after them those of the better modality of each peer; nothing is run.

    The choice is made for every sequence and seed by the success AUC; colour wins a tie. A run
    that has no figure loses to one that has; without both runs there is none.
    """
    found = {(each.tracker, each.sequence, each.seed): each for each in records}
    bounds = []
    for peer in peers:
        first, second = (f"{peer}@{each}" for each in MODALITIES)
        for (tracker, sequence, seed), one in found.items():
            other = found.get((second, sequence, seed))
            if tracker == first and other is not None:
                better = max(one, other, key=lambda each: _auc(each, truths))
                unknown = np.full(len(better), np.nan)
                bounds.append(replace(better, tracker=bound_name(peer), seconds=unknown))
    return [*records, *bounds]


def _auc(record: Record, truths: Mapping[str, SequenceTruth]) -> float:
    figure = score_run(record, truths[record.sequence]).figures["success_auc"]
    return -1.0 if math.isnan(figure) else figure
