"""Training samples: overlap ranges, shares, the image's edge, and what happens when none fit."""

from __future__ import annotations

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes, iou, xywh_to_cxcywh
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.learning_config import SampleConfig
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.tracking.sample_collector import BackgroundPlan, SampleCollector
from rgbt_dualatt_ros.tracking.sampling import Spread, whole_image

SIZE = ImageSize(640, 480)
TARGET = Box(300, 200, 40, 60)
AT_EDGE = Box(0, 200, 40, 60)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def overlaps(boxes: Boxes, target: Box) -> Boxes:
    return iou(boxes, target.as_array()[None])


@pytest.mark.parametrize("preset", ["realtime", "paper", "dat", "py_mdnet"])
@pytest.mark.parametrize("target", [TARGET, AT_EDGE], ids=["inside", "at the edge"])
def test_the_papers_overlaps_hold_in_the_first_frame(preset: str, target: Box) -> None:
    """Section 3.3: target samples from 0.7 to 1, background samples below 0.5."""
    config = build(Config, {"preset": preset}).tracker
    collector = SampleCollector(config.samples)
    positives = collector.positives(target, 500, SIZE, rng())
    assert len(positives) == 500
    assert (overlaps(positives, target) >= 0.7).all()
    plan = BackgroundPlan.of_first_frame(config.first_frame)
    negatives = collector.negatives(target, 1000, plan, whole_image(SIZE), rng())
    assert len(negatives) == 1000
    assert (overlaps(negatives, target) <= 0.5).all()


def test_half_of_the_papers_background_is_from_all_over_the_image() -> None:
    config = build(Config, {"preset": "paper"}).tracker
    plan = BackgroundPlan.of_first_frame(config.first_frame)
    drawn = SampleCollector(config.samples).negatives(TARGET, 4000, plan, whole_image(SIZE), rng())
    distance = np.abs(xywh_to_cxcywh(drawn)[:, :2] - np.array(TARGET.center)).max(axis=1)
    # A shift of one mean side is 50 px; a good tenth of the image lies as near by chance.
    assert 0.42 < (distance > 50.01).mean() < 0.5


def test_samples_may_reach_over_the_edge_or_not() -> None:
    for overhang in (False, True):
        collector = SampleCollector(SampleConfig(overhang=overhang))
        plan = BackgroundPlan(Spread(1.5, 1.2), 0.3)
        boxes = np.concatenate(
            [
                collector.positives(AT_EDGE, 200, SIZE, rng()),
                collector.negatives(AT_EDGE, 200, plan, whole_image(SIZE), rng()),
            ]
        )
        assert (boxes[:, 0] < -1).any() == overhang
        assert (xywh_to_cxcywh(boxes)[:, 0] >= -1e-3).all()


def test_a_target_that_fills_the_image_has_no_background_and_says_so() -> None:
    collector = SampleCollector(SampleConfig())
    full = Box(0, 0, 640, 480)
    plan = BackgroundPlan(Spread(1.5, 1.01), 0.3)
    assert len(collector.negatives(full, 50, plan, whole_image(SIZE), rng())) == 0
    assert collector.least_overlapping(full, 50, whole_image(SIZE), rng()).shape == (50, 4)


def test_impossible_overlaps_of_the_target_are_filled_up_beside_it() -> None:
    collector = SampleCollector(SampleConfig(min_overlap=1.0))
    positives = collector.positives(TARGET, 30, SIZE, rng())
    assert positives.shape == (30, 4)
    assert (overlaps(positives, TARGET) > 0.85).all()
