"""Every setting of the package, one dataclass per part; names, ranges and units stand only here.

`Config` is what the node, the evaluation and the demo read; one YAML file serves all three. The
settings of the tracker alone are in tracker_config.py and appear here without a prefix.
"""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.settings import part, setting
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig


@dataclass(frozen=True, slots=True)
class InputConfig:
    """How the node subscribes to the two cameras."""

    reliability: str = setting(
        "best_effort",
        "Reliability of the image subscriptions; best_effort also hears reliable cameras.",
        choices=("best_effort", "reliable"),
    )
    depth: int = setting(5, "Messages that each image subscription may hold.", 1, 100)
    transport: str = setting(
        "auto",
        "Type of the image topics; auto takes what the publisher offers.",
        choices=("auto", "raw", "compressed"),
    )
    silence_warning_s: float = setting(
        2.0, "Say what is missing when a topic is silent this long.", 0.1, 3600.0, unit="s"
    )


@dataclass(frozen=True, slots=True)
class SyncConfig:
    """Which colour and thermal images make a pair."""

    policy: str = setting(
        "nearest",
        "nearest is our own synchroniser; approximate and exact are those of message_filters.",
        choices=("nearest", "approximate", "exact"),
    )
    slop_ms: float = setting(
        15.0,
        "Largest stamp difference of a pair; keep it below half the frame period.",
        0.0,
        10_000.0,
        unit="ms",
    )
    thermal_offset_ms: float = setting(
        0.0,
        "Added to thermal stamps before pairing, for a camera with a constant delay.",
        -10_000.0,
        10_000.0,
        unit="ms",
    )
    queue_size: int = setting(10, "Images of each side kept waiting for a partner.", 1, 1000)
    jump_back_ms: float = setting(
        500.0,
        "A stamp this far behind the newest means that time has jumped, as when a bag loops.",
        1.0,
        1e7,
        unit="ms",
    )
    on_time_jump: str = setting(
        "reset",
        "When time jumps back: forget the target, start again from target.box, or keep it.",
        choices=("reset", "reinitialize", "keep"),
    )
    mode: str = setting(
        "latest",
        "latest takes the newest pair and counts the ones it skips; every takes all, in order.",
        choices=("latest", "every"),
    )
    every_limit: int = setting(
        300, "Pairs that may wait for the tracker with mode every.", 1, 100_000
    )


@dataclass(frozen=True, slots=True)
class ThermalConfig:
    """How thermal counts become grey levels."""

    normalization: str = setting(
        "percentile",
        "Range that becomes 8 bits: smoothed percentiles, fixed, or each frame's own.",
        choices=("percentile", "fixed", "minmax"),
    )
    low: float = setting(0.0, "Count shown as black with normalization fixed.", -1e9, 1e9)
    high: float = setting(65535.0, "Count shown as white with normalization fixed.", -1e9, 1e9)
    low_percentile: float = setting(1.0, "Share of pixels shown as black.", 0.0, 49.0, unit="%")
    high_percentile: float = setting(
        99.9, "Share of pixels not shown as white.", 51.0, 100.0, unit="%"
    )
    smoothing: float = setting(
        0.95, "Weight of the past in the percentile range; 0 follows every frame.", 0.0, 0.999
    )
    max_drift: float = setting(
        4.0,
        "Grey levels that a smoothed range may change an unchanged pixel from frame to frame.",
        0.1,
        255.0,
    )
    hot_is_dark: bool = setting(
        False, "The camera shows warm things dark; turn the picture round."
    )


@dataclass(frozen=True, slots=True)
class RegistrationConfig:
    """How thermal pixels map to colour pixels."""

    homography: tuple[float, ...] = setting(
        (),
        "Nine numbers, row by row, from thermal to colour pixels; empty scales the image.",
    )


@dataclass(frozen=True, slots=True)
class TargetConfig:
    """The first target, when it is known before the start."""

    box: tuple[float, ...] = setting(
        (), "x, y, w, h in the first pair; empty waits for a topic or service.", unit="px"
    )
    history_pairs: int = setting(
        30, "Pairs kept so that a box drawn on an older image can start the target.", 1, 1000
    )
    catch_up_stride: int = setting(
        3,
        "After a start, which takes several frames, every so manieth kept pair is tracked until "
        "the newest is reached.",
        1,
        1000,
    )
    answer_timeout_s: float = setting(
        15.0, "Longest wait of a service for its answer.", 0.1, 600.0, unit="s"
    )


@dataclass(frozen=True, slots=True)
class OverlayConfig:
    """The picture with the box drawn in."""

    panels: str = setting(
        "both",
        "Colour image, thermal image, or both side by side.",
        choices=("rgb", "thermal", "both"),
        runtime=True,
    )
    max_rate_hz: float = setting(
        15.0,
        "Pictures published at most, per second; 0 means all.",
        0.0,
        1000.0,
        unit="Hz",
        runtime=True,
    )


@dataclass(frozen=True, slots=True)
class AttentionImageConfig:
    """The pictures of where the tracker looks: attention, local and global, and the mosaic."""

    max_rate_hz: float = setting(
        5.0,
        "Pictures of attention and mosaics at most, per second; 0 means all. One with local "
        "attention delays the next result by about a frame; none is made while nobody listens.",
        0.0,
        1000.0,
        unit="Hz",
        runtime=True,
    )


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of the package."""

    tracker: TrackerConfig = part(TrackerConfig, inline=True)
    input: InputConfig = part(InputConfig)
    sync: SyncConfig = part(SyncConfig)
    thermal: ThermalConfig = part(ThermalConfig)
    registration: RegistrationConfig = part(RegistrationConfig)
    target: TargetConfig = part(TargetConfig)
    overlay: OverlayConfig = part(OverlayConfig)
    attention_image: AttentionImageConfig = part(AttentionImageConfig)
