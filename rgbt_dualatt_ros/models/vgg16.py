"""VGG-16 without its last pooling, the encoder of the paper's global attention net (section 3.1).

Layers have the indices of `features[0:30]` in torchvision's `vgg16()`, so weights pass by name.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

STRIDE = 16
FEATURE_CHANNELS = 512
# Channels of the convolutions between two poolings, each followed by a ReLU.
BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)


class Vgg16(nn.Sequential):
    """Normalised planes `(N, 3, H, W)` to features `(N, 512, H / 16, W / 16)`, all at least 0.

    Args:
        width: share of the channels that each layer keeps, (0, 1]; below 1 for tests only, since
            no ImageNet weights fit then.
    """

    def __init__(self, width: float = 1.0) -> None:
        layers: list[nn.Module] = []
        inputs = 3
        for index, block in enumerate(BLOCKS):
            if index:
                layers.append(nn.MaxPool2d(2, 2))
            for channels in block:
                outputs = scaled(channels, width)
                layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True)]
                inputs = outputs
        super().__init__(*layers)
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]  # every layer has a bias


def scaled(channels: int, width: float) -> int:
    """How many of `channels` are left in a net of that width; at least 1."""
    return max(1, round(channels * width))


def normalize(planes: Tensor) -> Tensor:
    """Grey levels in [0, 255], `(N, 3, H, W)` red first, as the numbers ImageNet's nets know.

    A thermal image comes in as `(N, 1, H, W)` and is replicated to three planes.
    """
    unit = planes.float() / 255
    mean = torch.tensor(_MEAN, device=planes.device).view(1, 3, 1, 1)
    std = torch.tensor(_STD, device=planes.device).view(1, 3, 1, 1)
    return (unit - mean) / std


def random_vgg16(seed: int, width: float = 1.0) -> Vgg16:
    """A net with seeded random weights, for tests and as the baseline of trained ones."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Vgg16(width)
