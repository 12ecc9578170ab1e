"""Attention maps: which score, which reduction, which cameras, and what is refused.

Proves what each setting of `attention.*` that shapes a map means, that samples and members do not
mix, and that half precision stays out. The values themselves are compared with Eq. (1)-(4) in
`test_local_attention_equations.py`; that the weights learn is in `..._learning.py`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from rgbt_dualatt_ros.core.learning_config import AttentionConfig
from rgbt_dualatt_ros.models.classifier_head import BACKGROUND, TARGET
from rgbt_dualatt_ros.tracking.local_attention import (
    AttentionMaps,
    attention_maps,
    attention_penalty,
)

CONFIG = AttentionConfig(spread_floor=0.0)
SAMPLES, CHANNELS, SIDE = 4, 3, 5


def linear_scores(leaf: Tensor, weight: Tensor) -> Tensor:
    """Logits whose slopes are the weights `(2, C, H, W)` themselves, times the sample's mean."""
    return torch.einsum("...chw,kchw->...k", leaf, weight)


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def leaf_of(*shape: int, seed: int = 1) -> Tensor:
    return random(*shape, seed=seed).requires_grad_()


def one(maps: list[AttentionMaps]) -> AttentionMaps:
    (entry,) = maps
    return entry


WEIGHT = random(2, CHANNELS, SIDE, SIDE)


@pytest.mark.parametrize(
    ("reduction", "expected"),
    [
        ("sum_squares", (WEIGHT**2).sum(1)),
        ("sum_absolute", WEIGHT.abs().sum(1)),
        ("sum_positive", WEIGHT.clamp(min=0).sum(1)),
        ("max_absolute", WEIGHT.abs().max(1).values),
    ],
)
def test_reduction_makes_one_map_of_the_channels(reduction: str, expected: Tensor) -> None:
    leaf = leaf_of(SAMPLES, CHANNELS, SIDE, SIDE)
    config = replace(CONFIG, reduction=reduction)
    maps = one(attention_maps(linear_scores(leaf, WEIGHT), [leaf], config, create_graph=False))
    assert maps.target.shape == (SAMPLES, SIDE, SIDE)
    for i in range(SAMPLES):
        assert_close(maps.target[i], expected[TARGET])
        assert_close(maps.background[i], expected[BACKGROUND])


