"""Closed-form answers to "where is this target?": ridge filters and part likenesses on features.

Nothing here is learned; gradients flow through all of it. Features are maps `(B, C, h, w)`, one
for each of B images; a target is one of K boxes on each image.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.ops import roi_align

# Cell i looks at pixel i * stride, whose centre lies half a pixel further.
FIRST_CELL = 0.5
# A box of zero size would have no cell of its own.
_LEAST_HALF_SIDE = 5.0
_LABELLED_PART = 0.8
_PARTS_A_SIDE = 3
_RING_SCALE = 2.0
PART_VECTORS = _PARTS_A_SIDE**2 + 2


def target_cells(boxes: Tensor, rows: int, columns: int, stride: int) -> Tensor:
    """Which cells of a map belong to a target: `(B, K, rows * columns)` of 0 and 1.

    Args:
        boxes: `(B, K, 4)` xywh, px of the image that the map shows.
        rows, columns: of the map.
        stride: px of the image a cell.
    """
    half = (boxes[..., 2:] * (_LABELLED_PART / 2)).clamp(min=_LEAST_HALF_SIDE)
    center = boxes[..., :2] + boxes[..., 2:] / 2
    x = torch.arange(columns, device=boxes.device) * stride + FIRST_CELL
    y = torch.arange(rows, device=boxes.device) * stride + FIRST_CELL
    # A centre beyond the outermost cells stands for the nearest of them.
    cx = center[..., :1].clamp(FIRST_CELL, float(x[-1]))
    cy = center[..., 1:].clamp(FIRST_CELL, float(y[-1]))
    in_x = (x - cx).abs() <= half[..., :1]
    in_y = (y - cy).abs() <= half[..., 1:]
    return (in_y[..., :, None] & in_x[..., None, :]).flatten(2).to(boxes)


def ridge_filter(features: Tensor, cells: Tensor, strength: Tensor) -> Tensor:
    """Linear filters that answer 1 in a target and -1 elsewhere, in the least squares sense.

    Both classes weigh alike, else the few cells of the target would not count.

    Args:
        features: `(B, C, h, w)`, standardised.
        cells: `(B, K, h * w)` of `target_cells`.
        strength: scalar > 0, of the ridge, relative to features of unit variance.

    Returns:
        `(B, K, C + 1)`: a weight for each channel, and a constant.
    """
    batch, channels, _, _ = features.shape
    rows = torch.cat([features.flatten(2), features.new_ones(batch, 1, cells.shape[2])], 1)
    inside = cells / cells.sum(2, keepdim=True).clamp(min=1)
    outside = (1 - cells) / (1 - cells).sum(2, keepdim=True).clamp(min=1)
    # (B, K, C + 1, C + 1); einsum would build (B, K, C + 1, cells) twice.
    weighted = rows[:, None] * ((inside + outside) / 2)[:, :, None]
    gram = weighted @ rows[:, None].transpose(2, 3)
    wanted = (rows[:, None] @ ((inside - outside) / 2)[..., None])[..., 0]
    ridge = torch.ones(channels + 1, device=rows.device, dtype=rows.dtype)
    ridge[-1] = 1e-4  # the constant is free
    solved: Tensor = torch.linalg.solve(gram + torch.diag(ridge) * strength, wanted)
    return solved


def apply_filter(features: Tensor, filters: Tensor) -> Tensor:
    """Answers `(B, K, h, w)` of filters `(B, K, C + 1)` on features `(B, C, h, w)`."""
    answers = torch.einsum("bkc,bchw->bkhw", filters[..., :-1], features)
    return answers + filters[..., -1, None, None]


def part_vectors(features: Tensor, boxes: Tensor, stride: int) -> Tensor:
    """What each target looks like: nine parts, their mean, and its surroundings.

    Args:
        features: `(B, C, h, w)`.
        boxes: `(B, K, 4)` xywh, px of the image.
        stride: px of the image a cell.

    Returns:
        Unit vectors `(B, K, 11, C)`.
    """
    batch, count = boxes.shape[:2]
    size = boxes[..., 2:].clamp(min=stride * 0.75)
    center = boxes[..., :2] + boxes[..., 2:] / 2
    parts = _read(features, center, size, stride, _PARTS_A_SIDE)  # (B K, C, 3, 3)
    around = _read(features, center, size * _RING_SCALE, stride, 2 * _PARTS_A_SIDE)
    mean = parts.mean((2, 3))
    share = 1 / _RING_SCALE**2
    ring = (around.mean((2, 3)) - share * mean) / (1 - share)
    vectors = torch.cat([parts.flatten(2), mean[..., None], ring[..., None]], 2).transpose(1, 2)
    return functional.normalize(vectors.reshape(batch, count, *vectors.shape[1:]), dim=3)


def likeness(features: Tensor, vectors: Tensor) -> Tensor:
    """Cosines `(B, K, P, h, w)` of each cell of `(B, C, h, w)` with vectors `(B, K, P, C)`."""
    return torch.einsum("bkpc,bchw->bkphw", vectors, functional.normalize(features, dim=1))


def _read(features: Tensor, center: Tensor, size: Tensor, stride: int, bins: int) -> Tensor:
    # roi_align takes cell i for the middle of the pixels from i * stride on.
    center = center - FIRST_CELL + stride / 2
    corners = torch.cat([center - size / 2, center + size / 2], 2).float()
    read: Tensor = roi_align(
        features.float(),
        list(corners),
        (bins, bins),
        spatial_scale=1 / stride,
        sampling_ratio=2,
        aligned=True,
    )
    return read
