"""The sentence on top of the page names no winner whose lead is within the noise."""

from __future__ import annotations

import numpy as np
import pytest

from rgbt_dualatt_ros.evaluation.headline import headline
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import TrackerScore, score_trackers
from rgbt_dualatt_ros.evaluation.upper_bounds import bound_name

FRAMES = 20


def scores(**hits: list[int]) -> list[TrackerScore]:
    """Trackers by name, and on each sequence in how many of the frames they are right."""
    truths = {
        f"s{index}": SequenceTruth(f"s{index}", np.tile([10.0, 10, 20, 20], (FRAMES, 1)))
        for index in range(max(map(len, hits.values())))
    }
    records = []
    for name, counts in hits.items():
        for sequence, right in zip(truths, counts, strict=False):
            record = Record.empty(name, sequence, 0, FRAMES)
            record.boxes[:] = [10, 10, 20, 20]
            record.boxes[right:] = [90, 90, 20, 20]
            records.append(record)
    return score_trackers(records, truths)


def test_a_lead_outside_of_the_noise_is_told_with_its_interval() -> None:
    text = headline(scores(far=[5] * 8, close=[15, 16, 17, 18] * 2))
    assert text.startswith("close reaches a success AUC of 0.786 and keeps within 20 px")
    assert "next is far with 0.238. Its lead of +0.548 (95 % interval +0.5" in text
    assert "8 sequences) is more than the choice of sequences. close and far ran with one" in text


def test_a_lead_within_the_noise_is_called_level() -> None:
    text = headline(scores(one=[20, 0, 20, 0, 20, 0, 21], other=[0, 20, 0, 20, 0, 20, 0]))
    assert "It is level with other: to other with 0.408, the difference of" in text
    assert "is within the noise." in text
    assert "next is" not in text
    assert "more than the choice" not in text


def test_all_that_are_level_with_the_first_are_named() -> None:
    text = headline(
        scores(
            a=[20, 4, 20, 4, 20, 4],
            b=[4, 20, 4, 20, 4, 19],
            c=[4, 20, 4, 19, 4, 19],
            worst=[3, 3, 3, 3, 3, 3],
        )
    )
    assert text.startswith("a reaches")
    assert "It is level with b and c: to b with" in text
    assert "worst" not in text


@pytest.mark.parametrize(("count", "words"), [(1, "1 sequence is"), (5, "5 sequences are")])
def test_few_sequences_tell_nothing_however_large_the_lead(count: int, words: str) -> None:
    text = headline(scores(good=[20] * count, bad=[1] * count))
    assert f"next is bad with 0.048. {words} too few to say which is better." in text


def test_one_tracker_is_compared_with_nobody() -> None:
    text = headline(scores(static=[20] * 8))
    assert text.endswith("in 100% of the scored frames.")


def test_an_upper_bound_wins_nothing() -> None:
    bound = bound_name("csrt")
    text = headline(scores(**{bound: [20] * 8, "a": [15] * 8, "b": [5] * 8}))
    assert text.startswith("a reaches")
    assert "upper bound" not in text
    assert headline(scores(**{bound: [20] * 8})).startswith("No run gave a figure")


def test_who_ran_once_and_might_have_run_otherwise_is_named() -> None:
    text = headline(scores(dualatt=[15] * 8, static=[5] * 8, other=[1] * 8))
    assert text.endswith(" dualatt ran with one seed only: another may change its figure.")
    repeating = headline(scores(**{"csrt@rgb": [15] * 8, "static": [5] * 8, "other": [1] * 8}))
    assert "one seed" not in repeating


def test_a_mean_over_seeds_has_its_spread() -> None:
    truth = SequenceTruth("s", np.tile([10.0, 10, 20, 20], (FRAMES, 1)))
    records = [Record.empty("dualatt", "s", seed, FRAMES) for seed in (0, 1)]
    for record, right in zip(records, (20, 10), strict=True):
        record.boxes[:right] = truth.boxes[:right]
    text = headline(score_trackers(records, {"s": truth}))
    assert text.startswith("dualatt reaches a success AUC of 0.714 ± 0.337 (2 seeds) and keeps")
    assert "one seed" not in text


@pytest.mark.parametrize(("gain", "is_small"), [(2, True), (12, False)])
def test_a_lead_below_the_spread_over_seeds_is_told(gain: int, is_small: bool) -> None:
    truths = {
        f"s{index}": SequenceTruth(f"s{index}", np.tile([10.0, 10, 20, 20], (FRAMES, 1)))
        for index in range(8)
    }
    records = []
    for name, hits in {"dualatt": (2, 8), "other": (2 + gain, 8 + gain)}.items():
        for sequence, truth in truths.items():
            for seed, right in enumerate(hits):
                record = Record.empty(name, sequence, seed, FRAMES)
                record.boxes[:right] = truth.boxes[:right]
                records.append(record)
    text = headline(score_trackers(records, truths))
    assert "is more than the choice of sequences" in text
    assert ("sequences, but less than the spread over seeds." in text) == is_small
