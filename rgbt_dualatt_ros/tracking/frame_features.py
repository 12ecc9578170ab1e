"""What the tracker asks of features, whichever way they are made: of a shared map or of crops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.explanation import AttentionImages
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead

MODALITIES = 2  # colour first, thermal second, everywhere
PRECISIONS = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
"""Of `features.precision`."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Boxes as the learner needs them.

    Attributes:
        features: `(N, width)`; the first half belongs to the colour image.
        source: `(N, ...)` what attention maps start from, when that is not the features
            themselves; else `(N, 0)`. The features are a fixed function of it: the convolutions
            never learn online, which is why both may be stored.
    """

    features: Tensor
    source: Tensor

    @classmethod
    def plain(cls, features: Tensor) -> Samples:
        """Samples whose features are all there is."""
        return cls(features, features.new_zeros(len(features), 0))

    @classmethod
    def join(cls, parts: Sequence[Samples]) -> Samples:
        """All rows of `parts`, which must not be empty."""
        return cls(
            torch.cat([each.features for each in parts]),
            torch.cat([each.source for each in parts]),
        )

    def __len__(self) -> int:
        return len(self.features)

    def rows(self, index: Tensor | slice) -> Samples:
        """Some of them."""
        return Samples(self.features[index], self.source[index])


class FrameFeatures(Protocol):
    """The features of one frame pair, ready to be read at boxes."""

    @property
    def size(self) -> ImageSize:
        """Of the image."""

    @property
    def sees(self) -> NDArray[np.bool_]:
        """Modalities `(2,)` that show something now and did so in the first frame."""

    @property
    def region(self) -> Box:
        """The part of the image where boxes can be read."""

    def read(self, boxes: Boxes) -> Tensor:
        """Features `(N, width)` of boxes `(N, 4)`."""

    def sample(self, boxes: Boxes) -> Samples:
        """The same, with what learning needs besides."""


class LearningSource(Protocol):
    """What learning asks of features besides the samples themselves."""

    @property
    def known(self) -> NDArray[np.bool_]:
        """Modalities `(2,)` that showed something in the first frame."""

    @property
    def trained_layers(self) -> Mapping[str, Tensor] | None:
        """fc4 and fc5 of the weights file, when it has them."""

    def attend(
        self, samples: Samples, head: ClassifierHead, generator: torch.Generator | None
    ) -> tuple[Tensor, list[Tensor]]:
        """What attention maps of `samples` are made of, at the level of the settings.

        Returns:
            Logits `(members, N, 2)` and the leaves they depend on, one a modality:
            `(members, N, C, H, W)`, each member with its own.
        """


class FeatureReader(LearningSource, Protocol):
    """Turns frame pairs into features; holds the net, which never learns online."""

    @property
    def width(self) -> int:
        """Numbers in one box feature."""

    def first_frames(
        self, pair: FramePair, box: Box, rng: np.random.Generator
    ) -> Sequence[FrameFeatures]:
        """Start with a target: features of its first frame, and of altered views of it."""

    def read_frame(self, pair: FramePair, place: Box) -> FrameFeatures:
        """The features of a later pair around `place`."""

    def explain(self, pair: FramePair, box: Box, head: ClassifierHead) -> AttentionImages:
        """Where `head` looks when it judges `box`."""


def seeing(crops: NDArray[np.uint8], min_contrast: float) -> NDArray[np.bool_]:
    """Which of crops `(2, H, W, 3)` show anything: a dead or covered camera has no contrast."""
    sampled = crops[:, ::4, ::4].reshape(MODALITIES, -1, 3).astype(np.float32)
    return np.asarray(sampled.std(axis=1).max(axis=1) >= min_contrast)


def hide_unseen(features: Tensor, sees: NDArray[np.bool_]) -> Tensor:
    """Features `(..., width)` with zeros for the modalities that show nothing."""
    if sees.all():
        return features
    shown = torch.from_numpy(np.repeat(sees, features.shape[-1] // MODALITIES))
    return features * shown.to(features)


def member_leaves(planes: Tensor, members: int) -> list[Tensor]:
    """Leaves to differentiate by, one a modality: `planes` `(N, 2 C, H, W)` for each member."""
    return [
        half.detach().expand(members, *half.shape).clone().requires_grad_()
        for half in planes.chunk(MODALITIES, dim=1)
    ]
