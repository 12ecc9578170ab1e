"""Result files of published trackers become records that count as far as they go."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.page_tables import statuses_table
from rgbt_dualatt_ros.evaluation.published_results import (
    PublishedResults,
    parse_results,
    read_published,
)
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import score_trackers

TRUTHS = [SequenceTruth(name, np.tile([10.0, 10, 20, 20], (2, 1))) for name in ("walk", "run")]


def test_four_and_eight_columns_become_the_same_boxes(tmp_path: Path) -> None:
    (tmp_path / "walk.txt").write_text("10,10,20,20\n40,10,20,20\n")
    (tmp_path / "run.txt").write_text("10 10 30 10 30 30 10 30\n40 10 60 10 60 30 40 30\n")
    found = read_published(PublishedResults("MANet", (tmp_path,)), TRUTHS)
    assert (found.problems, found.notes) == ((), ())
    records = found.records
    assert [(each.tracker, each.sequence, each.seed) for each in records] == [
        ("MANet", "walk", 0),
        ("MANet", "run", 0),
    ]
    np.testing.assert_allclose(records[0].boxes, records[1].boxes)
    (score,) = score_trackers(records, {each.name: each for each in TRUTHS})
    assert score.means["precision_20"] == pytest.approx(0.5)
    assert np.isnan(score.means["frames_per_second"])
    assert not score.tells_status
    assert statuses_table([score]) == ""
    assert records[0].settings["result_files"] == str(tmp_path)


def test_names_may_begin_with_the_label(tmp_path: Path) -> None:
    (tmp_path / "MANet_walk.txt").write_text("10,10,20,20\n40,10,20,20\n")
    found = read_published(PublishedResults("MANet", (tmp_path,)), TRUTHS)
    assert [each.sequence for each in found.records] == ["walk"]
    assert found.problems == (f"MANet: run: no result file in {tmp_path}",)


def test_results_of_another_length_are_cut_or_missed_and_told(tmp_path: Path) -> None:
    (tmp_path / "walk.txt").write_text("10,10,20,20\n" * 2 + "500,10,20,20\n")
    (tmp_path / "run.txt").write_text("10,10,20,20\n")
    found = read_published(PublishedResults("x", (tmp_path,)), TRUTHS)
    assert found.problems == ()
    assert found.notes == (
        "x on walk: 3 rows for 2 frames, the last are cut off",
        "x on run: 1 rows for 2 frames, the missing ones are missed",
    )
    (score,) = score_trackers(found.records, {each.name: each for each in TRUTHS})
    assert score.mean_on("walk", "precision_20") == 1
    assert score.mean_on("run", "precision_20") == 1 / 2


def test_a_folder_without_any_usable_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "walk.txt").write_text("a,b,c,d\n")
    with pytest.raises(
        ConfigError, match=r"results x: no file in .* can be used; the first: .*walk"
    ):
        read_published(PublishedResults("x", (tmp_path,)), TRUTHS)


def test_each_folder_of_a_label_is_a_run(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    for folder, left in ((first, 10), (second, 40)):
        folder.mkdir()
        (folder / "walk.txt").write_text(f"10,10,20,20\n{left},10,20,20\n")
    (first / "run.txt").write_text("10,10,20,20\n" * 3)
    found = read_published(PublishedResults("x", (first, second)), TRUTHS)
    assert [(each.sequence, each.seed) for each in found.records] == [
        ("walk", 0), ("run", 0), ("walk", 1),
    ]  # fmt: skip
    assert found.problems == (f"x, seed 1: run: no result file in {second}",)
    assert found.notes == ("x, seed 0 on run: 3 rows for 2 frames, the last are cut off",)
    assert {each.settings["result_files"] for each in found.records} == {f"{first}, {second}"}
    (score,) = score_trackers(found.records, {each.name: each for each in TRUTHS})
    assert score.mean_on("walk", "precision_20") == pytest.approx((1 + 0.5) / 2)
    assert score.spread_on("walk", "precision_20") == pytest.approx(0.5 / np.sqrt(2))
    (second / "walk.txt").unlink()
    with pytest.raises(ConfigError, match=f"results x, seed 1: no file in {second} can be used"):
        read_published(PublishedResults("x", (first, second)), TRUTHS)


def test_labels_and_folders_are_checked(tmp_path: Path) -> None:
    (one,) = parse_results([f"MANet={tmp_path}"], ["dualatt"])
    assert one == PublishedResults("MANet", (tmp_path,))
    for text in ("MANet", "=x", "MANet="):
        with pytest.raises(ConfigError, match="expected LABEL=FOLDER"):
            parse_results([text])
    with pytest.raises(ConfigError, match="there is no folder"):
        parse_results([f"MANet={tmp_path / 'absent'}"])
    with pytest.raises(ConfigError, match="another tracker is called dualatt"):
        parse_results([f"dualatt={tmp_path}"], ["dualatt"])
    (tmp_path / "again").mkdir()
    found = parse_results([f"a={tmp_path}", f"b={tmp_path}", f"a={tmp_path / 'again'}"])
    assert found == [
        PublishedResults("a", (tmp_path, tmp_path / "again")),
        PublishedResults("b", (tmp_path,)),
    ]
    with pytest.raises(ConfigError, match=r"results a: the folder .* is named twice"):
        parse_results([f"a={tmp_path}", f"a={tmp_path / 'again' / '..'}"])
