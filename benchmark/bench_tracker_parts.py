"""What the parts of one frame cost on one CPU thread: processor time, least and median of many.

    python benchmark/bench_tracker_parts.py

Input: a random 640x480 pair, the default settings, weights from the package. It also compares
torchvision's roi_align with two other ways to read the same values. Beside other work the least
says more than the median.
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
from rgbt_dualatt_ros.core.tracker_config import FeatureConfig, TrackerConfig
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead
from rgbt_dualatt_ros.models.weights import load_backbone, load_global_attention
from rgbt_dualatt_ros.tracking.feature_map import FeatureMap, MapReader
from rgbt_dualatt_ros.tracking.frame_features import PRECISIONS, Samples
from rgbt_dualatt_ros.tracking.local_proposals import LocalProposals
from rgbt_dualatt_ros.tracking.online_learner import OnlineLearner
from rgbt_dualatt_ros.tracking.search_window import SearchWindow

CALLS = 40
TARGET = Box(280, 200, 60, 90)


def measure(name: str, call: Callable[[], object]) -> None:
    """Say the least and the median processor time of `call`."""
    times = []
    for _ in range(CALLS):
        began = time.process_time()
        call()
        times.append((time.process_time() - began) * 1e3)
    say(name, times)


def bilinear_corners(features: FeatureMap, corners: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Rows of the map, the four cells of every bin's middle `(N bins², 4)`, and their weights."""
    channels, height, width = features.components.shape[1:]
    bins = features.config.bins
    step = (torch.arange(bins) + 0.5) / bins
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
    return read.view(len(corners), features.config.bins**2, -1).transpose(1, 2).flatten(1)


def by_grid_sample(features: FeatureMap, corners: Tensor) -> Tensor:
    """The values of roi_align by grid_sample."""
    height, width = features.components.shape[2:]
    bins = features.config.bins
    step = (torch.arange(bins) + 0.5) / bins
    x = (corners[:, :1] + step * (corners[:, 2:3] - corners[:, :1])) * 2 / width - 1
    y = (corners[:, 1:2] + step * (corners[:, 3:] - corners[:, 1:2])) * 2 / height - 1
    grid = torch.stack(
        [x[:, None, :].expand(-1, bins, -1), y[:, :, None].expand(-1, -1, bins)], dim=-1
    ).reshape(1, -1, bins, 2)
    read = functional.grid_sample(
        features.components, grid, align_corners=False, padding_mode="border"
    )
    return read[0].reshape(-1, len(corners), bins**2).transpose(0, 1).flatten(1)


def bench_features(
    config: TrackerConfig, pair: FramePair, rng: np.random.Generator
) -> tuple[MapReader, FeatureMap]:
    """The cost of a map of the search window, and one."""
    reader = MapReader(load_backbone("", 0), config, torch.device("cpu"))
    reader.first_frames(pair, TARGET, rng)
    window = SearchWindow.around(TARGET, config.search)
    measure("cut both images", lambda: window.cut_pair(pair))
    precision = config.features.precision
    measure(f"feature map of both, {precision}", lambda: reader.read_frame(pair, TARGET))
    return reader, reader.read_frame(pair, TARGET)


def bench_global_map(pair: FramePair) -> None:
    """The cost of a map of the whole image, and of learning its target."""
    net = load_global_attention("lite", "", 0).to(memory_format=torch.channels_last)
    for name, precision in PRECISIONS.items():
        if name == "float16":  # for GPUs
            continue
        net.use_precision(precision)
        code = net.code_target(pair, TARGET)
        net.attend(pair, code)
        measure(f"map of the whole image, {name}", lambda code=code: net.look(pair, code))  # type: ignore[misc]
    measure("code of its target", lambda: net.code_target(pair, TARGET))


def bench_reading(config: TrackerConfig, features: FeatureMap, rng: np.random.Generator) -> Tensor:
    """Three ways to read boxes; they must agree."""
    local, region = LocalProposals(config.proposals), features.window.visible(features.size)
    boxes = local.near(TARGET, region, rng).boxes
    corners = torch.from_numpy(features.window.to_map(boxes, features.config.context))
    read = features.read(boxes)
    measure("draw proposals", lambda: local.near(TARGET, region, rng))
    measure("read them by roi_align", lambda: features.read(boxes))
    for way in (by_embedding_bag, by_grid_sample):
        torch.testing.assert_close(way(features, corners), read, atol=1e-4, rtol=0)
        measure(f"read them {way.__name__}", lambda way=way: way(features, corners))  # type: ignore[misc]
    return read


def bench_head(config: TrackerConfig, reader: MapReader, read: Tensor) -> None:
    """Scoring and learning."""
    head = ClassifierHead(read.shape[1], config.head)
    learner = OnlineLearner(head, reader, config)
    samples = Samples.plain(torch.randn(1500, read.shape[1]))
    began = time.process_time()
    learner.fit_first_frame(samples.rows(slice(500)), samples.rows(slice(500, None)))
    say(f"first fit, {config.first_frame.iterations} steps", [(time.process_time() - began) * 1e3])
    with torch.inference_mode():
        measure("score proposals", lambda: head.score(read))
    measure("start an update (mining)", learner.update_short_term)
    steps = -(-config.learning.iterations // config.learning.interval)
    times = []
    for _ in range(CALLS):
        learner.update_short_term()  # so that there are steps to do
        began = time.process_time()
        learner.work()
        times.append((time.process_time() - began) * 1e3)
    early = -(-config.learning.iterations // config.learning.early_interval)
    say(f"{early} learning steps ({steps} a frame later)", times)


def say(name: str, times: list[float]) -> None:
    """One line of the result."""
    sys.stdout.write(f"{name:40} {min(times):8.2f} {statistics.median(times):8.2f} ms\n")


def main() -> None:
    """Measure everything with the default settings."""
    torch.set_num_threads(1)
    config, rng = TrackerConfig(), np.random.default_rng(0)
    pair = FramePair(
        rng.integers(0, 256, (480, 640, 3), np.uint8), rng.integers(0, 256, (480, 640), np.uint8)
    )
    reader, features = bench_features(config, pair, rng)
    bench_features(TrackerConfig(features=FeatureConfig(precision="bfloat16")), pair, rng)
    bench_global_map(pair)
    with torch.no_grad():
        read = bench_reading(config, features, rng)
    bench_head(config, reader, read)


if __name__ == "__main__":
    main()
