"""What the benchmark counts: frames, stages, maps. Not: how fast this machine is."""

from __future__ import annotations

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.evaluation.speed import measure_speed
from rgbt_dualatt_ros.tracking.dual_attention_tracker import DualAttentionTracker

SMALL = {
    "device": "cpu",
    "weights": "random",
    "first_frame.iterations": 2,
    "global_attention.weights": "random",
    "global_attention.every": 3,
    "global_attention.every_crowded": 3,
    "status.uncertain_below": -10.0,  # random features: never doubtful
}


def _pairs() -> list[FramePair]:
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 255, (120, 160, 3), dtype=np.uint8)
    thermal = rng.integers(0, 255, (120, 160), dtype=np.uint8)
    return [FramePair(np.roll(rgb, step, 1), np.roll(thermal, step, 1)) for step in range(4)]


@pytest.mark.parametrize("enabled", [True, False], ids=["maps", "no maps"])
def test_every_frame_and_every_map_is_counted(enabled: bool) -> None:
    settings = {**SMALL, "global_attention.enabled": enabled}
    tracker = DualAttentionTracker.from_config(build(TrackerConfig, settings))
    report = measure_speed(tracker, _pairs(), Box(60, 40, 30, 30), 11)
    assert report.frame_ms.shape == (11,)
    assert set(report.stage_ms) == {"features", "localize", "learn"}
    assert len(report.maps_ms) == (4 if enabled else 0)  # in frames 1, 4, 7 and 10
    assert sum(report.stage_ms.values()) <= report.frame_ms.mean()
    assert report.maps_ms.sum() <= 11 * report.stage_ms["features"]
    said = "\n".join(report.lines())
    assert report.resident_mb.shape == (10,)
    assert (report.resident_mb > 1).all()
    assert report.growth_mb == report.resident_mb[9] - report.resident_mb[0]
    assert ("global attention: 4 maps" if enabled else "global attention: no map") in said
