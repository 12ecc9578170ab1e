"""`rgbt-dualatt make-bag` and `export` as a user runs them.

Proves: a sequence survives the way into a bag and back, for both storages, and a slip gives one
line and exit code 2. Not: that ROS plays the bag.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.bags.bag_sequence import BagSequence
from rgbt_dualatt_ros.core.raw_frame import RawFrame
from rgbt_dualatt_ros.datasets.sequence_folder import open_sequence
from rgbt_dualatt_ros.datasets.sequence_writer import write_sequence


def rgbt_dualatt(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "rgbt_dualatt_ros.cli.main", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def walker(tmp_path: Path) -> Path:
    """A folder with four frames, thermal counts in its own size, one frame without target."""
    rng = np.random.default_rng(0)
    boxes = np.array([[1 / 3, 2, 3, 4]] * 4, np.float32)
    boxes[2] = np.nan
    frames = [
        RawFrame(
            rng.integers(0, 256, (12, 16, 3), np.uint8),
            rng.integers(0, 65536, (6, 8)).astype(np.uint16),
            1_000_000_000 + index * 40_000_000,
            1_000_000_000 + index * 40_000_000 + 5_000_000,
            boxes[index],
        )
        for index in range(4)
    ]
    write_sequence(frames, tmp_path / "walker")
    return tmp_path / "walker"


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
def test_into_a_bag_and_back(walker: Path, tmp_path: Path, storage: str) -> None:
    made = rgbt_dualatt("make-bag", walker, tmp_path / "bag", "--storage", storage)
    assert made.returncode == 0, made.stderr
    assert "4/4" in made.stderr, "progress is shown"
    assert made.stdout.startswith(f"{tmp_path / 'bag'}: 4 frames, {storage}, ")
    exported = rgbt_dualatt("export", tmp_path / "bag", tmp_path / "again")
    assert exported.returncode == 0, exported.stderr
    assert exported.stdout == f"{tmp_path / 'again'}: 4 pairs\n"
    before, after = open_sequence(walker), open_sequence(tmp_path / "again")
    np.testing.assert_allclose(after.truth, before.truth, atol=1e-3)
    for one, other in zip(before.frames(), after.frames(), strict=True):
        np.testing.assert_array_equal(other.rgb, one.rgb, strict=True)
        np.testing.assert_array_equal(other.thermal, one.thermal, strict=True)
        assert other.rgb_stamp_ns == one.rgb_stamp_ns
        assert other.thermal_stamp_ns == one.thermal_stamp_ns


def test_a_rendered_scene_becomes_a_bag(tmp_path: Path) -> None:
    scene = "seed=1,length=4,size=160x120"
    made = rgbt_dualatt("make-bag", "--synthetic", scene, tmp_path / "bag", "--compressed", "png")
    assert made.returncode == 0, made.stderr
    bag = BagSequence(tmp_path / "bag")
    assert len(bag) == 4
    assert np.isfinite(bag.truth[0]).all()
    assert {str(pair.size) for pair in bag.pairs()} == {"160x120"}


def test_force_replaces_and_topics_are_renamed(walker: Path, tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    assert rgbt_dualatt("make-bag", walker, bag).returncode == 0
    refused = rgbt_dualatt("make-bag", walker, bag)
    assert refused.returncode == 2
    assert (
        refused.stderr
        == f"error: {bag} exists; choose another name or say --force to replace it\n"
    )
    forced = rgbt_dualatt("make-bag", walker, bag, "--force", "--rgb-topic", "/left", "--fps", "9")
    assert forced.returncode == 0
    lost = rgbt_dualatt("export", bag, tmp_path / "again")
    assert lost.returncode == 2
    assert (
        "has no topic /rgb/image_raw; image topics there: /left, /thermal/image_raw" in lost.stderr
    )
    found = rgbt_dualatt("export", bag, tmp_path / "again", "--rgb-topic", "/left")
    assert found.returncode == 0


def test_settings_reach_the_bag(walker: Path, tmp_path: Path) -> None:
    made = rgbt_dualatt(
        "make-bag", walker, tmp_path / "bag", "--thermal-encoding", "mono8",
        "--set", "thermal.normalization=fixed", "--set", "thermal.high=1.0",
    )  # fmt: skip
    assert made.returncode == 0
    thermal = next(BagSequence(tmp_path / "bag").frames()).thermal
    assert thermal is not None
    assert thermal.dtype == np.uint8
    assert np.mean(thermal == 255) > 0.9


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("make-bag", "absent", "bag"), "absent: No such file", id="no sequence"),
        pytest.param(("make-bag", "--synthetic", "smok", "bag"), "smok", id="no such scene"),
        pytest.param(
            ("make-bag", "--synthetic", "easy", "bag", "--fps", "9"), "easy,fps=N", id="rate"
        ),
        pytest.param(("export", "absent", "out"), "bag absent does not exist", id="no bag"),
    ],
)
def test_a_slip_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    failed = rgbt_dualatt(*arguments)
    assert failed.returncode == 2
    assert failed.stdout == ""
    assert failed.stderr.count("\n") == 1
    assert failed.stderr.startswith("error: ")
    assert said in failed.stderr


@pytest.mark.parametrize("verb", ["make-bag", "export"])
def test_help_shows_an_example(verb: str) -> None:
    shown = rgbt_dualatt(verb, "--help")
    assert shown.returncode == 0
    assert f"example:\n  rgbt-dualatt {verb} " in shown.stdout
