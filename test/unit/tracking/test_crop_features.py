"""Features of crops: both streams, dead cameras, every level of attention. Not how good they are.

Random weights throughout; the crops themselves are checked in test_pair_cropper.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.core.tracker_config import HeadConfig, TrackerConfig
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead
from rgbt_dualatt_ros.models.vgg_m import random_vgg_m
from rgbt_dualatt_ros.tracking.crop_features import CropReader
from rgbt_dualatt_ros.tracking.head_trainer import HeadTrainer
from rgbt_dualatt_ros.tracking.pair_cropper import as_planes, cut_crops

CPU = torch.device("cpu")
TARGET = Box(60, 40, 30, 40)
BOXES = np.array([[60, 40, 30, 40], [70, 30, 25, 45], [-10, 50, 40, 40]], np.float32)
PAPER = build(Config, {"preset": "paper"}).tracker
HALF = 512 * 9


def textured(seed: int, *shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


@pytest.fixture(scope="module")
def pair() -> FramePair:
    return FramePair(textured(0, 120, 160, 3), textured(1, 120, 160))


def reader_of(config: TrackerConfig = PAPER, pair: FramePair | None = None) -> CropReader:
    net = random_vgg_m(0).eval().requires_grad_(False)
    reader = CropReader((net, net), config, CPU)
    if pair is not None:
        reader.first_frames(pair, TARGET, np.random.default_rng(0))
    return reader


def with_level(level: str) -> TrackerConfig:
    return replace(PAPER, attention=replace(PAPER.attention, level=level))


def head_of(fusion: str = "fc5_concat", members: int = 1, start: str = "he") -> ClassifierHead:
    config = HeadConfig(members=members, hidden=16, fusion=fusion, start=start)
    head = ClassifierHead(2 * HALF, config)
    head.reinitialize(torch.Generator().manual_seed(0))
    return head


def test_features_are_those_of_each_crop_colour_first(pair: FramePair) -> None:
    features = reader_of(pair=pair).read_frame(pair, TARGET).read(BOXES)
    assert features.shape == (3, reader_of().width) == (3, 9216)
    net = random_vgg_m(0)
    planes = np.concatenate([pair.rgb, pair.thermal[..., None]], axis=2).transpose(2, 0, 1)
    crops = cut_crops(torch.from_numpy(planes.copy()), torch.from_numpy(BOXES))
    with torch.no_grad():
        color, thermal = (net(each).flatten(1) for each in as_planes(crops))
    torch.testing.assert_close(features[:, :HALF], color)
    torch.testing.assert_close(features[:, HALF:], thermal)


def test_each_camera_may_have_a_net_of_its_own(pair: FramePair) -> None:
    nets = random_vgg_m(0), random_vgg_m(1)
    own = CropReader(nets, PAPER, CPU).read_frame(pair, TARGET).read(BOXES)
    same = reader_of().read_frame(pair, TARGET).read(BOXES)
    torch.testing.assert_close(own[:, :HALF], same[:, :HALF])
    assert not torch.allclose(own[:, HALF:], same[:, HALF:])


def test_a_dead_camera_says_nothing(pair: FramePair) -> None:
    dead = FramePair(pair.rgb, np.full_like(pair.thermal, 128))
    features = reader_of(pair=pair).read_frame(dead, TARGET)
    assert features.sees.tolist() == [True, False]
    samples = features.sample(BOXES)
    assert not samples.features[:, HALF:].any()
    assert samples.features[:, :HALF].any()
    known = reader_of(pair=dead)
    assert known.known.tolist() == [True, False]
    assert known.read_frame(pair, TARGET).sees.tolist() == [True, False]


def blind_thermal(pair: FramePair) -> FramePair:
    return FramePair(pair.rgb, np.full_like(pair.thermal, 128))


def test_a_camera_dead_from_the_start_gives_no_boxes_no_features(pair: FramePair) -> None:
    reader = reader_of(pair=blind_thermal(pair))
    samples = reader.read_frame(pair, TARGET).sample(np.zeros((0, 4), np.float32))
    assert samples.features.shape == (0, 9216)


@pytest.mark.parametrize("level", ["input", "conv1", "conv3"])
def test_attention_does_not_look_at_what_the_head_is_not_shown(
    pair: FramePair, level: str
) -> None:
    """A camera dead in the first frame stays hidden, though the crops show it when it wakes."""
    reader = reader_of(with_level(level), blind_thermal(pair))
    head = head_of(start="mdnet")  # its biases let units answer to nothing too
    samples = reader.read_frame(pair, TARGET).sample(BOXES[:2])
    logits, leaves = reader.attend(samples, head, None)
    torch.testing.assert_close(logits, head(samples.features), atol=1e-4, rtol=1e-4)
    color, thermal = torch.autograd.grad(logits[..., 1].sum(), leaves)
    assert color.any()
    assert not thermal.any()
    looked = reader.explain(pair, TARGET, head)
    np.testing.assert_array_equal(
        looked.target, reader.explain(blind_thermal(pair), TARGET, head).target
    )


def test_crops_are_kept_only_for_maps_that_start_from_them(pair: FramePair) -> None:
    """They are more than half of the memory."""
    off = replace(PAPER, attention=replace(PAPER.attention, enabled=False))
    for config, is_kept in ((PAPER, True), (with_level("conv3"), False), (off, False)):
        samples = reader_of(config, pair).read_frame(pair, TARGET).sample(BOXES)
        assert bool(samples.source.nbytes) == is_kept
        assert samples.features.shape == (3, 9216)


def test_stored_features_stay_those_of_the_stored_crops(pair: FramePair) -> None:
    """The invariant of the memory: the convolutions do not learn online."""
    reader = reader_of(pair=pair)
    samples = reader.read_frame(pair, TARGET).sample(BOXES)
    before = [value.clone() for value in reader._nets[0].state_dict().values()]
    trainer = HeadTrainer(head_of(), reader, PAPER, torch.Generator().manual_seed(0))
    trainer.step(samples.rows(slice(1)), samples.rows(slice(1, 3)))
    assert trainer.report.skipped == trainer.report.unattended == 0
    for old, now in zip(before, reader._nets[0].state_dict().values(), strict=True):
        assert torch.equal(old, now)
    torch.testing.assert_close(reader._describe(samples.source), samples.features)


@pytest.mark.parametrize(
    ("level", "shape"),
    [("input", (3, 107, 107)), ("conv1", (96, 51, 51)), ("conv3", (512, 3, 3))],
)
@pytest.mark.parametrize(("fusion", "members"), [("fc5_concat", 1), ("conv3_concat", 2)])
def test_attention_starts_from_what_the_head_sees(
    pair: FramePair, level: str, shape: tuple[int, ...], fusion: str, members: int
) -> None:
    """The logits beside the leaves are those of scoring, and depend on each leaf."""
    reader, head = reader_of(with_level(level), pair), head_of(fusion, members)
    samples = reader.read_frame(pair, TARGET).sample(BOXES[:2])
    logits, leaves = reader.attend(samples, head, None)
    torch.testing.assert_close(logits, head(samples.features), atol=1e-4, rtol=1e-4)
    assert [tuple(leaf.shape) for leaf in leaves] == [(members, 2, *shape)] * 2
    for gradient in torch.autograd.grad(logits[..., 1].sum(), leaves):
        assert (gradient.flatten(2).abs().sum(2) > 0).all()


@pytest.mark.parametrize("level", ["roi3", "roi7"])
def test_levels_that_crops_do_not_have_are_refused(level: str) -> None:
    with pytest.raises(ConfigError, match=f"attention.level {level} does not go with"):
        reader_of(with_level(level))


def test_a_short_precision_is_for_scoring(pair: FramePair) -> None:
    config = replace(PAPER, features=replace(PAPER.features, precision="bfloat16"))
    short = reader_of(config, pair).read_frame(pair, TARGET).read(BOXES)
    exact = reader_of(pair=pair).read_frame(pair, TARGET).read(BOXES)
    assert short.dtype == torch.float32
    assert not torch.equal(short, exact)
    torch.testing.assert_close(short, exact, rtol=0.1, atol=0.05 * float(exact.std()))


def test_where_it_looks_is_shown_in_the_crop_of_the_box(pair: FramePair) -> None:
    head = head_of()
    images = reader_of(pair=pair).explain(pair, TARGET, head)
    for image in (images.target, images.background):
        assert image.shape == (120, 160)
        assert 0 <= image.min() < 0.5 < image.max() <= 1
        # The box and its border of 16 / 107, with a cell's width for the fading edge.
        outside = np.ones((120, 160), bool)
        outside[33:87, 54:96] = False
        assert not image[outside].any()
    assert all(each.grad is None for each in head.parameters())


def test_no_boxes_give_no_features(pair: FramePair) -> None:
    samples = reader_of(pair=pair).read_frame(pair, TARGET).sample(np.zeros((0, 4), np.float32))
    assert samples.features.shape == (0, 9216)
    assert samples.source.shape == (0, 4, 107, 107)
