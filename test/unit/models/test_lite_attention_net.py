"""The lite attention net: its size, its answers, and what it does with dead cameras."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.models.lite_attention_net import (
    FrameMaps,
    LiteAttentionNet,
    LiteCode,
    LiteShape,
    image_tensors,
)

SMALL = LiteShape(4, 6, 8, 8, 4, 6, 8, 6)


@pytest.fixture(scope="module")
def net() -> LiteAttentionNet:
    return _net(SMALL)


def _net(shape: LiteShape) -> LiteAttentionNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return LiteAttentionNet(shape).eval().requires_grad_(False)


def _pair(seed: int = 0, size: tuple[int, int] = (120, 160)) -> FramePair:
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 255, (*size, 3), dtype=np.uint8)
    return FramePair(rgb, rng.integers(0, 255, size, dtype=np.uint8))


def test_the_shipped_shape_fits_its_budgets() -> None:
    full = LiteAttentionNet(LiteShape())
    count = sum(each.numel() for each in full.parameters())
    assert count == 768_484
    assert 2 * count < 6e6  # bytes as float16
    assert _macs(full) == pytest.approx(0.909e9, rel=0.01)


def _macs(net: LiteAttentionNet) -> int:
    """Multiplications of the convolutions in one search; both cameras pass the encoder."""
    counted: list[int] = []

    def count(layer: torch.nn.Module, _: object, out: torch.Tensor) -> None:
        weight = layer.weight
        assert isinstance(weight, torch.Tensor)
        counted.append(weight.numel() * out.shape[0] * out.shape[2] * out.shape[3])

    code = LiteCode(*net.code_target(_pair(), Box(40, 40, 30, 30)))
    hooks = [
        each.register_forward_hook(count)
        for each in net.modules()
        if isinstance(each, torch.nn.Conv2d)
    ]
    net.attend(_pair(), code.tensors())
    for hook in hooks:
        hook.remove()
    return sum(counted)


def test_the_map_covers_the_whole_image_whatever_its_size(net: LiteAttentionNet) -> None:
    for size in ((120, 160), (33, 250), (480, 640)):
        pair = _pair(size=size)
        attention = net.attend(pair, net.code_target(pair, Box(10, 10, 20, 20)))
        assert attention.shape == (192, 256)
        assert attention.dtype == np.float32
        assert 0 <= attention.min() <= attention.max() <= 1


def test_equal_questions_have_equal_answers(net: LiteAttentionNet) -> None:
    pair, later = _pair(0), _pair(1)
    code = net.code_target(pair, Box(30, 20, 30, 40))
    first = net.attend(later, code)
    net.attend(pair, net.code_target(later, Box(0, 0, 50, 50)))
    np.testing.assert_array_equal(first, net.attend(later, code))


def test_another_target_has_another_map(net: LiteAttentionNet) -> None:
    pair = _pair()
    here = net.attend(pair, net.code_target(pair, Box(10, 10, 30, 30)))
    there = net.attend(pair, net.code_target(pair, Box(110, 70, 30, 30)))
    assert np.abs(here - there).max() > 1e-3


def test_many_targets_at_once_are_the_same_as_one_by_one(net: LiteAttentionNet) -> None:
    color, thermal = (
        torch.stack(each) for each in zip(*map(image_tensors, (_pair(0), _pair(1))), strict=True)
    )
    boxes = torch.tensor(
        [[[10.0, 10, 40, 40], [100, 50, 30, 60]], [[50, 50, 20, 20], [0, 0, 9, 9]]]
    )
    together, ridges = net(color, thermal, boxes, color.flip(0), thermal.flip(0))
    assert together.shape == (2, 2, 48, 64)
    assert ridges.shape == (2, 2, 3, 24, 32)
    for image in range(2):
        for target in range(2):
            one = slice(image, image + 1)
            alone, _ = net(
                color[one],
                thermal[one],
                boxes[one, target : target + 1],
                color.flip(0)[one],
                thermal.flip(0)[one],
            )
            torch.testing.assert_close(alone[0, 0], together[image, target], rtol=1e-3, atol=1e-4)


def test_a_tracker_sees_what_training_sees(net: LiteAttentionNet) -> None:
    first, later, box = _pair(0), _pair(1), Box(30, 20, 40, 40)
    scaled = torch.tensor([[[30 * 1.6, 20 * 1.6, 40 * 1.6, 40 * 1.6]]])
    with torch.no_grad():
        maps = [net.frame_maps(*(each[None] for each in image_tensors(p))) for p in (first, later)]
        code = net.code(maps[0], scaled)
        logits, _ = net.logits(maps[1], code)
    look = net.look(later, net.code_target(first, box))
    torch.testing.assert_close(
        torch.from_numpy(look.strength)[::4, ::4], torch.sigmoid(logits[0, 0])
    )
    standard = (maps[1].matched - code.mean) / code.deviation
    torch.testing.assert_close(torch.from_numpy(look.features), standard[0])


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_image_lives_when_its_grey_levels_differ(net: LiteAttentionNet, level: int) -> None:
    flat = torch.full((3, 3, 192, 256), float(level))
    flat[1, :, ::2] += 3.8 if level < 255 else -3.8  # a deviation of 1.9
    flat[2, :, ::2] += 4.2 if level < 255 else -4.2  # of 2.1
    alive = net.frame_maps(flat, flat[:, :1]).alive
    assert alive.tolist() == [[0, 0], [0, 0], [1, 1]]


def test_one_colour_all_over_is_a_dead_camera(net: LiteAttentionNet) -> None:
    blue = torch.zeros(1, 3, 192, 256)
    blue[:, 2] = 255.0
    thermal = 255 * torch.rand(1, 1, 192, 256, generator=torch.Generator().manual_seed(0))
    assert net.frame_maps(blue, thermal).alive.tolist() == [[0, 1]]
    # Flat in two of its colours it sees, though little: grey levels spread by 2.5 in the third.
    blue[:, 2, ::2] -= 5
    assert net.frame_maps(blue, thermal).alive.tolist() == [[1, 1]]


@pytest.mark.parametrize("dead", ["colour", "thermal", "both"])
def test_a_dead_camera_gives_a_finite_map_and_is_known(net: LiteAttentionNet, dead: str) -> None:
    pair = _pair()
    code = net.code_target(pair, Box(30, 20, 30, 40))
    rgb = np.zeros_like(pair.rgb) if dead != "thermal" else pair.rgb
    thermal = np.zeros_like(pair.thermal) if dead != "colour" else pair.thermal
    blind = FramePair(rgb, thermal)
    assert np.isfinite(net.attend(blind, code)).all()
    tensors = [each[None] for each in image_tensors(blind)]
    alive = net.frame_maps(*tensors).alive[0].tolist()
    assert alive == [float(dead == "thermal"), float(dead == "colour")]


def test_the_ridge_maps_find_a_thing_that_has_moved() -> None:
    """Without any training: a patch of texture, shown once, is found elsewhere."""
    rng = np.random.default_rng(3)
    patch = rng.integers(0, 255, (48, 48, 3), dtype=np.uint8)
    first = np.full((192, 256, 3), 90, np.uint8)
    later = first.copy()
    first[40:88, 32:80] = patch
    later[120:168, 176:224] = patch
    full = _net(LiteShape())
    pairs = [FramePair(image, np.ascontiguousarray(image[..., 0])) for image in (first, later)]
    inputs = [[each[None] for each in image_tensors(pair)] for pair in pairs]
    box = torch.tensor([[[32.0, 40.0, 48.0, 48.0]]])
    _, ridges = full(*inputs[0], box, *inputs[1])
    for index in range(3):
        row, column = divmod(int(ridges[0, 0, index].argmax()), 32)
        assert 120 <= 8 * row < 168
        assert 176 <= 8 * column < 224


def test_a_lower_precision_is_that_of_the_convolutions_alone() -> None:
    pair, later, box = _pair(0), _pair(1), Box(30, 20, 30, 40)
    net, low = _net(SMALL), _net(SMALL)
    low.use_precision(torch.bfloat16)
    looks = [each.look(later, each.code_target(pair, box)) for each in (net, low)]
    assert all(each.dtype is torch.float32 for each in low.code_target(pair, box))
    assert looks[1].features.dtype == looks[1].strength.dtype == np.float32
    difference = np.abs(looks[0].strength - looks[1].strength).max()
    assert 0 < difference < 0.02
    low.use_precision(torch.float32)
    assert np.abs(low.attend(later, low.code_target(pair, box)) - looks[0].strength).max() < 0.02


def test_the_frame_that_is_learnt_from_is_coded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    net, pair, box = _net(SMALL), _pair(), Box(30, 20, 30, 40)
    coded: list[torch.Tensor] = []
    plain = net._maps_of

    def counted(images: torch.Tensor) -> FrameMaps:
        coded.append(images)
        return plain(images)

    monkeypatch.setattr(net, "_maps_of", counted)
    code = net.code_target(pair, box)
    first = net.attend(pair, code)
    assert len(coded) == 1
    np.testing.assert_array_equal(net.attend(pair, code), first)
    assert len(coded) == 2  # nothing is kept for longer
    net.code_target(pair, box)
    other = net.attend(_pair(1), code)
    assert len(coded) == 4
    assert np.abs(other - first).max() > 0
