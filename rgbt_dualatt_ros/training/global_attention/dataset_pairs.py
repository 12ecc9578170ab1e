"""DatasetPairs: training pairs of annotated videos, the target from frame one, as in the paper."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from rgbt_dualatt_ros.core.dataset_pairs_config import DatasetPairsConfig
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.benchmark import Benchmark, BenchmarkSequence, open_benchmark
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.datasets.sequence_folder import FolderSequence
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.global_attention.pair_alteration import PairAlteration

LASOT_FRAMES = 32
"""Of each of LaSOT's 1,400 videos; without those that do not show the target, 44,660 in all."""

_LOGGER = logging.getLogger(__name__)


class DatasetPairs:
    """Implements `PairSource`: every later frame of every sequence is equally likely.

    The target is that of frame one, so K is 1; `others` is empty, because nobody annotated them.
    A colour-only set such as LaSOT gives the grey copy of the colour image as thermal: a frame
    pair holds one thermal plane. The paper copies the colour image; its net repeats a thermal
    plane to three channels, which for a grey copy is the copy without its colours.

    Args:
        sequences: with at least two frames that have a box, the first among them; see
            `usable_part`.
        config: how pairs are altered.
    """

    def __init__(
        self, sequences: Sequence[FolderSequence], config: DatasetPairsConfig | None = None
    ) -> None:
        counts = [len(sequence) - 1 for sequence in sequences]
        if not counts or min(counts) < 1:
            raise DatasetError("there is no sequence with a box in two frames to learn from")
        self._sequences = tuple(sequences)
        self._config = config or DatasetPairsConfig()
        self._ends = np.cumsum(counts)

    def __len__(self) -> int:
        """Number of later frames: of different pairs, before they are altered."""
        return int(self._ends[-1])

    def split(self, every: int) -> tuple[DatasetPairs, DatasetPairs]:
        """Pairs to learn from, and those of every n-th sequence, to be looked at only.

        Raises:
            DatasetError: when there are fewer than two sequences, or none would be left.
        """
        held_out = self._sequences[every - 1 :: every]
        kept = [each for place, each in enumerate(self._sequences, 1) if place % every]
        return DatasetPairs(kept, self._config), DatasetPairs(held_out, self._config)

    def draw(self, rng: np.random.Generator) -> LabelledPair:
        """A pair that depends on nothing but the state of `rng`.

        Raises:
            DatasetError: when an image cannot be read, or the first box is not in it; the text
                names the file or the sequence.
        """
        place = int(rng.integers(len(self)))
        index = int(np.searchsorted(self._ends, place, side="right"))
        sequence = self._sequences[index]
        frame = 1 + place - int(self._ends[index - 1] if index else 0)
        alteration = PairAlteration(self._config, rng)
        first, first_boxes = alteration.frame(sequence.pair_at(0), sequence.truth[:1])
        if np.isnan(first_boxes).any():
            raise DatasetError(f"the first box of sequence {sequence.name} lies outside its image")
        search, search_boxes = alteration.frame(
            sequence.pair_at(frame), sequence.truth[frame : frame + 1]
        )
        return LabelledPair(
            first,
            search,
            alteration.jittered(first_boxes, first.size),
            search_boxes,
            np.empty((0, 4), np.float32),
        )


def load_dataset_pairs(
    sets: Iterable[tuple[str, Path]],
    config: DatasetPairsConfig | None = None,
    *,
    lasot_frames: int = LASOT_FRAMES,
    on_sequence: Callable[[str], None] = lambda _: None,
) -> DatasetPairs:
    """Pairs of some data sets; `check_disjoint` says which may be tested on afterwards.

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
    return DatasetPairs(found, config)


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
