"""Annotated data sets to learn from: where they lie, and their usable videos."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.core.training_loop_config import DataSetsConfig
from rgbt_dualatt_ros.datasets.benchmark import Benchmark, BenchmarkSequence, open_benchmark
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.datasets.sequence_folder import FolderSequence

LASOT_FRAMES = 32
"""Of each of LaSOT's 1,400 videos; without those that do not show the target, 44,660 in all."""

_LOGGER = logging.getLogger(__name__)


def root_of(name: str, config: DataSetsConfig, data: Path | None) -> Path:
    """Folder of one training set.

    Args:
        name: of the set.
        config: which sets there are; its `roots` win.
        data: the folder of the set, or of several, in folders of their names.

    Raises:
        ConfigError: when `roots` cannot be read.
        DatasetError: when there is no such folder.
    """
    given = _given_roots(config)
    if name in given:
        folder = given[name]
    elif data is None:
        raise DatasetError(f"where is the training set {name}? give --data ROOT, or data.roots")
    else:
        folder = data if len(config.names) == 1 else _below(data, name)
    if not folder.is_dir():
        raise DatasetError(f"training data {folder} is not a folder; give --data ROOT")
    return folder


def _given_roots(config: DataSetsConfig) -> dict[str, Path]:
    texts = [text.strip() for text in config.roots.split(",") if text.strip()]
    pairs = [text.partition("=") for text in texts]
    wrong = [
        text
        for text, (name, _, path) in zip(texts, pairs, strict=True)
        if not path or name not in config.names
    ]
    if wrong:
        raise ConfigError(
            f"data.roots must hold NAME=FOLDER of {', '.join(config.names)}, joined by "
            f"commas; got {wrong[0]!r}"
        )
    return {name: Path(path) for name, _, path in pairs}


def _below(data: Path, name: str) -> Path:
    """The folder in `data` that is named like the set, in any spelling: `RGBT-234` for rgbt234."""
    wanted = _letters(name.partition("/")[0])
    folders = sorted(each for each in data.iterdir() if each.is_dir()) if data.is_dir() else []
    found = [each for each in folders if _letters(each.name) == wanted]
    if not found:
        raise DatasetError(
            f"{data} has no folder {name.partition('/')[0]}; put the set there, or say where it "
            f"is: --set data.roots={name}=FOLDER"
        )
    return found[0]


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def open_videos(
    sets: Iterable[tuple[str, Path]],
    lasot_frames: int = LASOT_FRAMES,
    on_sequence: Callable[[str], None] = lambda _: None,
) -> list[FolderSequence]:
    """The videos of some data sets; `check_disjoint` says which may be tested on afterwards.

    Args:
        sets: name, such as `gtot` or `lasher`, and folder; of LasHeR and VTUAV the training split
            is taken, of LaSOT all, when the name says none.
        lasot_frames: frames taken of each video of LaSOT, evenly spaced; 0 takes all.
        on_sequence: called after each sequence that was opened, with its name.

    Raises:
        ConfigError: when there is no such set.
        DatasetError: when a folder holds no such set, or one of its sequences is damaged; the text
            names the file and the command that lists all of them.
    """
    found: list[FolderSequence] = []
    for name, root in sets:
        training_name = BenchmarkName.parse(name, is_training=True)
        benchmark = open_benchmark(training_name.text, root)
        count = lasot_frames if training_name.kind.key == "lasot" else 0
        for sequence in benchmark.sequences:
            part = usable_part(_opened(sequence, benchmark), count)
            if part is None:
                _LOGGER.warning("%s: no second frame with a box; left out", sequence.path)
            else:
                found.append(part)
            on_sequence(sequence.name)
    return found


def usable_part(sequence: FolderSequence, count: int = 0) -> FolderSequence | None:
    """Frame one and later frames that show the target; None when there is no later one.

    Args:
        count: of later frames, evenly spaced, before those without the target are left out; 0
            takes all.
    """
    later = np.arange(1, len(sequence))
    if 0 < count < len(later):
        later = np.unique(np.linspace(1, len(sequence) - 1, count).round().astype(int))
    later = later[np.isfinite(sequence.truth[later]).all(axis=1)]
    return sequence.only([0, *later.tolist()]) if len(later) else None


def _opened(sequence: BenchmarkSequence, benchmark: Benchmark) -> FolderSequence:
    """Training on what happens to be readable would be another training."""
    try:
        return sequence.opened
    except DatasetError as error:
        raise DatasetError(
            f"{error}; rgbt-dualatt datasets check {benchmark.name.text} {benchmark.root} lists "
            "all damaged sequences"
        ) from None
