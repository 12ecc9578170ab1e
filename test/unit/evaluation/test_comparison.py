"""Several trackers side by side, continued after an interruption.

Proves: what is run again and what is kept; the numbers are those of an undisturbed run. Does not
prove the death of the process itself; end_to_end/ does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation.comparison import Contender, run_comparison
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import ResultFolder

MakeSequence = Callable[..., RgbtSequence]
MakeTracker = Callable[..., Tracker]


class Built:
    """Counts the trackers it builds; the seed decides the drift."""

    def __init__(self, make_tracker: MakeTracker, raises_at: int | None = None) -> None:
        self.make_tracker, self.raises_at, self.seeds = make_tracker, raises_at, list[int]()

    def __call__(self, seed: int) -> Tracker:
        """A new tracker."""
        self.seeds.append(seed)
        return self.make_tracker(drift=seed / 4, raises_at=self.raises_at)


def test_every_tracker_seed_and_sequence_is_run(
    tmp_path: Path, make_sequence: MakeSequence, make_tracker: MakeTracker
) -> None:
    folder = ResultFolder.open(tmp_path, {"settings": {}})
    contenders = [Contender("a", Built(make_tracker), (0, 1)), Contender("b", Built(make_tracker))]
    done: list[int] = []
    records = run_comparison(
        contenders,
        [make_sequence(name="one"), make_sequence(name="two", frames=3)],
        folder,
        {},
        lambda _, frames: done.append(frames),
    )
    assert folder.load_truth("two").boxes.shape == (3, 4)
    names = [(each.tracker, each.seed, each.sequence) for each in records]
    expected = [("a", 0), ("a", 1), ("b", 0)]
    assert names == [(*each, name) for name in ("one", "two") for each in expected]
    assert sum(done) == 3 * (6 + 3)
    assert None not in [folder.load(tracker, name, seed) for tracker, seed, name in names]


def test_a_continued_run_gives_the_numbers_of_an_undisturbed_one(
    tmp_path: Path, make_sequence: MakeSequence, make_tracker: MakeTracker
) -> None:
    sequences = [make_sequence(name=f"s{index}") for index in range(4)]

    def contenders(build: Built) -> list[Contender]:
        return [Contender("a", build, (1, 2))]

    folder = ResultFolder.open(tmp_path / "whole", {"settings": {}})
    whole = run_comparison(contenders(Built(make_tracker)), sequences, folder, {})

    class PowerCutError(Exception):
        pass

    def cut(label: str, _: int) -> None:
        if label == "a on s2":
            raise PowerCutError

    folder = ResultFolder.open(tmp_path / "parts", {"settings": {}})
    with pytest.raises(PowerCutError):
        run_comparison(contenders(Built(make_tracker)), sequences, folder, {}, cut)
    second = Built(make_tracker)
    parts = run_comparison(contenders(second), sequences, folder, {})
    assert second.seeds == [1, 2, 1, 2]
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one.boxes, other.boxes)
        np.testing.assert_array_equal(one.scores, other.scores)


def test_a_failed_record_is_tried_again_and_the_rest_goes_on(
    tmp_path: Path, make_sequence: MakeSequence, make_tracker: MakeTracker
) -> None:
    folder = ResultFolder.open(tmp_path, {"settings": {}})
    sequences = [make_sequence(name="long", frames=6), make_sequence(name="short", frames=3)]
    first = run_comparison([Contender("a", Built(make_tracker, 4))], sequences, folder, {})
    assert [each.failure != "" for each in first] == [True, False]
    repaired = Built(make_tracker)
    second = run_comparison([Contender("a", repaired)], sequences, folder, {})
    assert [each.failure for each in second] == ["", ""]
    assert repaired.seeds == [0]


def test_a_name_with_other_settings_is_refused_before_anything_runs(
    tmp_path: Path, make_sequence: MakeSequence, make_tracker: MakeTracker
) -> None:
    folder = ResultFolder.open(tmp_path, {"settings": {}})

    def run(weight: float, first: Built) -> list[Record]:
        contenders = [
            Contender("new", first),
            Contender("a", Built(make_tracker), settings={"weight": weight, "list": (1, 2)}),
        ]
        return run_comparison(contenders, [make_sequence()], folder, {})

    first, second = Built(make_tracker), Built(make_tracker)
    assert dict(run(1.0, first)[1].settings) == {"weight": 1.0, "list": [1, 2]}
    assert run(1.0, second)[1].settings["weight"] == 1.0
    assert second.seeds == []
    with pytest.raises(ConfigError, match=r"records of a .*weight: 1.0 there, 3.0 now.*--force"):
        run(3.0, second)
    plain = Contender("a", Built(make_tracker))
    with pytest.raises(ConfigError, match="records of a "):
        run_comparison([plain], [make_sequence(name="other")], folder, {})
