"""Prediction: what a tracker says about one frame pair."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.proposals import ProposalSource


class TrackStatus(IntEnum):
    """How sure the tracker is; the numbers are those of `msg/TrackedTarget.msg`."""

    TRACKING = 1
    UNCERTAIN = 2
    LOST = 3


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the tracker says about one pair.

    Attributes:
        box: after box regression, inside the image; while LOST the last trusted place.
        score: mean target logit of the best proposals; not a probability.
        status: whether the box may be trusted.
        stamp_ns: time of the pair, ns.
        source: which kind of proposal won.
    """

    box: Box
    score: float
    status: TrackStatus
    stamp_ns: int
    source: ProposalSource = ProposalSource.LOCAL
