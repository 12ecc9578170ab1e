"""Where data sets keep images and boxes: the layouts of folders, without looking at any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from rgbt_dualatt_ros.datasets.annotations import BoxFormat

TruthKind = Literal["visible", "infrared", "init"]
"""On which camera's images the boxes were drawn; `init` is the common file of the RGB-T sets."""

TRUTH_KINDS: tuple[TruthKind, ...] = ("visible", "infrared", "init")


@dataclass(frozen=True, slots=True)
class TruthFile:
    """A file of boxes: its name, whose images they were drawn on, how they are written."""

    name: str
    kind: TruthKind = "visible"
    box_format: BoxFormat = "xywh"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one family of data sets keeps the images and boxes of a sequence.

    Names are found in any case: copies made on Windows change it.

    Attributes:
        rgb: folder of the colour images.
        thermal: folder of the thermal images; empty when there are none.
        truth_files: files of boxes; of each kind the first that exists counts.
        frames_a_line: frames from one line of a file of boxes to the next.
        absence_files: flags of frames in which the target is not to be seen.
        channel_file: file that names the images by patterns, as VOT's `sequence`.
        has_every_box: every frame has its line of boxes; frames beyond the last are left out.
        first_frames: names of sequences and the place, from 1, of the frame of their first box.
    """

    rgb: str
    thermal: str
    truth_files: tuple[TruthFile, ...]
    frames_a_line: int = 1
    absence_files: tuple[str, ...] = ()
    channel_file: str = ""
    has_every_box: bool = False
    first_frames: tuple[tuple[str, int], ...] = ()

    @property
    def folders(self) -> tuple[str, ...]:
        """The image folders that a sequence must have."""
        return (self.rgb, self.thermal) if self.thermal else (self.rgb,)

    def fits(self, entries: Mapping[str, str]) -> bool:
        """Whether a folder with these `entries` has every image folder."""
        return all(name.lower() in entries for name in self.folders)

    def is_part_of(self, entries: Mapping[str, str]) -> bool:
        """Whether a folder with these `entries` has at least something of a sequence."""
        names = [*self.folders, *(file.name for file in self.truth_files)]
        return any(name.lower() in entries for name in names)

    def __str__(self) -> str:
        return " and ".join(f"{name}/" for name in self.folders)


def by_lower_case(names: Iterable[str]) -> dict[str, str]:
    """Names of files by their lower-case form, so that they can be found in any case."""
    return {name.lower(): name for name in sorted(names, reverse=True)}


_PLAIN = (
    TruthFile("groundtruth.txt"),
    TruthFile("visible.txt"),
    TruthFile("infrared.txt", "infrared"),
    TruthFile("init.txt", "init"),
)

# Corners of GTOT without + 1: w = x2 - x1 (algorithm 7.1); its init.txt is x y w h.
_GTOT = (
    TruthFile("groundTruth_v.txt", "visible", "xyxy"),
    TruthFile("groundTruth_i.txt", "infrared", "xyxy"),
    TruthFile("init.txt", "init"),
)
_ANHUI = (
    TruthFile("visible.txt"),
    TruthFile("infrared.txt", "infrared"),
    TruthFile("init.txt", "init"),
)

PLAIN_LAYOUTS = (
    Layout("visible", "infrared", _PLAIN),
    Layout("v", "i", _GTOT),
    Layout(
        "color", "ir", (TruthFile("groundtruth.txt", box_format="vot"),), channel_file="sequence"
    ),
    Layout("img", "", (TruthFile("groundtruth.txt"), TruthFile("groundtruth_rect.txt"))),
)
"""What a folder of anybody may look like; boxes may be missing behind the first."""

GTOT_LAYOUTS = (
    Layout("v", "i", _GTOT, has_every_box=True),
    Layout("visible", "infrared", _GTOT, has_every_box=True),
)
RGBT210_LAYOUTS = (
    Layout("visible", "infrared", (TruthFile("init.txt", "init"),), has_every_box=True),
)
RGBT234_LAYOUTS = (Layout("visible", "infrared", _ANHUI, has_every_box=True),)
LASHER_LAYOUTS = RGBT234_LAYOUTS
VTUAV_LAYOUTS = (
    Layout(
        "rgb",
        "ir",
        (
            TruthFile("rgb.txt", "visible", "xywh_and_more"),
            TruthFile("ir.txt", "infrared", "xywh_and_more"),
        ),
        frames_a_line=10,
        has_every_box=True,
    ),
)
LASOT_LAYOUTS = (
    Layout(
        "img",
        "",
        (TruthFile("groundtruth.txt"),),
        absence_files=("full_occlusion.txt", "out_of_view.txt"),
        has_every_box=True,
    ),
)
VOT_LAYOUTS = (
    Layout(
        "color",
        "ir",
        (TruthFile("groundtruth.txt", box_format="vot"),),
        channel_file="sequence",
        has_every_box=True,
    ),
)
# OTB's list of sequences starts David at image 300; all others begin with their first image.
OTB_LAYOUTS = (
    Layout(
        "img",
        "",
        (TruthFile("groundtruth_rect.txt"), TruthFile("groundtruth.txt")),
        has_every_box=True,
        first_frames=(("David", 300),),
    ),
)
