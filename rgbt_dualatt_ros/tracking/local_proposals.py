"""Local proposals: candidate boxes around the last result, wider while the target is uncertain."""

from __future__ import annotations

import numpy as np

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSet, ProposalSource
from rgbt_dualatt_ros.core.tracker_config import ProposalConfig
from rgbt_dualatt_ros.tracking.sampling import (
    Spread,
    draw_gaussian,
    draw_uniform,
    keep_inside,
)
from rgbt_dualatt_ros.tracking.track_state import TrackState


class LocalProposals:
    """Draws the same number of boxes in every frame, whatever the status."""

    def __init__(self, config: ProposalConfig) -> None:
        self._config = config

    def propose(
        self, state: TrackState, place: Box, region: Box, rng: np.random.Generator
    ) -> ProposalSet:
        """Boxes around `place`, inside `region`; the first one is `place` itself."""
        config = self._config
        near = Spread(config.shift, config.scale, config.aspect)
        wide = Spread(config.wide_shift, config.scale, config.aspect)
        count = config.per_frame - 1
        if state.status is TrackStatus.TRACKING:
            drawn = [draw_gaussian(place, count, near, rng)]
        elif state.is_searching:
            drawn = [draw_uniform(place, count, wide, rng)]
        else:
            half = count // 2
            drawn = [
                draw_gaussian(place, count - half, near, rng),
                draw_uniform(place, half, wide, rng),
            ]
        boxes = np.concatenate([place.as_array()[None], *drawn])
        inside = keep_inside(boxes, region)
        return ProposalSet.of(inside, ProposalSource.LOCAL)
