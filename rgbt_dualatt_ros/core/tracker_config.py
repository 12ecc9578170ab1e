"""The settings of the tracker, one dataclass per part of the algorithm."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.settings import part, setting


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """The part of the image that is turned into features, once a frame and modality."""

    extent: float = setting(
        3.0, "Width and height of the search window, in those of the target.", 2.0, 12.0
    )
    target_side: int = setting(
        64, "Width and height of the target inside the window.", 16, 256, unit="px"
    )
    max_zoom: float = setting(2.0, "Tiny targets are enlarged at most by this factor.", 0.5, 64.0)
    min_contrast: float = setting(
        2.0,
        "A window whose grey levels deviate less is a dead image and is ignored.",
        0.0,
        128.0,
        unit="grey levels",
    )
    lost_step: float = setting(
        0.6, "Step of the search for a lost target, in sides of the window.", 0.1, 10.0
    )
    patience: int = setting(
        2, "Doubtful frames before every other frame looks elsewhere.", 0, 100_000
    )


@dataclass(frozen=True, slots=True)
class FeatureConfig:
    """From the maps of the net to one vector a box."""

    components: int = setting(
        32, "Features a modality keeps after rotation to frame one's components.", 1, 4096
    )
    whitening: float = setting(
        0.0, "0 keeps each channel's own strength, 1 makes all equally strong.", 0.0, 1.0
    )
    smoothing: int = setting(1, "Side of the mean filter on the maps; 1 leaves it out.", 1, 9)
    bins: int = setting(3, "A box is read at bins x bins places.", 1, 14)
    context: float = setting(1.2, "Boxes are enlarged by this before reading.", 0.5, 4.0)


@dataclass(frozen=True, slots=True)
class ProposalConfig:
    """Local proposals around the last result (algorithm 3.2)."""

    per_frame: int = setting(256, "Candidate boxes scored in every frame.", 1, 10_000)
    shift: float = setting(0.6, "Spread of their centres, in mean sides of the box.", 0.0, 10.0)
    scale: float = setting(1.08, "Spread of their size, a factor.", 1.0, 4.0)
    aspect: float = setting(1.1, "Spread of width against height, a factor.", 1.0, 4.0)
    best: int = setting(5, "The result is the mean of this many best boxes.", 1, 1000)


@dataclass(frozen=True, slots=True)
class HeadConfig:
    """The classifier that learns online."""

    members: int = setting(
        6, "Heads that start differently and answer together; 1 is the paper's design.", 1, 64
    )
    hidden: int = setting(64, "Units of each of the two hidden layers of a member.", 2, 4096)
    dropout: float = setting(0.5, "Share of hidden units left out in learning.", 0.0, 0.95)


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
    batch_positives: int = setting(32, "Target samples in a step.", 1, 4096)
    batch_negatives: int = setting(64, "Background samples in a step.", 1, 4096)
    mining_pool: int = setting(
        512, "Background samples scored at the start of an update to find hard ones.", 1, 100_000
    )
    mining_share: float = setting(
        0.5, "Share of the pool, the hardest, that the update learns from.", 0.001, 1.0
    )
    modality_dropout: float = setting(
        0.2, "Share of samples that learn with one modality hidden.", 0.0, 1.0
    )
    iterations: int = setting(15, "Learning steps of an update, spread over frames.", 0, 1000)
    interval: int = setting(10, "Frames between long-term updates.", 1, 10_000)
    short_term: bool = setting(True, "Update once when the target becomes uncertain.")
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
        "What is differentiated; probabilities make both maps equal.",
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
        32, "Target samples in a penalty, and as many of the hardest background ones.", 1, 4096
    )
    every: int = setting(1, "Learning steps from one with the penalty to the next.", 1, 1000)


@dataclass(frozen=True, slots=True)
class MemoryConfig:
    """How many frames' samples are kept; memory is reserved once."""

    long_term: int = setting(100, "Frames whose target samples are kept.", 1, 100_000)
    short_term: int = setting(20, "Frames whose background samples are kept.", 1, 100_000)
    first_share: float = setting(
        0.2, "Least share of the first frame's samples in a learning step.", 0.0, 1.0
    )


@dataclass(frozen=True, slots=True)
class BoxRegressionConfig:
    """Ridge regression of the box, fitted on the first frame, never fed back."""

    enabled: bool = setting(True, "Refine the reported box.")
    boxes: int = setting(600, "Boxes of the first frame it is fitted on.", 8, 100_000)
    shift: float = setting(0.3, "Spread of their centres.", 0.0, 10.0)
    scale: float = setting(1.5, "Spread of their size, a factor.", 1.0, 10.0)
    aspect: float = setting(1.1, "Spread of their aspect, a factor.", 1.0, 10.0)
    ridge: float = setting(
        0.15, "Strength of the ridge, relative to the size of the features.", 1e-9, 1e6
    )
    min_overlap: float = setting(
        0.6, "A box that moves further than this overlap is not refined.", 0.0, 1.0
    )
    max_growth: float = setting(
        2.0, "A box whose area changes by a larger factor is not refined.", 1.0, 100.0
    )


@dataclass(frozen=True, slots=True)
class StatusConfig:
    """When the target counts as uncertain or lost; scores relative to those accepted before."""

    history: int = setting(20, "Accepted scores whose median is the reference.", 1, 1000)
    uncertain_below: float = setting(
        0.25, "Uncertain below this share of the reference.", -10.0, 1.0
    )
    trusted_above: float = setting(
        0.4, "Trusted again above this share of the reference.", -10.0, 10.0
    )
    trusted_after: int = setting(2, "Good frames in a row before it is trusted again.", 1, 1000)
    found_above: float = setting(
        0.7, "A place elsewhere must score above this share of the reference.", -10.0, 10.0
    )
    lost_after: int = setting(15, "Uncertain frames in a row before it is lost.", 1, 100_000)
    found_after: int = setting(
        3, "Good frames in a row before the target counts as found elsewhere.", 1, 1000
    )
    least_reference: float = setting(
        1.0, "The reference never falls below this score.", 1e-3, 1000.0
    )


@dataclass(frozen=True, slots=True)
class TrackerConfig:
    """The tracker."""

    preset: str = setting(
        "realtime", "Named set of settings to start from.", choices=("realtime",)
    )
    device: str = setting("auto", "auto, cpu, cuda or cuda:N; auto takes a GPU when there is one.")
    seed: int = setting(0, "Everything random starts from it.", 0, 2**31 - 1)
    threads: int = setting(1, "CPU threads of the nets; 0 leaves torch's own choice.", 0, 256)
    weights: str = setting(
        "",
        "File of the backbone's weights; empty takes the shipped one, random takes none.",
    )
    min_side: float = setting(
        8.0, "Smallest width and height of a target.", 1.0, 1000.0, unit="px"
    )
    search: SearchConfig = part(SearchConfig)
    features: FeatureConfig = part(FeatureConfig)
    proposals: ProposalConfig = part(ProposalConfig)
    head: HeadConfig = part(HeadConfig)
    samples: SampleConfig = part(SampleConfig)
    first_frame: FirstFrameConfig = part(FirstFrameConfig)
    learning: LearningConfig = part(LearningConfig)
    attention: AttentionConfig = part(AttentionConfig)
    memory: MemoryConfig = part(MemoryConfig)
    box_regression: BoxRegressionConfig = part(BoxRegressionConfig)
    status: StatusConfig = part(StatusConfig)
