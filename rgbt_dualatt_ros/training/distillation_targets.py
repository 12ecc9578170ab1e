"""What the student must say: the principal components of its teachers' standardised features."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rgbt_dualatt_ros.training.students import Places
from rgbt_dualatt_ros.training.teachers import TEACHER_STRIDE, Teacher

_STD_FLOOR = 0.01  # of a teacher's mean deviation: a channel that hardly moves is not blown up


@dataclass(frozen=True, slots=True)
class TargetBasis:
    """A linear map from joined teacher features `(C,)` to components `(K,)`.

    Attributes:
        mean: `(C,)`.
        axes: `(C, K)`; standardisation, equal weight of the teachers and rotation in one.
        explained: share of the standardised variance that the components hold, in [0, 1].
    """

    mean: Tensor
    axes: Tensor
    explained: float

    def components(self, features: Tensor) -> Tensor:
        """Joined features `(N, C, H, W)` as components `(N, K, H, W)`."""
        moved = (features - self.mean.view(1, -1, 1, 1)).permute(0, 2, 3, 1)
        return (moved @ self.axes).permute(0, 3, 1, 2)


def joined_features(teachers: Sequence[Teacher], grey_levels: Tensor, places: Places) -> Tensor:
    """Features of all teachers at the places of a student, channels joined.

    Returns:
        `(N, C, count, count)` float32.
    """
    return torch.cat(
        [
            sample(teacher(grey_levels).float(), teacher.first_pixel, places)
            for teacher in teachers
        ],
        dim=1,
    )


def sample(features: Tensor, first_pixel: float, places: Places) -> Tensor:
    """Features at stride 8 `(N, C, H, W)` read between their cells `(N, C, count, count)`.

    Args:
        features: cells; the first lies over pixel `first_pixel`, the next 8 px further.
        first_pixel: see above.
        places: where to read; a place beyond the last cell is told what that cell says.
    """
    across, down = (_weights(features.shape[axis], first_pixel, places) for axis in (3, 2))
    down, across = down.to(features), across.to(features)
    return torch.einsum("ph,nchw,qw->ncpq", down, features, across)


def _weights(cells: int, first_pixel: float, places: Places) -> Tensor:
    """Bilinear weights `(count, cells)`."""
    pixels = places.first + places.step * torch.arange(places.count)
    wanted = ((pixels - first_pixel) / TEACHER_STRIDE).clamp(0, cells - 1)
    return (1 - (wanted[:, None] - torch.arange(cells)).abs()).clamp_min(0)


def fit_basis(batches: Iterable[Tensor], widths: Sequence[int], components: int) -> TargetBasis:
    """Principal components of joined features.

    Args:
        batches: joined features `(N, C, H, W)`.
        widths: channels of each teacher; each teacher gets the same share of the variance.
        components: how many to keep.
    """
    count = 0
    total = torch.zeros(sum(widths), dtype=torch.float64)
    products = torch.zeros(sum(widths), sum(widths), dtype=torch.float64)
    for batch in batches:
        rows = batch.permute(0, 2, 3, 1).reshape(-1, batch.shape[1])
        count += len(rows)
        total += rows.sum(0).double()
        products += (rows.T @ rows).double()
    mean = total / count
    covariance = products / count - torch.outer(mean, mean)
    std = covariance.diagonal().clamp_min(1e-8).sqrt()
    scale = torch.cat(
        [
            own.numel() ** -0.5 / (own + _STD_FLOOR * own.mean())
            for own in torch.split(std, list(widths))
        ]
    )
    values, vectors = torch.linalg.eigh(covariance * torch.outer(scale, scale))
    kept = vectors[:, -components:].flip(1)
    explained = float(values[-components:].sum() / values.sum())
    # Unit mean variance of a component keeps learning rates independent of the teachers.
    unit = (values[-components:].sum() / components).rsqrt()
    return TargetBasis(mean.float(), (scale[:, None] * kept * unit).float(), explained)
