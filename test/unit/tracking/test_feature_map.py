"""Box features: read right, blind modalities silent, numbers finite. Not: how good they are."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.learning_config import AttentionConfig
from rgbt_dualatt_ros.core.tracker_config import (
    FeatureConfig,
    HeadConfig,
    SearchConfig,
    TrackerConfig,
)
from rgbt_dualatt_ros.models.backbone import BackboneShape, random_backbone
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead
from rgbt_dualatt_ros.tracking.feature_map import FeatureMap, MapReader
from rgbt_dualatt_ros.tracking.frame_features import seeing
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
def reader(pair: FramePair) -> MapReader:
    return started(pair)


def started(pair: FramePair, config: TrackerConfig = CONFIG) -> MapReader:
    reader = MapReader(random_backbone(TINY, 0), config, torch.device("cpu"))
    reader.first_frames(pair, TARGET, np.random.default_rng(0))
    return reader


def read_slowly(features: FeatureMap, boxes: Boxes) -> NDArray[np.float64]:
    """Each bin's middle, bilinear between the four cells around it, edges repeated."""
    cells = features.components[0].numpy().astype(np.float64)  # (C, H, W)
    _, height, width = cells.shape
    rows = []
    for x1, y1, x2, y2 in features.window.to_map(boxes, features.config.context):
        bins = []
        for row in range(features.config.bins):
            for column in range(features.config.bins):
                y = y1 + (row + 0.5) * (y2 - y1) / features.config.bins - 0.5
                x = x1 + (column + 0.5) * (x2 - x1) / features.config.bins - 0.5
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


def test_features_are_the_bilinear_values_at_the_bins(reader: MapReader, pair: FramePair) -> None:
    features = reader.read_frame(pair, TARGET)
    boxes = np.array([[60, 40, 32, 32], [41.3, 37.7, 20, 50], [70, 60, 11, 9]], np.float32)
    read = features.read(boxes)
    assert read.shape == (3, reader.width) == (3, 2 * 4 * 9)
    np.testing.assert_allclose(read.numpy(), read_slowly(features, boxes), atol=2e-5)


def test_colour_comes_first(reader: MapReader, pair: FramePair) -> None:
    other = pair_of(pair.rgb, textured(9)[..., 0].copy())
    boxes = TARGET.as_array()[None]
    first = reader.read_frame(pair, TARGET).read(boxes)
    second = reader.read_frame(other, TARGET).read(boxes)
    half = reader.width // 2
    torch.testing.assert_close(first[:, :half], second[:, :half])
    assert not torch.allclose(first[:, half:], second[:, half:])


def test_the_first_frame_is_standardised(reader: MapReader, pair: FramePair) -> None:
    components = reader.read_frame(pair, TARGET).components.reshape(2, 4, 12, 12)
    means = components.mean(dim=(2, 3))
    torch.testing.assert_close(means, torch.zeros_like(means), atol=1e-4, rtol=0)
    variances = components.var(dim=(2, 3), unbiased=False).mean(dim=1)
    torch.testing.assert_close(variances, torch.ones(2), atol=1e-3, rtol=0)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_dead_thermal_image_says_nothing(reader: MapReader, pair: FramePair, level: int) -> None:
    dead = pair_of(pair.rgb, np.full((120, 160), level, np.uint8))
    features = reader.read_frame(dead, TARGET)
    assert features.sees.tolist() == [True, False]
    read = features.read(TARGET.as_array()[None])
    half = reader.width // 2
    assert not read[:, half:].any()
    assert read[:, :half].abs().sum() > 0


def test_what_was_dead_in_the_first_frame_stays_hidden(pair: FramePair) -> None:
    """Nothing was learned there; its statistics would divide by nearly nothing later."""
    reader = started(pair_of(np.zeros((120, 160, 3), np.uint8), pair.thermal))
    assert reader.known.tolist() == [False, True]
    features = reader.read_frame(pair, TARGET)
    assert features.sees.tolist() == [False, True]
    assert torch.isfinite(features.components).all()
    assert not features.components[:, :4].any()


def test_sensor_noise_of_a_covered_camera_is_no_sight() -> None:
    noise = np.clip(np.random.default_rng(0).normal(3, 1, (120, 160, 3)), 0, 255).astype(np.uint8)
    crop = SearchWindow(0, 0, 96, 96, 96).cut_pair(pair_of(noise, textured(1)[..., 0].copy()))
    assert seeing(crop, min_contrast=2.0).tolist() == [False, True]


def test_the_map_knows_the_images_size(reader: MapReader, pair: FramePair) -> None:
    assert reader.read_frame(pair, TARGET).size == ImageSize(160, 120)


def test_reading_before_the_first_frame_is_a_mistake_of_ours(pair: FramePair) -> None:
    reader = MapReader(random_backbone(TINY, 0), CONFIG, torch.device("cpu"))
    with pytest.raises(RuntimeError, match="read the first frame first"):
        reader.read_frame(pair, TARGET)


POOLED = dataclasses.replace(
    CONFIG,
    features=dataclasses.replace(CONFIG.features, max_pooling=True),
    attention=AttentionConfig(level="roi7"),
)


