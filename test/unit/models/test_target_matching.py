"""Closed-form matching, against NumPy and on targets whose place is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.models.target_matching import (
    PART_VECTORS,
    apply_filter,
    likeness,
    part_vectors,
    ridge_filter,
    target_cells,
)

STRIDE = 8
ROWS, COLUMNS = 6, 8


def _features(seed: int, channels: int = 5) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, channels, ROWS, COLUMNS, generator=generator)


def test_cells_are_those_whose_centre_lies_in_the_middle_of_the_box() -> None:
    # 0.8 of 20 x 30 px around (20, 31): pixels with |x - 20| <= 8 and |y - 31| <= 12.
    boxes = torch.tensor([[[10.0, 16.0, 20.0, 30.0]]])
    cells = target_cells(boxes, ROWS, COLUMNS, STRIDE).reshape(ROWS, COLUMNS)
    rows, columns = np.nonzero(cells.numpy())
    assert set(columns) == {2, 3}  # pixels 16 and 24; 8 is too far by half a pixel
    assert set(rows) == {3, 4, 5}  # pixels 24, 32, 40
    assert cells.dtype == torch.float32


@given(
    x=st.floats(-30, 90),
    y=st.floats(-30, 70),
    w=st.floats(0.5, 80),
    h=st.floats(0.5, 60),
)
def test_every_box_has_a_cell(x: float, y: float, w: float, h: float) -> None:
    cells = target_cells(torch.tensor([[[x, y, w, h]]]), ROWS, COLUMNS, STRIDE)
    assert cells.sum() >= 1
    assert bool(((cells == 0) | (cells == 1)).all())


def test_the_ridge_filter_is_the_weighted_least_squares_solution() -> None:
    features = _features(0)[:1].double()
    cells = torch.zeros(1, 1, ROWS * COLUMNS, dtype=torch.float64)
    cells[0, 0, [9, 10, 17]] = 1
    found = ridge_filter(features, cells, torch.tensor(0.3, dtype=torch.float64))[0, 0].numpy()
    rows = np.concatenate([features[0].flatten(1).numpy(), np.ones((1, ROWS * COLUMNS))]).T
    is_target = cells[0, 0].numpy() > 0
    weight = np.where(is_target, 0.5 / is_target.sum(), 0.5 / (~is_target).sum())
    wanted = np.where(is_target, 1.0, -1.0)
    penalty = 0.3 * np.diag([1.0] * 5 + [1e-4])
    expected = np.linalg.solve(
        rows.T @ (weight[:, None] * rows) + penalty, rows.T @ (weight * wanted)
    )
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_the_filter_answers_high_in_the_target_and_low_elsewhere() -> None:
    features = _features(1, channels=40)
    cells = torch.zeros(2, 1, ROWS * COLUMNS)
    cells[:, :, [9, 10]] = 1
    filters = ridge_filter(features, cells, torch.tensor(0.05))
    answers = apply_filter(features, filters).flatten(2)
    inside = answers[cells > 0]
    outside = answers[cells == 0]
    assert inside.min() > 0.5
    assert outside.mean() < -0.5


def test_each_image_and_each_target_has_its_own_filter() -> None:
    features = _features(2)
    cells = torch.zeros(2, 2, ROWS * COLUMNS)
    cells[:, 0, 3] = 1
    cells[:, 1, 30] = 1
    together = ridge_filter(features, cells, torch.tensor(0.1))
    alone = ridge_filter(features[1:], cells[1:, :1], torch.tensor(0.1))
    torch.testing.assert_close(together[1:, :1], alone, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(together[0, 0], together[0, 1])


def test_gradients_flow_through_the_solution() -> None:
    features = _features(3).requires_grad_()
    strength = torch.tensor(0.2, requires_grad=True)
    cells = target_cells(torch.tensor([[[8.0, 8.0, 16.0, 16.0]]] * 2), ROWS, COLUMNS, STRIDE)
    apply_filter(features, ridge_filter(features, cells, strength)).square().sum().backward()  # type: ignore[no-untyped-call]
    assert features.grad is not None
    assert features.grad.abs().sum() > 0
    assert strength.grad is not None
    assert strength.grad.abs() > 0


def test_part_vectors_are_unit_vectors_that_find_their_own_place() -> None:
    features = _features(4, channels=16)
    boxes = torch.tensor([[[16.0, 16.0, 24.0, 24.0]], [[32.0, 8.0, 24.0, 24.0]]])
    vectors = part_vectors(features, boxes, STRIDE)
    assert vectors.shape == (2, 1, PART_VECTORS, 16)
    torch.testing.assert_close(vectors.norm(dim=3), torch.ones(2, 1, PART_VECTORS))
    alike = likeness(features, vectors)
    assert alike.shape == (2, 1, PART_VECTORS, ROWS, COLUMNS)
    assert float(alike.detach().abs().max()) <= 1 + 1e-5
    # The middle part of the first box lies around pixel (28, 28): between cells 3 and 4.
    row, column = divmod(int(alike[0, 0, 4].argmax()), COLUMNS)
    assert {row, column} <= {3, 4}


@pytest.mark.parametrize("side", [0.0, 1.0], ids=["no side", "one pixel"])
def test_a_tiny_box_is_read_without_nan(side: float) -> None:
    vectors = part_vectors(_features(5), torch.tensor([[[20.0, 20.0, side, side]]] * 2), STRIDE)
    assert bool(torch.isfinite(vectors).all())
