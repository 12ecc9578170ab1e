"""Global proposals: candidate boxes around regions of the map, and the gate they pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes, center_distance, iou
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.core.proposals import ProposalSet, ProposalSource
from rgbt_dualatt_ros.tracking.sampling import Spread, draw_gaussian, keep_inside


class GlobalProposals:
    """Draws boxes around regions (algorithm 4.5) and leaves out those the gate refuses (3.5)."""

    def __init__(self, config: GlobalAttentionConfig) -> None:
        self._config = config
        self._spread = Spread(config.shift, config.scale)

    def gated(
        self, regions: Boxes, previous: Box, inside: Box, rng: np.random.Generator
    ) -> ProposalSet:
        """Boxes around all `regions` that lie near the `previous` result; may be none."""
        boxes = self._around(regions, (1.0,), inside, rng)
        return _global(boxes[passes_gate(boxes, previous, self._config)])

    def ungated(self, regions: Boxes, inside: Box, rng: np.random.Generator) -> ProposalSet:
        """Boxes around all `regions`, of several sizes: for a target that may be anywhere."""
        step = self._config.size_step
        sizes = (1.0, 1 / step, step) if step > 1 else (1.0,)
        return _global(self._around(regions, sizes, inside, rng))

    def _around(
        self, regions: Boxes, sizes: tuple[float, ...], inside: Box, rng: np.random.Generator
    ) -> Boxes:
        """The first box of each region and size is exactly centred."""
        found = [np.zeros((0, 4), np.float32)]
        for region in regions:
            for size in sizes:
                box = _scaled(Box.from_sequence(region), size)
                drawn = draw_gaussian(
                    box, self._config.proposals_per_region - 1, self._spread, rng
                )
                found += [box.as_array()[None], drawn]
        return keep_inside(np.concatenate(found), inside)


def passes_gate(boxes: Boxes, previous: Box, config: GlobalAttentionConfig) -> NDArray[np.bool_]:
    """Which boxes `(N, 4)` lie near enough and overlap enough; both limits are included.

    Section 3.3: a proposal is discarded when it is farther than 25 px or overlaps less than 0.3.
    """
    last = previous.as_array()[None]
    is_near = center_distance(boxes, last) <= config.gate_distance
    return np.asarray(is_near & (iou(boxes, last) >= config.gate_overlap))


def _scaled(box: Box, factor: float) -> Box:
    x, y = box.center
    w, h = box.w * factor, box.h * factor
    return Box(x - w / 2, y - h / 2, w, h)


def _global(boxes: Boxes) -> ProposalSet:
    return ProposalSet.of(boxes, ProposalSource.GLOBAL)
