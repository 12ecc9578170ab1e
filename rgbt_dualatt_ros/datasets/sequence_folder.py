"""Sequences in folders of images: the layouts of the RGB-T benchmarks and of colour-only ones."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.raw_frame import RawFrame
from rgbt_dualatt_ros.datasets.annotations import BoxFormat, read_boxes
from rgbt_dualatt_ros.datasets.image_files import first_gap, list_images, read_rgb, read_thermal
from rgbt_dualatt_ros.datasets.stamps import ASSUMED_RATE_HZ, even_stamps, read_stamps
from rgbt_dualatt_ros.imaging.registration import Registration
from rgbt_dualatt_ros.imaging.thermal_normalizer import ThermalNormalizer

ThermalImage = NDArray[np.uint8] | NDArray[np.uint16]

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one family of data sets keeps its images and boxes.

    Attributes:
        rgb: folder of the colour images.
        thermal: folder of the thermal images; empty when there are none.
        truth_files: names of the annotation, best first.
        box_format: what the four numbers of a line mean.
    """

    rgb: str
    thermal: str
    truth_files: tuple[str, ...]
    box_format: BoxFormat = "xywh"


# algorithm 7.3; RGBT234 and LasHeR number their boxes by modality, and colour is ours.
LAYOUTS = (
    Layout("visible", "infrared", ("groundtruth.txt", "visible.txt", "init.txt")),
    Layout("v", "i", ("groundTruth_v.txt",), "xyxy"),
    Layout("color", "ir", ("groundtruth.txt",)),
    Layout("img", "", ("groundtruth.txt", "groundtruth_rect.txt")),
)


class FolderSequence:
    """One annotated video in a folder of images; implements `RgbtSequence`.

    A colour-only folder gives the grey copy of the colour image as thermal, as the paper does for
    LaSOT. A thermal image of another size is registered by the settings, else by plain scaling.
    """

    attributes: tuple[str, ...] = ()

    def __init__(self, path: Path, layout: Layout, config: Config, rate_hz: float) -> None:
        self.name = path.resolve().name
        self._config = config
        self._rgb_files = list_images(path / layout.rgb)
        self._thermal_files = list_images(path / layout.thermal) if layout.thermal else []
        if layout.thermal:
            self._keep_whole_pairs()
        self.truth = _read_truth(path, layout, len(self._rgb_files))
        stamps = read_stamps(path, len(self))
        self._stamps_ns = even_stamps(len(self), rate_hz) if stamps is None else stamps

    def __len__(self) -> int:
        return len(self._rgb_files)

    def frames(self) -> Iterator[RawFrame]:
        """The images as stored, in order; a 16-bit thermal image keeps its counts.

        Raises:
            DatasetError: when an image cannot be read; the text names the file.
        """
        for index, (rgb, thermal) in enumerate(self._images()):
            rgb_stamp_ns, thermal_stamp_ns = self._stamps_ns[index].tolist()
            yield RawFrame(rgb, thermal, rgb_stamp_ns, thermal_stamp_ns, self.truth[index])

    def pairs(self) -> Iterator[FramePair]:
        """Every frame pair in order; see `RgbtSequence.pairs`.

        Raises:
            DatasetError: when an image cannot be read, or the colour images change their size.
        """
        normalizer = ThermalNormalizer(self._config.thermal)
        registration = Registration(self._config.registration)
        first_size: ImageSize | None = None
        for index, (rgb, thermal) in enumerate(self._images()):
            size = ImageSize(width=rgb.shape[1], height=rgb.shape[0])
            first_size = first_size or size
            if size != first_size:
                raise DatasetError(
                    f"{self._rgb_files[index]} is {size}, the images before it {first_size}"
                )
            thermal_u8 = registration.to_rgb(normalizer(thermal), size)
            yield FramePair(rgb, thermal_u8, int(self._stamps_ns[index, 0]))

    def _images(self) -> Iterator[tuple[NDArray[np.uint8], ThermalImage]]:
        for index, rgb_file in enumerate(self._rgb_files):
            rgb = read_rgb(rgb_file)
            has_thermal = bool(self._thermal_files)
            yield rgb, read_thermal(self._thermal_files[index]) if has_thermal else _grey(rgb)

    def _keep_whole_pairs(self) -> None:
        counts = len(self._rgb_files), len(self._thermal_files)
        if counts[0] != counts[1]:
            gap = first_gap(self._rgb_files, self._thermal_files)
            if gap is not None:
                raise DatasetError(
                    f"{self.name}: {counts[0]} colour and {counts[1]} thermal images; "
                    f"{self._rgb_files[gap].name} would be paired with "
                    f"{self._thermal_files[gap].name}; put the missing image back, or take out "
                    "its partner and its box"
                )
            _LOGGER.warning(
                "%s: %d colour and %d thermal images; only the first %d pairs are used",
                self.name,
                *counts,
                min(counts),
            )
        self._rgb_files = self._rgb_files[: min(counts)]
        self._thermal_files = self._thermal_files[: min(counts)]


def open_sequence(
    path: Path | str, config: Config | None = None, rate_hz: float = ASSUMED_RATE_HZ
) -> FolderSequence:
    """The sequence in folder `path`, whichever of `LAYOUTS` it has.

    Args:
        config: how thermal images become 8 bits and are registered; the defaults when not given.
        rate_hz: frames a second, for a folder without a file of stamps.

    Raises:
        DatasetError: when the folder is not one of a sequence; the text says what was expected.
    """
    path = Path(path)
    try:
        folders = {entry.name for entry in path.iterdir() if entry.is_dir()}
    except OSError as error:
        raise DatasetError(f"cannot read sequence folder {path}: {error.strerror}") from None
    for layout in LAYOUTS:
        if {layout.rgb, layout.thermal or layout.rgb} <= folders:
            return FolderSequence(path, layout, config or Config(), rate_hz)
    expected = "; ".join(
        f"{layout.rgb}/ and {layout.thermal}/" if layout.thermal else f"{layout.rgb}/"
        for layout in LAYOUTS
    )
    raise DatasetError(f"{path} is not a sequence; expected folders of images: {expected}")


def _read_truth(path: Path, layout: Layout, count: int) -> Boxes:
    files = [path / name for name in layout.truth_files]
    truth_file = next((file for file in files if file.is_file()), None)
    if truth_file is None:
        raise DatasetError(f"{path} has no boxes; expected {' or '.join(layout.truth_files)}")
    boxes = read_boxes(truth_file, layout.box_format)
    if len(boxes) == 0 or np.isnan(boxes[0]).any():
        raise DatasetError(f"{truth_file}: the first line must hold the initial box")
    if len(boxes) != count:
        _LOGGER.warning(
            "%s has %d boxes for %d frames; %s",
            truth_file,
            len(boxes),
            count,
            "frames without one are not scored" if len(boxes) < count else "the rest is ignored",
        )
    truth = np.full((count, 4), np.nan, np.float32)
    truth[: len(boxes)] = boxes[:count]
    return truth


def _grey(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
