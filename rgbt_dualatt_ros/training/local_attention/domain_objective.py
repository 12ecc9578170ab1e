"""DomainObjective: Eq. (1) of one video's samples, and the attention penalty of Eq. (2)-(4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from rgbt_dualatt_ros.core.learning_config import AttentionConfig
from rgbt_dualatt_ros.core.local_training_config import LocalTrainingConfig
from rgbt_dualatt_ros.models.classifier_head import BACKGROUND, TARGET
from rgbt_dualatt_ros.models.weights import load_vgg_m
from rgbt_dualatt_ros.tracking.local_attention import attention_maps, attention_penalty
from rgbt_dualatt_ros.tracking.pair_cropper import as_planes
from rgbt_dualatt_ros.training.local_attention.multi_domain_net import MultiDomainNet
from rgbt_dualatt_ros.training.loop.objective import Loss

_Cameras = tuple[Tensor, Tensor]


class DomainObjective:
    """Implements `Objective`.

    Args:
        config: the settings of the training.
        domains: number of videos.
    """

    def __init__(self, config: LocalTrainingConfig, domains: int) -> None:
        self._config = config
        self._domains = domains
        self._positives = config.samples.frames * config.samples.positives
        self._attention = AttentionConfig(weight=config.attention.weight)

    def build(self) -> MultiDomainNet:
        """A net whose convolutions are those of the settings.

        Raises:
            WeightsError: when they cannot be read.
        """
        config = self._config
        return MultiDomainNet(
            load_vgg_m(config.weights, config.seed),
            self._domains,
            fusion=config.fusion,
            hidden=config.hidden,
            dropout=config.dropout,
            generator=torch.Generator().manual_seed(config.seed),
        )

    def loss(self, net: nn.Module, batch: Mapping[str, Tensor]) -> Loss:
        """Means over the samples of a video, and over the videos."""
        net = cast("MultiDomainNet", net)
        videos = [
            self._of_video(net, {name: value[index] for name, value in batch.items()})
            for index in range(len(batch["crops"]))
        ]
        parts = {
            name: sum(float(each.parts[name]) for each in videos) / len(videos)
            for name in videos[0].parts
        }
        return Loss(torch.stack([each.total for each in videos]).mean(), parts)

    def scores(self, net: nn.Module, sample: Mapping[str, Tensor]) -> Tensor:
        """How sure the net is of the target `(N,)` in [0, 1], for the crops of one video."""
        net = cast("MultiDomainNet", net)
        with torch.no_grad():
            _, features = self._features(net, sample["crops"])
            logits = net.judge(features, sample["domain"], drops=False)
        return functional.softmax(logits.float(), dim=1)[:, TARGET]

    def _of_video(self, net: MultiDomainNet, sample: Mapping[str, Tensor]) -> Loss:
        domain = sample["domain"]
        first, features = self._features(net, sample["crops"])
        logits = net.judge(features, domain, drops=net.training).float()
        labels = torch.full((len(logits),), BACKGROUND, device=logits.device)
        labels[: self._positives] = TARGET
        total = functional.cross_entropy(logits, labels)  # Eq. (1) over the number of samples
        is_right = (logits.argmax(dim=1) == labels).float()
        parts = {
            "classification": float(total.detach()),
            "right_of_targets": float(is_right[: self._positives].mean()),
            "right_of_background": float(is_right[self._positives :].mean()),
        }
        if self._config.attention.level != "off" and net.training:
            penalty = total.new_zeros(())
            if bool(sample["attends"]):
                penalty = self._penalty(net, domain, first, features)
            # Lambda stands beside the sum of the cross entropies; beside their mean it is smaller.
            total = total + self._attention.weight / len(logits) * penalty  # Eq. (4)
            parts["penalty"] = float(penalty.detach())
        return Loss(total, parts)

    def _features(self, net: MultiDomainNet, crops: Tensor) -> tuple[_Cameras, _Cameras]:
        """What conv1 and conv3 answer, colour and thermal."""
        colour, thermal = (net.first_layer(each) for each in as_planes(crops))
        return (colour, thermal), (net.after_first_layer(colour), net.after_first_layer(thermal))

    def _penalty(
        self, net: MultiDomainNet, domain: Tensor, first: _Cameras, features: _Cameras
    ) -> Tensor:
        """R of Eq. (2) and Eq. (3), of maps without dropout as in online learning."""
        chosen, positives = self._chosen(net, domain, features)
        if self._config.attention.level == "conv1":
            leaves = first[0][chosen], first[1][chosen]
            judged = net.after_first_layer(leaves[0]), net.after_first_layer(leaves[1])
        else:
            leaves = judged = features[0][chosen], features[1][chosen]
        logits = net.judge(judged, domain, drops=False)
        maps = attention_maps(logits, leaves, self._attention, create_graph=True)
        penalty = attention_penalty(maps, positives, self._attention)
        return penalty.target + penalty.background

    @torch.no_grad()
    def _chosen(
        self, net: MultiDomainNet, domain: Tensor, features: _Cameras
    ) -> tuple[Tensor, int]:
        """Some target samples and the hardest background ones, and how many are targets."""
        logits = net.judge(features, domain, drops=False)
        count = self._config.attention.samples
        targets = torch.arange(min(count, self._positives), device=logits.device)
        margins = (logits[:, TARGET] - logits[:, BACKGROUND])[self._positives :]
        hardest = margins.argsort(descending=True, stable=True)[:count] + self._positives
        return torch.cat([targets, hardest]), len(targets)
