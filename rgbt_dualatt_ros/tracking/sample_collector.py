"""Training samples of one frame: where they are drawn and what to do when none fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes, iou
from rgbt_dualatt_ros.core.learning_config import SampleConfig
from rgbt_dualatt_ros.tracking.sampling import (
    Spread,
    draw_gaussian,
    draw_in_overlap_range,
    draw_uniform,
    keep_inside,
    whole_image,
)

_SLIGHT = Spread(shift=0.02, scale=1.02)


@dataclass(frozen=True, slots=True, eq=False)
class SampleBoxes:
    """Boxes of the target `(P, 4)` and of the background `(N, 4)`."""

    positives: Boxes
    negatives: Boxes


class SampleCollector:
    """Draws sample boxes around a known target, inside what the feature map shows."""

    def __init__(self, config: SampleConfig) -> None:
        self._config = config

    def positives(
        self, target: Box, count: int, size: ImageSize, rng: np.random.Generator
    ) -> Boxes:
        """`(count, 4)` boxes that overlap the target well."""
        config = self._config
        spread = Spread(config.target_shift, config.target_scale, config.target_aspect)
        image = whole_image(size)

        def draw(number: int) -> Boxes:
            return keep_inside(draw_gaussian(target, number, spread, rng), image)

        found = draw_in_overlap_range(draw, target, (config.min_overlap, 1.0), count)
        missing = draw_gaussian(target, count - len(found), _SLIGHT, rng)
        return np.concatenate([found, missing])

    def negatives(
        self, target: Box, count: int, max_overlap: float, region: Box, rng: np.random.Generator
    ) -> Boxes:
        """At most `count` boxes `(N, 4)` that overlap the target little, inside `region`.

        May be none: a target that fills the region leaves no background.
        """
        config = self._config
        spread = Spread(config.background_shift, config.background_scale, config.background_aspect)

        def draw(number: int) -> Boxes:
            return keep_inside(draw_uniform(target, number, spread, rng), region)

        return draw_in_overlap_range(draw, target, (0.0, max_overlap), count)

    def least_overlapping(
        self, target: Box, count: int, region: Box, rng: np.random.Generator
    ) -> Boxes:
        """`(count, 4)` boxes that overlap the target least, for when `negatives` finds none."""
        spread = Spread(self._config.background_shift, self._config.background_scale)
        drawn = keep_inside(draw_uniform(target, 4 * count, spread, rng), region)
        return drawn[np.argsort(iou(drawn, target.as_array()[None]))[:count]]
