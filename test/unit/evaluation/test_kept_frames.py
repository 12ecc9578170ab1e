"""Frames kept in memory: the same pairs, decoded once when they fit and every time otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation.kept_frames import KeptFrames

PAIR_BYTES = 64 * 48 * 4


@pytest.mark.parametrize(
    ("most_bytes", "decodings"),
    [(6 * PAIR_BYTES, 1), (6 * PAIR_BYTES - 1, 3)],
    ids=["fits", "too large"],
)
def test_pairs_are_decoded_once_when_they_fit(
    make_sequence: Callable[..., RgbtSequence], most_bytes: int, decodings: int
) -> None:
    sequence, count = make_sequence(frames=6, name="a", attributes=("TC",)), 0
    original = list(sequence.pairs())

    def counted() -> Iterator[FramePair]:
        nonlocal count
        count += 1
        yield from original

    sequence.pairs = counted  # type: ignore[method-assign]
    kept = KeptFrames(sequence, most_bytes)
    for _ in range(3):
        for pair, same in zip(kept.pairs(), original, strict=True):
            assert pair is same
    assert count == decodings
    assert (kept.name, kept.attributes, len(kept)) == ("a", ("TC",), 6)
    np.testing.assert_array_equal(kept.truth, sequence.truth)


def test_half_a_pass_keeps_nothing(make_sequence: Callable[..., RgbtSequence]) -> None:
    kept = KeptFrames(make_sequence(frames=6))
    next(kept.pairs())
    assert len(list(kept.pairs())) == 6


def test_an_unreadable_frame_is_told_every_time(
    make_sequence: Callable[..., RgbtSequence],
) -> None:
    kept = KeptFrames(make_sequence(unreadable_from=2))
    for _ in range(2):
        with pytest.raises(DatasetError, match="cannot read frame 2"):
            list(kept.pairs())
