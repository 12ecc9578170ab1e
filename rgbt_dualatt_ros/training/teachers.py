"""The larger nets whose features the small nets learn; forward only, stride 8.

Files are read as plain state dicts (`weights_only`), never as pickled objects.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from rgbt_dualatt_ros.core.errors import WeightsError
from rgbt_dualatt_ros.models.torch_files import read_checkpoint

TEACHER_STRIDE = 8
_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)
# Channels, repeats and stride of the MobileNetV2 stages up to stride 8; expansion 6 but for the
# first. The tap is the expansion layer of the first block of the next stage: 192 channels.
_MOBILENET_STAGES = ((16, 1, 1, 1), (24, 2, 2, 6), (32, 3, 2, 6))
_VGG_PLAN = (64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512)


class _Expansion(nn.Module):
    """Only the 1x1 expansion of an inverted residual; key names as in the file."""

    def __init__(self, inputs: int, factor: int) -> None:
        super().__init__()
        hidden = inputs * factor
        self.conv = nn.Sequential(
            nn.Conv2d(inputs, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6()
        )

    def forward(self, x: Tensor) -> Tensor:
        expanded: Tensor = self.conv(x)
        return expanded


class _InvertedResidual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, factor: int) -> None:
        super().__init__()
        hidden = inputs * factor
        layers: list[nn.Module] = []
        if factor > 1:
            layers += list(_Expansion(inputs, factor).conv)
        layers += [
            nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU6(),
            nn.Conv2d(hidden, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        ]
        self.conv = nn.Sequential(*layers)
        self._is_residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        changed: Tensor = self.conv(x)
        return x + changed if self._is_residual else changed


def mobilenet_trunk() -> nn.Sequential:
    """MobileNetV2 up to its stride-8 expansion: `(N, 3, H, W)` to `(N, 192, H / 8, W / 8)`."""
    blocks: list[nn.Module] = [
        nn.Sequential(nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU6())
    ]
    channels = 32
    for outputs, repeats, stride, factor in _MOBILENET_STAGES:
        for repeat in range(repeats):
            blocks.append(
                _InvertedResidual(channels, outputs, stride if repeat == 0 else 1, factor)
            )
            channels = outputs
    return nn.Sequential(*blocks, _Expansion(channels, 6))


def vgg_trunk() -> nn.Sequential:
    """VGG-16 up to relu4_3: `(N, 3, H, W)` to `(N, 512, H / 8, W / 8)`."""
    layers: list[nn.Module] = []
    channels = 3
    for step in _VGG_PLAN:
        if isinstance(step, str):
            layers.append(nn.MaxPool2d(2, 2))
        else:
            layers += [nn.Conv2d(channels, step, 3, padding=1), nn.ReLU()]
            channels = step
    return nn.Sequential(*layers)


class Teacher(nn.Module):
    """A trunk in evaluation mode that takes grey levels in [0, 255].

    Args:
        trunk: the layers.
        first_pixel: where the centre of what the first cell sees lies, in pixels of the image.
    """

    def __init__(self, trunk: nn.Sequential, first_pixel: float) -> None:
        super().__init__()
        self.first_pixel = first_pixel
        self.trunk = trunk.eval().requires_grad_(False)

    @torch.inference_mode()
    def forward(self, grey_levels: Tensor) -> Tensor:
        """Features at stride 8."""
        mean = grey_levels.new_tensor(_MEAN).view(1, 3, 1, 1) * 255
        std = grey_levels.new_tensor(_STD).view(1, 3, 1, 1) * 255
        features: Tensor = self.trunk((grey_levels - mean) / std)
        return features


def load_teacher(path: Path) -> Teacher:
    """The teacher whose weights `path` holds: MobileNetV2 or VGG-16, told apart by their keys.

    Raises:
        WeightsError: when the file is missing, unsafe to read, or of neither kind.
    """
    stored = read_checkpoint(path, "the teacher")
    state = {
        name.removeprefix("features."): value.float()
        for name, value in stored.items()
        if name.startswith("features.") and isinstance(value, Tensor)
    }
    is_mobilenet = "0.1.running_mean" in state
    trunk = mobilenet_trunk() if is_mobilenet else vgg_trunk()
    wanted = trunk.state_dict()
    missing = sorted(name for name in wanted if name not in state)
    if missing:
        raise WeightsError(
            f"the teacher {path} is neither MobileNetV2 nor VGG-16: no {missing[0]}"
        )
    trunk.load_state_dict({name: state[name] for name in wanted})
    # Three poolings of 2 px put VGG-16's cells between pixels; odd kernels put MobileNet's on one.
    return Teacher(trunk, 0.0 if is_mobilenet else (TEACHER_STRIDE - 1) / 2)
