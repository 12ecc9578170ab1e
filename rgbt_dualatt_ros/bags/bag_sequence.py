"""BagSequence: the pairs of a bag, matched, decoded and registered just as the node does it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.bags.bag_reader import STORAGE_SUFFIXES, BagReader, RawMessage
from rgbt_dualatt_ros.bags.bag_topics import (
    COMPRESSED_TYPE,
    TRUTH_TYPE,
    BagTopics,
    find_image_topic,
)
from rgbt_dualatt_ros.bags.message_types import truth_row
from rgbt_dualatt_ros.bags.truth_lookup import TruthLookup
from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.raw_frame import RawFrame
from rgbt_dualatt_ros.core.time_units import NS_PER_MS
from rgbt_dualatt_ros.imaging.image_codec import decode_compressed, decode_image
from rgbt_dualatt_ros.imaging.pair_decoder import PairDecoder
from rgbt_dualatt_ros.streaming.matched_pair import MatchedPair, Side, SyncCounts
from rgbt_dualatt_ros.streaming.pair_synchronizer import PairSynchronizer

_LOGGER = logging.getLogger(__name__)


class BagSequence:
    """The annotated video in a bag; implements `RgbtSequence`.

    Pairs come from the synchroniser and decoder that the node uses, with the same settings. It
    starts at the first pair with a true box. The bag is read once to learn the stamps, without
    decoding images, and once more for each `pairs()`; images are never held in memory.

    Args:
        path: folder of the bag, or its only file.
        topics: names of the three topics.
        config: settings `sync.*`, `thermal.*` and `registration.*`.
        initial_box: where to start in the first pair, when the bag holds no true boxes.
        is_truth_needed: False reads a bag without any box, as for export; rows are NaN then.

    Raises:
        DatasetError: when the bag cannot be read, lacks a topic, or gives no pair.

    Attributes:
        notes: what is odd about the bag; a clause each, for people. They are logged, too.
    """

    attributes: tuple[str, ...] = ()

    def __init__(
        self,
        path: Path | str,
        topics: BagTopics | None = None,
        config: Config | None = None,
        initial_box: Box | None = None,
        *,
        is_truth_needed: bool = True,
    ) -> None:
        self.path = Path(path)
        name = self.path.resolve()
        self.name = name.stem if name.suffix in STORAGE_SUFFIXES else name.name
        self._config = config or Config()
        self._topics = topics or BagTopics()
        self.notes: tuple[str, ...] = ()
        stamps_ns, true_boxes = self._read_stamps()
        truth = TruthLookup(true_boxes).at(stamps_ns)
        annotated = np.flatnonzero(~np.isnan(truth[:, 0]))
        self._first = 0
        if initial_box is not None:
            truth[0] = initial_box.as_array()
        elif len(annotated):
            self._first = self._skip_to(int(annotated[0]))
        elif is_truth_needed:
            reason = "fits a pair" if true_boxes else f"on topic {self._topics.truth}"
            raise DatasetError(
                f"{self.path}: no true box {reason}; give the initial box or another truth topic"
            )
        self.truth: Boxes = truth[self._first :]
        self.stamps_ns: NDArray[np.int64] = stamps_ns[self._first :]

    def __len__(self) -> int:
        return len(self.stamps_ns)

    @property
    def recorded_pairs(self) -> int:
        """Pairs in the bag, with those before the first true box."""
        return self._first + len(self)

    def pairs(self) -> Iterator[FramePair]:
        """Every frame pair in order; see `RgbtSequence.pairs`.

        Raises:
            EncodingError: when an image cannot be decoded.
        """
        decoder = PairDecoder(
            self._config.thermal,
            self._config.registration,
            rgb_where=self._topics.rgb,
            thermal_where=self._topics.thermal,
        )
        with BagReader(self.path) as reader:
            for match in self._matches_from_start(reader):
                if match.after_jump:
                    decoder.reset()
                yield decoder.decode(
                    reader.decode(match.rgb), reader.decode(match.thermal), match.stamp_ns
                )

    def frames(self) -> Iterator[RawFrame]:
        """The images of every pair as recorded, neither normalised nor registered.

        Raises:
            EncodingError: when an image cannot be decoded.
        """
        with BagReader(self.path) as reader:
            for index, match in enumerate(self._matches_from_start(reader)):
                yield RawFrame(
                    _decode(reader, match.rgb),
                    _decode(reader, match.thermal),
                    match.stamp_ns,
                    match.thermal.stamp_ns,
                    self.truth[index],
                )

    def _matches_from_start(self, reader: BagReader) -> Iterator[MatchedPair[RawMessage]]:
        for index, match in enumerate(self._matches(reader, self._new_synchronizer())):
            if index >= self._first:
                yield match

    def _matches(
        self, reader: BagReader, synchronizer: PairSynchronizer[RawMessage]
    ) -> Iterator[MatchedPair[RawMessage]]:
        where = str(self.path)
        rgb = find_image_topic(self._topics.rgb, reader.topics, where)
        thermal = find_image_topic(self._topics.thermal, reader.topics, where)
        for raw in reader.raw_messages((rgb, thermal)):
            side = Side.RGB if raw.topic == rgb else Side.THERMAL
            yield from synchronizer.add(side, raw.stamp_ns, raw)
        yield from synchronizer.flush()

    def _new_synchronizer(self) -> PairSynchronizer[RawMessage]:
        return PairSynchronizer.from_config(self._config.sync)

    def _read_stamps(self) -> tuple[NDArray[np.int64], list[tuple[int, Boxes]]]:
        synchronizer = self._new_synchronizer()
        with BagReader(self.path) as reader:
            matches = self._matches(reader, synchronizer)
            stamps_ns = np.array([match.stamp_ns for match in matches], np.int64)
            true_boxes = self._read_true_boxes(reader)
            gap_ms = self._nearest_gap_ms(reader) if len(stamps_ns) == 0 else None
        counts = synchronizer.counts
        if len(stamps_ns) == 0:
            nearest = "" if gap_ms is None else f"; the nearest differ by {gap_ms:.1f} ms"
            raise DatasetError(
                f"{self.path}: no colour and thermal image lie within sync.slop_ms = "
                f"{self._config.sync.slop_ms:g}{nearest}; {_describe_unpaired(counts)}"
            )
        if counts.unmatched or counts.unstamped or counts.late:
            self._note(_describe_unpaired(counts))
        return stamps_ns, true_boxes

    def _nearest_gap_ms(self, reader: BagReader) -> float | None:
        """Smallest stamp difference across the cameras; None when one of them is silent."""
        where = str(self.path)
        rgb_ns, thermal_ns = (
            np.array(sorted(raw.stamp_ns for raw in reader.raw_messages((topic,))), np.int64)
            for topic in (
                find_image_topic(self._topics.rgb, reader.topics, where),
                find_image_topic(self._topics.thermal, reader.topics, where),
            )
        )
        if min(len(rgb_ns), len(thermal_ns)) == 0:
            return None
        after = np.searchsorted(thermal_ns, rgb_ns)
        nearest_ns = min(
            int(np.abs(thermal_ns[np.clip(after - back, 0, len(thermal_ns) - 1)] - rgb_ns).min())
            for back in (0, 1)
        )
        return nearest_ns / NS_PER_MS

    def _read_true_boxes(self, reader: BagReader) -> list[tuple[int, Boxes]]:
        if reader.topics.get(self._topics.truth, TRUTH_TYPE) != TRUTH_TYPE:
            raise DatasetError(
                f"{self.path}: topic {self._topics.truth} holds "
                f"{reader.topics[self._topics.truth]}, true boxes are {TRUTH_TYPE}"
            )
        return [
            (raw.stamp_ns, truth_row(reader.decode(raw)))
            for raw in reader.raw_messages((self._topics.truth,))
        ]

    def _skip_to(self, first: int) -> int:
        if first > 0:
            self._note(f"the first {first} pairs have no true box; starting after them")
        return first

    def _note(self, text: str) -> None:
        self.notes = (*self.notes, text)
        _LOGGER.warning("%s: %s", self.path, text)


def _describe_unpaired(counts: SyncCounts) -> str:
    text = (
        f"{counts.rgb_unmatched} colour and {counts.thermal_unmatched} thermal images without a "
        "partner"
    )
    text += f", {counts.late} too late" if counts.late else ""
    return text + (f", {counts.unstamped} without a stamp" if counts.unstamped else "")


def _decode(reader: BagReader, raw: RawMessage) -> NDArray[Any]:
    decode = decode_compressed if raw.msgtype == COMPRESSED_TYPE else decode_image
    return decode(reader.decode(raw), raw.topic)
