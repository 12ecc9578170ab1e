"""What a tracker can tell about itself: where its classifier looks, and how its learning goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.proposals import ProposalSet


@dataclass(frozen=True, slots=True, eq=False)
class AttentionImages:
    """Where the classifier looks in one frame pair, for each of its two classes.

    Attributes:
        target: `(H, W)` float32 in [0, 1], of the size of the colour image; 0 outside of what the
            classifier saw, 1 where a change of the image would change the target score most.
        background: the same for the background score.
    """

    target: NDArray[np.float32]
    background: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LearningReport:
    """How the online learning of one target goes; the losses are those of the last step.

    Attributes:
        steps: learning steps since the target was set.
        skipped: of these, steps left out because a loss was not finite.
        unattended: of these, steps whose attention penalty was left out because every map was 0.
        classification_loss: cross entropy, Eq. (1), mean over the samples.
        target_penalty: R of Eq. (2), of the target samples; 0 without attention. This and what
            follows are means over the members of a committee.
        background_penalty: R of Eq. (3), of the background samples.
        spreads: sigma / mu of four kinds of map: of the target score on target samples, of the
            background score on target samples, then the same two on background samples.
    """

    steps: int = 0
    skipped: int = 0
    unattended: int = 0
    classification_loss: float = 0.0
    target_penalty: float = 0.0
    background_penalty: float = 0.0
    spreads: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class GlobalAttentionMap:
    """Where in the whole image something looks like the target (section 3.1).

    Attributes:
        strength: `(h, w)` float32 in [0, 1]; covers the whole image, whatever the size of either.
        regions: `(R, 4)` xywh, px of the image: the places it stands for, best first; R may be 0.
        scores: `(R,)` float32, of each place.
        stamp_ns: of the pair it was computed on, which may be an earlier one.
    """

    strength: NDArray[np.float32]
    regions: Boxes
    scores: NDArray[np.float32]
    stamp_ns: int


@dataclass(frozen=True, slots=True, eq=False)
class SearchReport:
    """Where the tracker looked for the target in the last pair.

    Attributes:
        proposals: the boxes that were scored, and where each came from.
        attention: the newest global attention; None without that part, or before its first map.
    """

    proposals: ProposalSet
    attention: GlobalAttentionMap | None
