"""Attention against Eq. (1)-(4) written out in numpy: same maps, same penalties, same slopes.

The numpy side is written from the paper's formulas with explicit loops; the gradient of its head
is the chain rule by hand. It shares no line with the code under test. What it cannot prove is
that the choices beyond the formulas (level, cap, lambda) are good ones.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rgbt_dualatt_ros.core.learning_config import AttentionConfig
from rgbt_dualatt_ros.tracking.local_attention import (
    AttentionMaps,
    attention_maps,
    attention_penalty,
)

Array = NDArray[np.float64]
PAPER = AttentionConfig(spread_floor=0.0)  # no cap: the paper's own formulas
POSITIVES, NEGATIVES, CHANNELS, SIDE, HIDDEN = 3, 4, 4, 3, 6
SAMPLES = POSITIVES + NEGATIVES


# ---- numpy, from the paper ----------------------------------------------------------------


def numpy_logits(sample: Array, weights: dict[str, Array]) -> tuple[Array, Array, Array]:
    """Logits of one sample `(C, H, W)` and what both hidden layers got before their ReLU."""
    first = weights["fc4"] @ sample.reshape(-1) + weights["fc4_bias"]
    second = weights["fc5"] @ np.maximum(first, 0) + weights["fc5_bias"]
    return weights["fc6"] @ np.maximum(second, 0) + weights["fc6_bias"], first, second


def numpy_map(sample: Array, weights: dict[str, Array], label: int) -> Array:
    """Sum over the channels of the squared slope of one logit, `(H, W)`."""
    _, first, second = numpy_logits(sample, weights)
    slope = np.zeros(sample.size)
    for pixel in range(sample.size):
        for j in range(HIDDEN):  # every way from the pixel through unit j and unit k
            for k in range(HIDDEN):
                if first[j] > 0 and second[k] > 0:
                    slope[pixel] += (
                        weights["fc4"][j, pixel] * weights["fc5"][k, j] * weights["fc6"][label, k]
                    )
    channels, height, width = sample.shape
    attention = np.zeros((height, width))
    for c in range(channels):
        for y in range(height):
            for x in range(width):
                attention[y, x] += slope[(c * height + y) * width + x] ** 2
    return attention


def numpy_mean(values: Array) -> float:
    total = 0.0
    for value in values.reshape(-1):
        total += float(value)
    return total / values.size


def numpy_std(values: Array, floor: float) -> float:
    mean = numpy_mean(values)
    return math.sqrt(numpy_mean((values - mean) ** 2) + (floor * mean) ** 2)


def numpy_penalties(
    maps_p: list[Array], maps_n: list[Array], positives: int, config: AttentionConfig
) -> tuple[float, float]:
    """R of Eq. (2) of the first samples and of Eq. (3) of the rest."""
    mu_p, mu_n = [[numpy_mean(each) for each in maps] for maps in (maps_p, maps_n)]
    sigma_p, sigma_n = [
        [numpy_std(each, config.spread_floor) for each in maps] for maps in (maps_p, maps_n)
    ]

    def ratio(above: list[float], below: list[float]) -> float:
        return sum(above) / sum(below)

    def term(value: float) -> float:
        return math.log(value) if config.form == "log" else value

    of_target, of_background = slice(None, positives), slice(positives, None)
    if config.ratio == "of_sums":
        target = term(ratio(sigma_p[of_target], mu_p[of_target])) + term(
            ratio(mu_n[of_target], sigma_n[of_target])
        )
        background = term(ratio(mu_p[of_background], sigma_p[of_background])) + term(
            ratio(sigma_n[of_background], mu_n[of_background])
        )
        return target, background
    target = background = 0.0
    for i in range(len(maps_p)):
        if i < positives:
            target += term(sigma_p[i] / mu_p[i]) + term(mu_n[i] / sigma_n[i])
        else:
            background += term(mu_p[i] / sigma_p[i]) + term(sigma_n[i] / mu_n[i])
    return target / positives, background / (len(maps_p) - positives)


def numpy_cross_entropy(logits: list[Array], labels: list[int]) -> float:
    """Eq. (1), P the softmax's target probability."""
    loss = 0.0
    for (s_background, s_target), y in zip(logits, labels, strict=True):
        p = math.exp(s_target) / (math.exp(s_target) + math.exp(s_background))
        loss -= y * math.log(p) + (1 - y) * math.log(1 - p)
    return loss


