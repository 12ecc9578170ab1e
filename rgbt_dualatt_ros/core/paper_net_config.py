"""The settings of the paper's global attention net and of its loss."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.settings import setting


@dataclass(frozen=True, slots=True)
class PaperNetConfig:
    """What the text leaves open (sections 3.1, 3.2, 4.2); docs/paper.md#global-attention."""

    share_encoder: str = setting(
        "all",
        "One encoder for all four inputs, or one for each modality.",
        choices=("all", "per_modality"),
    )
    decoder: str = setting(
        "reversed_vgg",
        "The paper's upsample network, or a small one for a seventeenth of its cost.",
        choices=("reversed_vgg", "lite"),
    )
    decoder_relu: bool = setting(
        True, "A ReLU after each 3x3 convolution of the decoder; without, it is linear."
    )
    upsampling: str = setting(
        "nearest", "How the decoder doubles its maps.", choices=("nearest", "bilinear")
    )
    width: float = setting(
        1.0, "Share of VGG-16's channels; below 1 for tests, without ImageNet weights.", 0.01, 1.0
    )
    loss: str = setting(
        "bce",
        "Binary cross entropy, squared error of the map, or cross entropy and missed overlap.",
        choices=("bce", "mse", "bce+dice"),
    )
    target_weight: float = setting(
        1.0, "How much a pixel of the target counts; one of the background counts 1.", 0.01, 1e4
    )
    targets: int = setting(
        1, "Targets learnt of a pair, at most; they share the codes of its frame.", 1, 64
    )
