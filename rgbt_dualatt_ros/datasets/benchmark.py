"""Benchmark: the sequences of a public data set, or of a folder of folders, opened when needed."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.errors import DatasetError, RgbtError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.datasets.attribute_labels import Labels, read_labels
from rgbt_dualatt_ros.datasets.benchmark_folders import find_sequences
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.datasets.folder_contents import FolderContents, Selection
from rgbt_dualatt_ros.datasets.layouts import TruthKind
from rgbt_dualatt_ros.datasets.sequence_folder import (
    FolderOptions,
    FolderSequence,
    open_selection,
)

_LOGGER = logging.getLogger(__name__)


class BenchmarkSequence:
    """A sequence of a benchmark; implements `RgbtSequence`. Its folder is read on first use.

    Every property but the name, the path and the attributes may raise DatasetError.
    """

    def __init__(
        self, selection: Selection, options: FolderOptions, attributes: tuple[str, ...]
    ) -> None:
        self.name = selection.name
        self.path = selection.path
        self.attributes = attributes
        self._selection = selection
        self._options = options

    def read(self) -> FolderSequence:
        """The sequence as its folder is now; nothing is logged.

        Raises:
            DatasetError: when the folder is damaged; the text names the file.
        """
        return FolderSequence(self._selection, self._options, self.attributes)

    @cached_property
    def opened(self) -> FolderSequence:
        """The sequence itself; what is odd about it is logged in one line.

        Raises:
            DatasetError: when its folder is damaged; the text names the file.
        """
        return open_selection(self._selection, self._options, self.attributes)

    def read_truths(self) -> tuple[dict[TruthKind, Boxes], tuple[str, ...]]:
        """The true boxes `(N, 4)` by kind as written, and what is odd about them.

        Images are not needed, but counted where they are.

        Raises:
            DatasetError: when the files of boxes are damaged; the text names the file.
        """
        if self._selection.has_images:
            sequence = self.read()
            return sequence.written_truths, sequence.notes
        return FolderContents.written_boxes(self._selection)

    @property
    def truth(self) -> Boxes:
        """See `RgbtSequence`."""
        return self.opened.truth

    @property
    def truths(self) -> dict[TruthKind, Boxes]:
        """See `FolderSequence`."""
        return self.opened.truths

    def __len__(self) -> int:
        return len(self.opened)

    def pairs(self) -> Iterator[FramePair]:
        """See `RgbtSequence`."""
        return self.opened.pairs()


class Benchmark:
    """The sequences of a data set in one folder.

    Attributes:
        name: benchmark and split.
        root: where it lies.
        sequences: in the order of their names, man2 before man10.
        notes: what is odd about the whole; a clause each, for people. Damaged sequences are not
            among them: they say so when they are opened.
    """

    def __init__(
        self,
        name: BenchmarkName,
        root: Path,
        options: FolderOptions,
        *,
        needs_images: bool = True,
    ) -> None:
        """Look for the sequences; nothing is logged, see `open_benchmark`.

        Args:
            needs_images: refuse a copy of the files of boxes alone.

        Raises:
            DatasetError: when `root` cannot be read or holds no sequence of it.
        """
        found = find_sequences(root, name, needs_images=needs_images)
        labels, label_notes = _read_labels(name, root)
        self.name = name
        self.root = root
        self.notes = (*found.notes, *label_notes)
        self.sequences = tuple(
            BenchmarkSequence(each, options, labels.get(each.name, ())) for each in found.sequences
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Of the sequences."""
        return tuple(each.name for each in self.sequences)

    def sequence(self, name: str) -> BenchmarkSequence:
        """The sequence of that name.

        Raises:
            DatasetError: when there is none; the text names the nearest.
        """
        for each in self.sequences:
            if each.name == name:
                return each
        near = difflib.get_close_matches(name, self.names, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise DatasetError(f"{self.name} in {self.root} has no sequence {name!r}{hint}")


def open_benchmark(name: str, root: Path | str, options: FolderOptions | None = None) -> Benchmark:
    """The sequences of benchmark `name` in folder `root`; see docs/datasets.md for the layouts.

    Only folders are listed: sequences are read when they are used. What is odd is logged.

    Args:
        name: `NAME` or `NAME/SPLIT`, such as `gtot` or `lasher/train`.
        options: how images and boxes are read, among them which truth to start from.

    Raises:
        ConfigError: when there is no such benchmark or split.
        DatasetError: when `root` cannot be read or holds no sequence of it.
    """
    benchmark = Benchmark(BenchmarkName.parse(name), Path(root), options or FolderOptions())
    for note in benchmark.notes:
        _LOGGER.warning("%s in %s: %s", benchmark.name, root, note)
    return benchmark


def _read_labels(name: BenchmarkName, root: Path) -> tuple[Labels, list[str]]:
    """Sequences can be used without labels, so damaged ones are noted only."""
    try:
        return read_labels(root, name.kind.labels), []
    except RgbtError as error:
        return {}, [f"without attributes: {error}"]
