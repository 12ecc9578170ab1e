"""The components a student must answer: variance, equal teachers, rotation only."""

from __future__ import annotations

import torch

from rgbt_dualatt_ros.training.distillation_targets import fit_basis


def correlated(seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    hidden = torch.randn(4, 3, 20, 20, generator=generator)
    mixing = torch.randn(8, 3, generator=torch.Generator().manual_seed(9))
    return torch.einsum("kc,nchw->nkhw", mixing, hidden) * torch.arange(1, 9).view(1, 8, 1, 1)


def test_three_causes_need_three_components() -> None:
    batches = [correlated(seed) for seed in range(3)]
    full = fit_basis(batches, widths=(5, 3), components=3)
    assert full.explained > 0.999
    assert fit_basis(batches, widths=(5, 3), components=1).explained < 0.9


def test_components_are_centred_uncorrelated_and_sorted() -> None:
    batches = [correlated(seed) for seed in range(3)]
    basis = fit_basis(batches, widths=(5, 3), components=3)
    rows = basis.components(torch.cat(batches)).permute(1, 0, 2, 3).flatten(1)
    torch.testing.assert_close(rows.mean(dim=1), torch.zeros(3), atol=1e-4, rtol=0)
    covariance = rows @ rows.T / rows.shape[1]
    variances = covariance.diagonal()
    torch.testing.assert_close(covariance, torch.diag(variances), atol=1e-3, rtol=0)
    assert variances[0] >= variances[1] >= variances[2]
    torch.testing.assert_close(variances.mean(), torch.tensor(1.0), atol=1e-3, rtol=0)


def test_a_loud_teacher_weighs_no_more_than_a_quiet_one() -> None:
    batches = [correlated(seed) for seed in range(3)]
    loud = [torch.cat([batch[:, :5] * 1000, batch[:, 5:]], dim=1) for batch in batches]
    quiet_basis = fit_basis(batches, widths=(5, 3), components=2)
    loud_basis = fit_basis(loud, widths=(5, 3), components=2)
    assert abs(quiet_basis.explained - loud_basis.explained) < 0.05
