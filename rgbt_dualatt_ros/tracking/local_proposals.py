"""Local proposals: candidate boxes around the last result, or around a place to look at."""

from __future__ import annotations

import numpy as np

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.proposals import ProposalSet, ProposalSource
from rgbt_dualatt_ros.core.tracker_config import ProposalConfig
from rgbt_dualatt_ros.tracking.sampling import (
    Spread,
    draw_gaussian,
    keep_inside,
)


class LocalProposals:
    """Draws the same number of boxes in every frame, whatever the status."""

    def __init__(self, config: ProposalConfig) -> None:
        self._config = config

    def near(
        self, place: Box, region: Box, rng: np.random.Generator, failed_frames: int = 0
    ) -> ProposalSet:
        """Boxes around `place`, kept inside `region`; the first one is `place` itself.

        They lie wider apart after frames in a row without the target.
        """
        config = self._config
        spread = Spread(self._shift(failed_frames), config.scale, config.aspect)
        boxes = [place.as_array()[None], draw_gaussian(place, config.per_frame - 1, spread, rng)]
        return ProposalSet.of(keep_inside(np.concatenate(boxes), region), ProposalSource.LOCAL)

    def anywhere(self, place: Box, region: Box, rng: np.random.Generator) -> ProposalSet:
        """Boxes of the size of `place` all over `region`: for a target that has jumped."""
        config = self._config
        spread = Spread(0.0, config.scale, config.aspect)
        boxes = draw_gaussian(place, config.per_frame, spread, rng)
        room = np.maximum(np.array([region.w, region.h]) - boxes[:, 2:], 0)
        corners = np.array([region.x, region.y]) + rng.uniform(size=room.shape) * room
        boxes = np.concatenate([corners, boxes[:, 2:]], axis=1).astype(np.float32)
        return ProposalSet.of(keep_inside(boxes, region), ProposalSource.LOCAL)

    def _shift(self, failed_frames: int) -> float:
        config = self._config
        if failed_frames == 0:
            return config.shift
        if config.failed_growth == 0:
            return config.failed_shift
        # The exponent is bounded so that years of failure do not overflow.
        grown = config.shift * config.failed_growth ** min(failed_frames, 1000)
        return min(config.failed_shift, grown)
