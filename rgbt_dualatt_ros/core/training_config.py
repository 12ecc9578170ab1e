"""The settings of training commands, one dataclass per command."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.settings import setting


@dataclass(frozen=True, slots=True)
class DistillationConfig:
    """`rgbt-dualatt train backbone`: a small net learns the features of larger ones."""

    seed: int = setting(0, "Everything random starts from it.", 0, 2**31 - 1)
    threads: int = setting(1, "CPU threads; 0 leaves torch's own choice.", 0, 256)
    frame_step: int = setting(12, "Take every n-th frame of a clip.", 1, 10_000)
    crops: int = setting(6000, "Crops whose teacher features are computed once.", 8, 1_000_000)
    crop_side: int = setting(128, "Side of a crop after scaling.", 32, 1024, unit="px")
    min_source_side: int = setting(72, "Smallest side cut from a frame.", 16, 4096, unit="px")
    max_source_side: int = setting(420, "Largest side cut from a frame.", 16, 4096, unit="px")
    color_share: float = setting(0.4, "Share of crops from colour frames.", 0.0, 1.0)
    false_color_share: float = setting(
        0.15, "Share of crops from thermal frames under a random colour table.", 0.0, 1.0
    )
    epochs: int = setting(24, "Passes over the crops.", 1, 10_000)
    batch: int = setting(16, "Crops a step.", 1, 4096)
    learning_rate: float = setting(2e-3, "Largest rate of AdamW; cosine to zero.", 1e-7, 1.0)
    weight_decay: float = setting(1e-4, "Weight decay of AdamW.", 0.0, 1.0)
    precision: str = setting(
        "fp32",
        "bf16 is faster on processors with matrix units for it.",
        choices=("fp32", "bf16"),
    )


@dataclass(frozen=True, slots=True)
class VggMDistillationConfig(DistillationConfig):
    """`rgbt-dualatt train vgg_m`: the same for VGG-M's first layers, which see 75 px a cell."""

    crops: int = setting(5000, "Crops whose teacher features are computed once.", 8, 1_000_000)
    crop_side: int = setting(
        171, "Side of a crop after scaling: 7 x 7 cells.", 75, 1024, unit="px"
    )
    epochs: int = setting(12, "Passes over the crops.", 1, 10_000)
    components: int = setting(256, "Principal components of the teachers to learn.", 1, 512)
