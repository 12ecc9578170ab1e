"""PaperObjective: what the paper's net is shown, and how wrong its maps are (section 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.paper_net_config import PaperNetConfig
from rgbt_dualatt_ros.models.global_attention import INPUT_SIZE
from rgbt_dualatt_ros.models.pair_planes import frame_planes, target_planes
from rgbt_dualatt_ros.models.paper_attention_net import (
    PaperAttentionNet,
    PaperShape,
    random_paper_net,
    use_encoder,
)
from rgbt_dualatt_ros.models.weights import RANDOM, load_vgg16
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.global_attention.target_mask import target_mask
from rgbt_dualatt_ros.training.loop.objective import Loss


class PaperObjective:
    """Implements `Objective`."""

    def __init__(self, seed: int, encoder: str, config: PaperNetConfig | None = None) -> None:
        """An objective.

        Args:
            seed: of the first weights.
            encoder: file of VGG-16 to begin with; empty takes the one in the share directory,
                `random` none.
            config: of net and loss.

        Raises:
            ConfigError: when weights are asked for that cannot fit a narrow net.
        """
        self._config = config or PaperNetConfig()
        if self._config.width < 1 and encoder != RANDOM:
            raise ConfigError(
                f"VGG-16's weights do not fit a net of width {self._config.width:g}; set encoder "
                f"to {RANDOM} or width to 1"
            )
        self._seed = seed
        self._encoder = encoder

    def build(self) -> PaperAttentionNet:
        """A net with ImageNet's encoder and a random decoder.

        Raises:
            WeightsError: when there is no such encoder, with the command that makes its file.
        """
        net = random_paper_net(_shape(self._config), self._seed)
        if self._encoder != RANDOM:
            use_encoder(net, load_vgg16(self._encoder, self._seed))
        return net

    def prepare(self, pair: LabelledPair) -> dict[str, Tensor]:
        """The frame to search, K targets as the first frame shows them, their masks.

        Returns:
            `frame` `(4, 192, 256)`, `targets` `(K, 4, 192, 256)` and `masks` `(K, 192, 256)`,
            all uint8; `is_given` `(K,)`, 0 in the last rows of a pair with fewer targets.
        """
        count = self._config.targets
        rows, columns = INPUT_SIZE.height, INPUT_SIZE.width
        targets = np.zeros((count, 4, rows, columns), np.uint8)
        masks = np.zeros((count, rows, columns), np.uint8)
        is_given = np.zeros(count, np.float32)
        both = zip(pair.first_boxes[:count], pair.search_boxes[:count], strict=True)
        for row, (first_box, search_box) in enumerate(both):
            targets[row] = target_planes(pair.first, Box.from_sequence(first_box))
            masks[row] = target_mask(search_box, pair.search.size, INPUT_SIZE)
            is_given[row] = 1
        arrays = {
            "frame": frame_planes(pair.search),
            "targets": targets,
            "masks": masks,
            "is_given": is_given,
        }
        return {name: torch.from_numpy(array) for name, array in arrays.items()}

    def loss(self, net: nn.Module, batch: Mapping[str, Tensor]) -> Loss:
        """Mean over the samples of the mean over their targets."""
        logits = net(batch["frame"], batch["targets"]).float()
        masks = batch["masks"].float()
        weights = 1 + (self._config.target_weight - 1) * masks
        terms = {}
        if self._config.loss == "mse":
            terms["mse"] = ((logits.sigmoid() - masks).square() * weights).mean((2, 3))
        else:
            terms["bce"] = functional.binary_cross_entropy_with_logits(
                logits, masks, weights, reduction="none"
            ).mean((2, 3))
        if self._config.loss == "bce+dice":
            terms["dice"] = _missed_overlap(logits.sigmoid(), masks)
        given = batch["is_given"]
        share = given / given.sum(1, keepdim=True).clamp(min=1) / len(given)
        means = {name: (term * share).sum() for name, term in terms.items()}
        parts = {name: float(mean.detach()) for name, mean in means.items()}
        return Loss(torch.stack(list(means.values())).sum(), parts)

    @torch.no_grad()
    def maps(self, net: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        """Attention `(B, K, 192, 256)`."""
        maps: Tensor = net(batch["frame"], batch["targets"]).float().sigmoid()
        return maps


def _missed_overlap(shown: Tensor, masks: Tensor) -> Tensor:
    """One minus Dice's overlap `(B, K)` of the targets that are there; 0 of the others."""
    overlap = (2 * (shown * masks).sum((2, 3)) + 1) / (shown.sum((2, 3)) + masks.sum((2, 3)) + 1)
    return (1 - overlap) * masks.amax((2, 3))


def _shape(config: PaperNetConfig) -> PaperShape:
    # Their choices are those of the settings.
    return PaperShape(
        width=config.width,
        share_encoder=cast(Literal["all", "per_modality"], config.share_encoder),
        decoder=cast(Literal["reversed_vgg", "lite"], config.decoder),
        decoder_relu=config.decoder_relu,
        upsampling=cast(Literal["nearest", "bilinear"], config.upsampling),
    )
