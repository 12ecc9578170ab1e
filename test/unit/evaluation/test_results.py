"""Records on disk: round trips, continuing, damaged and foreign folders.

Proves: what is read equals what was saved, a half-written record is none, settings are guarded.
Does not prove safety against a power cut.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.explanation import LearningReport
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation.one_pass import Pass, run_one_pass
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import ResultFolder, SequenceTruth

RUN = {"settings": {"tracker.threads": 1, "registration.homography": ()}}


@pytest.fixture
def record(
    make_sequence: Callable[..., RgbtSequence], make_tracker: Callable[..., Tracker]
) -> Record:
    """Half a pass: answers, an error, frames without an answer."""
    return run_one_pass(
        make_tracker(drift=1 / 3, raises_at=4), make_sequence(name="a b/.."), Pass("csrt@rgb", 2)
    )


def test_a_record_comes_back_as_it_was_saved(tmp_path: Path, record: Record) -> None:
    record = replace(record, measures={"latency_p50_ms": 12.5, "latency_p99_ms": float("nan")})
    folder = ResultFolder.open(tmp_path, RUN)
    saved = folder.save(record, {"numpy": "2"})
    np.testing.assert_allclose(saved.boxes, record.boxes, atol=5e-5)
    np.testing.assert_allclose(saved.scores, record.scores, rtol=1e-5)
    np.testing.assert_allclose(saved.seconds, record.seconds, atol=1e-6)
    np.testing.assert_array_equal(saved.statuses, record.statuses)
    assert saved.failure == record.failure
    assert saved.failure_kind == "tracker"
    assert dict(saved.measures) == pytest.approx(dict(record.measures), nan_ok=True)
    again = folder.load("csrt@rgb", "a b/..", 2)
    assert again is not None
    np.testing.assert_array_equal(again.boxes, saved.boxes)
    assert again.sequence == "a b/.."


def test_settings_and_learning_come_back(tmp_path: Path, record: Record) -> None:
    learning = LearningReport(30, 2, 1, 0.25, 1.5, float("nan"), (0.1, 0.2, float("inf"), 0.4))
    folder = ResultFolder.open(tmp_path, RUN)
    saved = folder.save(replace(record, settings={"a.b": 1, "c": (1, 2)}, learning=learning), {})
    assert saved.settings == {"a.b": 1, "c": [1, 2]}
    assert saved.learning is not None
    assert (saved.learning.steps, saved.learning.skipped, saved.learning.unattended) == (30, 2, 1)
    assert isinstance(saved.learning.steps, int)
    assert saved.learning.target_penalty == 1.5
    assert np.isnan(saved.learning.background_penalty)
    np.testing.assert_array_equal(saved.learning.spreads, (0.1, 0.2, np.nan, 0.4))
    assert folder.save(record, {}).learning is None


def test_a_record_of_an_earlier_version_is_read(tmp_path: Path, record: Record) -> None:
    folder = ResultFolder.open(tmp_path, RUN)
    folder.save(record, {})
    (path,) = tmp_path.glob("records/*/*/*/record.json")
    about = json.loads(path.read_text())
    del about["settings"], about["learning"]
    path.write_text(json.dumps(about))
    old = folder.load(record.tracker, record.sequence, record.seed)
    assert old is not None
    assert (old.settings, old.learning) == ({}, None)
    folder.refuse_other_settings(record.tracker, {})


def test_a_record_with_a_learning_of_other_parts_is_made_again(
    tmp_path: Path, record: Record
) -> None:
    folder = ResultFolder.open(tmp_path, RUN)
    folder.save(replace(record, learning=LearningReport()), {})
    (path,) = tmp_path.glob("records/*/*/*/record.json")
    path.write_text(path.read_text().replace('"skipped"', '"left_out"'))
    assert folder.load(record.tracker, record.sequence, record.seed) is None


def test_files_stay_inside_the_folder(tmp_path: Path, record: Record) -> None:
    folder = ResultFolder.open(tmp_path / "run", RUN)
    folder.save(replace(record, sequence="../../escape"), {})
    assert [each.name for each in tmp_path.iterdir()] == ["run"]


def test_boxes_are_text_with_four_decimals(tmp_path: Path, record: Record) -> None:
    ResultFolder.open(tmp_path, RUN).save(record, {})
    (boxes,) = tmp_path.glob("records/csrt@rgb/*/seed-2/boxes.txt")
    lines = boxes.read_text().splitlines()
    assert lines[1] == "5.3333,7.0000,12.0000,10.0000"
    assert lines[5] == "nan,nan,nan,nan"


def test_truth_comes_back_with_its_gaps(
    tmp_path: Path, make_sequence: Callable[..., RgbtSequence]
) -> None:
    sequence = make_sequence(attributes=("TC", "OCC"))
    sequence.truth[3] = np.nan
    folder = ResultFolder.open(tmp_path, RUN)
    truth = folder.save_truth(SequenceTruth.of(sequence, "folder tiny"))
    np.testing.assert_allclose(truth.boxes, sequence.truth, atol=5e-5)
    assert (truth.attributes, truth.source) == (("TC", "OCC"), "folder tiny")
    sequence.truth[1] += 1
    with pytest.raises(ConfigError, match="another sequence named tiny"):
        folder.save_truth(SequenceTruth.of(sequence))


def test_a_half_written_record_is_none(tmp_path: Path, record: Record) -> None:
    folder = ResultFolder.open(tmp_path, RUN)
    folder.save(record, {})
    (path,) = tmp_path.glob("records/*/*/seed-2")
    (path / "frames.csv").write_text("score,status,seconds\n1,TRACKING,0.1\n")
    assert folder.load("csrt@rgb", "a b/..", 2) is None
    path.rename(path.with_name("seed-2.part-77"))
    assert folder.load("csrt@rgb", "a b/..", 2) is None


def test_equal_settings_continue_and_others_are_refused(tmp_path: Path, record: Record) -> None:
    ResultFolder.open(tmp_path, RUN).save(record, {})
    assert ResultFolder.open(tmp_path, RUN).load("csrt@rgb", "a b/..", 2) is not None
    other = {"settings": {**RUN["settings"], "tracker.threads": 2}}
    with pytest.raises(ConfigError, match=r"tracker.threads: 1 there, 2 now.*--out.*--force"):
        ResultFolder.open(tmp_path, other)
    forced = ResultFolder.open(tmp_path, other, force=True)
    assert forced.load("csrt@rgb", "a b/..", 2) is None


def test_a_folder_with_other_things_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    for force in (False, True):
        with pytest.raises(ConfigError, match="holds no evaluation"):
            ResultFolder.open(tmp_path, RUN, force=force)
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_full_disk_leaves_no_half_files(
    tmp_path: Path, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_half(path: Path, text: str, **_: str) -> int:
        path.write_bytes(text[: len(text) // 2].encode())
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_text", write_half)
        with pytest.raises(ConfigError, match=r"No space left on device.*--out"):
            ResultFolder.open(tmp_path, RUN)
        assert list(tmp_path.iterdir()) == []
    folder = ResultFolder.open(tmp_path, RUN)
    folder.save(record, {})
    folder.write("table.md", "what was there")
    before = sorted(tmp_path.rglob("*"))
    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_text", write_half)
        with pytest.raises(ConfigError, match="No space left on device"):
            folder.write("table.md", "something longer")
        with pytest.raises(ConfigError, match="No space left on device"):
            folder.save(record, {})
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "table.md").read_text() == "what was there"
    assert folder.load(record.tracker, record.sequence, record.seed) is not None


def test_a_run_killed_while_it_begins_can_be_begun_again(tmp_path: Path) -> None:
    (tmp_path / "run.json.part-host-77").write_text("{")
    assert ResultFolder.open(tmp_path, RUN).read_run() == {
        "settings": {"tracker.threads": 1, "registration.homography": []}
    }


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot write results to .*file/out: .*--out"):
        ResultFolder.open(tmp_path / "file" / "out", RUN)


def test_a_table_may_name_what_is_no_text(tmp_path: Path) -> None:
    path = ResultFolder.open(tmp_path / "run", RUN).write("table.md", "caf\udce9: 0.5")
    assert path.read_text(encoding="utf-8") == "caf\\udce9: 0.5"
