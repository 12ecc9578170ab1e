"""Ridge box regression: closed form, exact boxes, guards, inside the image, inputs untouched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.tracker_config import BoxRegressionConfig
from rgbt_dualatt_ros.tracking.box_regressor import BoxRegressor, apply_offsets, encode_offsets
from rgbt_dualatt_ros.tracking.sampling import Spread, draw_uniform

SIZE = ImageSize(200, 150)
TRUTH = Box(60, 40, 50, 70)


def unguarded(ridge: float) -> BoxRegressionConfig:
    return BoxRegressionConfig(ridge=ridge, guard=False)


def drawn(count: int, seed: int = 0, shift: float = 0.3) -> Boxes:
    boxes = draw_uniform(TRUTH, count, Spread(shift, 1.3, 1.1), np.random.default_rng(seed))
    boxes.flags.writeable = False
    return boxes


def features_of(boxes: Boxes, seed: int = 0, width: int = 20) -> torch.Tensor:
    """Features from which the offsets can be told exactly, by a fixed random linear map."""
    offsets = encode_offsets(boxes, TRUTH)
    mixing = np.random.default_rng(seed).normal(size=(4, width)).astype(np.float32)
    return torch.from_numpy(offsets @ mixing + 0.7)


def test_offsets_lead_back_to_the_truth() -> None:
    boxes = drawn(30)
    moved = apply_offsets(boxes, encode_offsets(boxes, TRUTH))
    np.testing.assert_allclose(moved, np.tile(TRUTH.as_array(), (30, 1)), rtol=1e-4)


def test_what_was_fitted_is_the_closed_form() -> None:
    boxes, config = drawn(12), unguarded(ridge=0.2)
    features = torch.rand(12, 30, generator=torch.Generator().manual_seed(1))
    regressor = BoxRegressor(config)
    regressor.fit(features, boxes, TRUTH)

    x = features.double().numpy()
    y = encode_offsets(boxes, TRUTH).astype(np.float64)
    x_mean, y_mean = x.mean(0), y.mean(0)
    x = x - x_mean
    ridge = config.ridge * (x @ x.T).diagonal().mean()
    weights = np.linalg.solve(x.T @ x + ridge * np.eye(30), x.T @ (y - y_mean))  # primal
    offsets = ((features.numpy() - x_mean) @ weights + y_mean).astype(np.float32)
    expected = apply_offsets(boxes, offsets)
    np.testing.assert_allclose(regressor.refine(features, boxes, SIZE, 1.0), expected, atol=1e-2)


def test_it_finds_the_target_from_boxes_it_has_not_seen() -> None:
    regressor = BoxRegressor(unguarded(ridge=1e-6))
    regressor.fit(features_of(drawn(60)), drawn(60), TRUTH)
    others = drawn(20, seed=5)
    refined = regressor.refine(features_of(others), others, SIZE, 1.0)
    np.testing.assert_allclose(refined, np.tile(TRUTH.as_array(), (20, 1)), atol=0.3)


def test_exact_boxes_return_themselves() -> None:
    regressor = BoxRegressor(BoxRegressionConfig(ridge=1e-6))
    regressor.fit(features_of(drawn(60)), drawn(60), TRUTH)
    exact = np.tile(TRUTH.as_array(), (3, 1))
    np.testing.assert_allclose(
        regressor.refine(features_of(exact), exact, SIZE, 1.0), exact, atol=0.05
    )


LARGE = np.array([[50, 35, 70, 90]], np.float32)
SMALL = np.array([[65, 45, 40, 55]], np.float32)


@pytest.mark.parametrize(
    ("limits", "away"),
    [
        pytest.param({"min_overlap": 0.95}, LARGE, id="overlap"),
        pytest.param({"max_shrinking": 1.001}, LARGE, id="shrinking"),
        pytest.param({"max_growth": 1.001}, SMALL, id="growth"),
    ],
)
def test_a_box_that_would_jump_stays(limits: dict[str, float], away: Boxes) -> None:
    allowed = {"min_overlap": 0.0, "max_growth": 100.0, "max_shrinking": 100.0}
    for guard in (True, False):
        config = replace(
            BoxRegressionConfig(ridge=1e-6, guard=guard),
            **{**allowed, **limits},  # type: ignore[arg-type]
        )
        regressor = BoxRegressor(config)
        regressor.fit(features_of(drawn(60)), drawn(60), TRUTH)
        refined = regressor.refine(features_of(away), away, SIZE, 1.0)
        expected = away if guard else TRUTH.as_array()[None]
        np.testing.assert_allclose(refined, expected, atol=0.05)


def test_the_ridge_may_be_given_as_in_mdnet() -> None:
    """Against the normal equations of the primal form, alpha 1000 and centred."""
    features, boxes = features_of(drawn(40)) * 30, drawn(40)
    regressor = BoxRegressor(BoxRegressionConfig(ridge=1000.0, ridge_unit="absolute", guard=False))
    regressor.fit(features, boxes, TRUTH)
    x = features.double().numpy()
    y = encode_offsets(boxes, TRUTH).astype(np.float64)
    centred = x - x.mean(0)
    solved = np.linalg.solve(centred.T @ centred + 1000 * np.eye(20), centred.T @ (y - y.mean(0)))
    others = drawn(5, seed=3)
    offsets = (features_of(others).numpy() * 30 - x.mean(0)) @ solved + y.mean(0)
    expected = apply_offsets(others, offsets.astype(np.float32))
    refined = regressor.refine(features_of(others) * 30, others, SIZE, 1.0)
    np.testing.assert_allclose(refined, expected, atol=0.02)


@given(seed=st.integers(0, 200), scale=st.floats(0.1, 1e6), x=st.floats(-30, 220))
def test_regressed_boxes_stay_inside(seed: int, scale: float, x: float) -> None:
    """py-MDNet clips the new size with the old corner: its boxes can leave the image."""
    rng = np.random.default_rng(seed)
    regressor = BoxRegressor(unguarded(ridge=0.15))
    regressor.fit(features_of(drawn(20)), drawn(20), TRUTH)
    boxes = draw_uniform(Box(x, 60, 40, 50), 8, Spread(1, 2), rng)
    wild = torch.from_numpy(rng.normal(size=(8, 20)).astype(np.float32) * scale)
    refined = regressor.refine(wild, boxes, SIZE, 8.0)
    assert np.isfinite(refined).all()
    assert (refined[:, :2] >= 0).all()
    assert (refined[:, 2:] >= 8 - 1e-3).all()
    assert (refined[:, 0] + refined[:, 2] <= SIZE.width + 1e-3).all()
    assert (refined[:, 1] + refined[:, 3] <= SIZE.height + 1e-3).all()


def test_features_that_are_no_numbers_change_nothing() -> None:
    regressor = BoxRegressor(BoxRegressionConfig())
    regressor.fit(features_of(drawn(20)), drawn(20), TRUTH)
    boxes: NDArray[np.float32] = np.array([[60, 40, 50, 70]], np.float32)
    refined = regressor.refine(torch.full((1, 20), torch.nan), boxes, SIZE, 8.0)
    np.testing.assert_array_equal(refined, boxes)


def test_without_a_fit_boxes_are_only_kept_inside() -> None:
    boxes = np.array([[180, 20, 50, 60]], np.float32)
    refined = BoxRegressor(BoxRegressionConfig()).refine(torch.zeros(1, 20), boxes, SIZE, 8.0)
    np.testing.assert_allclose(refined, [[180, 20, 20, 60]])
