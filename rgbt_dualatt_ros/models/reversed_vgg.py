"""The upsample network, a reversed VGG: features of 1/16 size to logits in full size."""

from __future__ import annotations

from typing import Literal

from torch import nn

from rgbt_dualatt_ros.models.vgg16 import scaled

Upsampling = Literal["nearest", "bilinear"]
# VGG-16's blocks backwards: channels of the convolutions before each doubling of the size.
REVERSED_BLOCKS = ((512, 512, 512), (512, 512, 512), (256, 256, 256), (128, 128), (64, 64))
# A 1x1 convolution first, then much less of everything: a seventeenth of the cost.
LITE_BLOCKS = ((256, 256), (128, 128), (64, 64), (32, 32), (16,))
LITE_ENTRY = 256


def reversed_vgg(
    inputs: int, width: float = 1.0, relu: bool = True, upsampling: Upsampling = "nearest"
) -> nn.Sequential:
    """Features `(N, inputs, h, w)` to logits `(N, 1, 16 h, 16 w)`; docs/paper.md#decoder.

    Args:
        inputs: channels that come in.
        width: share of the channels that each layer keeps, (0, 1].
        relu: a ReLU after each 3x3 convolution; without, the whole network is linear.
        upsampling: how each of the four doublings fills the new cells.
    """
    layers = _Layers(inputs, relu)
    layers.add_blocks(REVERSED_BLOCKS, width, upsampling)
    return layers.ended()


def lite_decoder(
    inputs: int, width: float = 1.0, relu: bool = True, upsampling: Upsampling = "nearest"
) -> nn.Sequential:
    """A small substitute for `reversed_vgg`; the same arguments and sizes."""
    layers = _Layers(inputs, relu)
    layers.add_convolution(scaled(LITE_ENTRY, width), side=1)
    layers.add_blocks(LITE_BLOCKS, width, upsampling)
    return layers.ended()


class _Layers:
    """A chain of layers that grows; it knows how many channels its end has."""

    def __init__(self, inputs: int, relu: bool) -> None:
        self._layers: list[nn.Module] = []
        self._channels = inputs
        self._relu = relu

    def add_convolution(self, outputs: int, side: int = 3) -> None:
        self._convolve(outputs, side, "relu" if self._relu else "linear")
        if self._relu:
            self._layers.append(nn.ReLU(inplace=True))

    def add_blocks(
        self, blocks: tuple[tuple[int, ...], ...], width: float, upsampling: Upsampling
    ) -> None:
        for index, block in enumerate(blocks):
            if index:
                # Only bilinear upsampling knows the word; the others refuse it.
                align = False if upsampling == "bilinear" else None
                self._layers.append(
                    nn.Upsample(scale_factor=2, mode=upsampling, align_corners=align)
                )
            for channels in block:
                self.add_convolution(scaled(channels, width))

    def ended(self) -> nn.Sequential:
        self._convolve(1, 1, "linear")
        return nn.Sequential(*self._layers)

    def _convolve(self, outputs: int, side: int, nonlinearity: Literal["relu", "linear"]) -> None:
        layer = nn.Conv2d(self._channels, outputs, side, padding=side // 2)
        nn.init.kaiming_normal_(layer.weight, nonlinearity=nonlinearity)
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]  # every layer has a bias
        self._layers.append(layer)
        self._channels = outputs
