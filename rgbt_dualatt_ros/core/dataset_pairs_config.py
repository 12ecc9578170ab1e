"""The settings of training pairs that are drawn from annotated data sets."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.settings import setting


@dataclass(frozen=True, slots=True)
class DatasetPairsConfig:
    """How a pair of frames of an annotated video is altered before it is learnt from."""

    mirrored: float = setting(
        0.5,
        "Share of images that are mirrored; first and later ones each by themselves.",
        0.0,
        1.0,
    )
    inverted: float = setting(0.1, "Share with warm shown dark in both images.", 0.0, 1.0)
    color_change: float = setting(
        0.3, "How much contrast, brightness and tint of colour images change.", 0.0, 1.0
    )
    target_shift: float = setting(
        0.05, "Largest shift of the first box, as a share of its sides.", 0.0, 0.5
    )
    target_scale: float = setting(
        0.1, "Largest change of the first box's sides, as a power of e.", 0.0, 1.0
    )
    largest_side: int = setting(
        640, "Larger images are made smaller, to save time.", 192, 8192, unit="px"
    )
