"""From a frame pair to box features: one map a modality, rotated to frame one's components."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torchvision.ops import roi_align

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.explanation import AttentionImages
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.setting_conflicts import check_together
from rgbt_dualatt_ros.core.tracker_config import FeatureConfig, TrackerConfig
from rgbt_dualatt_ros.models.backbone import Backbone
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead
from rgbt_dualatt_ros.tracking.attention_images import as_images
from rgbt_dualatt_ros.tracking.first_frame_views import alter, view_window
from rgbt_dualatt_ros.tracking.frame_features import (
    MODALITIES,
    PRECISIONS,
    Samples,
    hide_unseen,
    member_leaves,
    seeing,
)
from rgbt_dualatt_ros.tracking.search_window import PairCrop, SearchWindow

_POOLED = 3  # max pooling of RT-MDNet: 7 x 7 places become 3 x 3
_STD_FLOOR = 0.01  # of the mean deviation: a channel that hardly moved must not become noise


@dataclass(frozen=True, slots=True, eq=False)
class FeatureBasis:
    """Each modality's standardisation and rotation, fitted on the first frame.

    Attributes:
        mean: `(2, C, 1)`.
        axes: `(2, K, C)`.
        is_known: modalities `(2,)` that showed something in the first frame; the others stay
            hidden, since nothing is known of the target there.
    """

    mean: Tensor
    axes: Tensor
    is_known: NDArray[np.bool_]

    @classmethod
    def fit(
        cls, maps: Tensor, is_known: NDArray[np.bool_], components: int, whitening: float
    ) -> FeatureBasis:
        """Basis of maps `(2, C, H, W)` of the first frame."""
        rows = maps.flatten(2).double()  # (2, C, cells)
        mean = rows.mean(dim=2, keepdim=True)
        moved = rows - mean
        std = moved.square().mean(dim=2).sqrt()  # (2, C)
        scale = (std + _STD_FLOOR * std.mean(dim=1, keepdim=True) + 1e-6) ** -whitening
        scaled = moved * scale[..., None]
        covariance = scaled @ scaled.transpose(1, 2) / rows.shape[2]
        values, vectors = torch.linalg.eigh(covariance)
        kept = min(components, vectors.shape[2])
        unit = values[:, -kept:].mean(dim=1).clamp_min(1e-12).rsqrt()  # mean variance 1
        rotation = vectors[:, :, -kept:].transpose(1, 2)  # (2, K, C)
        axes = rotation * scale[:, None] * unit[:, None, None]
        return cls(mean.to(maps.dtype), axes.to(maps.dtype), is_known)

    def project(self, maps: Tensor, sees: NDArray[np.bool_]) -> Tensor:
        """Maps `(B, 2, C, H, W)` as fused components `(B, 2 K, H, W)`, zero where not `sees`."""
        batch, _, _, height, width = maps.shape
        rows = maps.flatten(3) - self.mean
        components = self.axes @ rows  # (B, 2, K, cells)
        if not sees.all():
            visible = torch.from_numpy(sees).to(components)
            components = components * visible.view(1, MODALITIES, 1, 1)
        return components.reshape(batch, -1, height, width)


@dataclass(frozen=True, slots=True, eq=False)
class FeatureMap:
    """The features of one frame pair (or of altered views of it); a `FrameFeatures`.

    Attributes:
        components: `(1, 2 K, H, W)`, colour components first.
        window: what part of the image it shows.
        size: of the image.
        sees: modalities `(2,)` that show something now and did so in the first frame.
        config: how boxes are read.
        keeps_source: samples hold the features before max pooling too.
    """

    components: Tensor
    window: SearchWindow
    size: ImageSize
    sees: NDArray[np.bool_]
    config: FeatureConfig
    keeps_source: bool = False

    @property
    def region(self) -> Box:
        """The part of the image that the window shows."""
        return self.window.visible(self.size)

    def read(self, boxes: Boxes) -> Tensor:
        """Box features `(N, 2 K bins²)`; the first half belongs to the colour image."""
        return pool(self._read_planes(boxes), self.config).flatten(1)

    def sample(self, boxes: Boxes) -> Samples:
        """Box features, and those before max pooling when maps are taken there."""
        planes = self._read_planes(boxes)
        features = pool(planes, self.config).flatten(1)
        return Samples(features, planes) if self.keeps_source else Samples.plain(features)

    def _read_planes(self, boxes: Boxes) -> Tensor:
        corners = torch.from_numpy(self.window.to_map(boxes, self.config.context))
        rois = [corners.to(self.components)]
        places = places_of(self.config)
        planes: Tensor = roi_align(self.components, rois, places, sampling_ratio=1, aligned=True)
        return planes  # (N, 2 K, places, places)


def places_of(config: FeatureConfig) -> int:
    """Places a side at which a box is read from the map."""
    return 2 * config.bins + 1 if config.max_pooling else config.bins


def pool(planes: Tensor, config: FeatureConfig) -> Tensor:
    """`(..., C, places, places)` to `(..., C, bins, bins)`."""
    if not config.max_pooling:
        return planes
    flat = functional.max_pool2d(planes.flatten(0, -4), _POOLED, stride=2)
    return flat.view(*planes.shape[:-2], config.bins, config.bins)


class MapReader:
    """One map a modality and frame, from which all boxes are read; a `FeatureReader`."""

    def __init__(self, backbone: Backbone, config: TrackerConfig, device: torch.device) -> None:
        check_together(config)
        self._net = backbone.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        precision = PRECISIONS[config.features.precision]
        is_usual = precision is torch.float32
        self._reading_net = self._net if is_usual else copy.deepcopy(self._net).to(precision)
        self._config = config
        self._device = device
        self._basis: FeatureBasis | None = None

    @property
    def width(self) -> int:
        """Numbers in one box feature."""
        return MODALITIES * self._channels * self._config.features.bins**2

    @property
    def known(self) -> NDArray[np.bool_]:
        """Modalities `(2,)` that showed something in the first frame."""
        return self._fitted_basis.is_known

    @property
    def trained_layers(self) -> None:
        """The compact net has no fully connected layers."""
        return None

    def first_frames(
        self, pair: FramePair, box: Box, rng: np.random.Generator
    ) -> list[FeatureMap]:
        """Take the components of `pair` as the basis of all maps; its map and altered ones."""
        window = SearchWindow.around(box, self._config.search)
        crop = window.cut_pair(pair)
        self._basis = self._fit(crop)
        windows, crops = [window], [crop]
        for index in range(self._config.first_frame.views):
            windows.append(view_window(box, self._config.search, rng))
            crops.append(alter(windows[-1].cut_pair(pair), index, rng))
        return self._project(crops, windows, pair.size)

    def read_frame(self, pair: FramePair, place: Box) -> FeatureMap:
        """The feature map of `pair` around `place`."""
        window = SearchWindow.around(place, self._config.search)
        return self._project([window.cut_pair(pair)], [window], pair.size)[0]

    def attend(
        self, samples: Samples, head: ClassifierHead, generator: torch.Generator | None
    ) -> tuple[Tensor, list[Tensor]]:
        """Logits and leaves at the features of boxes, before or after max pooling."""
        side = self._config.features.bins
        planes = samples.source
        if self._config.attention.level == "roi3":
            planes = samples.features.view(len(samples), -1, side, side)
        leaves = member_leaves(planes, head.members)
        joined = torch.cat(leaves, dim=2)  # (M, N, 2 K, h, w)
        if self._config.attention.level == "roi7":
            joined = pool(joined, self._config.features)
        # What showed nothing in the first frame is zero to the head, and so to the maps.
        return head(hide_unseen(joined.flatten(2), self.known), generator), leaves

    def explain(self, pair: FramePair, box: Box, head: ClassifierHead) -> AttentionImages:
        """Where `head` looks, from the first layer of the net on the window around `box`."""
        window = SearchWindow.around(box, self._config.search)
        crop = window.cut_pair(pair)
        with torch.no_grad():
            first = self._net.first_layer(self._planes(crop[None]))  # (2, C, h, w)
        leaves = [each[None].requires_grad_() for each in first]
        with torch.enable_grad():
            maps = self._net.after_first_layer(torch.cat(leaves))
            found = self._as_map(maps, crop, window, pair.size)
            logits = head(found.read(box.as_array()[None])).mean(dim=0)  # (1, 2)
        shown = Box(window.x, window.y, window.w, window.h)
        return as_images(logits, leaves, shown, pair.size)

    @property
    def _channels(self) -> int:
        return int(min(self._config.features.components, self._net.shape.features))

    @property
    def _fitted_basis(self) -> FeatureBasis:
        if self._basis is None:
            raise RuntimeError("read the first frame first")
        return self._basis

    def _fit(self, crop: PairCrop) -> FeatureBasis:
        settings = self._config.features
        sees = seeing(crop, self._config.search.min_contrast)
        with torch.no_grad():
            maps = self._maps(crop[None])
        return FeatureBasis.fit(maps, sees, settings.components, settings.whitening)

    @torch.no_grad()
    def _project(
        self, crops: Sequence[PairCrop], windows: Sequence[SearchWindow], size: ImageSize
    ) -> list[FeatureMap]:
        """Feature maps of crops that were already cut (and perhaps altered), in one batch."""
        maps = self._maps(np.stack(crops))  # (2 B, C, H, W)
        return [
            self._as_map(each, crop, window, size)
            for each, crop, window in zip(
                torch.split(maps, MODALITIES), crops, windows, strict=True
            )
        ]

    def _as_map(
        self, maps: Tensor, crop: PairCrop, window: SearchWindow, size: ImageSize
    ) -> FeatureMap:
        """Maps `(2, C, H, W)` of both images of `crop` as features."""
        config, basis = self._config, self._fitted_basis
        if config.features.smoothing > 1:
            side = config.features.smoothing
            maps = functional.avg_pool2d(
                maps, side, stride=1, padding=side // 2, count_include_pad=False
            )
        sees = seeing(crop, config.search.min_contrast) & basis.is_known
        components = basis.project(maps[None], sees)
        keeps_source = config.attention.enabled and config.attention.level == "roi7"
        return FeatureMap(components, window, size, sees, config.features, keeps_source)

    def _maps(self, crops: NDArray[np.uint8]) -> Tensor:
        maps: Tensor = self._reading_net(self._planes(crops))
        return maps.float()

    def _planes(self, crops: NDArray[np.uint8]) -> Tensor:
        """Crops `(B, 2, side, side, 3)` as the net takes them `(2 B, 3, side, side)`."""
        flat = torch.from_numpy(crops.reshape(-1, *crops.shape[2:])).to(self._device)
        return flat.permute(0, 3, 1, 2).float()  # channels last in memory already
