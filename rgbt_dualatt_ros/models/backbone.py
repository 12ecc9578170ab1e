"""The compact convolution net of the `realtime` preset: one for both modalities, stride 8.

Its shape follows VGG-M (a wide first convolution, then fewer and deeper ones) with two changes:
no local response normalisation, and a linear last layer whose channels are the principal
components of larger nets' features (training/distillation.py). All paddings keep the
size, and grey level 128 is zero to the net, so a grey border says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rgbt_dualatt_ros.models.pointwise import Pointwise

STRIDE = 8
GREY = 128.0
GREY_LEVELS_PER_UNIT = 64.0


@dataclass(frozen=True, slots=True)
class BackboneShape:
    """Channels of the net; stored with its weights, so that a file rebuilds its own net."""

    stem: int = 24
    middle: int = 64
    trunk: int = 128
    features: int = 128


class Backbone(nn.Module):
    """Grey levels `(N, 3, H, W)` to features `(N, features, H / 8, W / 8)`.

    H and W must be multiples of 8. A thermal image comes in as three equal planes.
    """

    def __init__(self, shape: BackboneShape) -> None:
        super().__init__()
        self.shape = shape
        stem, middle, trunk = shape.stem, shape.middle, shape.trunk
        self.layers = nn.Sequential(
            nn.Conv2d(3, stem, 5, stride=2, padding=2),
            # The largest of what is cut at zero is the largest, cut at zero: a quarter to cut.
            nn.MaxPool2d(3, stride=2, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(stem, middle, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(middle, trunk, 3, stride=2, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(trunk, trunk, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(trunk, trunk, 3, padding=2, dilation=2),
            nn.ReLU(inplace=True),
            Pointwise(trunk, shape.features),
        )
        for layer in self.layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]  # every layer has a bias

    def first_layer(self, grey_levels: Tensor) -> Tensor:
        """What the first convolution gives before its ReLU `(N, stem, H / 2, W / 2)`."""
        weights_type = next(self.parameters()).dtype
        first: Tensor = self.layers[0](in_units(grey_levels).to(weights_type))
        return first

    def after_first_layer(self, first: Tensor) -> Tensor:
        """The rest of the net, from `first_layer`'s answer."""
        features: Tensor = self.layers[1:](first)
        return features

    def forward(self, grey_levels: Tensor) -> Tensor:
        """Features of images with values in [0, 255]; grey 128 counts as nothing."""
        return self.after_first_layer(self.first_layer(grey_levels))


def in_units(grey_levels: Tensor) -> Tensor:
    """Grey levels as the net takes them: 128 is 0 and 192 is 1."""
    return (grey_levels - GREY).div_(GREY_LEVELS_PER_UNIT)


def random_backbone(shape: BackboneShape, seed: int) -> Backbone:
    """A net with seeded random weights, for tests and as the baseline of trained ones."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Backbone(shape)
