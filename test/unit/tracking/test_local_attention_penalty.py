"""The penalty of maps made by hand: edge cases, bounds, scale, and what each setting means.

Proves that no map, however dead, flat, peaked or faint, gives a value or slope that is not finite,
and that what has no map is left out. The formulas themselves are checked against numpy in
`test_local_attention_equations.py`.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from rgbt_dualatt_ros.core.learning_config import AttentionConfig
from rgbt_dualatt_ros.tracking.local_attention import (
    AttentionMaps,
    AttentionPenalty,
    attention_penalty,
)

PAPER = AttentionConfig(spread_floor=0.0)
CAPPED = AttentionConfig(spread_floor=0.05)
EVERY_FORM = [
    pytest.param(
        AttentionConfig(spread_floor=floor, ratio=ratio, form=form), id=f"{ratio} {form} {floor}"
    )
    for ratio in ("of_sums", "mean_of_each")
    for form in ("ratio", "log")
    for floor in (0.0, 0.05)
]
SIDE = 6
PIXELS = SIDE * SIDE


def random_maps(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(*shape, SIDE, SIDE, generator=generator) ** 3


def flat(count: int) -> Tensor:
    return torch.full((count, SIDE, SIDE), 0.3)


def peaked(count: int) -> Tensor:
    maps = torch.zeros(count, SIDE, SIDE)
    maps[:, 2, 3] = 7.0
    return maps


def with_slopes(
    target: Tensor, background: Tensor, positives: int, config: AttentionConfig
) -> tuple[AttentionPenalty, Tensor, Tensor]:
    """The penalty and the slopes of its sum in both maps."""
    maps = AttentionMaps(target.clone().requires_grad_(), background.clone().requires_grad_())
    penalty = attention_penalty(maps, positives, config)
    slopes = torch.autograd.grad(
        penalty.target + penalty.background, [maps.target, maps.background]
    )
    return penalty, slopes[0], slopes[1]


def test_one_bright_pixel_has_the_largest_spread_there_is() -> None:
    penalty, *_ = with_slopes(peaked(4), peaked(4), 2, PAPER)
    largest = math.sqrt(PIXELS - 1)
    assert_close(penalty.spreads, torch.full((4,), largest))
    assert_close(penalty.target, torch.tensor(largest + 1 / largest))


def test_a_flat_map_counts_as_spread_as_the_floor() -> None:
    penalty, *_ = with_slopes(flat(4), flat(4), 2, replace(PAPER, spread_floor=0.1))
    assert_close(penalty.spreads, torch.full((4,), 0.1))
    assert_close(penalty.target, torch.tensor(0.1 + 10))


def test_the_penalty_rewards_the_attention_that_the_paper_asks_for() -> None:
    # A flat map of the target with a peaked one of the background is best on a target sample:
    # Eq. (2) adds sigma / mu of A_p, which falls, to mu / sigma of A_n, which falls as well.
    def target_penalty(positive: Tensor, negative: Tensor) -> float:
        return with_slopes(positive, negative, 2, CAPPED)[0].target.item()

    best = target_penalty(flat(4), peaked(4))
    neutral = target_penalty(flat(4), flat(4))
    assert best < target_penalty(peaked(4), peaked(4)) < neutral
    assert neutral < target_penalty(peaked(4), flat(4))


@pytest.mark.parametrize("config", EVERY_FORM)
@pytest.mark.parametrize(
    ("target", "background"),
    [
        pytest.param(flat(5), flat(5), id="flat"),
        pytest.param(peaked(5), peaked(5), id="peaked"),
        pytest.param(flat(5), peaked(5), id="flat and peaked"),
        pytest.param(random_maps(5), flat(5), id="random and flat"),
    ],
)
def test_edge_maps_have_finite_penalties_and_slopes(
    target: Tensor, background: Tensor, config: AttentionConfig
) -> None:
    penalty, *slopes = with_slopes(target, background, 2, config)
    assert int(penalty.valid) == 5
    assert (penalty.target + penalty.background).isfinite()
    assert penalty.spreads.isfinite().all()
    assert all(slope.isfinite().all() for slope in slopes)


@pytest.mark.parametrize("config", EVERY_FORM)
def test_without_any_map_the_penalty_is_exactly_nothing(config: AttentionConfig) -> None:
    nothing = torch.zeros(3, 5, SIDE, SIDE)
    penalty, *slopes = with_slopes(nothing, nothing, 2, config)
    assert int(penalty.valid) == 0
    assert penalty.target.item() == penalty.background.item() == 0
    assert penalty.spreads.tolist() == [0, 0, 0, 0]
    assert all((slope == 0).all() for slope in slopes)


@pytest.mark.parametrize("config", EVERY_FORM)
def test_samples_without_a_map_are_as_if_they_were_not_there(config: AttentionConfig) -> None:
    target, background = random_maps(8, seed=1), random_maps(8, seed=2)
    target[1] = 0  # dead in one of both maps
    background[6] = 0
    target[3] = background[3] = 0  # dead in both
    living = [0, 2, 4, 5, 7]
    penalty, *slopes = with_slopes(target, background, 4, config)
    expected, *few = with_slopes(target[living], background[living], 2, config)
    assert int(penalty.valid) == 5
    assert_close(penalty.target, expected.target)
    assert_close(penalty.background, expected.background)
    assert_close(penalty.spreads, expected.spreads)
    for slope, of_few in zip(slopes, few, strict=True):
        assert_close(slope[living], of_few)
        assert (slope[[1, 3, 6]] == 0).all()


@pytest.mark.parametrize("config", EVERY_FORM)
def test_a_member_without_maps_does_not_disturb_the_others(config: AttentionConfig) -> None:
    target, background = random_maps(3, 6, seed=1), random_maps(3, 6, seed=2)
    target[1] = 0
    penalty, *_ = with_slopes(target, background, 3, config)
    others = [0, 2]
    expected, *_ = with_slopes(target[others], background[others], 3, config)
    assert int(penalty.valid) == 12
    assert_close(penalty.target, expected.target)
    assert_close(penalty.spreads, expected.spreads)


@pytest.mark.parametrize("positives", [0, 5])
def test_a_batch_of_one_class_has_the_penalty_of_that_class_alone(positives: int) -> None:
    penalty, *slopes = with_slopes(random_maps(5), random_maps(5, seed=1), positives, CAPPED)
    assert (penalty.target.item() == 0) == (positives == 0)
    assert (penalty.background.item() == 0) == (positives == 5)
    assert all(slope.isfinite().all() and slope.abs().max() > 0 for slope in slopes)


@pytest.mark.parametrize("config", EVERY_FORM)
@pytest.mark.parametrize("factor", [1e-20, 1e-8, 1e8])
def test_the_scale_of_the_maps_is_of_no_matter(factor: float, config: AttentionConfig) -> None:
    target, background = random_maps(8, seed=1), random_maps(8, seed=2)
    expected, *_ = with_slopes(target, background, 3, config)
    penalty, *slopes = with_slopes(target * factor, background * factor, 3, config)
    assert int(penalty.valid) == 8
    assert_close(penalty.target, expected.target)
    assert_close(penalty.background, expected.background)
    for slope, maps in zip(slopes, (target, background), strict=True):
        # Degree zero: to scale a map changes nothing, so the slope along the map itself is 0.
        along = (slope * maps).sum(dim=(-1, -2))
        across = (slope.abs() * maps).sum(dim=(-1, -2))
        if config.ratio == "mean_of_each":
            assert (along.abs() < 1e-4 * across).all()
        assert abs(along[:3].sum()) < 1e-4 * across[:3].sum()


@pytest.mark.parametrize("config", EVERY_FORM)
def test_swapped_classes_and_labels_turn_equation_2_into_equation_3(
    config: AttentionConfig,
) -> None:
    target, background = random_maps(7, seed=1), random_maps(7, seed=2)
    plain, *_ = with_slopes(target, background, 3, config)
    reordered = [3, 4, 5, 6, 0, 1, 2]  # the four background samples come first as targets
    swapped, *_ = with_slopes(background[reordered], target[reordered], 4, config)
    assert_close(swapped.background, plain.target)
    assert_close(swapped.target, plain.background)


def test_ratio_of_sums_lets_strong_maps_speak_louder() -> None:
    target = torch.cat([1000 * peaked(1), flat(1)])
    background = random_maps(2)
    of_sums, *_ = with_slopes(target, background, 2, PAPER)
    of_each, *_ = with_slopes(target, background, 2, replace(PAPER, ratio="mean_of_each"))
    largest = math.sqrt(PIXELS - 1)
    assert_close(of_sums.spreads[0].item(), largest, rtol=1e-2, atol=0)
    assert_close(of_each.spreads[0].item(), largest / 2, rtol=1e-2, atol=0)


def test_mean_of_each_keeps_lambda_its_scale_when_the_batch_grows() -> None:
    config = replace(PAPER, ratio="mean_of_each")
    target, background = random_maps(4, seed=1), random_maps(4, seed=2)
    once, *_ = with_slopes(target, background, 4, config)
    thrice, *_ = with_slopes(target.repeat(3, 1, 1), background.repeat(3, 1, 1), 12, config)
    assert_close(once.target, thrice.target)


def test_the_log_form_adds_logarithms_of_the_same_ratios() -> None:
    target, background = random_maps(6, seed=1), random_maps(6, seed=2)
    penalty, *_ = with_slopes(target, background, 3, replace(CAPPED, form="log"))
    a, b, c, d = penalty.spreads.log()
    assert_close(penalty.target, a - b)
    assert_close(penalty.background, d - c)


def test_the_floor_hardly_touches_maps_of_ordinary_spread() -> None:
    target, background = random_maps(6, seed=1), random_maps(6, seed=2)
    capped, *_ = with_slopes(target, background, 3, CAPPED)
    plain, *_ = with_slopes(target, background, 3, PAPER)
    assert plain.spreads.min() > 1
    assert_close(capped.target, plain.target, rtol=2e-3, atol=0)


def test_spreads_carry_no_gradient() -> None:
    maps = AttentionMaps(random_maps(4).requires_grad_(), random_maps(4, seed=1).requires_grad_())
    assert not attention_penalty(maps, 2, CAPPED).spreads.requires_grad


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_maps_that_are_no_numbers_are_told_not_hidden(value: float) -> None:
    target = random_maps(4)
    target[1, 0, 0] = value
    penalty = attention_penalty(AttentionMaps(target, random_maps(4, seed=1)), 2, CAPPED)
    assert not penalty.target.isfinite()
    assert penalty.background.isfinite()


@st.composite
def any_maps(draw: st.DrawFn) -> tuple[Tensor, Tensor, int]:
    """Maps of members and samples: some dead, some flat, some of one pixel, of any strength."""
    members, samples = draw(st.integers(1, 3)), draw(st.integers(2, 6))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**20)))
    maps = []
    for _ in range(2):
        values = torch.rand(members, samples, SIDE, SIDE, generator=generator)
        values = values ** draw(st.sampled_from([0.01, 1.0, 8.0, 100.0]))
        kinds = torch.rand(members, samples, 1, 1, generator=generator)
        values = torch.where(kinds < 0.2, 0.0, values)
        values = torch.where(kinds > 0.8, 1.0, values)
        exponents = torch.empty(members, samples, 1, 1).uniform_(-14, 6, generator=generator)
        maps.append(values * 10**exponents)
    return maps[0], maps[1], draw(st.integers(0, samples))


@given(
    any_maps(), st.sampled_from(["of_sums", "mean_of_each"]), st.sampled_from([0.01, 0.05, 1.0])
)
def test_penalties_stay_within_their_bounds(
    case: tuple[Tensor, Tensor, int], ratio: str, floor: float
) -> None:
    target, background, positives = case
    config = AttentionConfig(spread_floor=floor, ratio=ratio)
    penalty, *slopes = with_slopes(target, background, positives, config)
    members = len(target)
    largest = math.sqrt(PIXELS - 1 + floor**2) * (1 + 1e-3)
    assert all(slope.isfinite().all() for slope in slopes)
    spreads = penalty.spreads[penalty.spreads > 0]
    assert ((spreads >= floor * (1 - 1e-3)) & (spreads <= largest)).all()
    for value in (penalty.target, penalty.background):
        assert 0 <= value.item() <= members * (largest + 1 / floor * (1 + 1e-3))
