"""The settings of global attention: its net, when it looks, regions, proposals, re-detection."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.settings import setting


@dataclass(frozen=True, slots=True)
class GlobalAttentionConfig:
    """Where in the whole image the target may be (sections 3.1, 3.3; algorithm 3.5, 4.5)."""

    enabled: bool = setting(True, "Look for the target in the whole image too.")
    net: str = setting("lite", "The small net, or that of the paper.", choices=("lite", "paper"))
    weights: str = setting(
        "", "File of its weights; empty takes the shipped one, random takes none."
    )
    when: str = setting(
        "periodic",
        "Maps of every frame, of every few frames, or only of doubtful ones.",
        choices=("every_frame", "periodic", "on_doubt"),
    )
    every: int = setting(5, "Periodic: frames from one map to the next.", 1, 10_000)
    every_crowded: int = setting(
        2,
        "The same in the first frames, and while something like the target is or was near it.",
        1,
        10_000,
    )
    every_doubtful: int = setting(
        1,
        "Frames from one map to the next while the target is uncertain or lost; the first such "
        "frame always has one, and one in which it seems to be back where it was.",
        1,
        10_000,
    )
    asynchronous: str = setting(
        "auto",
        "Maps are computed in a thread of their own and used when ready; auto: in the node only, "
        "since boxes then depend on the time a map takes.",
        choices=("auto", "on", "off"),
    )
    regions: str = setting(
        "peaks",
        "Map to regions: peaks with non-maximum suppression, or components above a threshold.",
        choices=("peaks", "components"),
    )
    max_regions: int = setting(4, "Regions kept, the best ones.", 1, 100)
    threshold: float = setting(100 / 255, "Components: strength that belongs to one.", 0.0, 1.0)
    min_area: float = setting(12.0, "Components: a smaller one is dropped.", 0.0, 1e6, unit="px²")
    min_area_share: float = setting(0.05, "The same, in areas of the target.", 0.0, 10.0)
    floor: float = setting(0.05, "Peaks: a weaker one is none.", 0.0, 1.0)
    peak_distance: float = setting(
        0.8, "Peaks: distance to a better one, in sides of the target.", 0.05, 10.0
    )
    centering: float = setting(
        0.8, "Peaks: the box filter that centres them, in sides of the target.", 0.05, 4.0
    )
    proposals_per_region: int = setting(64, "Boxes drawn around a region.", 1, 10_000)
    shift: float = setting(0.3, "Spread of their centres, in mean sides of the box.", 0.0, 10.0)
    scale: float = setting(1.05, "Spread of their size, a factor.", 1.0, 4.0)
    size_step: float = setting(
        1.33,
        "While the target is not trusted a smaller and a larger size are tried too, by this "
        "factor; 1 tries the last size only.",
        1.0,
        4.0,
    )
    gate: str = setting(
        "redetect",
        "Which proposals count: near the last result always (paper), or only while tracking.",
        choices=("paper", "redetect"),
    )
    gate_distance: float = setting(
        25.0, "Gate: largest distance of a proposal's centre.", 0.0, 1e6, unit="px"
    )
    gate_overlap: float = setting(0.3, "Gate: least overlap of a proposal.", 0.0, 1.0)
    rival: float = setting(
        0.25, "A region this strong beside the trusted target is remembered as another.", 0.0, 1.0
    )
    accept_likeness: float = setting(
        0.1,
        "A region away from the last place must be so like the target and unlike what was seen "
        "beside it: 1 is the target, -1 anything else.",
        -2.0,
        2.0,
    )
    plain_likeness: float = setting(
        0.5, "A region so like the target is believed at once.", -2.0, 2.0
    )
    margin: float = setting(
        0.15, "A region is believed only if it is more like the target by this.", 0.0, 2.0
    )
    accept_above: float = setting(
        0.3,
        "A region must score above this share of the reference, and to be believed at once above "
        "status.found_above.",
        -10.0,
        10.0,
    )
    plain_above: float = setting(
        0.0,
        "The same of a region of plain_likeness, whose score need not be as usual.",
        -10.0,
        10.0,
    )
    confirm_frames: int = setting(
        3, "Good frames in a row before any other region is believed.", 1, 1000
    )
    mistaken_lead: float = setting(
        0.5,
        "So much more likeness elsewhere than where it is followed says that it is there.",
        0.0,
        4.0,
    )
    brief_doubt: int = setting(
        4, "After more doubtful frames it may be another that the local search finds.", 0, 1000
    )
    strangeness: float = setting(
        0.8,
        "Likeness lost by colours and heat that the target never showed, for each time that they "
        "are as far from it as it usually is from itself.",
        0.0,
        100.0,
    )
    strangeness_halves: float = setting(
        40.0,
        "Frames without trust after which colours count half, as heat after twice as many.",
        1.0,
        1e6,
    )
    strange_above: float = setting(
        1.3, "Stranger than this is a new look of the target, or another.", 0.0, 100.0
    )
    resume_likeness: float = setting(
        0.3,
        "What is at the last place after a doubt is the target from this likeness on, when "
        "another was near it; accept_likeness when nobody was.",
        -2.0,
        2.0,
    )
    unlike_below: float = setting(
        -0.3,
        "What is at the last place after a doubt, or comes out of a crowd, is another below this "
        "likeness.",
        -10.0,
        2.0,
    )
    resume_frames: int = setting(
        5, "Good frames in a row at the last place when it is neither like nor unlike.", 1, 1000
    )
    resume_above: float = setting(
        0.7, "Such a frame scores above this share of the reference.", -10.0, 10.0
    )
