"""Box features: read right, blind modalities silent, numbers finite. Not: how good they are."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.tracker_config import FeatureConfig, SearchConfig, TrackerConfig
from rgbt_dualatt_ros.models.backbone import BackboneShape, random_backbone
from rgbt_dualatt_ros.tracking.feature_map import FeatureExtractor, FeatureMap, cut_pair, seeing
from rgbt_dualatt_ros.tracking.search_window import SearchWindow

TINY = BackboneShape(stem=3, middle=4, trunk=5, features=6)
CONFIG = TrackerConfig(
    search=SearchConfig(target_side=32),
    features=FeatureConfig(components=4, bins=3, context=1.2),
)
TARGET = Box(60, 40, 32, 32)


def textured(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (120, 160, 3), np.uint8)


def pair_of(rgb: NDArray[np.uint8], thermal: NDArray[np.uint8]) -> FramePair:
    return FramePair(rgb, thermal)


@pytest.fixture
def pair() -> FramePair:
    return pair_of(textured(0), textured(1)[..., 0].copy())


@pytest.fixture
def extractor(pair: FramePair) -> FeatureExtractor:
    extractor = FeatureExtractor(random_backbone(TINY, 0), CONFIG, torch.device("cpu"))
    extractor.fit(pair, window())
    return extractor


def window() -> SearchWindow:
    return SearchWindow.around(TARGET, CONFIG.search)


def read_slowly(features: FeatureMap, boxes: Boxes) -> NDArray[np.float64]:
    """Each bin's middle, bilinear between the four cells around it, edges repeated."""
    cells = features.components[0].numpy().astype(np.float64)  # (C, H, W)
    _, height, width = cells.shape
    rows = []
    for x1, y1, x2, y2 in features.window.to_map(boxes, features.context):
        bins = []
        for row in range(features.bins):
            for column in range(features.bins):
                y = y1 + (row + 0.5) * (y2 - y1) / features.bins - 0.5
                x = x1 + (column + 0.5) * (x2 - x1) / features.bins - 0.5
                y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
                top, left = min(math.floor(y), height - 2), min(math.floor(x), width - 2)
                below, right = y - top, x - left
                bins.append(
                    cells[:, top, left] * (1 - below) * (1 - right)
                    + cells[:, top, left + 1] * (1 - below) * right
                    + cells[:, top + 1, left] * below * (1 - right)
                    + cells[:, top + 1, left + 1] * below * right
                )
        rows.append(np.stack(bins, axis=1).ravel())
    return np.stack(rows)


def test_features_are_the_bilinear_values_at_the_bins(
    extractor: FeatureExtractor, pair: FramePair
) -> None:
    features = extractor.extract(pair, window())
    boxes = np.array([[60, 40, 32, 32], [41.3, 37.7, 20, 50], [70, 60, 11, 9]], np.float32)
    read = features.read(boxes)
    assert read.shape == (3, extractor.width) == (3, 2 * 4 * 9)
    np.testing.assert_allclose(read.numpy(), read_slowly(features, boxes), atol=2e-5)


def test_colour_comes_first(extractor: FeatureExtractor, pair: FramePair) -> None:
    other = pair_of(pair.rgb, textured(9)[..., 0].copy())
    boxes = TARGET.as_array()[None]
    first = extractor.extract(pair, window()).read(boxes)
    second = extractor.extract(other, window()).read(boxes)
    half = extractor.width // 2
    torch.testing.assert_close(first[:, :half], second[:, :half])
    assert not torch.allclose(first[:, half:], second[:, half:])


def test_the_first_frame_is_standardised(extractor: FeatureExtractor, pair: FramePair) -> None:
    components = extractor.extract(pair, window()).components.reshape(2, 4, 12, 12)
    means = components.mean(dim=(2, 3))
    torch.testing.assert_close(means, torch.zeros_like(means), atol=1e-4, rtol=0)
    variances = components.var(dim=(2, 3), unbiased=False).mean(dim=1)
    torch.testing.assert_close(variances, torch.ones(2), atol=1e-3, rtol=0)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_dead_thermal_image_says_nothing(
    extractor: FeatureExtractor, pair: FramePair, level: int
) -> None:
    dead = pair_of(pair.rgb, np.full((120, 160), level, np.uint8))
    features = extractor.extract(dead, window())
    assert features.sees.tolist() == [True, False]
    read = features.read(TARGET.as_array()[None])
    half = extractor.width // 2
    assert not read[:, half:].any()
    assert read[:, :half].abs().sum() > 0


def test_what_was_dead_in_the_first_frame_stays_hidden(pair: FramePair) -> None:
    """Nothing was learned there; its statistics would divide by nearly nothing later."""
    extractor = FeatureExtractor(random_backbone(TINY, 0), CONFIG, torch.device("cpu"))
    extractor.fit(pair_of(np.zeros((120, 160, 3), np.uint8), pair.thermal), window())
    features = extractor.extract(pair, window())
    assert features.sees.tolist() == [False, True]
    assert torch.isfinite(features.components).all()
    assert not features.components[:, :4].any()


def test_sensor_noise_of_a_covered_camera_is_no_sight() -> None:
    noise = np.clip(np.random.default_rng(0).normal(3, 1, (120, 160, 3)), 0, 255).astype(np.uint8)
    crop = cut_pair(pair_of(noise, textured(1)[..., 0].copy()), SearchWindow(0, 0, 96, 96, 96))
    assert seeing(crop, min_contrast=2.0).tolist() == [False, True]


def test_the_map_knows_the_images_size(extractor: FeatureExtractor, pair: FramePair) -> None:
    assert extractor.extract(pair, window()).size == ImageSize(160, 120)


def test_extracting_before_fitting_is_a_mistake_of_ours(pair: FramePair) -> None:
    extractor = FeatureExtractor(random_backbone(TINY, 0), CONFIG, torch.device("cpu"))
    with pytest.raises(RuntimeError, match="fit the basis first"):
        extractor.extract(pair, window())
