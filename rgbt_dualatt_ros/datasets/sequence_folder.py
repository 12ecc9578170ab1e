"""FolderSequence: one annotated video in a folder of images, of a benchmark or of anybody."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.printable import printable
from rgbt_dualatt_ros.core.raw_frame import RawFrame
from rgbt_dualatt_ros.datasets.folder_contents import FolderContents, Selection
from rgbt_dualatt_ros.datasets.image_files import read_rgb, read_thermal
from rgbt_dualatt_ros.datasets.layouts import PLAIN_LAYOUTS, Layout, TruthKind, by_lower_case
from rgbt_dualatt_ros.datasets.stamps import ASSUMED_RATE_HZ, even_stamps, read_stamps
from rgbt_dualatt_ros.imaging.registration import Registration
from rgbt_dualatt_ros.imaging.thermal_normalizer import ThermalNormalizer

ThermalImage = NDArray[np.uint8] | NDArray[np.uint16]

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FolderOptions:
    """How folders of images are read.

    Attributes:
        config: how thermal images become 8 bits and are registered.
        rate_hz: frames a second, for a folder without a file of stamps.
        initial_truth: which file gives the first box and `FolderSequence.truth`; where a set has
            no such file, the next best.
    """

    config: Config = field(default_factory=Config)
    rate_hz: float = ASSUMED_RATE_HZ
    initial_truth: TruthKind = "visible"


class FolderSequence:
    """One annotated video in a folder of images; implements `RgbtSequence`.

    A colour-only folder gives the grey copy of the colour image as thermal, as the paper does for
    LaSOT. A thermal image of another size is registered by the settings, else by plain scaling.

    Attributes:
        truths: `(N, 4)` xywh, px, of each kind that the folder has; NaN where the target is
            absent or not annotated. `truth` is that of the kind asked for.
        written_truths: the same as written, also boxes without area: some toolkits score those.
            An `init` that ends before the others is not among them.
        notes: what is odd about the folder; a clause each, for people.
    """

    def __init__(
        self,
        selection: Selection,
        options: FolderOptions,
        attributes: tuple[str, ...] = (),
    ) -> None:
        contents = FolderContents.of(selection, options.initial_truth)
        self.name = selection.name
        self.attributes = attributes
        self.truth: Boxes = contents.truth
        self.truths: dict[TruthKind, Boxes] = contents.truths
        self.written_truths: dict[TruthKind, Boxes] = contents.written_truths
        self.notes = contents.notes
        self._config = options.config
        self._rgb_files = contents.rgb_files
        self._thermal_files = contents.thermal_files
        stamps = read_stamps(selection.path, len(self))
        self._stamps_ns = even_stamps(len(self), options.rate_hz) if stamps is None else stamps

    def __len__(self) -> int:
        return len(self._rgb_files)

    def frames(self) -> Iterator[RawFrame]:
        """The images as stored, in order; a 16-bit thermal image keeps its counts.

        Raises:
            DatasetError: when an image cannot be read; the text names the file.
        """
        for index in range(len(self)):
            rgb, thermal = self._images(index)
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
        for index in range(len(self)):
            pair = self._pair(index, normalizer, registration)
            first_size = first_size or pair.size
            if pair.size != first_size:
                raise DatasetError(
                    f"{self._rgb_files[index]} is {pair.size}, the images before it {first_size}"
                )
            yield pair

    def pair_at(self, index: int) -> FramePair:
        """One frame pair by itself; counts of 16 bits are normalised by this image alone.

        Raises:
            DatasetError: when an image cannot be read; the text names the file.
        """
        return self._pair(
            index,
            ThermalNormalizer(self._config.thermal),
            Registration(self._config.registration),
        )

    def only(self, indices: Sequence[int]) -> FolderSequence:
        """The same sequence with these frames alone; it keeps no names of other images."""
        chosen = list(indices)
        part = copy.copy(self)
        part.truth = self.truth[chosen]
        part.truths = {kind: boxes[chosen] for kind, boxes in self.truths.items()}
        part.written_truths = {k: boxes[chosen] for k, boxes in self.written_truths.items()}
        part._rgb_files = [self._rgb_files[index] for index in chosen]
        part._thermal_files = [self._thermal_files[i] for i in chosen if self._thermal_files]
        part._stamps_ns = self._stamps_ns[chosen]
        return part

    def _pair(
        self, index: int, normalizer: ThermalNormalizer, registration: Registration
    ) -> FramePair:
        rgb, thermal = self._images(index)
        size = ImageSize(width=rgb.shape[1], height=rgb.shape[0])
        thermal_u8 = registration.to_rgb(normalizer(thermal), size)
        return FramePair(rgb, thermal_u8, int(self._stamps_ns[index, 0]))

    def _images(self, index: int) -> tuple[NDArray[np.uint8], ThermalImage]:
        rgb = read_rgb(self._rgb_files[index])
        if self._thermal_files:
            return rgb, read_thermal(self._thermal_files[index])
        return rgb, np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def open_sequence(
    path: Path | str, config: Config | None = None, rate_hz: float = ASSUMED_RATE_HZ
) -> FolderSequence:
    """The sequence in folder `path`, whichever of `PLAIN_LAYOUTS` it has.

    Args:
        config: how thermal images become 8 bits and are registered; the defaults when not given.
        rate_hz: frames a second, for a folder without a file of stamps.

    Raises:
        DatasetError: when the folder is not one of a sequence; the text says what was expected.
    """
    path = Path(path)
    layout = _layout_of(path)
    options = FolderOptions(config or Config(), rate_hz)
    return open_selection(Selection(printable(path.resolve().name), path, layout), options)


def open_selection(
    selection: Selection, options: FolderOptions, attributes: tuple[str, ...] = ()
) -> FolderSequence:
    """The sequence in a known place; what is odd about it is logged in one line.

    Raises:
        DatasetError: when it cannot be read; the text names the file.
    """
    sequence = FolderSequence(selection, options, attributes)
    if sequence.notes:
        _LOGGER.warning("%s: %s", selection.path, "; ".join(sequence.notes))
    return sequence


def _layout_of(path: Path) -> Layout:
    try:
        entries = by_lower_case(entry.name for entry in path.iterdir() if entry.is_dir())
    except OSError as error:
        raise DatasetError(f"cannot read sequence folder {path}: {error.strerror}") from None
    for layout in PLAIN_LAYOUTS:
        if layout.fits(entries):
            return layout
    expected = "; ".join(map(str, PLAIN_LAYOUTS))
    raise DatasetError(f"{path} is not a sequence; expected folders of images: {expected}")
