"""The sets of the paper, opened: what can be used, what is left out and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.reproduction.measured_set import MeasuredSet, open_measured_set

WriteSet = Callable[..., Path]


@pytest.fixture(scope="module")
def gtot(tmp_path_factory: pytest.TempPathFactory, write_gtot: WriteSet) -> Path:
    """Three sequences of seven frames."""
    return write_gtot(tmp_path_factory.mktemp("gtot"), 3, 7)


def perfect(measured: MeasuredSet, offset: float = 0.0) -> list[Record]:
    """The visible truth as a tracker's answer, moved to the right by `offset` px."""
    records = []
    for each in measured.sequences:
        record = Record.empty("any", each.name, 0, len(each))
        record.boxes[:] = each.truth + np.array([offset, 0, 0, 0])
        records.append(record)
    return records


def test_a_whole_set(gtot: Path) -> None:
    measured = open_measured_set("gtot", gtot)
    assert [each.name for each in measured.sequences] == ["Scene1", "Scene2", "Scene3"]
    assert (measured.frames, measured.published_size, measured.left_out) == (21, 50, ())
    assert measured.extent == "3 of 50 sequences, 21 frame pairs"
    assert any("attributes" in note for note in measured.notes)


def test_the_nearer_truth_of_the_two_cameras_counts(gtot: Path) -> None:
    # The infrared truth lies (1, 1) px off the visible one: a box 5 px to the right of that is
    # hypot(4, 1) = 4.12 px from it, below the threshold of 5; one 6 px to the right is 5.10.
    measured = open_measured_set("gtot", gtot)
    figures = [
        measured.score(perfect(measured, offset)).overall.figures["MPR"]
        for offset in (0.0, 5.0, 6.0)
    ]
    assert figures == [1.0, 1.0, 0.0]


def test_a_dry_run_takes_few_frames_of_few_sequences(gtot: Path) -> None:
    measured = open_measured_set("gtot", gtot, is_dry=True)
    assert [len(each) for each in measured.sequences] == [5, 5]
    assert all(len(list(each.pairs())) == 5 for each in measured.sequences)


def test_a_sequence_that_cannot_be_scored_is_left_out(
    tmp_path: Path, write_gtot: WriteSet
) -> None:
    root = write_gtot(tmp_path, 4, 5)
    (root / "Scene1" / "groundTruth_i.txt").unlink()
    (root / "Scene2" / "groundTruth_v.txt").write_text("1 2 x 4\n")
    (root / "Scene4" / "groundTruth_v.txt").write_text("5 5 5 5\n" + "1 2 3 4\n" * 4)
    measured = open_measured_set("gtot", root)
    assert [each.name for each in measured.sequences] == ["Scene3"]
    assert [text.partition(":")[0] for text in measured.left_out] == ["Scene1", "Scene2", "Scene4"]
    assert "infrared" in measured.left_out[0]
    assert "the first line must hold a box" in measured.left_out[2]


def test_a_set_without_any_usable_sequence_is_refused(
    tmp_path: Path, write_gtot: WriteSet
) -> None:
    root = write_gtot(tmp_path, 1, 3)
    (root / "Scene1" / "groundTruth_i.txt").unlink()
    with pytest.raises(DatasetError, match=r"no sequence in .* can be used; the first: Scene1"):
        open_measured_set("gtot", root)


def test_other_sets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="figures of gtot and rgbt234, not of 'lasher'"):
        open_measured_set("lasher", tmp_path)


def test_challenges_come_with_their_sequences(tmp_path: Path, write_rgbt234: WriteSet) -> None:
    measured = open_measured_set("rgbt234", write_rgbt234(tmp_path, 2, 3))
    scores = measured.score(perfect(measured))
    assert scores.attributes["NO"].sequences == 1
    assert scores.overall.figures["MSR"] == pytest.approx(20 / 21)
    assert np.isfinite(scores.sequences["scene2"].figures["MPR"])
