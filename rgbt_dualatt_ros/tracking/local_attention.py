"""Local attention in learning: the maps A_p, A_n and the penalties of Eq. (2) and Eq. (3).

A map tells how strongly the pixels of one sample move one score. Each penalty is a sum of two
quotients of a map's standard deviation sigma and mean mu (the paper, section 3.1; DAT, section
3.2), taken as they are written there. What is added only keeps divisions by nothing out: float32
throughout, samples without a map are left out, and `spread_floor` caps mu / sigma of flat maps
(docs/paper.md, attention).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor
from torch.nn import functional

from rgbt_dualatt_ros.core.learning_config import AttentionConfig
from rgbt_dualatt_ros.models.classifier_head import BACKGROUND, TARGET
from rgbt_dualatt_ros.tracking.attention_moments import over_samples, sample_moments


@dataclass(frozen=True, slots=True, eq=False)
class AttentionMaps:
    """Both maps of N samples; leading dimensions are members of a committee.

    Attributes:
        target: A_p `(..., N, H, W)`, at least 0: what moves the target score.
        background: A_n, the same for the background score.
    """

    target: Tensor
    background: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class AttentionPenalty:
    """What a learning step adds to its loss, before lambda; sums over the members.

    Attributes:
        target: R of Eq. (2) of the target samples, a scalar; 0 where none has a map.
        background: R of Eq. (3) of the background samples.
        spreads: `(4,)` without gradient: sigma / mu of A_p and A_n on target samples, then of
            A_p and A_n on background samples, means over the members; 0 where none has a map.
        valid: how many samples of all members had both maps, a scalar; at 0 nothing is learnt.
    """

    target: Tensor
    background: Tensor
    spreads: Tensor
    valid: Tensor


def attention_maps(
    logits: Tensor, leaves: Sequence[Tensor], config: AttentionConfig, *, create_graph: bool
) -> list[AttentionMaps]:
    """Where the samples' scores are sensitive: A = the channels' |d score / d leaf|, reduced.

    Args:
        logits: `(..., N, 2)` float32, background and target; those of one sample depend on the
            leaves of no other, as in any net without batch normalisation.
        leaves: one a modality, or one that joins them: `(..., N, C, H, W)`, requiring grad.
        config: which score, which reduction, and how the modalities are joined.
        create_graph: True in learning, so that the penalty can change the weights; False to look.

    Returns:
        One entry a modality where `config.modalities` is separate, else one.

    Raises:
        ValueError: for logits of half precision, where most of a map underflows to 0, and for
            leaves that are shared by several rows of logits.
    """
    _check(logits, leaves)
    with torch.autocast(logits.device.type, enabled=False):
        scores = _SCORES[config.score](logits)  # (..., N, 2)
        reduce_channels = _REDUCTIONS[config.reduction]
        maps = []
        for label in (TARGET, BACKGROUND):
            gradients = torch.autograd.grad(
                scores[..., label].sum(),  # samples are independent: each gets its own gradient
                list(leaves),
                retain_graph=True,
                create_graph=create_graph,
            )
            maps.append(_join([reduce_channels(each) for each in gradients], config))
    return [AttentionMaps(target, background) for target, background in zip(*maps, strict=True)]


def attention_penalty(
    maps: AttentionMaps | Sequence[AttentionMaps], positives: int, config: AttentionConfig
) -> AttentionPenalty:
    """R of Eq. (2) and Eq. (3) of a batch; of several entries (separate cameras) the mean.

    Args:
        maps: of a batch whose first `positives` samples show the target, the rest background.
        positives: how many.
        config: how the ratios of the samples are joined, their form and their cap.
    """
    entries = [maps] if isinstance(maps, AttentionMaps) else list(maps)
    penalties = [_penalty_of_entry(each, positives, config) for each in entries]
    return AttentionPenalty(
        target=_mean([each.target for each in penalties]),
        background=_mean([each.background for each in penalties]),
        spreads=_mean([each.spreads for each in penalties]),
        valid=reduce(torch.add, [each.valid for each in penalties]),
    )


def _penalty_of_entry(
    maps: AttentionMaps, positives: int, config: AttentionConfig
) -> AttentionPenalty:
    samples = sample_moments(torch.stack([maps.target, maps.background]), config)
    on_target = over_samples(samples, slice(None, positives), config)
    on_background = over_samples(samples, slice(positives, None), config)
    term = _FORMS[config.form]

    sigma_p, sigma_n = on_target.sigma
    mu_p, mu_n = on_target.mu
    for_target = term(sigma_p / mu_p) + term(mu_n / sigma_n)  # Eq. (2)

    sigma_p, sigma_n = on_background.sigma
    mu_p, mu_n = on_background.mu
    for_background = term(mu_p / sigma_p) + term(sigma_n / mu_n)  # Eq. (3)

    return AttentionPenalty(
        target=(on_target.weight * for_target).sum(),
        background=(on_background.weight * for_background).sum(),
        spreads=torch.cat([on_target.spreads(), on_background.spreads()]),
        valid=(samples.strength[0] != 0).sum(),
    )


_SCORES: dict[str, Callable[[Tensor], Tensor]] = {
    "logit": lambda logits: logits,
    "probability": lambda logits: functional.softmax(logits, dim=-1),
    "log_probability": lambda logits: functional.log_softmax(logits, dim=-1),
}

_FORMS: dict[str, Callable[[Tensor], Tensor]] = {"ratio": lambda ratio: ratio, "log": torch.log}

_REDUCTIONS: dict[str, Callable[[Tensor], Tensor]] = {  # (..., C, H, W) to (..., H, W)
    "sum_squares": lambda gradient: gradient.square().sum(-3),
    "sum_absolute": lambda gradient: gradient.abs().sum(-3),
    "sum_positive": lambda gradient: gradient.clamp(min=0).sum(-3),
    "max_absolute": lambda gradient: gradient.abs().amax(-3),
}


def _join(maps: Sequence[Tensor], config: AttentionConfig) -> list[Tensor]:
    """Maps of the modalities to those the penalty is taken of."""
    if config.modalities == "separate" or len(maps) == 1:
        return list(maps)
    if config.modalities == "product":
        return [reduce(torch.mul, [_root(each, len(maps)) for each in maps])]
    # All modalities' channels together, as if they were those of one image.
    join = torch.maximum if config.reduction == "max_absolute" else torch.add
    return [reduce(join, maps)]


def _root(values: Tensor, degree: int) -> Tensor:
    """A root with slope 0 at 0, so that the product of maps is their geometric mean."""
    is_zero = values == 0
    return torch.where(is_zero, 1, values).pow(1 / degree).masked_fill(is_zero, 0)


def _mean(values: Sequence[Tensor]) -> Tensor:
    return values[0] if len(values) == 1 else torch.stack(list(values)).mean(0)


def _check(logits: Tensor, leaves: Sequence[Tensor]) -> None:
    if logits.dtype in (torch.float16, torch.bfloat16):
        raise ValueError(f"attention maps need float32 logits, without autocast: {logits.dtype}")
    for leaf in leaves:
        if leaf.shape[:-3] != logits.shape[:-1]:
            raise ValueError(
                f"each row of logits {tuple(logits.shape)} needs its own leaf, "
                f"got leaves {tuple(leaf.shape)}"
            )
