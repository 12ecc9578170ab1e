"""The better of both modalities: chosen by sequence and seed with the truth, called a bound."""

from __future__ import annotations

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import score_trackers
from rgbt_dualatt_ros.evaluation.upper_bounds import (
    bound_name,
    is_bound,
    split_bounds,
    with_bounds,
)

TRUTHS = {
    name: SequenceTruth(name, np.tile([10.0, 10, 20, 20], (4, 1))) for name in ("dark", "bright")
}


def record(tracker: str, sequence: str, hits: str, seed: int = 0) -> Record:
    found = Record.empty(tracker, sequence, seed, len(hits))
    found.boxes[:] = [[10.0 + 30 * (hit == "0"), 10, 20, 20] for hit in hits]
    found.seconds[:] = 0.1
    return found


RECORDS = [
    record("csrt@rgb", "dark", "1000"),
    record("csrt@thermal", "dark", "1110"),
    record("csrt@rgb", "bright", "1111"),
    record("csrt@thermal", "bright", "1100"),
    record("static", "dark", "1111"),
]


def test_each_sequence_takes_its_better_modality() -> None:
    found = with_bounds(RECORDS, TRUTHS, ["csrt"])
    assert found[: len(RECORDS)] == RECORDS
    dark, bright = found[len(RECORDS) :]
    assert {dark.tracker, bright.tracker} == {"csrt@best (upper bound)"}
    np.testing.assert_array_equal(dark.boxes, RECORDS[1].boxes)
    np.testing.assert_array_equal(bright.boxes, RECORDS[2].boxes)
    assert np.isnan(dark.seconds).all()
    assert np.isfinite(RECORDS[1].seconds).all()


def test_the_bound_is_never_below_either_modality() -> None:
    scores = {
        each.name: each for each in score_trackers(with_bounds(RECORDS, TRUTHS, ["csrt"]), TRUTHS)
    }
    bound = scores[bound_name("csrt")]
    for name in ("csrt@rgb", "csrt@thermal"):
        assert bound.means["success_auc"] > scores[name].means["success_auc"]
    assert bound.means["success_auc"] == pytest.approx((0.75 + 1) / 2 * 20 / 21)
    assert np.isnan(bound.means["frames_per_second"])


def test_seeds_are_chosen_apart_and_a_lone_modality_has_no_bound() -> None:
    records = [
        record("mil@rgb", "dark", "1000", 0),
        record("mil@rgb", "dark", "1111", 1),
        record("mil@rgb", "dark", "1111", 2),
        record("mil@thermal", "dark", "1100", 0),
        record("mil@thermal", "dark", "1100", 1),
    ]
    bounds = with_bounds(records, TRUTHS, ["mil"])[len(records) :]
    assert [each.seed for each in bounds] == [0, 1]
    np.testing.assert_array_equal(bounds[0].boxes, records[3].boxes)
    np.testing.assert_array_equal(bounds[1].boxes, records[1].boxes)


def test_names_are_split_into_what_runs_and_what_is_derived() -> None:
    assert split_bounds(["dualatt", "csrt@best", "kcf@rgb"]) == (
        ["dualatt", "csrt", "kcf@rgb"],
        ["csrt"],
    )
    assert split_bounds(["csrt@best", "csrt@best"])[1] == ["csrt"]
    with pytest.raises(ConfigError, match=r"dualatt@best.*follows one of csrt, kcf, mil"):
        split_bounds(["dualatt@best"])


def test_only_bounds_are_called_so() -> None:
    assert is_bound(bound_name("kcf"))
    assert not is_bound("kcf@rgb")