def head_for(reader: MapReader) -> ClassifierHead:
    head = ClassifierHead(reader.width, HeadConfig(members=2, hidden=8))
    head.reinitialize(torch.Generator().manual_seed(0))
    return head


def test_pooling_keeps_the_strongest_of_three_by_three(pair: FramePair) -> None:
    features = started(pair, POOLED).read_frame(pair, TARGET)
    samples = features.sample(TARGET.as_array()[None])
    assert samples.source.shape == (1, 8, 7, 7)
    corner = samples.source[0, :, :3, :3].amax(dim=(1, 2))
    pooled = samples.features.view(8, 3, 3)
    torch.testing.assert_close(pooled[:, 0, 0], corner)
    torch.testing.assert_close(features.read(TARGET.as_array()[None]), samples.features)


@pytest.mark.parametrize("config", [CONFIG, POOLED], ids=["roi3", "roi7"])
def test_attention_starts_from_what_the_head_sees(pair: FramePair, config: TrackerConfig) -> None:
    """The logits beside the leaves are those of scoring, and depend on each leaf."""
    reader = started(pair, config)
    head = head_for(reader)
    boxes = np.array([[60, 40, 32, 32], [50, 30, 30, 34]], np.float32)
    samples = reader.read_frame(pair, TARGET).sample(boxes)
    logits, leaves = reader.attend(samples, head, None)
    torch.testing.assert_close(logits, head(samples.features))
    side = 7 if config is POOLED else 3
    assert [leaf.shape for leaf in leaves] == [(2, 2, 4, side, side)] * 2
    for gradient in torch.autograd.grad(logits[..., 1].sum(), leaves):
        assert gradient.abs().sum() > 0


@pytest.mark.parametrize("config", [CONFIG, POOLED], ids=["roi3", "roi7"])
def test_attention_leaves_out_what_was_dead_in_the_first_frame(
    pair: FramePair, config: TrackerConfig
) -> None:
    """Else the penalty would act on weights that nothing else ever teaches."""
    dead = pair_of(np.zeros((120, 160, 3), np.uint8), pair.thermal)
    reader = started(dead, config)
    head = head_for(reader)
    logits, leaves = reader.attend(
        reader.read_frame(dead, TARGET).sample(TARGET.as_array()[None]), head, None
    )
    color, thermal = torch.autograd.grad(logits[..., 1].sum(), leaves)
    assert not color.any()
    assert thermal.any()


@pytest.mark.parametrize("level", ["input", "conv1", "conv3", "roi7"])
def test_levels_that_the_map_does_not_have_are_refused(level: str) -> None:
    config = dataclasses.replace(CONFIG, attention=AttentionConfig(level=level))
    with pytest.raises(ConfigError, match=f"attention.level {level} does not go with"):
        MapReader(random_backbone(TINY, 0), config, torch.device("cpu"))


def test_where_it_looks_is_shown_around_the_box_only(reader: MapReader, pair: FramePair) -> None:
    images = reader.explain(pair, TARGET, head_for(reader))
    for image in (images.target, images.background):
        assert image.shape == (120, 160)
        assert image.dtype == np.float32
        assert 0 <= image.min() < 0.5 < image.max() <= 1
    shown = SearchWindow.around(TARGET, CONFIG.search)
    outside = np.ones((120, 160), bool)
    edge = 2  # px of a cell, over which the map fades out
    outside[
        max(shown.y - edge, 0) : shown.y + shown.h + edge,
        max(shown.x - edge, 0) : shown.x + shown.w + edge,
    ] = False
    assert outside.any()
    assert not images.target[outside].any()
    # Far from the box nothing can change the score: the net does not see that far.
    weight = images.target / images.target.sum()
    rows, columns = np.indices(weight.shape) + 0.5
    assert abs((weight * columns).sum() - 76) < 16
    assert abs((weight * rows).sum() - 56) < 16


def test_explaining_leaves_no_gradient_behind(reader: MapReader, pair: FramePair) -> None:
    head = head_for(reader)
    reader.explain(pair, TARGET, head)
    assert all(each.grad is None for each in head.parameters())
    assert not reader.read_frame(pair, TARGET).components.requires_grad


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_precision_asked_for_is_that_of_the_convolutions_alone(
    pair: FramePair, precision: str
) -> None:
    features = dataclasses.replace(CONFIG.features, precision=precision)
    asked = started(pair, dataclasses.replace(CONFIG, features=features))
    boxes = TARGET.as_array()[None]
    crops = SearchWindow.around(TARGET, CONFIG.search).cut_pair(pair)[None]
    with torch.no_grad():
        usual, maps = started(pair)._maps(crops), asked._maps(crops)
    error = float((maps - usual).norm() / usual.norm())
    assert maps.dtype is torch.float32
    assert asked.read_frame(pair, TARGET).read(boxes).dtype is torch.float32
    # A bfloat16 has eight bits: half of the last one is 0.4 %, and errors of six layers add up.
    assert error == 0 if precision == "float32" else 1e-4 < error < 0.05
    shown = asked.explain(pair, TARGET, head_for(asked)).target
    expected = started(pair).explain(pair, TARGET, head_for(asked)).target
    np.testing.assert_allclose(shown, expected, atol=0.05)  # its own net is float32 always
