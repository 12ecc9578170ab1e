"""Samples and their numbers: each is computed once, and is the same whoever draws it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.global_attention.pair_samples import PairSamples, draw_pair
from rgbt_dualatt_ros.training.loop.sample_batches import SampleBatches, numbers_of_part
from rgbt_dualatt_ros.training.loop.trainer import TrainingParts

TinyParts = Callable[..., TrainingParts]


@given(
    step=st.integers(0, 10**9),
    parts=st.integers(1, 5),
    ranks=st.integers(1, 5),
    size=st.integers(1, 4),
)
def test_parts_and_ranks_share_the_batch(step: int, parts: int, ranks: int, size: int) -> None:
    batch = parts * ranks * size
    shares = [
        numbers_of_part(step, part, batch, parts, (rank, ranks))
        for rank in range(ranks)
        for part in range(parts)
    ]
    assert all(len(share) == size for share in shares)
    together = sorted(number for share in shares for number in share)
    assert together == list(range(step * batch, (step + 1) * batch))


def test_a_rank_takes_every_second_sample_of_a_batch() -> None:
    assert numbers_of_part(3, 0, batch=8, parts=2, ranks=(1, 2)) == (25, 27)
    assert numbers_of_part(3, 1, batch=8, parts=2, ranks=(1, 2)) == (29, 31)


def test_a_sample_depends_on_seed_and_number_only(tiny_parts: TinyParts) -> None:
    samples = tiny_parts().training
    assert isinstance(samples, PairSamples)

    def drawn(seed: int, numbers: list[tuple[int, ...]]) -> list[torch.Tensor]:
        batches = SampleBatches(replace(samples, seed=seed))
        return [batch["thermal"] for batch in batches.draw(numbers)]

    together = drawn(1, [(4, 5, 6)])[0]
    alone = drawn(1, [(6,), (4,)])
    assert torch.equal(alone[0][0], together[2])
    assert torch.equal(alone[1][0], together[0])
    assert not torch.equal(together[0], together[1])
    assert not torch.equal(drawn(2, [(4,)])[0], alone[1])


def test_what_a_pair_is_drawn_with_is_pinned() -> None:
    class Numbers:
        """Tells the first number that it would draw."""

        seen = 0

        def draw(self, rng: np.random.Generator) -> LabelledPair:
            """As `PairSource`, but for the pair."""
            self.seen = int(rng.integers(1000))
            raise DatasetError("no pair")

    source = Numbers()
    with pytest.raises(DatasetError):
        draw_pair(source, 7, 41)
    assert source.seen == int(np.random.default_rng([7, 41]).integers(1000))


def test_an_error_of_the_source_comes_as_it_is(tiny_parts: TinyParts) -> None:
    class Broken:
        """A source whose file is damaged."""

        def draw(self, rng: np.random.Generator) -> LabelledPair:
            """As `PairSource`."""
            raise DatasetError(f"visible.txt:{rng.integers(3, 4)} has three numbers")

    samples = tiny_parts().training
    assert isinstance(samples, PairSamples)
    batches = SampleBatches(replace(samples, source=Broken()))
    with pytest.raises(DatasetError, match=r"^visible\.txt:3 has three numbers$"):
        next(batches.draw([(0,)]))
