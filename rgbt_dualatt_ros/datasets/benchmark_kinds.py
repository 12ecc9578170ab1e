"""The benchmarks that can be read: names, layouts, splits, and which share videos."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets import layouts
from rgbt_dualatt_ros.datasets.attribute_labels import LabelFiles
from rgbt_dualatt_ros.datasets.layouts import Layout

ALL = "all"


@dataclass(frozen=True, slots=True)
class Split:
    """A part of a benchmark, told by a file of names or by the folders its sequences lie in.

    Attributes:
        folder: beginning of the name of a folder on the way to the sequence, lower case.
        lists: names of files, lower case, with a sequence a line.
        size: number of sequences as published; 0 when not known.
    """

    name: str
    folder: str
    lists: tuple[str, ...] = ()
    size: int = 0


@dataclass(frozen=True, slots=True)
class BenchmarkKind:
    """What is known of a benchmark before looking at any copy of it.

    Attributes:
        name: as in papers.
        layouts: of a sequence folder, best first.
        size: number of all sequences as published; 0 when not known.
        list_file: file that names the sequences, lower case; folders not in it do not count.
        default_split: what is read when none is asked for.
        training_split: what is learnt from when none is asked for.
        images_of: benchmark whose videos these are; two of one origin share images.
    """

    name: str
    layouts: tuple[Layout, ...]
    size: int = 0
    labels: LabelFiles = "none"
    splits: tuple[Split, ...] = ()
    list_file: str = ""
    default_split: str = ALL
    training_split: str = ALL
    images_of: str = ""

    @property
    def key(self) -> str:
        """The name as it is compared: lower case, letters and digits only."""
        return _key(self.name)

    def split(self, name: str) -> Split | None:
        """The split of that name; None for all.

        Raises:
            ConfigError: when there is none; the text lists those there are.
        """
        names = [ALL, *(each.name for each in self.splits)]
        if name not in names:
            raise ConfigError(
                f"{self.name} has no split {name!r}; choose {' or '.join(names)}, as in "
                f"{self.key}/{names[-1]}"
            )
        return next((each for each in self.splits if each.name == name), None)

    def size_of(self, split: str) -> int:
        """Published number of sequences of a split; 0 when not known."""
        return next((each.size for each in self.splits if each.name == split), self.size)


_VTUAV_SPLITS = (
    Split("train", "train"),
    Split("test", "test"),
    Split("train_ST", "train_st"),
    Split("train_LT", "train_lt"),
    Split("test_ST", "test_st"),
    Split("test_LT", "test_lt"),
)

KINDS = (
    BenchmarkKind("GTOT", layouts.GTOT_LAYOUTS, 50, "mat"),
    BenchmarkKind("RGBT210", layouts.RGBT210_LAYOUTS, 210, "file_per_label", images_of="rgbt234"),
    BenchmarkKind("RGBT234", layouts.RGBT234_LAYOUTS, 234, "file_per_label"),
    BenchmarkKind(
        "LasHeR",
        layouts.LASHER_LAYOUTS,
        1224,
        "file_per_sequence",
        (
            Split("train", "train", ("trainingsetlist.txt", "lashertrain.txt"), 979),
            Split("test", "test", ("testingsetlist.txt", "lashertest.txt"), 245),
        ),
        default_split="test",
        training_split="train",
    ),
    BenchmarkKind(
        "VTUAV",
        layouts.VTUAV_LAYOUTS,
        splits=_VTUAV_SPLITS,
        default_split="test",
        training_split="train",
    ),
    BenchmarkKind(
        "LaSOT",
        layouts.LASOT_LAYOUTS,
        1400,
        splits=(
            Split("train", "train", ("training_set.txt",), 1120),
            Split("test", "test", ("testing_set.txt",), 280),
        ),
    ),
    BenchmarkKind(
        "VOT-RGBT2019", layouts.VOT_LAYOUTS, 60, list_file="list.txt", images_of="rgbt234"
    ),
    BenchmarkKind(
        "VOT-RGBT2020", layouts.VOT_LAYOUTS, 60, list_file="list.txt", images_of="rgbt234"
    ),
    BenchmarkKind("OTB", layouts.OTB_LAYOUTS),
    BenchmarkKind("folder", layouts.PLAIN_LAYOUTS),
)
"""Every benchmark; `folder` is a folder of sequences in any of the plain layouts."""


@dataclass(frozen=True, slots=True)
class BenchmarkName:
    """A benchmark and the split of it that is meant, as in `lasher/train`."""

    kind: BenchmarkKind
    split: str

    @classmethod
    def parse(cls, text: str, *, is_training: bool = False) -> BenchmarkName:
        """The benchmark that `NAME` or `NAME/SPLIT` stands for, in any spelling of the name.

        Args:
            is_training: it is to be learnt from: without a split, the one for training is meant.

        Raises:
            ConfigError: when there is none of that name or it has no such split.
        """
        name, _, split = text.partition("/")
        kinds = {kind.key: kind for kind in KINDS}
        kind = kinds.get(_key(name))
        if kind is None:
            near = difflib.get_close_matches(_key(name), kinds, 1)
            hint = f"did you mean {near[0]}?" if near else f"choose {', '.join(kinds)}"
            raise ConfigError(f"there is no data set {name!r}; {hint}")
        splits = {each.name.lower(): each.name for each in kind.splits}
        meant = kind.training_split if is_training else kind.default_split
        split = splits.get(split.lower(), split) or meant
        kind.split(split)
        return cls(kind, split)

    @property
    def text(self) -> str:
        """What `parse` reads this from, with its split."""
        return f"{self.kind.key}/{self.split}"

    def shares_images_with(self, other: BenchmarkName) -> bool:
        """Whether a sequence of one may be in the other too.

        Folders of nobody knows what are not compared.
        """
        mine, theirs = (each.kind.images_of or each.kind.key for each in (self, other))
        if mine != theirs or mine == "folder":
            return False
        return ALL in (self.split, other.split) or _overlap(self.split, other.split)

    def __str__(self) -> str:
        return self.kind.name if self.split == ALL else f"{self.kind.name}/{self.split}"


def check_disjoint(training_sets: Sequence[str], test_set: str) -> None:
    """The cross-dataset rule: nothing is tested on videos it was trained on (section 4.1).

    RGBT210 and VOT-RGBT2019/2020 are parts of RGBT234 and so share videos with each other; the
    training and test splits of LasHeR, VTUAV and LaSOT do not.

    Args:
        training_sets: names as `BenchmarkName.parse` reads them.

    Raises:
        ConfigError: naming the two sets that share videos and what to do, or an unknown name.
    """
    test = BenchmarkName.parse(test_set)
    for name in training_sets:
        training = BenchmarkName.parse(name, is_training=True)
        if training.shares_images_with(test):
            raise ConfigError(
                f"training on {training} and testing on {test} uses the same videos"
                f"{_origin(training, test)}; train on another set, or on another split"
            )


def _origin(training: BenchmarkName, test: BenchmarkName) -> str:
    origins = {each.kind.images_of for each in (training, test)} - {""}
    return " (both are of RGBT234)" if origins else ""


def _overlap(split: str, other: str) -> bool:
    """`test` contains `test_ST`, and the other way round."""
    return split.startswith(other) or other.startswith(split)


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
