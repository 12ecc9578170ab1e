"""What can be learned from the first frame: samples of the true image and of altered ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from torch import Tensor

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.tracking.frame_features import FeatureReader, FrameFeatures, Samples
from rgbt_dualatt_ros.tracking.sample_collector import BackgroundPlan, SampleCollector
from rgbt_dualatt_ros.tracking.sampling import (
    Spread,
    draw_in_overlap_range,
    draw_uniform,
    keep_inside,
    whole_image,
)

_FEWEST_REGRESSION_BOXES = 8


@dataclass(frozen=True, slots=True, eq=False)
class FirstSamples:
    """Samples of target and background, and features `(N, width)` for the box regression."""

    positives: Samples
    negatives: Samples
    regression_features: Tensor
    regression_boxes: Boxes


class FirstFrame:
    """Starts the features with the first frame and draws its samples."""

    def __init__(
        self, config: TrackerConfig, reader: FeatureReader, collector: SampleCollector
    ) -> None:
        self._config = config
        self._reader = reader
        self._collector = collector
        self._background = BackgroundPlan.of_first_frame(config.first_frame)

    def samples(self, pair: FramePair, box: Box, rng: Generator) -> FirstSamples:
        """Samples of `box` in `pair`; later features are relative to this pair."""
        views = self._reader.first_frames(pair, box, rng)
        positives, negatives = [], []
        for features, share in zip(views, self._shares(len(views)), strict=True):
            positives.append(self._positives(features, box, share, rng))
            negatives.append(self._negatives(features, box, share, rng))
        boxes = self._regression_boxes(pair.size, box, rng)
        return FirstSamples(
            Samples.join(positives), Samples.join(negatives), views[0].read(boxes), boxes
        )

    def _shares(self, views: int) -> Sequence[float]:
        if views == 1:
            return [1.0]
        true = self._config.first_frame.true_share
        return [true] + [(1 - true) / (views - 1)] * (views - 1)

    def _positives(
        self, features: FrameFeatures, box: Box, share: float, rng: Generator
    ) -> Samples:
        count = max(1, round(share * self._config.first_frame.positives))
        return features.sample(self._collector.positives(box, count, features.size, rng))

    def _negatives(
        self, features: FrameFeatures, box: Box, share: float, rng: Generator
    ) -> Samples:
        count = max(1, round(share * self._config.first_frame.negatives))
        boxes = self._collector.negatives(box, count, self._background, features.region, rng)
        if len(boxes) == 0:
            boxes = self._collector.least_overlapping(box, count, features.region, rng)
        return features.sample(boxes)

    def _regression_boxes(self, size: ImageSize, box: Box, rng: Generator) -> Boxes:
        """Boxes around the target; any, when too few are as the settings want them."""
        config = self._config.box_regression
        spread = Spread(config.shift, config.scale, config.aspect)

        def draw(number: int) -> Boxes:
            return keep_inside(draw_uniform(box, number, spread, rng), whole_image(size))

        def draw_sized(number: int) -> Boxes:
            drawn = draw(number)
            areas = np.prod(drawn[:, 2:], axis=1) / box.area
            fits = (areas >= config.sample_min_area) & (areas <= config.sample_max_area)
            return np.asarray(drawn[fits], np.float32)

        found = draw_in_overlap_range(draw_sized, box, (config.sample_overlap, 1.0), config.boxes)
        return found if len(found) >= _FEWEST_REGRESSION_BOXES else draw(config.boxes)
