"""The settings of the tracker, one dataclass per part of the algorithm."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.core.learning_config import (
    AttentionConfig,
    FirstFrameConfig,
    LearningConfig,
    MemoryConfig,
    SampleConfig,
)
from rgbt_dualatt_ros.core.presets import PRESETS
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
    elsewhere: bool = setting(True, "Look away from the last place when the target is doubtful.")
    patience: int = setting(
        2, "Doubtful frames before every other frame looks elsewhere.", 0, 100_000
    )


@dataclass(frozen=True, slots=True)
class FeatureConfig:
    """From images to one vector a box.

    With `source` map, `precision` and the settings from `components` on are used; with crops,
    `padding` and `precision`.
    """

    source: str = setting(
        "map",
        "One map of the search window that boxes are read from, or a crop of 107 x 107 px a box.",
        choices=("map", "crops"),
    )
    padding: float = setting(
        16.0, "Border around a box in its crop of 107 x 107.", 0.0, 50.0, unit="px"
    )
    precision: str = setting(
        "float32",
        "Of the convolutions, also of the lite net of global attention; learning stays float32.",
        choices=("float32", "bfloat16", "float16"),
    )
    components: int = setting(
        32, "Features a modality keeps after rotation to frame one's components.", 1, 4096
    )
    whitening: float = setting(
        0.0, "0 keeps each channel's own strength, 1 makes all equally strong.", 0.0, 1.0
    )
    smoothing: int = setting(1, "Side of the mean filter on the maps; 1 leaves it out.", 1, 9)
    bins: int = setting(3, "A box is read at bins x bins places.", 1, 14)
    max_pooling: bool = setting(
        False,
        "Read at 2 bins + 1 places a side and keep the strongest of each 3 x 3 (RT-MDNet); "
        "attention.level roi7 is taken before the pooling.",
    )
    context: float = setting(1.2, "Boxes are enlarged by this before reading.", 0.5, 4.0)


@dataclass(frozen=True, slots=True)
class ProposalConfig:
    """Local proposals around the last result (algorithm 3.2)."""

    per_frame: int = setting(256, "Candidate boxes scored in every frame.", 1, 10_000)
    shift: float = setting(0.6, "Spread of their centres, in mean sides of the box.", 0.0, 10.0)
    scale: float = setting(1.08, "Spread of their size, a factor.", 1.0, 4.0)
    aspect: float = setting(1.1, "Spread of width against height, a factor.", 1.0, 4.0)
    failed_shift: float = setting(
        0.6, "Spread of the centres after a frame without the target.", 0.0, 10.0
    )
    failed_growth: float = setting(
        0.0, "It is reached by this factor a frame; 0 jumps to it at once.", 0.0, 10.0
    )
    best: int = setting(5, "The result is the mean of this many best boxes.", 1, 1000)
    agreement: float = setting(
        0.3, "Of these, boxes that overlap the very best one less are left out.", 0.0, 1.0
    )


@dataclass(frozen=True, slots=True)
class HeadConfig:
    """The classifier that learns online."""

    members: int = setting(
        6, "Heads that start differently and answer together; 1 is the paper's design.", 1, 64
    )
    hidden: int = setting(64, "Units of each of the two hidden layers of a member.", 2, 4096)
    dropout: float = setting(0.5, "Share of hidden units left out in learning.", 0.0, 0.95)
    dropout_input: bool = setting(False, "The features are left out at random too (DAT).")
    fusion: str = setting(
        "conv3_concat",
        "Where the two cameras meet: their features, or fc5 of one stream each, joined, added or "
        "the larger one.",
        choices=("conv3_concat", "fc5_concat", "fc5_sum", "fc5_max"),
    )
    start: str = setting(
        "he",
        "First weights: scaled to the layers' widths; N(0, 0.01) as in MDNet; or fc4 and fc5 of "
        "the weights file.",
        choices=("he", "mdnet", "weights"),
    )
    score: str = setting(
        "margin",
        "Target logit minus background logit, or the target logit alone.",
        choices=("margin", "target"),
    )


@dataclass(frozen=True, slots=True)
class BoxRegressionConfig:
    """Ridge regression of the box, fitted on the first frame, never fed back."""

    enabled: bool = setting(True, "Refine the reported box.")
    boxes: int = setting(600, "Boxes of the first frame it is fitted on.", 8, 100_000)
    sample_overlap: float = setting(0.0, "Their least overlap with the target.", 0.0, 1.0)
    sample_min_area: float = setting(0.0, "Their least area, in that of the target.", 0.0, 100.0)
    sample_max_area: float = setting(
        100.0, "Their largest area, in that of the target.", 0.0, 1000.0
    )
    shift: float = setting(0.3, "Spread of their centres.", 0.0, 10.0)
    scale: float = setting(1.5, "Spread of their size, a factor.", 1.0, 10.0)
    aspect: float = setting(1.1, "Spread of their aspect, a factor.", 1.0, 10.0)
    ridge: float = setting(0.15, "Strength of the ridge.", 1e-9, 1e6)
    ridge_unit: str = setting(
        "relative",
        "Of the ridge: the mean squared size of the features, or 1.",
        choices=("relative", "absolute"),
    )
    guard: bool = setting(True, "Leave a box as it is when it would jump or change its size.")
    min_overlap: float = setting(
        0.6, "A box that moves further than this overlap is not refined.", 0.0, 1.0
    )
    max_growth: float = setting(
        2.0, "A box whose area grows by a larger factor is not refined.", 1.0, 100.0
    )
    max_shrinking: float = setting(
        2.0, "A box whose area shrinks by a larger factor is not refined.", 1.0, 100.0
    )


@dataclass(frozen=True, slots=True)
class StatusConfig:
    """When the target counts as uncertain or lost.

    Rule relative compares scores with those accepted before (all settings but `success_above`);
    rule absolute asks for a score above `success_above` and uses `lost_after` besides.
    """

    rule: str = setting(
        "relative",
        "A score is judged by those accepted before, or by its sign.",
        choices=("relative", "absolute"),
    )
    success_above: float = setting(0.0, "Rule absolute: a higher score is a success.", -1e3, 1e3)
    on_failure: str = setting(
        "follow",
        "Without trust go on with the best boxes, or hold the last trusted one.",
        choices=("follow", "hold"),
    )
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
        "realtime",
        "Named set of values for all settings that are not given themselves.",
        presets=PRESETS,
    )
    device: str = setting("auto", "auto, cpu, cuda or cuda:N; auto takes a GPU when there is one.")
    seed: int = setting(0, "Everything random starts from it.", 0, 2**31 - 1)
    threads: int = setting(1, "CPU threads of the nets; 0 leaves torch's own choice.", 0, 256)
    weights: str = setting(
        "",
        "File of the convolutions' weights; empty takes the shipped one, random takes none.",
    )
    thermal_weights: str = setting(
        "", "With crops: another file for the thermal stream; empty takes that of the colour one."
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
    global_attention: GlobalAttentionConfig = part(GlobalAttentionConfig)
    memory: MemoryConfig = part(MemoryConfig)
    box_regression: BoxRegressionConfig = part(BoxRegressionConfig)
    status: StatusConfig = part(StatusConfig)
