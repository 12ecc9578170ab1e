"""Maps of a box as pictures of the image: their place, size and scale. Not what the maps say."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.tracking.attention_images import as_images

SIZE = ImageSize(64, 48)


def logits_of(weights: Tensor, leaves: list[Tensor]) -> Tensor:
    """Logits whose gradient by each leaf is `weights` for the target, its reverse for the rest."""
    target = sum((leaf * weights).sum() for leaf in leaves)
    background = sum((leaf * weights.flip(-1)).sum() for leaf in leaves)
    return torch.stack([torch.as_tensor(background), torch.as_tensor(target)])[None]


def shown(weights: Tensor, box: Box) -> tuple[Tensor, Tensor]:
    leaves = [torch.zeros(1, 3, *weights.shape[-2:], requires_grad=True) for _ in range(2)]
    images = as_images(logits_of(weights, leaves), leaves, box, SIZE)
    assert images.target.dtype == images.background.dtype == np.float32
    return torch.from_numpy(images.target), torch.from_numpy(images.background)


def test_a_cell_covers_its_part_of_the_box() -> None:
    weights = torch.zeros(4, 4)
    weights[1, 0] = 2.0  # second row, first column
    target, background = shown(weights, Box(16, 8, 32, 32))
    assert target.shape == (48, 64)
    assert float(target.max()) == float(target[19:21, 19:21].max()) > 0.8
    assert float(target[:, 28:].max()) == 0
    assert float(background[19:21, 43:45].max()) > 0.8  # the reverse: last column


def test_strengths_are_roots_of_the_squares_relative_to_the_largest() -> None:
    weights = torch.zeros(2, 2)
    weights[0, 0], weights[1, 1] = 4.0, -1.0
    target, _ = shown(weights, Box(0, 0, 64, 48))
    np.testing.assert_allclose(float(target[12, 16]), 1.0, atol=0.08)
    np.testing.assert_allclose(float(target[36, 48]), 0.25, atol=0.08)


def test_a_box_over_the_edge_keeps_its_place() -> None:
    weights = torch.zeros(4, 4)
    weights[2, 3] = 1.0
    target, _ = shown(weights, Box(-16, -8, 32, 32))
    assert float(target[11:13, 11:13].max()) > 0.8
    assert float(target[:, 20:].max()) == 0


def test_no_attention_at_all_is_a_black_picture() -> None:
    target, background = shown(torch.zeros(4, 4), Box(16, 8, 32, 32))
    assert not target.any()
    assert not background.any()
