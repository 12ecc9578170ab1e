"""PaperAttentionNet: the paper's net that finds the target in the whole image (section 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.models.global_attention import Look, TargetCode
from rgbt_dualatt_ros.models.pair_planes import Planes, frame_planes, target_planes
from rgbt_dualatt_ros.models.reversed_vgg import Upsampling, lite_decoder, reversed_vgg
from rgbt_dualatt_ros.models.vgg16 import FEATURE_CHANNELS, Vgg16, normalize, scaled

CHANNEL_ORDER = ("frame_rgb", "frame_thermal", "target_rgb", "target_thermal")
"""How the four codes are joined; the text does not say. Stored with the weights."""
_DECODERS = {"reversed_vgg": reversed_vgg, "lite": lite_decoder}
_CHOICES = {
    "share_encoder": ("all", "per_modality"),
    "decoder": tuple(_DECODERS),
    "upsampling": ("nearest", "bilinear"),
}
_STRIDE = 16.0  # px of the input a cell of the codes


@dataclass(frozen=True, slots=True)
class PaperShape:
    """What the net is built of; stored with its weights, so that a file rebuilds its own net.

    Attributes:
        width: share of VGG-16's channels, (0, 1]; below 1 for tests.
        share_encoder: one encoder for `all` inputs, or one `per_modality`.
        decoder: `reversed_vgg` or the small `lite`.
        decoder_relu: a ReLU after each convolution of the decoder; none in the relatives' code.
        upsampling: `nearest` or `bilinear`.

    Raises:
        ConfigError: for any other choice.
    """

    width: float = 1.0
    share_encoder: Literal["all", "per_modality"] = "all"
    decoder: Literal["reversed_vgg", "lite"] = "reversed_vgg"
    decoder_relu: bool = True
    upsampling: Upsampling = "nearest"

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ConfigError(
                    f"{name} must be {' or '.join(choices)}; got {getattr(self, name)!r}"
                )
        if not 0 < self.width <= 1:
            raise ConfigError(f"width must lie in (0, 1]; got {self.width:g}")


class PaperAttentionNet(nn.Module):
    """Grey levels of a frame and of targets to logits of where each target is in the frame.

    Planes are `(..., 4, 192, 256)`, red, green, blue, thermal, in [0, 255]; other sizes that are
    multiples of 16 work too.
    """

    def __init__(self, shape: PaperShape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Vgg16(shape.width)
        if shape.share_encoder == "per_modality":
            self.thermal_encoder = Vgg16(shape.width)
        channels = len(CHANNEL_ORDER) * scaled(FEATURE_CHANNELS, shape.width)
        self.decoder = _DECODERS[shape.decoder](
            channels, shape.width, shape.decoder_relu, shape.upsampling
        )

    def code(self, planes: Tensor) -> Tensor:
        """Features of both images of frames or targets: `(N, 4, 192, 256)` to `(N, 1024, 12, 16)`.

        The colour image's come first.
        """
        rgb, thermal = normalize(planes[:, :3]), normalize(planes[:, 3:])
        if self.shape.share_encoder == "all":
            of_rgb, of_thermal = self.encoder(torch.cat([rgb, thermal])).chunk(2)
        else:
            of_rgb, of_thermal = self.encoder(rgb), self.thermal_encoder(thermal)
        return torch.cat([of_rgb, of_thermal], 1)

    def decode(self, frame_codes: Tensor, target_codes: Tensor) -> Tensor:
        """Logits `(N, 1, 192, 256)` of target i in frame i, both `(N, 1024, 12, 16)`."""
        logits: Tensor = self.decoder(torch.cat([frame_codes, target_codes], 1))
        return logits

    def forward(self, frames: Tensor, targets: Tensor) -> Tensor:
        """Logits `(B, K, 192, 256)` of K targets in each frame, which is coded only once.

        Args:
            frames: `(B, 4, 192, 256)`.
            targets: `(B, K, 4, 192, 256)`.
        """
        count = targets.shape[1]
        frame_codes = self.code(frames).repeat_interleave(count, 0)
        logits = self.decode(frame_codes, self.code(targets.flatten(0, 1)))
        return logits.reshape(len(frames), count, *logits.shape[2:])

    @torch.inference_mode()
    def code_target(self, pair: FramePair, box: Box) -> TargetCode:
        """What the target inside `box` of `pair` looks like; half of all the encoding."""
        return (self.code(self._batch(target_planes(pair, box))),)

    @torch.inference_mode()
    def look(self, pair: FramePair, code: TargetCode) -> Look:
        """Where the target of `code` may be, and the codes of the frame, of unit size."""
        codes = self.code(self._batch(frame_planes(pair)))
        strength: NDArray[np.float32] = self.decode(codes, code[0])[0, 0].sigmoid().cpu().numpy()
        features = codes[0] / codes.square().mean().sqrt().clamp(min=1e-6)
        return Look(strength, np.asarray(features.cpu().numpy(), np.float32), _STRIDE / 2, _STRIDE)

    def attend(self, pair: FramePair, code: TargetCode) -> NDArray[np.float32]:
        """Where the target of `code` may be: `(192, 256)` in [0, 1], of the whole image."""
        return self.look(pair, code).strength

    def _batch(self, planes: Planes) -> Tensor:
        device = next(self.parameters()).device
        return torch.from_numpy(planes)[None].to(device)


def random_paper_net(shape: PaperShape, seed: int) -> PaperAttentionNet:
    """A net with seeded random weights, where training begins and for tests."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return PaperAttentionNet(shape)


def use_encoder(net: PaperAttentionNet, encoder: Vgg16) -> None:
    """Give the net, or each encoder of it, a copy of the weights of `encoder`."""
    net.encoder.load_state_dict(encoder.state_dict())
    if net.shape.share_encoder == "per_modality":
        net.thermal_encoder.load_state_dict(encoder.state_dict())