def numpy_loss(
    samples: Array, weights: dict[str, Array], config: AttentionConfig
) -> tuple[float, float, float]:
    """L of Eq. (4) of the whole batch, and both of its penalties."""
    labels = [1] * POSITIVES + [0] * NEGATIVES
    logits = [numpy_logits(sample, weights)[0] for sample in samples]
    maps_p = [numpy_map(sample, weights, 1) for sample in samples]
    maps_n = [numpy_map(sample, weights, 0) for sample in samples]
    target, background = numpy_penalties(maps_p, maps_n, POSITIVES, config)
    loss = numpy_cross_entropy(logits, labels) + config.weight * (target + background)
    return loss, target, background


# ---- the code under test, on the same numbers ---------------------------------------------


def draw(seed: int = 0) -> tuple[Array, dict[str, Array]]:
    rng = np.random.default_rng(seed)
    inputs = CHANNELS * SIDE * SIDE
    weights = {
        "fc4": rng.normal(0, 0.3, (HIDDEN, inputs)),
        "fc4_bias": rng.normal(0.5, 0.3, HIDDEN),
        "fc5": rng.normal(0, 0.6, (HIDDEN, HIDDEN)),
        "fc5_bias": rng.normal(0.5, 0.3, HIDDEN),
        "fc6": rng.normal(0, 0.6, (2, HIDDEN)),
        "fc6_bias": rng.normal(0, 0.3, 2),
    }
    return rng.normal(0, 1, (SAMPLES, CHANNELS, SIDE, SIDE)), weights


def torch_logits(leaf: Tensor, weights: dict[str, Tensor]) -> Tensor:
    hidden = torch.relu(functional.linear(leaf.flatten(1), weights["fc4"], weights["fc4_bias"]))
    hidden = torch.relu(functional.linear(hidden, weights["fc5"], weights["fc5_bias"]))
    return functional.linear(hidden, weights["fc6"], weights["fc6_bias"])


def torch_side(samples: Array, weights: dict[str, Array]) -> tuple[Tensor, dict[str, Tensor]]:
    leaf = torch.from_numpy(samples).requires_grad_()
    return leaf, {name: torch.from_numpy(w).requires_grad_() for name, w in weights.items()}


