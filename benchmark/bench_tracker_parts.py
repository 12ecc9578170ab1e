"""What the parts of one frame cost on one CPU thread: processor time, median of many calls.

    python benchmark/bench_tracker_parts.py

Input: a random 640x480 pair, the default settings, weights from the package. It also compares
torchvision's roi_align with two other ways to read the same values.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead
from rgbt_dualatt_ros.models.weights import load_backbone
from rgbt_dualatt_ros.tracking.feature_map import FeatureExtractor, FeatureMap
from rgbt_dualatt_ros.tracking.local_proposals import LocalProposals
from rgbt_dualatt_ros.tracking.online_learner import OnlineLearner
from rgbt_dualatt_ros.tracking.search_window import SearchWindow

CALLS = 40
TARGET = Box(280, 200, 60, 90)


def median_ms(call: Callable[[], object]) -> float:
    """Median processor time of `call`, ms."""
    times = []
    for _ in range(CALLS):
        began = time.process_time()
        call()
        times.append((time.process_time() - began) * 1e3)
    return statistics.median(times)


def bilinear_corners(features: FeatureMap, corners: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Rows of the map, the four cells of every bin's middle `(N bins², 4)`, and their weights."""
    channels, height, width = features.components.shape[1:]
    step = (torch.arange(features.bins) + 0.5) / features.bins
    x = corners[:, :1] + step * (corners[:, 2:3] - corners[:, :1]) - 0.5
    y = corners[:, 1:2] + step * (corners[:, 3:] - corners[:, 1:2]) - 0.5
    x, y = x.clamp(0, width - 1), y.clamp(0, height - 1)
    left, top = x.floor().clamp(max=width - 2), y.floor().clamp(max=height - 2)
    right, below = x - left, y - top
    first = (top[:, :, None] * width + left[:, None, :]).long().flatten()
    cells = torch.stack([first, first + 1, first + width, first + width + 1], dim=1)
    rows, columns = torch.stack([1 - below, below], -1), torch.stack([1 - right, right], -1)
    weights = rows[:, :, None, :, None] * columns[:, None, :, None, :]
    table = features.components[0].permute(1, 2, 0).reshape(-1, channels).contiguous()
    return table, cells, weights.reshape(-1, 4)


def by_embedding_bag(features: FeatureMap, corners: Tensor) -> Tensor:
    """The values of roi_align as weighted sums of rows; bins before channels."""
    table, cells, weights = bilinear_corners(features, corners)
    read = functional.embedding_bag(cells, table, per_sample_weights=weights, mode="sum")
    return read.view(len(corners), features.bins**2, -1).transpose(1, 2).flatten(1)


def by_grid_sample(features: FeatureMap, corners: Tensor) -> Tensor:
    """The values of roi_align by grid_sample."""
    height, width = features.components.shape[2:]
    step = (torch.arange(features.bins) + 0.5) / features.bins
    x = (corners[:, :1] + step * (corners[:, 2:3] - corners[:, :1])) * 2 / width - 1
    y = (corners[:, 1:2] + step * (corners[:, 3:] - corners[:, 1:2])) * 2 / height - 1
    bins = features.bins
    grid = torch.stack(
        [x[:, None, :].expand(-1, bins, -1), y[:, :, None].expand(-1, -1, bins)], dim=-1
    ).reshape(1, -1, bins, 2)
    read = functional.grid_sample(
        features.components, grid, align_corners=False, padding_mode="border"
    )
    return read[0].reshape(-1, len(corners), bins**2).transpose(0, 1).flatten(1)


def new_features(config: TrackerConfig, rng: np.random.Generator) -> FeatureMap:
    """The map of a random pair, and on the way the cost of making it."""
    pair = FramePair(
        rng.integers(0, 256, (480, 640, 3), np.uint8), rng.integers(0, 256, (480, 640), np.uint8)
    )
    extractor = FeatureExtractor(load_backbone("", 0), config, torch.device("cpu"))
    window = SearchWindow.around(TARGET, config.search)
    extractor.fit(pair, window)
    say("feature map of both images", median_ms(lambda: extractor.extract(pair, window)))
    return extractor.extract(pair, window)


def bench_reading(config: TrackerConfig, features: FeatureMap, rng: np.random.Generator) -> Tensor:
    """Three ways to read boxes; they must agree."""
    local, region = LocalProposals(config.proposals), features.window.visible(features.size)
    boxes = local.near(TARGET, region, rng).boxes
    corners = torch.from_numpy(features.window.to_map(boxes, features.context))
    read = features.read(boxes)
    say("draw proposals", median_ms(lambda: local.near(TARGET, region, rng)))
    say("read them by roi_align", median_ms(lambda: features.read(boxes)))
    for way in (by_embedding_bag, by_grid_sample):
        torch.testing.assert_close(way(features, corners), read, atol=1e-4, rtol=0)
        say(f"read them {way.__name__}", median_ms(lambda way=way: way(features, corners)))  # type: ignore[misc]
    return read


def bench_head(config: TrackerConfig, read: Tensor) -> None:
    """Scoring and learning."""
    head = ClassifierHead(read.shape[1], config.head)
    learner = OnlineLearner(head, config)
    samples = torch.randn(1500, read.shape[1])
    began = time.process_time()
    learner.fit_first_frame(samples[:500], samples[500:])
    say(f"first fit, {config.first_frame.iterations} steps", (time.process_time() - began) * 1e3)
    say("score proposals", median_ms(lambda: head.score(read)))
    say("start an update (mining)", median_ms(learner.update_short_term))
    steps = -(-config.learning.iterations // config.learning.interval)
    times = []
    for _ in range(CALLS):
        learner.update_short_term()  # so that there are steps to do
        began = time.process_time()
        learner.work()
        times.append((time.process_time() - began) * 1e3)
    early = -(-config.learning.iterations // config.learning.early_interval)
    say(f"{early} learning steps ({steps} a frame later)", statistics.median(times))


def say(name: str, milliseconds: float) -> None:
    """One line of the result."""
    sys.stdout.write(f"{name:40} {milliseconds:8.2f} ms\n")


def main() -> None:
    """Measure everything with the default settings."""
    torch.set_num_threads(1)
    config, rng = TrackerConfig(), np.random.default_rng(0)
    features = new_features(config, rng)
    with torch.no_grad():
        read = bench_reading(config, features, rng)
    bench_head(config, read)


if __name__ == "__main__":
    main()
