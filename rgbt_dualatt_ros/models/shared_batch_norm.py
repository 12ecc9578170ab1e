"""SharedBatchNorm2d: batch normalisation whose statistics are those of all ranks together.

Under `torchrun` each rank sees a part of the batch. With nn.BatchNorm2d each would normalise its
part by itself, and the net would learn something else than one process with the whole batch.
"""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import Tensor, nn


class SharedBatchNorm2d(nn.BatchNorm2d):
    """nn.BatchNorm2d of the whole batch, also when ranks share it; the same names in its state.

    Without a process group, and in evaluation mode, it is nn.BatchNorm2d itself. Every rank must
    hand in the same number of values, and all of them at the same step.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Normalise `(N, C, H, W)` per channel; gradients flow through the other ranks too."""
        if not self.training or _ranks() == 1:
            normalized: Tensor = super().forward(x)
            return normalized
        values = x.float()  # statistics of half precision lose the variance of a large mean
        mean = _mean_of_ranks(values.mean((0, 2, 3)))
        centred = values - mean[:, None, None]
        variance = _mean_of_ranks(centred.square().mean((0, 2, 3)))
        self._remember(mean.detach(), variance.detach(), x.numel() // x.shape[1] * _ranks())
        scale = torch.rsqrt(variance + self.eps)
        if not self.affine:
            return (centred * scale[:, None, None]).to(x.dtype)
        scale = scale * self.weight
        return (centred * scale[:, None, None] + self.bias[:, None, None]).to(x.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, count: int) -> None:
        if self.running_mean is None or self.running_var is None:
            return
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
        share = self.momentum
        if share is None:  # the mean of all batches so far
            share = 1.0 / float(self.num_batches_tracked or 1)
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance * (count / max(count - 1, 1)), share)


class _SumOfRanks(torch.autograd.Function):
    """The sum over ranks; its gradient is the sum of what all ranks do with it."""

    @staticmethod
    def forward(ctx: object, value: Tensor) -> Tensor:  # noqa: ARG004  torch's signature
        total = value.detach().clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: object, *gradients: Tensor) -> Tensor:  # noqa: ARG004  torch's signature
        total = gradients[0].contiguous().clone()
        dist.all_reduce(total)
        return total


def _mean_of_ranks(value: Tensor) -> Tensor:
    total: Tensor = _SumOfRanks.apply(value)
    return total / _ranks()


def _ranks() -> int:
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1
