"""The settings of the training pairs of global attention."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.settings import part, setting


@dataclass(frozen=True, slots=True)
class DisturbanceConfig:
    """How the search image differs from the first one; shares are of pairs."""

    smallest_scale: float = setting(0.7, "Smallest size of the search view.", 0.2, 1.0)
    largest_scale: float = setting(1.57, "Largest size of the search view.", 1.0, 5.0)
    shift: float = setting(0.22, "Largest shift, as a share of the image's side.", 0.0, 0.5)
    mirrored: float = setting(0.5, "Share with the search image mirrored.", 0.0, 1.0)
    misregistration: float = setting(
        2.0, "Largest offset between the two modalities.", 0.0, 20.0, unit="px"
    )
    smoke: float = setting(0.2, "Share with smoke in colour.", 0.0, 1.0)
    night: float = setting(0.12, "Share with a dark colour image.", 0.0, 1.0)
    color_blanked: float = setting(0.1, "Share with no colour image.", 0.0, 1.0)
    thermal_blanked: float = setting(0.12, "Share with no thermal image.", 0.0, 1.0)
    crossover: float = setting(
        0.1, "Share in which targets take on the temperature around them.", 0.0, 1.0
    )
    inverted: float = setting(0.12, "Share with warm shown dark in both images.", 0.0, 1.0)
    grey: float = setting(0.15, "Share with a colour image without colours.", 0.0, 1.0)
    occluders: float = setting(0.35, "Share with things in front.", 0.0, 1.0)
    blurred: float = setting(0.15, "Share of images that are blurred.", 0.0, 1.0)
    noisy: float = setting(0.3, "Share of images with more noise.", 0.0, 1.0)
    first_share: float = setting(
        0.25, "The first image gets smoke, night or a blank this much less often.", 0.0, 1.0
    )


@dataclass(frozen=True, slots=True)
class PairConfig:
    """What training pairs of global attention are made of."""

    targets: int = setting(4, "Targets a pair.", 1, 64)
    work_width: int = setting(320, "Width of the frames kept in memory.", 96, 1920, unit="px")
    work_height: int = setting(240, "Height of the frames kept in memory.", 72, 1440, unit="px")
    cache: str = setting(
        "", "Folder that keeps decoded and rendered frames for the next run; empty keeps none."
    )
    color_step: int = setting(2, "Take every n-th frame of a clip with colour.", 1, 1000)
    thermal_step: int = setting(4, "Take every n-th frame of a thermal clip.", 1, 1000)
    scenes: int = setting(400, "Scenes to render; 0 renders none.", 0, 100_000)
    instants: int = setting(5, "Frames rendered of a scene.", 2, 100)
    color_clip_share: float = setting(0.2, "Share of clips with colour.", 0.0, 1.0)
    thermal_clip_share: float = setting(0.34, "Share of thermal clips.", 0.0, 1.0)
    scene_share: float = setting(0.46, "Share of rendered scenes.", 0.0, 1.0)
    stranger: float = setting(
        0.04, "Share of pairs whose images show different places: no target is there.", 0.0, 1.0
    )
    pasted: float = setting(0.5, "Share of pairs with pasted objects.", 0.0, 1.0)
    most_pasted: int = setting(3, "Pasted objects at most.", 1, 20)
    twins: float = setting(
        0.5, "Share of later objects that share colour or heat with an earlier one.", 0.0, 1.0
    )
    pasted_absent: float = setting(
        0.12, "Share of pasted objects that are not in the search image.", 0.0, 1.0
    )
    dressed: float = setting(
        0.6,
        "Share of falsely coloured pairs whose warm targets get colours of their own.",
        0.0,
        1.0,
    )
    disturbance: DisturbanceConfig = part(DisturbanceConfig)