@pytest.mark.parametrize("score", ["logit", "probability", "log_probability"])
def test_the_score_named_is_the_one_differentiated(score: str) -> None:
    leaf = leaf_of(SAMPLES, CHANNELS, SIDE, SIDE)
    logits = linear_scores(leaf, WEIGHT)
    config = replace(CONFIG, score=score)
    maps = one(attention_maps(logits, [leaf], config, create_graph=False))
    probability = logits.detach().softmax(-1)[:, :, None, None, None]
    difference = WEIGHT[TARGET] - WEIGHT[BACKGROUND]
    slope = {  # by hand: d p1 = p1 p0 (d s1 - d s0), d log p1 = p0 (d s1 - d s0)
        "logit": WEIGHT[TARGET].expand(SAMPLES, -1, -1, -1),
        "probability": probability[:, TARGET] * probability[:, BACKGROUND] * difference,
        "log_probability": probability[:, BACKGROUND] * difference,
    }[score]
    assert_close(maps.target, slope.square().sum(1), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("score", ["probability", "log_probability"])
def test_probabilities_leave_nothing_to_tell_the_classes_apart(score: str) -> None:
    leaf = leaf_of(SAMPLES, CHANNELS, SIDE, SIDE)
    config = replace(CONFIG, score=score, ratio="mean_of_each")
    maps = one(
        attention_maps(0.1 * linear_scores(leaf, WEIGHT), [leaf], config, create_graph=False)
    )
    if score == "probability":
        assert_close(maps.target, maps.background, rtol=1e-4, atol=0)
    penalty = attention_penalty(maps, SAMPLES // 2, config)
    spread = penalty.spreads[0]
    assert_close(penalty.spreads, spread.expand(4), rtol=1e-4, atol=0)
    assert_close(penalty.target, spread + 1 / spread, rtol=1e-4, atol=0)
    assert_close(penalty.background, spread + 1 / spread, rtol=1e-4, atol=0)


def test_logits_do_tell_the_classes_apart() -> None:
    leaf = leaf_of(SAMPLES, CHANNELS, SIDE, SIDE)
    maps = one(
        attention_maps(0.1 * linear_scores(leaf, WEIGHT), [leaf], CONFIG, create_graph=False)
    )
    assert ((maps.target - maps.background).abs() / maps.target).mean() > 0.3


COLOR, THERMAL = random(2, CHANNELS, SIDE, SIDE, seed=2), random(2, 2, SIDE, SIDE, seed=3)


def two_cameras(config: AttentionConfig) -> list[AttentionMaps]:
    color = leaf_of(SAMPLES, CHANNELS, SIDE, SIDE)
    thermal = leaf_of(SAMPLES, 2, SIDE, SIDE)
    logits = linear_scores(color, COLOR) + linear_scores(thermal, THERMAL)
    return attention_maps(logits, [color, thermal], config, create_graph=False)


@pytest.mark.parametrize(
    "reduction", ["sum_squares", "sum_absolute", "sum_positive", "max_absolute"]
)
def test_a_common_map_treats_both_cameras_as_channels_of_one_image(reduction: str) -> None:
    config = replace(CONFIG, reduction=reduction)
    apart = one(two_cameras(config))
    leaf = leaf_of(SAMPLES, CHANNELS + 2, SIDE, SIDE)
    logits = linear_scores(leaf, torch.cat([COLOR, THERMAL], 1))
    joined = one(attention_maps(logits, [leaf], config, create_graph=False))
    assert_close(apart.target, joined.target)
    assert_close(apart.background, joined.background)


def test_separate_cameras_give_a_map_each_and_the_mean_of_both_penalties() -> None:
    config = replace(CONFIG, modalities="separate")
    color, thermal = two_cameras(config)
    assert_close(color.target[0], COLOR[TARGET].square().sum(0))
    assert_close(thermal.target[0], THERMAL[TARGET].square().sum(0))
    both = attention_penalty([color, thermal], 1, config)
    alone = [attention_penalty(each, 1, config) for each in (color, thermal)]
    assert_close(both.target, (alone[0].target + alone[1].target) / 2)
    assert_close(both.background, (alone[0].background + alone[1].background) / 2)
    assert_close(both.spreads, (alone[0].spreads + alone[1].spreads) / 2)
    assert int(both.valid) == 2 * SAMPLES


def test_the_product_of_two_cameras_is_their_geometric_mean() -> None:
    maps = one(two_cameras(replace(CONFIG, modalities="product")))
    product = COLOR[TARGET].square().sum(0) * THERMAL[TARGET].square().sum(0)
    assert_close(maps.target[0], product.sqrt())


def test_the_product_with_a_camera_that_says_nothing_is_no_map_and_teaches_nothing() -> None:
    config = replace(CONFIG, modalities="product")
    color = leaf_of(SAMPLES, CHANNELS, SIDE, SIDE)
    thermal = leaf_of(SAMPLES, 2, SIDE, SIDE)
    weights = [COLOR.clone().requires_grad_(), torch.zeros_like(THERMAL).requires_grad_()]
    logits = linear_scores(color, weights[0]) + linear_scores(thermal, weights[1])
    maps = one(attention_maps(logits, [color, thermal], config, create_graph=True))
    penalty = attention_penalty(maps, 2, config)
    assert int(penalty.valid) == 0
    assert_close(penalty.target + penalty.background, torch.tensor(0.0), rtol=0, atol=0)
    for slope in torch.autograd.grad(penalty.target + penalty.background, weights):
        assert_close(slope, torch.zeros_like(slope), rtol=0, atol=0)


def test_the_product_is_zero_where_one_camera_is_and_its_slopes_are_finite() -> None:
    config = replace(CONFIG, modalities="product")
    thermal_weight = THERMAL.clone()
    thermal_weight[:, :, 0, 0] = 0
    weights = [COLOR.clone().requires_grad_(), thermal_weight.requires_grad_()]
    color = leaf_of(SAMPLES, CHANNELS, SIDE, SIDE)
    thermal = leaf_of(SAMPLES, 2, SIDE, SIDE)
    logits = linear_scores(color, weights[0]) + linear_scores(thermal, weights[1])
    maps = one(attention_maps(logits, [color, thermal], config, create_graph=True))
    assert (maps.target[:, 0, 0] == 0).all()
    penalty = attention_penalty(maps, 2, config)
    slopes = torch.autograd.grad(penalty.target + penalty.background, weights)
    for slope in slopes:
        assert slope.isfinite().all()
        assert slope.abs().max() > 1e-3


def test_one_leaf_makes_one_map_whatever_is_asked_of_the_cameras() -> None:
    expected = WEIGHT[TARGET].square().sum(0)
    for modalities in ("common", "separate", "product"):
        leaf = leaf_of(SAMPLES, CHANNELS, SIDE, SIDE)
        config = replace(CONFIG, modalities=modalities)
        logits = linear_scores(leaf, WEIGHT)
        maps = one(attention_maps(logits, [leaf], config, create_graph=False))
        assert_close(maps.target[0], expected)


def test_members_and_samples_have_maps_of_their_own() -> None:
    members = 3
    weight = random(members, 2, CHANNELS, SIDE, SIDE)
    leaf = leaf_of(members, SAMPLES, CHANNELS, SIDE, SIDE)
    gain = torch.arange(1.0, SAMPLES + 1)  # of each sample
    logits = torch.einsum("mnchw,mkchw,n->mnk", leaf, weight, gain)
    maps = one(attention_maps(logits, [leaf], CONFIG, create_graph=False))
    expected = weight.square().sum(2)[:, None] * gain.square()[:, None, None, None]
    assert_close(maps.target, expected[:, :, TARGET])
    assert_close(maps.background, expected[:, :, BACKGROUND])


def test_a_leaf_that_members_share_is_refused() -> None:
    leaf = leaf_of(SAMPLES, CHANNELS, SIDE, SIDE)
    logits = torch.stack([linear_scores(leaf, WEIGHT)] * 3)
    with pytest.raises(ValueError, match=r"needs its own leaf, got leaves \(4, 3, 5, 5\)"):
        attention_maps(logits, [leaf], CONFIG, create_graph=False)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_half_precision_is_refused(kind: torch.dtype) -> None:
    leaf = leaf_of(SAMPLES, CHANNELS, SIDE, SIDE)
    logits = linear_scores(leaf, WEIGHT).to(kind)
    with pytest.raises(ValueError, match="float32 logits"):
        attention_maps(logits, [leaf], CONFIG, create_graph=False)


def test_autocast_around_the_maps_does_not_reach_them() -> None:
    fc4, fc6 = random(8, CHANNELS * SIDE * SIDE), random(2, 8)
    leaf = leaf_of(SAMPLES, CHANNELS, SIDE, SIDE)
    logits = torch.relu(leaf.flatten(1) @ fc4.T) @ fc6.T
    expected = one(attention_maps(logits, [leaf], CONFIG, create_graph=False))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        maps = one(attention_maps(logits, [leaf], CONFIG, create_graph=False))
        penalty = attention_penalty(maps, 2, CONFIG)
    assert maps.target.dtype == penalty.target.dtype == torch.float32
    assert_close(maps.target, expected.target, rtol=1e-6, atol=0)
    assert_close(penalty.target, attention_penalty(expected, 2, CONFIG).target, rtol=1e-6, atol=0)


def test_looking_leaves_the_graph_for_the_classification_loss() -> None:
    leaf = leaf_of(SAMPLES, CHANNELS, SIDE, SIDE)
    weight = WEIGHT.clone().requires_grad_()
    logits = linear_scores(leaf, weight)
    maps = one(attention_maps(logits, [leaf], CONFIG, create_graph=False))
    assert not maps.target.requires_grad
    assert not maps.background.requires_grad
    (slope,) = torch.autograd.grad(logits.logsumexp(-1).sum(), [weight])
    assert slope.abs().max() > 0
