"""From a frame pair to box features as in the paper: a crop of 107 x 107 px a box and modality."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.explanation import AttentionImages
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.setting_conflicts import check_together
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead
from rgbt_dualatt_ros.models.vgg_m import CROP_SIDE, FEATURE_CELLS, FEATURE_CHANNELS, VggM
from rgbt_dualatt_ros.tracking.attention_images import as_images
from rgbt_dualatt_ros.tracking.frame_features import (
    MODALITIES,
    PRECISIONS,
    Samples,
    hide_unseen,
    member_leaves,
    seeing,
)
from rgbt_dualatt_ros.tracking.pair_cropper import as_planes, cut_crops
from rgbt_dualatt_ros.tracking.sampling import whole_image

_AT_ONCE = 64  # bounds the memory of the first layers: about 2 MB a crop

CropNets = tuple[VggM, VggM]
"""The nets of the colour and of the thermal stream; may be the same object."""


@dataclass(frozen=True, slots=True, eq=False)
class CropFeatures:
    """One frame pair, whose boxes are cut out and read when asked for; a `FrameFeatures`.

    Attributes:
        images: `(4, H, W)` uint8: red, green, blue, thermal.
        describe: crops `(N, 4, 107, 107)` uint8 to features `(N, 9216)`.
        size: of the image.
        sees: modalities `(2,)` that show something now and did so in the first frame.
        padding: border around a box in its crop, px of the crop.
        keeps_source: samples hold their crops, 46 kB each, since maps are taken before conv3.
    """

    images: Tensor
    describe: Callable[[Tensor], Tensor]
    size: ImageSize
    sees: NDArray[np.bool_]
    padding: float
    keeps_source: bool

    @property
    def region(self) -> Box:
        """All of the image."""
        return whole_image(self.size)

    def read(self, boxes: Boxes) -> Tensor:
        """Box features `(N, 9216)`; the first half belongs to the colour image."""
        return hide_unseen(self.describe(self._cut(boxes)), self.sees)

    def sample(self, boxes: Boxes) -> Samples:
        """Box features, and the crops they are made of when maps are taken there."""
        crops = self._cut(boxes)
        features = hide_unseen(self.describe(crops), self.sees)
        return Samples(features, crops) if self.keeps_source else Samples.plain(features)

    def _cut(self, boxes: Boxes) -> Tensor:
        return cut_crops(
            self.images, torch.from_numpy(boxes).to(self.images.device), CROP_SIDE, self.padding
        )


class CropReader:
    """Cuts, resizes and describes every box by itself; a `FeatureReader`."""

    def __init__(
        self,
        nets: CropNets,
        config: TrackerConfig,
        device: torch.device,
        trained_layers: Mapping[str, Tensor] | None = None,
    ) -> None:
        check_together(config)
        self.trained_layers = trained_layers
        self._nets = tuple(net.to(device) for net in nets)
        self._config = config
        self._device = device
        self._known = np.ones(MODALITIES, np.bool_)

    @property
    def width(self) -> int:
        """Numbers in one box feature: 9216."""
        return MODALITIES * FEATURE_CHANNELS * FEATURE_CELLS**2

    @property
    def known(self) -> NDArray[np.bool_]:
        """Modalities `(2,)` that showed something in the first frame."""
        return self._known

    def first_frames(
        self, pair: FramePair, box: Box, rng: np.random.Generator
    ) -> list[CropFeatures]:
        """The pair as it is: the paper alters nothing."""
        del rng
        self._known = self._seen(pair)
        return [self.read_frame(pair, box)]

    def read_frame(self, pair: FramePair, place: Box) -> CropFeatures:
        """The pair; `place` does not matter, since any box can be cut out."""
        del place
        attention = self._config.attention
        return CropFeatures(
            _as_images(pair).to(self._device),
            self._describe,
            pair.size,
            self._seen(pair) & self._known,
            self._config.features.padding,
            attention.enabled and attention.level != "conv3",
        )

    def attend(
        self, samples: Samples, head: ClassifierHead, generator: torch.Generator | None
    ) -> tuple[Tensor, list[Tensor]]:
        """Logits and leaves at the crops, at the first layer's answers or at the features."""
        level, members = self._config.attention.level, head.members
        if level == "conv3":
            cells = samples.features.view(len(samples), -1, FEATURE_CELLS, FEATURE_CELLS)
            leaves = member_leaves(cells, members)
            features = torch.cat([leaf.flatten(2) for leaf in leaves], dim=2)
            return self._judge(features, head, generator), leaves
        planes: Sequence[Tensor] = as_planes(samples.source)
        if level == "conv1":
            with torch.no_grad():
                planes = self._first_layers(planes)
        leaves = member_leaves(torch.cat(list(planes), dim=1), members)
        flat = [leaf.flatten(0, 1) for leaf in leaves]  # (M N, C, h, w)
        first = flat if level == "conv1" else self._first_layers(flat)
        features = self._after_first_layers(first).view(members, len(samples), -1)
        return self._judge(features, head, generator), leaves

    def explain(self, pair: FramePair, box: Box, head: ClassifierHead) -> AttentionImages:
        """Where `head` looks, from the first layer of the nets on the crop of `box`."""
        settings = self._config.features
        boxes = torch.from_numpy(box.as_array()[None]).to(self._device)
        crop = cut_crops(_as_images(pair).to(self._device), boxes, CROP_SIDE, settings.padding)
        with torch.no_grad():
            first = self._first_layers(as_planes(crop))
        leaves = [each.requires_grad_() for each in first]  # (1, 96, 51, 51) each
        with torch.enable_grad():
            sees = self._seen(pair) & self._known
            features = hide_unseen(self._after_first_layers(leaves), sees)
            logits = head(features).mean(dim=0)  # (1, 2)
        return as_images(logits, leaves, _shown(box, settings.padding), pair.size)

    def _judge(
        self, features: Tensor, head: ClassifierHead, generator: torch.Generator | None
    ) -> Tensor:
        """Logits of samples, which were collected while all known cameras showed something."""
        return head(hide_unseen(features, self._known), generator)  # type: ignore[no-any-return]

    def _seen(self, pair: FramePair) -> NDArray[np.bool_]:
        thermal = np.repeat(pair.thermal[..., None], 3, axis=2)
        return seeing(np.stack([pair.rgb, thermal]), self._config.search.min_contrast)

    @torch.no_grad()
    def _describe(self, crops: Tensor) -> Tensor:
        """Features `(N, 9216)` of crops `(N, 4, 107, 107)`."""
        kind = PRECISIONS[self._config.features.precision]
        with torch.autocast(self._device.type, kind, enabled=kind is not torch.float32):
            parts = [
                self._after_first_layers(self._first_layers(as_planes(crops[at : at + _AT_ONCE])))
                for at in range(0, len(crops), _AT_ONCE)
            ]
        return torch.cat(parts).float() if parts else crops.new_zeros(0, self.width).float()

    def _first_layers(self, planes: Sequence[Tensor]) -> list[Tensor]:
        return [net.first_layer(each) for net, each in zip(self._nets, planes, strict=True)]

    def _after_first_layers(self, first: list[Tensor]) -> Tensor:
        """Features `(N, 9216)`, the colour stream's half first."""
        ends = [net.after_first_layer(each) for net, each in zip(self._nets, first, strict=True)]
        return torch.cat([end.flatten(1) for end in ends], dim=1)


def _as_images(pair: FramePair) -> Tensor:
    """Both images `(4, H, W)` uint8."""
    planes = np.concatenate([pair.rgb, pair.thermal[..., None]], axis=2).transpose(2, 0, 1)
    return torch.from_numpy(np.ascontiguousarray(planes))


def _shown(box: Box, padding: float) -> Box:
    """What the crop of `box` shows, px of the image."""
    x, y = box.w * padding / CROP_SIDE, box.h * padding / CROP_SIDE
    return Box(box.x - x, box.y - y, box.w + 2 * x, box.h + 2 * y)
