"""From a frame pair to box features: one map a modality, rotated to frame one's components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torchvision.ops import roi_align

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.models.backbone import Backbone
from rgbt_dualatt_ros.tracking.search_window import SearchWindow

MODALITIES = 2  # colour first, thermal second, everywhere
_STD_FLOOR = 0.01  # of the mean deviation: a channel that hardly moved must not become noise

PairCrop = NDArray[np.uint8]
"""`(2, side, side, 3)`: the colour crop and the thermal one as three equal planes."""


def cut_pair(pair: FramePair, window: SearchWindow) -> PairCrop:
    """Both images of `pair` inside `window`."""
    thermal = window.cut(pair.thermal)
    return np.stack([window.cut(pair.rgb), np.repeat(thermal[..., None], 3, axis=2)])


def seeing(crop: PairCrop, min_contrast: float) -> NDArray[np.bool_]:
    """Which modalities `(2,)` show anything: a dead or covered camera has no contrast."""
    sampled = crop[:, ::4, ::4].reshape(MODALITIES, -1, 3).astype(np.float32)
    return np.asarray(sampled.std(axis=1).max(axis=1) >= min_contrast)


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
        """Maps `(B, 2, C, H, W)` as fused components `(B, 2 K, H, W)`; hidden ones are zero."""
        batch, _, _, height, width = maps.shape
        rows = maps.flatten(3) - self.mean
        components = self.axes @ rows  # (B, 2, K, cells)
        visible = torch.from_numpy(sees & self.is_known).to(components)
        components = components * visible.view(1, MODALITIES, 1, 1)
        return components.reshape(batch, -1, height, width)


@dataclass(frozen=True, slots=True, eq=False)
class FeatureMap:
    """The features of one frame pair (or of altered views of it), ready to be read at boxes.

    Attributes:
        components: `(1, 2 K, H, W)`, colour components first.
        window: what part of the image it shows.
        size: of the image.
        sees: modalities `(2,)` that show something.
    """

    components: Tensor
    window: SearchWindow
    size: ImageSize
    sees: NDArray[np.bool_]
    bins: int
    context: float

    def read(self, boxes: Boxes) -> Tensor:
        """Box features `(N, 2 K bins²)`; the first half belongs to the colour image."""
        corners = torch.from_numpy(self.window.to_map(boxes, self.context))
        rois = [corners.to(self.components)]
        pooled: Tensor = roi_align(
            self.components, rois, self.bins, sampling_ratio=1, aligned=True
        )
        return pooled.flatten(1)


class FeatureExtractor:
    """Makes feature maps of frame pairs; holds the net and, after `fit`, the basis."""

    def __init__(self, backbone: Backbone, config: TrackerConfig, device: torch.device) -> None:
        self._net = backbone.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._config = config
        self._device = device
        self._basis: FeatureBasis | None = None

    @property
    def width(self) -> int:
        """Numbers in one box feature."""
        settings = self._config.features
        channels = min(settings.components, self._net.shape.features)
        return int(MODALITIES * channels * settings.bins**2)

    def fit(self, pair: FramePair, window: SearchWindow) -> None:
        """Take the components of `pair` as the basis of all later maps."""
        crop = cut_pair(pair, window)
        settings = self._config.features
        maps = self._maps(crop[None])[0]
        sees = seeing(crop, self._config.search.min_contrast)
        self._basis = FeatureBasis.fit(maps, sees, settings.components, settings.whitening)

    def extract(self, pair: FramePair, window: SearchWindow) -> FeatureMap:
        """The feature map of `pair` inside `window`."""
        return self.extract_crops([cut_pair(pair, window)], [window], pair.size)[0]

    def extract_crops(
        self, crops: Sequence[PairCrop], windows: Sequence[SearchWindow], size: ImageSize
    ) -> list[FeatureMap]:
        """Feature maps of crops that were already cut (and perhaps altered), in one batch."""
        if self._basis is None:
            raise RuntimeError("fit the basis first")
        maps = self._maps(np.stack(crops))
        settings = self._config.features
        found = []
        for crop, window, each in zip(crops, windows, maps, strict=True):
            sees = seeing(crop, self._config.search.min_contrast)
            components = self._basis.project(each[None], sees)
            visible = sees & self._basis.is_known
            found.append(
                FeatureMap(components, window, size, visible, settings.bins, settings.context)
            )
        return found

    @torch.no_grad()
    def _maps(self, crops: NDArray[np.uint8]) -> Tensor:
        """Maps `(B, 2, C, H, W)` of crops `(B, 2, side, side, 3)`."""
        flat = torch.from_numpy(crops.reshape(-1, *crops.shape[2:])).to(self._device)
        planes = flat.permute(0, 3, 1, 2).float()  # channels last in memory already
        maps = self._net(planes)  # (2 B, C, H, W)
        size = self._config.features.smoothing
        if size > 1:
            maps = functional.avg_pool2d(
                maps, size, stride=1, padding=size // 2, count_include_pad=False
            )
        split: Tensor = maps.unflatten(0, (-1, MODALITIES))
        return split
