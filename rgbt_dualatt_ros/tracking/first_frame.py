"""What can be learned from the first frame: samples of the true image and of altered ones."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from numpy.random import Generator
from torch import Tensor

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.tracking.feature_map import FeatureExtractor, FeatureMap, cut_pair
from rgbt_dualatt_ros.tracking.first_frame_views import alter, view_window
from rgbt_dualatt_ros.tracking.sample_collector import SampleCollector
from rgbt_dualatt_ros.tracking.sampling import Spread, draw_uniform, keep_inside, whole_image
from rgbt_dualatt_ros.tracking.search_window import SearchWindow


@dataclass(frozen=True, slots=True, eq=False)
class FirstSamples:
    """Features `(N, width)` of target, background, and of the boxes for the box regression."""

    positives: Tensor
    negatives: Tensor
    regression_features: Tensor
    regression_boxes: Boxes


class FirstFrame:
    """Fits the feature basis to the first frame and draws its samples."""

    def __init__(
        self, config: TrackerConfig, extractor: FeatureExtractor, collector: SampleCollector
    ) -> None:
        self._config = config
        self._extractor = extractor
        self._collector = collector

    def samples(self, pair: FramePair, box: Box, rng: Generator) -> FirstSamples:
        """Samples of `box` in `pair`; the basis of later maps is that of this pair."""
        window = SearchWindow.around(box, self._config.search)
        self._extractor.fit(pair, window)
        maps = self._maps(pair, box, window, rng)
        positives, negatives = [], []
        for features, share in zip(maps, self._shares(len(maps)), strict=True):
            positives.append(self._positives(features, pair, box, share, rng))
            negatives.append(self._negatives(features, pair, box, share, rng))
        boxes = self._regression_boxes(pair, box, rng)
        return FirstSamples(torch.cat(positives), torch.cat(negatives), maps[0].read(boxes), boxes)

    def _maps(
        self, pair: FramePair, box: Box, window: SearchWindow, rng: Generator
    ) -> list[FeatureMap]:
        windows, crops = [window], [cut_pair(pair, window)]
        for index in range(self._config.first_frame.views):
            windows.append(view_window(box, self._config.search, rng))
            crops.append(alter(cut_pair(pair, windows[-1]), index, rng))
        return self._extractor.extract_crops(crops, windows, pair.size)

    def _shares(self, maps: int) -> list[float]:
        if maps == 1:
            return [1.0]
        true = self._config.first_frame.true_share
        return [true] + [(1 - true) / (maps - 1)] * (maps - 1)

    def _positives(
        self,
        features: FeatureMap,
        pair: FramePair,
        box: Box,
        share: float,
        rng: Generator,
    ) -> Tensor:
        count = max(1, round(share * self._config.first_frame.positives))
        return features.read(self._collector.positives(box, count, pair.size, rng))

    def _negatives(
        self, features: FeatureMap, pair: FramePair, box: Box, share: float, rng: Generator
    ) -> Tensor:
        first = self._config.first_frame
        count = max(1, round(share * first.negatives))
        region = features.window.visible(pair.size)
        boxes = self._collector.negatives(box, count, first.max_background_overlap, region, rng)
        if len(boxes) == 0:
            boxes = self._collector.least_overlapping(box, count, region, rng)
        return features.read(boxes)

    def _regression_boxes(self, pair: FramePair, box: Box, rng: Generator) -> Boxes:
        config = self._config.box_regression
        spread = Spread(config.shift, config.scale, config.aspect)
        drawn = draw_uniform(box, config.boxes, spread, rng)
        return keep_inside(drawn, whole_image(pair.size))
