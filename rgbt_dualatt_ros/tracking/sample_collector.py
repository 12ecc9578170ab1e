"""Training samples of one frame: where they are drawn and what to do when none fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes, iou
from rgbt_dualatt_ros.core.learning_config import FirstFrameConfig, LearningConfig, SampleConfig
from rgbt_dualatt_ros.tracking.sampling import (
    Spread,
    draw_anywhere,
    draw_gaussian,
    draw_in_overlap_range,
    draw_uniform,
    keep_centers_inside,
    keep_inside,
    whole_image,
)

_SLIGHT = Spread(shift=0.02, scale=1.02)


@dataclass(frozen=True, slots=True)
class BackgroundPlan:
    """Where background samples of a frame lie.

    Attributes:
        spread: of those around the target.
        max_overlap: largest overlap with the target.
        whole_share: share of them that is drawn from all over the image.
    """

    spread: Spread
    max_overlap: float
    whole_share: float = 0.0

    @classmethod
    def of_first_frame(cls, config: FirstFrameConfig) -> BackgroundPlan:
        """That of the first frame."""
        spread = Spread(config.background_shift, config.background_scale, config.background_aspect)
        return cls(spread, config.max_background_overlap, config.whole_image_share)

    @classmethod
    def of_update(cls, samples: SampleConfig, learning: LearningConfig) -> BackgroundPlan:
        """That of later frames."""
        spread = Spread(
            samples.background_shift, samples.background_scale, samples.background_aspect
        )
        return cls(spread, learning.max_background_overlap)


class SampleCollector:
    """Draws sample boxes around a known target, inside what the features show."""

    def __init__(self, config: SampleConfig) -> None:
        self._config = config

    def positives(
        self, target: Box, count: int, size: ImageSize, rng: np.random.Generator
    ) -> Boxes:
        """`(count, 4)` boxes that overlap the target well."""
        config = self._config
        spread = Spread(config.target_shift, config.target_scale, config.target_aspect)
        keep = self._keeping(whole_image(size))

        def draw(number: int) -> Boxes:
            return keep(draw_gaussian(target, number, spread, rng))

        found = draw_in_overlap_range(draw, target, (config.min_overlap, 1.0), count)
        missing = draw_gaussian(target, count - len(found), _SLIGHT, rng)
        return np.concatenate([found, missing])

    def negatives(
        self,
        target: Box,
        count: int,
        plan: BackgroundPlan,
        region: Box,
        rng: np.random.Generator,
    ) -> Boxes:
        """At most `count` boxes `(N, 4)` that overlap the target little, inside `region`.

        May be none: a target that fills the region leaves no background.
        """
        keep = self._keeping(region)
        sizes = Spread(0.0, self._config.target_scale, plan.spread.aspect)

        def draw_near(number: int) -> Boxes:
            return keep(draw_uniform(target, number, plan.spread, rng))

        def draw_far(number: int) -> Boxes:
            return keep(draw_anywhere(target, number, sizes, region, rng))

        overlap = 0.0, plan.max_overlap
        far = round(plan.whole_share * count)
        near = draw_in_overlap_range(draw_near, target, overlap, count - far)
        if far == 0:
            return near
        return np.concatenate([near, draw_in_overlap_range(draw_far, target, overlap, far)])

    def least_overlapping(
        self, target: Box, count: int, region: Box, rng: np.random.Generator
    ) -> Boxes:
        """`(count, 4)` boxes that overlap the target least, for when `negatives` finds none."""
        spread = Spread(self._config.background_shift, self._config.background_scale)
        drawn = keep_inside(draw_uniform(target, 4 * count, spread, rng), region)
        return drawn[np.argsort(iou(drawn, target.as_array()[None]))[:count]]

    def _keeping(self, region: Box) -> Callable[[Boxes], Boxes]:
        keep = keep_centers_inside if self._config.overhang else keep_inside
        return lambda boxes: keep(boxes, region)
