"""Sigma and mu of attention maps: what the quotients of Eq. (2) and Eq. (3) are made of.

Nothing in here may divide by nothing, in value or in slope: maps are brought to a mean of one,
samples without a map are left out, and the root of sigma never sees zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rgbt_dualatt_ros.core.learning_config import AttentionConfig

_DEAD = 1e-24  # a map whose mean is at most this is no map
_ROOT_GUARD = 1e-12  # inside the square root of sigma: its slope at a flat map stays finite


@dataclass(frozen=True, slots=True, eq=False)
class SampleMoments:
    """Sigma and mu of A_p and A_n of each sample `(2, ..., N)`, as if the map's mean were 1.

    Attributes:
        sigma: population standard deviation over the map.
        mu: mean over the map; 1 in value, but not in slope.
        strength: mean of the map as it came, without gradient; 0 where a sample has no maps.
    """

    sigma: Tensor
    mu: Tensor
    strength: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class RatioMoments:
    """What the ratios of one class of samples are made of; n samples, or 1 for their sum.

    Attributes:
        sigma: `(2, ..., n)` of A_p and A_n.
        mu: the same.
        weight: `(..., n)` how much a ratio counts, 1 a member in sum; 0 where there is no map.
    """

    sigma: Tensor
    mu: Tensor
    weight: Tensor

    def spreads(self) -> Tensor:
        """Sigma / mu of A_p and A_n `(2,)`, without gradient, mean over the members with maps."""
        ratios = self.weight * self.sigma.detach() / self.mu.detach()
        return ratios.flatten(1).sum(1) / self.weight.sum().clamp(min=1)


def sample_moments(maps: Tensor, config: AttentionConfig) -> SampleMoments:
    """Moments of maps `(2, ..., N, H, W)`.

    A map is divided by its mean as by a constant, and weighs that much instead: sums of sigma and
    of mu keep their ratio, in value and in slope, and no map is too faint for float32.
    """
    maps = maps.flatten(-2)
    with torch.no_grad():
        strength = maps.mean(-1)  # (2, ..., N)
        is_dead = (strength <= _DEAD).any(0)  # (..., N)
        scale = torch.where(is_dead, 1, strength)
        strength = torch.where(is_dead, 0, strength)
    var, mu = torch.var_mean(maps / scale[..., None], dim=-1, correction=0)
    sigma = torch.sqrt(var + (config.spread_floor * mu) ** 2 + _ROOT_GUARD)
    return SampleMoments(sigma, mu, strength)


def over_samples(each: SampleMoments, rows: slice, config: AttentionConfig) -> RatioMoments:
    """Moments of the samples `rows` as `config.ratio` joins them."""
    sigma, mu, strength = each.sigma[..., rows], each.mu[..., rows], each.strength[..., rows]
    living = (strength[0] != 0).to(mu.dtype)  # (..., n)
    count = living.sum(-1, keepdim=True)  # (..., 1)
    if config.ratio == "of_sums":
        total = strength.sum(-1, keepdim=True)
        share = strength / (total + (total == 0))
        sigma = (share * sigma).sum(-1, keepdim=True)
        mu = (share * mu).sum(-1, keepdim=True)
        weight = (count > 0).to(mu.dtype)
    else:
        weight = living / count.clamp(min=1)
    is_empty = weight == 0  # a ratio of 1 there, which counts nothing: 0 / 0 would be NaN
    return RatioMoments(sigma + is_empty, mu + is_empty, weight)
