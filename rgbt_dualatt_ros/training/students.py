"""The nets that learn from larger ones: what they answer, and which pixels they answer about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from rgbt_dualatt_ros.models.backbone import GREY, STRIDE, BackboneShape, random_backbone
from rgbt_dualatt_ros.models.local_response_norm import LocalResponseNorm, LrnForm, lrn_form
from rgbt_dualatt_ros.models.vgg_m import (
    FEATURE_CHANNELS,
    RECEPTIVE_FIELD,
    VggM,
    random_vgg_m,
)
from rgbt_dualatt_ros.models.vgg_m import STRIDE as VGG_M_STRIDE

# Cells whose receptive field leaves the crop teach padding, not content.
_BORDER_CELLS = 2
_GREY_LEVELS_PER_UNIT = 64.0
# Mean square root of VGG-M features; see weights/README.md, "Scale".
FEATURE_RMS = 10.0


@dataclass(frozen=True, slots=True)
class Places:
    """Pixels that lie under the centres of a student's answers; the same across and down.

    Attributes:
        first: the first, counted from the centre of the crop's first pixel.
        step: from one to the next.
        count: how many in a row.
    """

    first: float
    step: float
    count: int


class Student(Protocol):
    """A net in training with what belongs to it only then.

    Attributes:
        components: how many numbers it answers for a place.
    """

    components: int

    @property
    def learning(self) -> nn.Module:
        """What the optimiser changes."""
        ...

    def places(self, crop_side: int) -> Places:
        """Where the answers about a crop of that side look."""
        ...

    def __call__(self, grey_levels: Tensor) -> Tensor:
        """Answers `(N, components, count, count)` about crops `(N, 3, side, side)` in [0, 255]."""
        ...


class BackboneStudent:
    """The compact net of `realtime`: its features are the answers."""

    def __init__(self, shape: BackboneShape, seed: int) -> None:
        self.components = shape.features
        self.learning = random_backbone(shape, seed)

    def places(self, crop_side: int) -> Places:
        """Every cell that sees no padding."""
        return Places(STRIDE * _BORDER_CELLS, STRIDE, -(-crop_side // STRIDE) - 2 * _BORDER_CELLS)

    def __call__(self, grey_levels: Tensor) -> Tensor:
        """The inner cells' features."""
        inner = slice(_BORDER_CELLS, -_BORDER_CELLS)
        answers: Tensor = self.learning(grey_levels)[:, :, inner, inner]
        return answers


class VggMStudent:
    """VGG-M's first layers: a linear layer reads the answers from the features, then is dropped.

    The net learns in units of 64 grey levels, where rates of one size suit weights and biases.
    A net of convolutions, ReLU and pooling turns into one for grey levels when its biases are
    multiplied by 64; the normalisation joins in when its factor is divided by 64 squared.
    """

    def __init__(self, components: int, seed: int) -> None:
        self.components = components
        self._net = random_vgg_m(seed)
        form = lrn_form(self._net.lrn)
        in_units = LrnForm(form.k, form.scale * _GREY_LEVELS_PER_UNIT**2, form.below, form.above)
        self._net.normalize = LocalResponseNorm(in_units)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            reading = nn.Conv2d(FEATURE_CHANNELS, components, 1)
        self.learning = nn.Sequential(self._net, reading)

    def places(self, crop_side: int) -> Places:
        """The centres of the 75 px that each cell sees; nothing is padded."""
        count = (crop_side - RECEPTIVE_FIELD) // VGG_M_STRIDE + 1
        return Places((RECEPTIVE_FIELD - 1) / 2, VGG_M_STRIDE, count)

    def __call__(self, grey_levels: Tensor) -> Tensor:
        """What the linear layer reads."""
        answers: Tensor = self.learning((grey_levels - GREY) / _GREY_LEVELS_PER_UNIT)
        return answers

    @torch.no_grad()
    def finished(self, grey_levels: Tensor) -> VggM:
        """The net for planes of grey levels, its features scaled to `FEATURE_RMS`.

        Args:
            grey_levels: crops `(N, 3, side, side)` in [0, 255] on which the scale is measured.
        """
        net = VggM(self._net.lrn)
        net.load_state_dict(self._net.state_dict())
        biases = [value for name, value in net.named_parameters() if name.endswith(".bias")]
        for bias in biases:
            bias.mul_(_GREY_LEVELS_PER_UNIT)
        gain = FEATURE_RMS / net(grey_levels - GREY).square().mean().sqrt()
        for last in net.conv3.parameters():
            last.mul_(gain)
        return net.eval()