OPTIONS = [
    pytest.param(PAPER, id="paper"),
    pytest.param(replace(PAPER, ratio="mean_of_each"), id="mean_of_each"),
    pytest.param(replace(PAPER, form="log"), id="log"),
    pytest.param(replace(PAPER, form="log", ratio="mean_of_each"), id="log mean_of_each"),
    pytest.param(replace(PAPER, spread_floor=0.3), id="floor"),
    pytest.param(replace(PAPER, spread_floor=0.3, ratio="mean_of_each"), id="floor mean_of_each"),
    pytest.param(replace(PAPER, weight=3.0), id="lambda 3"),
]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_maps_are_the_squared_slopes_of_each_logit(seed: int) -> None:
    samples, weights = draw(seed)
    leaf, tensors = torch_side(samples, weights)
    (maps,) = attention_maps(torch_logits(leaf, tensors), [leaf], PAPER, create_graph=False)
    for i, sample in enumerate(samples):
        assert_allclose(maps.target[i], numpy_map(sample, weights, 1), rtol=1e-9, atol=1e-15)
        assert_allclose(maps.background[i], numpy_map(sample, weights, 0), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("config", OPTIONS)
def test_the_whole_loss_is_equation_4(config: AttentionConfig) -> None:
    samples, weights = draw()
    leaf, tensors = torch_side(samples, weights)
    logits = torch_logits(leaf, tensors)
    labels = torch.tensor([1] * POSITIVES + [0] * NEGATIVES)
    penalty = attention_penalty(
        attention_maps(logits, [leaf], config, create_graph=True), POSITIVES, config
    )
    classification_loss = functional.cross_entropy(logits, labels, reduction="sum")
    loss = classification_loss + config.weight * (penalty.target + penalty.background)
    expected, target, background = numpy_loss(samples, weights, config)
    assert_allclose(penalty.target.item(), target, rtol=1e-8)
    assert_allclose(penalty.background.item(), background, rtol=1e-8)
    assert_allclose(loss.item(), expected, rtol=1e-8)


@pytest.mark.parametrize("config", OPTIONS)
def test_slopes_are_those_of_the_numpy_penalty(config: AttentionConfig) -> None:
    samples, weights = draw(3)
    leaf, tensors = torch_side(samples, weights)
    logits = torch_logits(leaf, tensors)
    maps = attention_maps(logits, [leaf], config, create_graph=True)
    penalty = attention_penalty(maps, POSITIVES, config)
    names = ["fc4", "fc5", "fc6"]
    slopes = torch.autograd.grad(
        penalty.target + penalty.background, [tensors[name] for name in names]
    )
    rng = np.random.default_rng(0)
    for name, slope in zip(names, slopes, strict=True):
        biggest = float(slope.abs().max())
        for flat in rng.choice(slope.numel(), 4, replace=False):
            place = np.unravel_index(flat, weights[name].shape)
            assert_allclose(
                slope[place].item(),
                difference(samples, weights, (name, place), config),
                rtol=1e-4,
                atol=1e-6 * biggest,
            )


def difference(
    samples: Array,
    weights: dict[str, Array],
    where: tuple[str, tuple[np.intp, ...]],
    config: AttentionConfig,
) -> float:
    """The slope of R_target + R_background at one weight, from two values of it."""
    name, place = where
    step, values = 1e-6, []
    for sign in (1, -1):
        moved = {key: value.copy() for key, value in weights.items()}
        moved[name][place] += sign * step
        _, target, background = numpy_loss(samples, moved, config)
        values.append(target + background)
    return (values[0] - values[1]) / (2 * step)


@pytest.mark.parametrize("ratio", ["of_sums", "mean_of_each"])
def test_each_member_learns_as_if_alone(ratio: str) -> None:
    config = replace(PAPER, ratio=ratio)
    rng = np.random.default_rng(0)
    maps_p, maps_n = rng.gamma(1, 1, (2, 5, SAMPLES, SIDE, SIDE))  # five members
    maps_p[1] *= 1e-6  # the scale of one member's maps is no matter of another's
    together = attention_penalty(
        AttentionMaps(torch.from_numpy(maps_p), torch.from_numpy(maps_n)), POSITIVES, config
    )
    alone = [
        numpy_penalties(list(p), list(n), POSITIVES, config)
        for p, n in zip(maps_p, maps_n, strict=True)
    ]
    assert_allclose(together.target.item(), sum(t for t, _ in alone), rtol=1e-8)
    assert_allclose(together.background.item(), sum(b for _, b in alone), rtol=1e-8)
    assert int(together.valid) == 5 * SAMPLES


def test_spreads_are_sigma_over_mu_of_the_four_kinds_of_map() -> None:
    maps_p, maps_n = np.random.default_rng(0).gamma(1, 1, (2, SAMPLES, SIDE, SIDE))
    penalty = attention_penalty(
        AttentionMaps(torch.from_numpy(maps_p), torch.from_numpy(maps_n)), POSITIVES, PAPER
    )
    expected = [
        sum(numpy_std(each, 0.0) for each in maps) / sum(numpy_mean(each) for each in maps)
        for maps in (maps_p[:3], maps_n[:3], maps_p[3:], maps_n[3:])
    ]
    assert_allclose(penalty.spreads, expected, rtol=1e-8)
    # Eq. (2) and (3), a second time: R from the four numbers that are reported.
    a, b, c, d = expected
    assert_allclose(penalty.target.item(), a + 1 / b, rtol=1e-8)
    assert_allclose(penalty.background.item(), 1 / c + d, rtol=1e-8)
