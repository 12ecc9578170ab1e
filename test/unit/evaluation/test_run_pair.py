"""Two result folders held against each other: what differs, what is left out, what it is worth.

Proves: numbers on hand-made folders, both directions, and that nothing is compared silently that
is not the same sequence and seed. The interval itself is proved with protocols/bootstrap.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.record_files import Json, to_json
from rgbt_dualatt_ros.evaluation.results import ResultFolder, SequenceTruth
from rgbt_dualatt_ros.evaluation.run_pair import compare_runs, verdict
from rgbt_dualatt_ros.evaluation.run_pair_tables import pair_json, pair_markdown, pair_text
from rgbt_dualatt_ros.evaluation.saved_run import SavedRun, load_run

NAMES = [f"s{index}" for index in range(8)]
PERFECT = 20 / 21


def record(tracker: str, sequence: str, hits: str, seed: int = 0, failure: str = "") -> Record:
    """Right (`1`) or 30 px off (`0`)."""
    empty = Record.empty(tracker, sequence, seed, len(hits))
    empty.boxes[:] = [[10.0 + 30 * (hit == "0"), 10, 20, 20] for hit in hits]
    empty.seconds[:] = 0.1
    if not failure:
        return empty
    return Record(
        tracker,
        sequence,
        seed,
        empty.boxes,
        empty.scores,
        empty.statuses,
        empty.seconds,
        failure,
        "tracker",
    )


def save(path: Path, records: Sequence[Record], **run: object) -> SavedRun:
    about: Json = {"title": "T|", "settings": {}, "made_with": {"date": str(path)}, **run}
    folder = ResultFolder.open(path, about)
    for each in records:
        boxes = np.tile([10.0, 10, 20, 20], (len(each), 1))
        folder.save_truth(SequenceTruth(each.sequence, boxes))
        folder.save(each, {})
    return load_run(path)


def all_of(tracker: str, hits: Mapping[str, str]) -> list[Record]:
    return [record(tracker, name, text) for name, text in hits.items()]


def test_a_gain_on_every_sequence_is_clear_in_both_directions(tmp_path: Path) -> None:
    before = save(tmp_path / "a", all_of("t", dict.fromkeys(NAMES, "1000")))
    better = {**dict.fromkeys(NAMES, "1100"), "s3": "1111", "s5": "1110"}
    after = save(tmp_path / "b", all_of("t", better))
    (change,) = compare_runs(before, after).trackers
    found = change.differences["success_auc"]
    assert found.mean == pytest.approx((6 * 0.25 + 0.75 + 0.5) / 8 * PERFECT)
    assert 0 < found.low < found.mean < found.high
    assert (found.sequences, found.better, found.worse) == (8, 8, 0)
    assert verdict(change, "success_auc") == "B is better with this seed"
    assert [each.name for each in change.sequences[:3]] == ["s3", "s5", "s0"]
    assert change.sequences[0].gain == pytest.approx(0.75 * PERFECT)
    assert change.means["precision_20"] == pytest.approx((0.25, (6 * 0.5 + 1 + 0.75) / 8))
    (back,) = compare_runs(after, before).trackers
    assert back.differences["success_auc"].mean == pytest.approx(-found.mean)
    assert verdict(back, "success_auc") == "B is worse with this seed"


def test_gains_and_losses_that_cancel_are_noise(tmp_path: Path) -> None:
    before = save(tmp_path / "a", all_of("t", dict.fromkeys(NAMES, "1100")))
    mixed = {name: "1110" if index % 2 else "1000" for index, name in enumerate(NAMES)}
    (change,) = compare_runs(before, save(tmp_path / "b", all_of("t", mixed))).trackers
    found = change.differences["success_auc"]
    assert found.mean == pytest.approx(0)
    assert found.low < 0 < found.high
    assert verdict(change, "success_auc") == "within the noise"


def test_few_sequences_and_the_same_boxes_are_called_so(tmp_path: Path) -> None:
    few = save(tmp_path / "a", all_of("t", dict.fromkeys(NAMES[:3], "1000")))
    more = save(tmp_path / "b", all_of("t", dict.fromkeys(NAMES[:3], "1111")))
    (change,) = compare_runs(few, more).trackers
    assert verdict(change, "success_auc") == "too few sequences to tell (3)"
    same = compare_runs(few, few)
    assert same.trackers[0].is_same
    assert verdict(same.trackers[0], "success_auc") == "the same boxes"
    assert "t (seeds 0): the same boxes" in pair_text(same)


def test_settings_and_versions_that_differ_are_listed(tmp_path: Path) -> None:
    hits = dict.fromkeys(NAMES[:2], "11")
    first = save(
        tmp_path / "a",
        all_of("t", hits),
        settings={"weight": 1, "list": (1, 2), "gone": True},
        made_with={"torch": "2.1", "date": "1"},
    )
    second = save(
        tmp_path / "b",
        all_of("t", hits),
        settings={"weight": 3, "list": [1, 2], "new": ""},
        made_with={"torch": "2.2", "date": "2"},
    )
    pair = compare_runs(first, second)
    assert pair.settings == {
        "gone": (True, "not given"),
        "new": ("not given", ""),
        "weight": (1, 3),
    }
    assert pair.made_with == {"torch": ("2.1", "2.2")}
    assert "  weight: 1 -> 3" in pair_text(pair).splitlines()
    assert "| `torch` | 2.1 | 2.2 |" in pair_markdown(pair)


def test_what_only_one_run_has_is_named_and_left_out(tmp_path: Path) -> None:
    first = save(
        tmp_path / "a",
        [
            record("t", "both", "10"),
            record("t", "alone", "11"),
            record("t", "cut", "111"),
            record("lonely", "both", "11"),
        ],
    )
    second = save(tmp_path / "b", [record("t", "both", "11"), record("t", "cut", "11")])
    pair = compare_runs(first, second)
    assert pair.notes == (
        "trackers only in A: lonely",
        "sequences only in A, left out: alone",
        "cut, left out: 3 frames in A, 2 in B",
    )
    assert [each.name for each in pair.trackers[0].sequences] == ["both"]
    for note in pair.notes:
        assert f"note: {note}" in pair_text(pair)
        assert f"- {note}" in pair_markdown(pair)


def test_a_truth_that_moved_is_another_sequence(tmp_path: Path) -> None:
    first = save(tmp_path / "a", [record("t", "one", "11"), record("t", "two", "11")])
    second = save(tmp_path / "b", [record("t", "one", "11"), record("t", "two", "11")])
    second.truths["two"].boxes[1, 0] += 0.5
    pair = compare_runs(first, second)
    assert pair.notes == ("two, left out: its true boxes differ between A and B",)
    second.truths["one"].boxes[:] = np.nan
    with pytest.raises(ConfigError, match="share no sequence: one, left out"):
        compare_runs(first, second)


def test_only_shared_seeds_count_and_the_others_are_told(tmp_path: Path) -> None:
    first = save(tmp_path / "a", [record("t", "s", "10", 0), record("t", "s", "00", 1)])
    second = save(tmp_path / "b", [record("t", "s", "11", 0), record("t", "s", "00", 2)])
    (change,) = compare_runs(first, second).trackers
    assert change.seeds == (0,)
    assert change.means["precision_20"] == (0.5, 1)
    assert change.notes == ("seeds 0 1 in A, 0 2 in B: only the shared count",)
    other = save(tmp_path / "c", [record("t", "s", "11", 7)])
    with pytest.raises(ConfigError, match=r"no sequence with a seed in common \(0 1 in A, 7 in B"):
        compare_runs(first, other)


def test_a_run_that_lacks_a_sequence_with_a_shared_seed_is_told(tmp_path: Path) -> None:
    first = save(tmp_path / "a", [record("t", name, "10", 1) for name in ("s", "z")])
    both = [record("t", "s", "11", 1), record("x", "z", "11", 1)]
    pair = compare_runs(first, save(tmp_path / "b", both))
    assert pair.trackers[0].notes == ("only in A, left out: z (seed 1)",)


def test_the_seed_of_a_tracker_that_repeats_exactly_does_not_matter(tmp_path: Path) -> None:
    first = save(tmp_path / "a", [record("csrt@rgb", name, "1000", 0) for name in NAMES])
    second = save(tmp_path / "b", [record("csrt@rgb", name, "1100", 4) for name in NAMES])
    (change,) = compare_runs(first, second).trackers
    assert (change.seeds, change.notes) == ((0,), ())
    assert verdict(change, "success_auc") == "B is better"


def test_a_gain_below_the_spread_over_seeds_is_called_so(tmp_path: Path) -> None:
    def run(path: Path, good: str) -> SavedRun:
        # Seed 1 is at half of the frames more than seed 0, in both runs.
        hits = {0: "0000" + good, 1: "1111" + good}
        return save(
            path, [record("t", n, text, seed) for n in NAMES for seed, text in hits.items()]
        )

    before, after = run(tmp_path / "a", "1000"), run(tmp_path / "b", "1100")
    (change,) = compare_runs(before, after).trackers
    assert change.differences["success_auc"].is_clear
    spread = 0.5 * PERFECT / np.sqrt(2)
    assert change.spreads["success_auc"] == pytest.approx((spread, spread))
    assert verdict(change, "success_auc") == "less than the spread over seeds"
    text = (
        f"success AUC {0.375 * PERFECT:.3f} ± {spread:.3f} -> {0.5 * PERFECT:.3f} ± {spread:.3f}"
    )
    assert text in pair_text(compare_runs(before, after))
    far = run(tmp_path / "c", "1111")
    (change,) = compare_runs(before, far).trackers
    assert change.differences["success_auc"].mean > spread
    assert verdict(change, "success_auc") == "B is better"


def test_of_many_names_some_are_told(tmp_path: Path) -> None:
    first = save(tmp_path / "a", all_of("t", {f"n{index:02}": "11" for index in range(14)}))
    second = save(tmp_path / "b", all_of("t", {"other": "11", "n00": "11"}))
    (alone, _) = compare_runs(first, second).notes
    assert alone.startswith("sequences only in A, left out: n01, n02, ")
    assert alone.endswith(", n10 and 3 more")
    third = save(tmp_path / "c", all_of("t", {"other": "11"}))
    with pytest.raises(ConfigError, match=r"share no sequence: sequences only in A.* and 4 more"):
        compare_runs(first, third)


def test_the_interval_is_that_of_scipy(tmp_path: Path) -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(5)
    names = [f"n{index:02}" for index in range(20)]
    counts = {"a": rng.integers(2, 21, 20), "b": rng.integers(8, 21, 20)}
    first, second = (
        save(
            tmp_path / run,
            all_of("t", {n: "1" * k + "0" * (20 - k) for n, k in zip(names, each, strict=True)}),
        )
        for run, each in counts.items()
    )
    (change,) = compare_runs(first, second).trackers
    gains = (counts["b"] - counts["a"]) / 20
    theirs = stats.bootstrap(
        (gains,), np.mean, n_resamples=40_000, method="percentile", rng=np.random.default_rng(9)
    ).confidence_interval
    found = change.differences["precision_20"]
    assert found.mean == pytest.approx(gains.mean())
    width = theirs.high - theirs.low
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.04 * width)
    # About as wide as the standard error of so many sequences says.
    assert width == pytest.approx(2 * 1.96 * gains.std() / np.sqrt(20), rel=0.1)


def test_failures_are_told(tmp_path: Path) -> None:
    first = save(tmp_path / "a", [record("t", "s", "10")])
    second = save(tmp_path / "b", [record("t", "s", "10", failure="gave up")])
    assert compare_runs(first, second).trackers[0].notes == ("failed in B: s, seed 0: gave up",)


def test_trackers_are_matched_by_name_or_as_told(tmp_path: Path) -> None:
    one = save(tmp_path / "a", [record("old", "s", "10")])
    other = save(tmp_path / "b", [record("new", "s", "11")])
    both = save(tmp_path / "c", [record("new", "s", "11"), record("x", "s", "00")])
    assert compare_runs(one, other).trackers[0].name == "old -> new"
    with pytest.raises(ConfigError, match=r"no tracker is in both: old in .*--tracker A B"):
        compare_runs(one, both)
    assert compare_runs(one, both, ("old", "x")).trackers[0].means["precision_20"] == (0.5, 0)
    with pytest.raises(ConfigError, match="has no tracker y; new, x"):
        compare_runs(one, both, ("old", "y"))


def test_upper_bounds_that_a_run_asked_for_are_compared(tmp_path: Path) -> None:
    records = [record("csrt@rgb", "s", "10"), record("csrt@thermal", "s", "11")]
    run = save(tmp_path / "a", records, upper_bounds=["csrt"])
    assert run.trackers == ["csrt@rgb", "csrt@thermal", "csrt@best (upper bound)"]
    pair = compare_runs(run, run, ("csrt@rgb", "csrt@best (upper bound)"))
    assert pair.trackers[0].means["precision_20"] == (0.5, 1)


def test_json_holds_everything(tmp_path: Path) -> None:
    before = save(tmp_path / "a", all_of("t", dict.fromkeys(NAMES, "1000")))
    after = save(tmp_path / "b", all_of("t", dict.fromkeys(NAMES, "1100")))
    told = json.loads(to_json(pair_json(compare_runs(before, after))))
    (tracker,) = told["trackers"]
    assert tracker["differences"]["success_auc"]["verdict"] == "B is better with this seed"
    assert tracker["spreads"]["success_auc"] == {"a": None, "b": None}
    assert tracker["differences"]["success_auc"]["low"] == pytest.approx(0.25 * PERFECT)
    assert len(tracker["sequences"]) == 8
    assert told["a"]["folder"] == str(tmp_path / "a")


def test_all_sequences_are_in_the_file_and_the_most_changed_on_the_terminal(
    tmp_path: Path,
) -> None:
    names = [f"n{index:02}" for index in range(13)]
    before = save(tmp_path / "a", all_of("t", dict.fromkeys(names, "1000")))
    after = save(tmp_path / "b", all_of("t", {**dict.fromkeys(names, "1100"), "n12": "1111"}))
    pair = compare_runs(before, after)
    text = pair_text(pair)
    assert text.index("n12") < text.index("n00")
    assert "n11" not in text
    assert "and 3 more" in text
    assert all(f"| {name} |" in pair_markdown(pair) for name in names)


def test_a_folder_that_is_no_run_is_refused_and_a_damaged_record_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"is no result folder: it has no run.json"):
        load_run(tmp_path)
    run = save(tmp_path / "a", [record("t", "one", "11"), record("t", "two", "11")])
    (place,) = (tmp_path / "a").glob("records/t/two/seed-0")
    (place / "boxes.txt").write_text("x\n")
    (place.parent / "seed-0.part-host-1").mkdir()
    damaged = load_run(tmp_path / "a")
    assert len(damaged.damaged) == 1
    assert "two" in damaged.damaged[0]
    pair = compare_runs(run, damaged)
    assert "sequences only in A, left out: two" in pair.notes
    (place / ".." / ".." / "one" / "seed-0" / "boxes.txt").resolve().write_text("x\n")
    with pytest.raises(ConfigError, match="holds no record that can be read; the first: "):
        load_run(tmp_path / "a")
