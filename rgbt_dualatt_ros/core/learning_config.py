"""The settings of online learning: samples, first frame, updates, attention, memory."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.settings import setting


@dataclass(frozen=True, slots=True)
class SampleConfig:
    """Where training boxes lie around the target, as proposals: mean sides and factors."""

    min_overlap: float = setting(0.7, "Smallest overlap of a target sample.", 0.0, 1.0)
    target_shift: float = setting(0.1, "Spread of target samples' centres.", 0.0, 1.0)
    target_scale: float = setting(1.2, "Spread of target samples' size.", 1.0, 4.0)
    target_aspect: float = setting(1.0, "Spread of target samples' aspect.", 1.0, 4.0)
    background_shift: float = setting(1.5, "Spread of background samples' centres.", 0.0, 10.0)
    background_scale: float = setting(1.5, "Spread of background samples' size.", 1.0, 8.0)
    background_aspect: float = setting(1.1, "Spread of background samples' aspect.", 1.0, 4.0)
    overhang: bool = setting(
        False, "Samples may reach over the image's edge as long as their centres do not."
    )


@dataclass(frozen=True, slots=True)
class FirstFrameConfig:
    """The fit to the first frame."""

    positives: int = setting(500, "Target samples.", 1, 100_000)
    negatives: int = setting(1000, "Background samples.", 1, 100_000)
    true_share: float = setting(
        0.4, "Share of the samples from the true image, the rest from altered ones.", 0.0, 1.0
    )
    views: int = setting(8, "Altered images: shifted, scaled, blurred, lighter, noisier.", 0, 64)
    iterations: int = setting(50, "Learning steps.", 0, 10_000)
    rate: float = setting(1e-3, "Learning rate of the hidden layers in the first frame.", 0.0, 1.0)
    background_shift: float = setting(1.5, "As samples.background_shift.", 0.0, 10.0)
    background_scale: float = setting(1.5, "As samples.background_scale.", 1.0, 8.0)
    background_aspect: float = setting(1.1, "As samples.background_aspect.", 1.0, 4.0)
    whole_image_share: float = setting(
        0.0, "Share of the background samples drawn from all over the image.", 0.0, 1.0
    )
    max_background_overlap: float = setting(
        0.5, "Largest overlap of a background sample.", 0.0, 1.0
    )
    mining_pool: int = setting(
        256, "Background samples scored in every step to find hard ones.", 1, 100_000
    )
    kept_positives: int = setting(100, "Target samples never forgotten.", 1, 100_000)
    kept_negatives: int = setting(200, "Background samples never forgotten.", 1, 100_000)


@dataclass(frozen=True, slots=True)
class LearningConfig:
    """Online updates (algorithm 3.3, 3.4)."""

    enabled: bool = setting(True, "Keep learning after the first frame.")
    rate: float = setting(1e-3, "Learning rate of the hidden layers.", 0.0, 1.0)
    last_layer_factor: float = setting(
        10.0, "The domain-specific layer learns faster by this.", 0.0, 1000.0
    )
    momentum: float = setting(0.9, "Momentum of gradient descent.", 0.0, 0.999)
    weight_decay: float = setting(5e-4, "Weight decay.", 0.0, 1.0)
    max_gradient: float = setting(
        30.0, "Largest norm of a gradient, all members together.", 1e-6, 1e6
    )
    loss: str = setting(
        "mean",
        "Cross entropy over the samples of a step; the learning rates are tied to it.",
        choices=("mean", "sum"),
    )
    batch_positives: int = setting(32, "Target samples in a step.", 1, 4096)
    batch_negatives: int = setting(64, "Background samples in a step.", 1, 4096)
    mining_pool: int = setting(
        512, "Background samples scored at the start of an update to find hard ones.", 1, 100_000
    )
    mining: str = setting(
        "once",
        "Hard background samples are found once an update, or anew in each step.",
        choices=("once", "each_step"),
    )
    mining_share: float = setting(
        0.5,
        "With mining once: share of the pool, the hardest, to learn from.",
        0.001,
        1.0,
    )
    modality_dropout: float = setting(
        0.2, "Share of samples that learn with one modality hidden.", 0.0, 1.0
    )
    iterations: int = setting(15, "Learning steps of an update.", 0, 1000)
    spread: bool = setting(
        True, "Spread an update over the frames until the next one; else all at once."
    )
    interval: int = setting(10, "Frames between long-term updates.", 1, 10_000)
    counts_failures: bool = setting(False, "Frames without trust count for the interval.")
    short_term: str = setting(
        "once",
        "Update from the newest frames when the target becomes uncertain, or in every frame "
        "without it.",
        choices=("never", "once", "always"),
    )
    early_interval: int = setting(2, "The same, soon after the start.", 1, 10_000)
    early_frames: int = setting(8, "How many frames count as soon after the start.", 0, 10_000)
    positives_per_frame: int = setting(50, "Target samples of a trusted frame.", 1, 10_000)
    negatives_per_frame: int = setting(100, "Background samples of a trusted frame.", 1, 10_000)
    max_background_overlap: float = setting(
        0.3, "Largest overlap of a background sample.", 0.0, 1.0
    )


@dataclass(frozen=True, slots=True)
class AttentionConfig:
    """Reciprocative learning: the attention penalty of Eq. (2)-(4), in learning only."""

    enabled: bool = setting(True, "Learn with the attention penalty.")
    weight: float = setting(
        1.0, "Lambda of Eq. (4), beside the sum of the cross entropies.", 0.0, 1000.0
    )
    level: str = setting(
        "roi3",
        "Where the maps are taken: the crops, their first layer or their features (input, conv1, "
        "conv3), or the features of boxes before or after max pooling (roi7, roi3).",
        choices=("input", "conv1", "conv3", "roi7", "roi3"),
    )
    score: str = setting(
        "logit",
        "What is differentiated; of probabilities both maps are alike and say nothing.",
        choices=("logit", "probability", "log_probability"),
    )
    reduction: str = setting(
        "sum_squares",
        "How the channels of a gradient become one map.",
        choices=("sum_squares", "sum_absolute", "sum_positive", "max_absolute"),
    )
    modalities: str = setting(
        "common",
        "One map of both cameras, one penalty for each, or the product of both maps.",
        choices=("common", "separate", "product"),
    )
    ratio: str = setting(
        "of_sums",
        "Ratios of the batch's summed spreads and means, or the mean of each sample's ratio.",
        choices=("of_sums", "mean_of_each"),
    )
    form: str = setting(
        "ratio", "The ratios themselves, or their logarithms.", choices=("ratio", "log")
    )
    spread_floor: float = setting(
        0.05, "Least sigma / mu of a map: caps mu / sigma; 0 is the paper's own formula.", 0.0, 1.0
    )
    dropout: bool = setting(False, "Take the maps under dropout.")
    samples: int = setting(
        16, "Target samples in a penalty, and as many of the background ones of its step.", 1, 4096
    )
    every: int = setting(3, "Learning steps from one with the penalty to the next.", 1, 1000)


@dataclass(frozen=True, slots=True)
class MemoryConfig:
    """How many frames' samples are kept; memory is reserved once."""

    long_term: int = setting(100, "Frames whose target samples are kept.", 1, 100_000)
    short_term: int = setting(20, "Frames whose background samples are kept.", 1, 100_000)
    keep_first: bool = setting(True, "Never forget the first frame.")
    first_share: float = setting(
        0.2, "Least share of the first frame's samples in a learning step.", 0.0, 1.0
    )
