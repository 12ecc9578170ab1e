"""LiteObjective: how the lite attention net is shown targets, and how wrong its maps are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.models.global_attention import INPUT_SIZE
from rgbt_dualatt_ros.models.lite_attention_net import (
    FINE_STRIDE,
    LiteAttentionNet,
    LiteShape,
    image_tensors,
)
from rgbt_dualatt_ros.models.weights import load_backbone
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.loop.objective import Loss

_OTHERS_WEIGHT = 3.0  # a wrong answer on another thing that could be the target counts more
_MAP_WEIGHT = 4.0
_RIDGE_WEIGHT = 0.6
_RIDGE_SLOPE = 3.0
_RIDGE_MARGIN = 1.0
_TARGET_WEIGHT = 0.15  # of a cell of the target, over the root of the share that it covers
_MOST_TARGET_WEIGHT = 5.0


class LiteObjective:
    """Implements `Objective`."""

    def __init__(self, seed: int, encoder: str, *, shape: LiteShape | None = None) -> None:
        """An objective.

        Args:
            seed: of the first weights.
            encoder: a backbone file to begin with; empty takes the shipped one, `random` none.
            shape: of the net.
        """
        self._seed = seed
        self._encoder = encoder
        self._shape = shape or LiteShape()

    def build(self) -> LiteAttentionNet:
        """A net whose encoder already knows the features of the tracker."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self._seed)
            net = LiteAttentionNet(self._shape)
        backbone = load_backbone(self._encoder, self._seed)
        net.encoder.load_state_dict(backbone.state_dict())
        return net

    def prepare(self, pair: LabelledPair) -> dict[str, Tensor]:
        """Both frames at 192 x 256, boxes there, masks and weights `(K, 48, 64)`."""
        first, search = image_tensors(pair.first), image_tensors(pair.search)
        there = _scaled(pair.search_boxes, pair.search)
        masks = box_masks(there)
        others = box_masks(_scaled(pair.others, pair.search)).amax(0, keepdim=True)
        weights = 1 + (_OTHERS_WEIGHT - 1) * others * (1 - masks)
        return {
            "first_color": first[0].byte(),
            "first_thermal": first[1].byte(),
            "color": search[0].byte(),
            "thermal": search[1].byte(),
            "boxes": torch.from_numpy(_scaled(pair.first_boxes, pair.first)),
            "masks": masks,
            "weights": weights,
        }

    def loss(self, net: nn.Module, batch: Mapping[str, Tensor]) -> Loss:
        """Cross entropy and overlap of the map, and cross entropy of the ridge maps alone."""
        logits, ridges = self._answers(net, batch)
        masks, weights = batch["masks"].float(), batch["weights"].float()
        entropy = _entropy(logits, masks, weights)
        overlap = _missed_overlap(logits, masks)
        coarse = masks[:, :, None, ::2, ::2].expand_as(ridges)
        near = _RIDGE_SLOPE * ridges - _RIDGE_MARGIN
        ridge = _entropy(
            near.flatten(1, 2), coarse.flatten(1, 2), torch.ones_like(near.flatten(1, 2))
        )
        total = _MAP_WEIGHT * entropy + overlap + _RIDGE_WEIGHT * ridge
        parts = {"entropy": entropy, "overlap": overlap, "ridge": ridge}
        return Loss(total, {name: float(part.detach()) for name, part in parts.items()})

    @torch.no_grad()
    def maps(self, net: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        """Attention `(B, K, 48, 64)`."""
        return torch.sigmoid(self._answers(net, batch)[0])

    @staticmethod
    def _answers(net: nn.Module, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        logits, ridges = net(
            batch["first_color"].float(),
            batch["first_thermal"].float(),
            batch["boxes"],
            batch["color"].float(),
            batch["thermal"].float(),
        )
        return logits.float(), ridges.float()


def box_masks(boxes: Boxes) -> Tensor:
    """Masks `(N, 48, 64)`: 1 where a cell looks into the box, 0 elsewhere.

    Each of the boxes `(N, 4)`, px of the input, has at least the cell nearest to its centre. A
    row of NaN gives an empty mask; no boxes at all give one empty mask.
    """
    x = np.arange(0, INPUT_SIZE.width, FINE_STRIDE) + 0.5  # px that the cells look at
    y = np.arange(0, INPUT_SIZE.height, FINE_STRIDE) + 0.5
    masks = torch.zeros(max(1, len(boxes)), len(y), len(x))
    for mask, box in zip(masks, boxes, strict=False):
        if np.isfinite(box).all():
            inside = _covered(y, box[1], box[3])[:, None] & _covered(x, box[0], box[2])
            mask[torch.from_numpy(inside)] = 1
    return masks


def _covered(cells: NDArray[np.floating], start: float, length: float) -> NDArray[np.bool_]:
    covered = (cells >= start) & (cells < start + length)
    if not covered.any():
        covered[np.abs(cells - start - length / 2).argmin()] = True
    return np.asarray(covered)


def _scaled(boxes: Boxes, pair: FramePair) -> Boxes:
    size: ImageSize = pair.size
    factor = np.array([INPUT_SIZE.width / size.width, INPUT_SIZE.height / size.height] * 2)
    return np.asarray(boxes * factor, np.float32)


def _entropy(logits: Tensor, masks: Tensor, weights: Tensor) -> Tensor:
    share = masks.mean((2, 3), keepdim=True).clamp(min=1e-4)
    inside = (_TARGET_WEIGHT / share.sqrt()).clamp(1.0, _MOST_TARGET_WEIGHT)
    cells = functional.binary_cross_entropy_with_logits(logits, masks, reduction="none")
    return (cells * torch.where(masks > 0, inside, weights)).mean()


def _missed_overlap(logits: Tensor, masks: Tensor) -> Tensor:
    """One minus Dice's overlap, of the targets that are there."""
    shown = torch.sigmoid(logits)
    is_there = masks.amax((2, 3))
    overlap = (2 * (shown * masks).sum((2, 3)) + 1) / (shown.sum((2, 3)) + masks.sum((2, 3)) + 1)
    return ((1 - overlap) * is_there).mean()
