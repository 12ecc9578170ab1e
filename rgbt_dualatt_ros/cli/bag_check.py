"""What is there and odd in bags, found out by reading them as an evaluation does."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rgbt_dualatt_ros.bags.bag_reader import STORAGE_SUFFIXES
from rgbt_dualatt_ros.bags.bag_sequence import BagSequence
from rgbt_dualatt_ros.bags.bag_topics import BagTopics
from rgbt_dualatt_ros.cli.progress_bar import ProgressBar
from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.errors import DatasetError, RgbtError
from rgbt_dualatt_ros.core.printable import printable
from rgbt_dualatt_ros.datasets.benchmark_check import SequenceFinding

_METADATA_FILE = "metadata.yaml"


def check_bags(root: Path, topics: BagTopics, *, every_image: bool) -> list[SequenceFinding]:
    """What was found out about each bag; its first pair is decoded, or every one.

    Args:
        root: a bag, or a folder of bags.

    Raises:
        DatasetError: when there is none.
    """
    bags = _find(root)
    findings = []
    with ProgressBar(len(bags), "checking", "bag") as bar:
        for path in bags:
            findings.append(_check(path, topics, every_image=every_image))
            bar.advance(printable(path.name), 1)
    return findings


def _find(root: Path) -> list[Path]:
    if root.suffix in STORAGE_SUFFIXES or (root / _METADATA_FILE).exists():
        return [root]
    try:
        found = sorted(path for path in root.iterdir() if _is_bag(path))
    except OSError as error:
        raise DatasetError(f"cannot read the folder of bags, {root}: {error.strerror}") from None
    if not found:
        raise DatasetError(
            f"{root} holds no bag; expected a folder with {_METADATA_FILE}, or a file ending in "
            f"{' or '.join(STORAGE_SUFFIXES)}"
        )
    return found


def _is_bag(path: Path) -> bool:
    if path.suffix in STORAGE_SUFFIXES:
        return True
    try:
        return path.is_dir() and any(
            each.name == _METADATA_FILE or each.suffix in STORAGE_SUFFIXES
            for each in path.iterdir()
        )
    except OSError:
        return True  # reading it says why it cannot be read


def _check(path: Path, topics: BagTopics, *, every_image: bool) -> SequenceFinding:
    name = printable(path.resolve().name)
    try:
        bag = BagSequence(path, topics)
    except RgbtError as error:
        return SequenceFinding(name, broken=(str(error),))
    sizes: dict[ImageSize, None] = {}
    broken = []
    try:
        for pair in bag.pairs():
            sizes[pair.size] = None
            if not every_image:
                break
    except RgbtError as error:
        broken.append(str(error))
    if len(sizes) > 1:
        broken.append(f"colour images of different sizes: {', '.join(map(str, sizes))}")
    absent = int(np.isnan(bag.truth[:, 0]).sum())
    return SequenceFinding(
        name, len(bag), absent, next(iter(sizes), None), tuple(broken), bag.notes
    )
