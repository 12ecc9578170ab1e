"""Folders of result files as they are published, and what of them cannot be used.

Proves: which file is taken for which sequence, that nothing but a result is taken, what is said
of missing and damaged files and of other lengths.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.protocols.result_files import write_result
from rgbt_dualatt_ros.evaluation.protocols.result_folder import find_files, read_results

NAMES = ("BlackCar", "man2", "woman2")


def written(folder: Path, *files: str) -> None:
    for file in files:
        write_result(folder / file, np.ones((2, 4)))


@pytest.mark.parametrize(
    "form",
    [
        pytest.param("{}.txt", id="LasHeR's toolkit"),
        pytest.param("MANet_{}.txt", id="GTOT's toolkit"),
        pytest.param("JMMAC_234_final_{}.txt", id="any prefix"),
        pytest.param("{}_result.TXT", id="suffix, capitals"),
        pytest.param("{}/{}_001.txt", id="VOT"),
        pytest.param("{}/MANet_result.txt", id="GTOT's older toolkit"),
        pytest.param("RGBT234/{}/boxes.txt", id="a folder for each"),
        pytest.param("RGBT234/MANet/{}.csv", id="folders above"),
        pytest.param("{}.v2.txt", id="a dot"),
        pytest.param("man_{}.txt", id="a prefix that is in a name"),
    ],
)
def test_files_are_found_by_what_their_names_share(tmp_path: Path, form: str) -> None:
    written(tmp_path, *(form.format(name, name) for name in NAMES))
    found = find_files(tmp_path, NAMES)
    assert found == {name: tmp_path / form.format(name, name) for name in NAMES}


def test_capitals_and_accents_may_be_written_another_way(tmp_path: Path) -> None:
    written(tmp_path, "T_blackcar.txt", "T_MAN2.txt", "T_cafe\u0301.txt")
    found = read_results(tmp_path, {"BlackCar": 2, "man2": 2, "caf\u00e9": 2})
    assert set(found.boxes) == {"BlackCar", "man2", "caf\u00e9"}


def test_files_of_times_and_others_are_left_alone(tmp_path: Path) -> None:
    written(tmp_path, *(f"{name}.txt" for name in NAMES))
    for name in NAMES:
        (tmp_path / f"{name}_time.txt").write_text("0.1\n0.2\n")
        (tmp_path / f"{name}.mat").write_bytes(b"1")
    (tmp_path / "readme BlackCar.txt").write_text("mine")
    (tmp_path / ".man2.txt").write_text("mine")
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "man2.txt").write_text("mine")
    assert find_files(tmp_path, NAMES) == {name: tmp_path / f"{name}.txt" for name in NAMES}


def test_a_folder_of_several_trackers_is_refused(tmp_path: Path) -> None:
    for tracker, prefix in (("ECO", "ECO_"), ("MANet", "")):
        written(tmp_path / tracker, *(f"{prefix}{name}.txt" for name in NAMES))
    with pytest.raises(ConfigError, match="in several folders: eco, manet; name one of them"):
        find_files(tmp_path, NAMES)
    assert len(find_files(tmp_path / "ECO", NAMES)) == 3
    with pytest.raises(ConfigError, match="several folders"):
        find_files(tmp_path, ["BlackCar", "other"])
    written(tmp_path / "one", "ECO/a.txt", "MANet/a.txt", "notes/drama.txt")
    with pytest.raises(ConfigError, match="several folders: eco, manet;"):
        find_files(tmp_path / "one", "a")


def test_files_of_several_kinds_in_each_folder_are_not_guessed(tmp_path: Path) -> None:
    written(tmp_path, *(f"{name}/{kind}.txt" for name in NAMES for kind in ("init", "visible")))
    with pytest.raises(
        ConfigError, match="several files in the folder of each sequence: init, vi"
    ):
        find_files(tmp_path, NAMES)


def test_one_sequence_is_not_found_inside_other_names(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "more/drama.txt")
    assert find_files(tmp_path, "a") == {"a": tmp_path / "a.txt"}


def test_links_are_followed_unless_broken_or_in_rings(tmp_path: Path) -> None:
    written(tmp_path / "T", "BlackCar.txt", "man2.txt")
    (tmp_path / "T" / "woman2.txt").symlink_to(tmp_path / "absent.txt")
    (tmp_path / "T" / "man2.txt").rename(tmp_path / "elsewhere.txt")
    (tmp_path / "T" / "man2.txt").symlink_to(tmp_path / "elsewhere.txt")
    (tmp_path / "T" / "ring").symlink_to(tmp_path / "T")
    (tmp_path / "T" / "directory.txt").mkdir()
    assert sorted(find_files(tmp_path / "T", NAMES)) == ["BlackCar", "man2"]


def test_what_cannot_be_read_is_said_and_the_rest_is_kept(tmp_path: Path) -> None:
    written(tmp_path, "T_one.txt", "T_two.txt", "T_three.txt")
    (tmp_path / "T_bad.txt").write_text("1,2,3\n")
    frames = {"one": 2, "two": 1, "three": 3, "bad": 2, "none": 2}
    found = read_results(tmp_path, frames)
    assert {name: len(boxes) for name, boxes in found.boxes.items()} == {
        "one": 2, "two": 2, "three": 2,
    }  # fmt: skip
    bad, none = found.problems
    assert "T_bad.txt, line 1: 3 numbers" in bad
    assert none == f"none: no result file in {tmp_path}"
    assert found.notes == (
        "two: 2 rows for 1 frames, the last are cut off",
        "three: 2 rows for 3 frames, the missing ones are missed",
    )


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read folder .*absent"):
        find_files(tmp_path / "absent", NAMES)
    assert find_files(tmp_path, NAMES) == {}
    (tmp_path / "man2.mat").write_bytes(b"MATLAB 5.0")
    with pytest.raises(ConfigError, match="holds MATLAB files; save each result as text"):
        find_files(tmp_path, NAMES)
