"""DatasetPairs: training pairs of annotated videos, the target from frame one, as in the paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from rgbt_dualatt_ros.core.dataset_pairs_config import DatasetPairsConfig
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.sequence_folder import FolderSequence
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.global_attention.pair_alteration import PairAlteration
from rgbt_dualatt_ros.training.training_sets import LASOT_FRAMES, open_videos


class DatasetPairs:
    """Implements `PairSource`: every later frame of every sequence is equally likely.

    The target is that of frame one, so K is 1; `others` is empty, because nobody annotated them.
    A colour-only set such as LaSOT gives the grey copy of the colour image as thermal: a frame
    pair holds one thermal plane. The paper copies the colour image; its net repeats a thermal
    plane to three channels, which for a grey copy is the copy without its colours.

    Args:
        sequences: with at least two frames that have a box, the first among them; see
            `training_sets.usable_part`.
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
    """Pairs of some data sets; arguments and errors as of `open_videos`."""
    return DatasetPairs(open_videos(sets, lasot_frames, on_sequence), config)
