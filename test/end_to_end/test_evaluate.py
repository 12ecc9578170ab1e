"""`rgbt-dualatt evaluate` as a user runs it, in a process of its own.

Proves: folders, bags and scenes in one run, what is written, continuing after a kill with the
same numbers, exit codes and lines for bad input. Not: the quality of any tracker.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rgbt_dualatt_ros.bags.bag_writer import write_bag
from rgbt_dualatt_ros.core.raw_frame import RawFrame
from rgbt_dualatt_ros.datasets.sequence_writer import write_sequence

COMMAND = [sys.executable, "-m", "rgbt_dualatt_ros.cli.main", "evaluate"]
DEADLINE_S = 90.0


def evaluate(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


def error_lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert "Traceback" not in done.stderr
    return [line for line in done.stderr.splitlines() if line.startswith("error: ")]


def quality(out: Path) -> dict[str, Any]:
    """Every figure of the run but the times, which no two runs share."""
    content: dict[str, Any] = json.loads((out / "metrics.json").read_text())
    del content["seconds_per_frame"]
    for tracker in content["trackers"].values():
        runs = [run for each in tracker["sequences"].values() for run in each]
        for figures in (tracker["mean"], tracker["spread"], *runs):
            figures.pop("frames_per_second", None)
    return content


def walking_frames(count: int) -> list[RawFrame]:
    """A textured square that moves over noise."""
    rng = np.random.default_rng(3)
    background = rng.integers(40, 90, (72, 96), np.uint8)
    target = rng.integers(120, 255, (18, 18), np.uint8)
    frames = []
    for index in range(count):
        image = background.copy()
        image[30:48, 10 + 2 * index : 28 + 2 * index] = target
        stamp_ns = 1_000_000_000 + index * 40_000_000
        box = np.array([10 + 2 * index, 30, 18, 18], np.float32)
        frames.append(RawFrame(np.stack([image] * 3, axis=2), image, stamp_ns, stamp_ns, box))
    return frames


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a sequence folder of twelve frames under the name given."""

    def make(name: str) -> Path:
        write_sequence(walking_frames(12), tmp_path / name)
        return tmp_path / name

    return make


class Frames:
    """What the bag writer takes."""

    def frames(self) -> list[RawFrame]:
        """Twelve frames."""
        return walking_frames(12)


def test_folders_bags_and_scenes_in_one_run(
    tmp_path: Path, make_folder: Callable[[str], Path]
) -> None:
    write_bag(Frames(), tmp_path / "bag")
    out = tmp_path / "out"
    done = evaluate(
        *("--sequence", make_folder("walk"), make_folder("stroll"), "--bag", tmp_path / "bag"),
        *("--synthetic", "easy,length=8", "--tracker", "static", "mil@rgb"),
        *("--seeds", "0", "1", "--out", out),
    )
    assert (done.returncode, error_lines(done)) == (0, [])
    assert done.stdout.splitlines()[-1] == f"page: {out / 'index.html'}"
    assert done.stdout.splitlines()[0].split()[:2] == ["tracker", "PR@20"]
    content = json.loads((out / "metrics.json").read_text())
    assert content["trackers"]["mil@rgb"]["seeds"] == [0, 1]
    assert content["trackers"]["static"]["seeds"] == [0]
    frames = {name: each["frames"] for name, each in content["sequences"].items()}
    assert [frames["walk"], frames["stroll"], frames["bag"]] == [12, 12, 12]
    assert sorted(frames.values()) == [8, 12, 12, 12]
    static = content["trackers"]["static"]["sequences"]
    assert static["walk"][0]["success_auc"] == static["bag"][0]["success_auc"]
    assert len(list((out / "videos").glob("*.webm"))) == 4


def test_an_ablation_is_one_command(tmp_path: Path) -> None:
    command = (
        *("--synthetic", "easy,length=4", "easy,length=5", "--ablation", "parts", "weight=2"),
        *("--variant", "few:head.members=2", "--no-pictures", "--out", tmp_path),
    )
    fast = ("--set", "first_frame.iterations=2", "--set", "first_frame.views=0")
    done = evaluate(*command, *fast)
    assert (done.returncode, error_lines(done)) == (0, [])
    content = json.loads((tmp_path / "metrics.json").read_text())
    names = list(content["trackers"])
    assert names[:2] == ["dualatt-baseline", "dualatt-local"]
    assert names[-2:] == ["dualatt-weight2", "dualatt-few"]
    records = tmp_path.glob("records/dualatt-few/*/seed-0/record.json")
    settings = [json.loads(each.read_text())["settings"] for each in records]
    assert settings == [{"head.members": 2}] * 2
    assert not list(tmp_path.glob("videos/*"))
    other = evaluate(*(str(each).replace("members=2", "members=3") for each in command), *fast)
    assert other.returncode == 2
    (line,) = error_lines(other)
    assert "records of dualatt-few" in line
    assert "head.members: 2 there, 3 now" in line


def test_a_killed_run_continues_to_the_numbers_of_an_undisturbed_one(tmp_path: Path) -> None:
    scenes = [f"easy,length=20,seed={seed}" for seed in range(3)]
    arguments = ["--synthetic", *scenes, "--tracker", "csrt@rgb"]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert evaluate(*arguments, "--no-video", "--out", whole).returncode == 0
    first = subprocess.Popen(
        [*COMMAND, *arguments, "--no-video", "--out", str(parts)], stderr=subprocess.DEVNULL
    )
    give_up = time.monotonic() + DEADLINE_S
    while not (kept := list(parts.glob("records/*/*/seed-0/record.json"))):
        assert first.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < give_up
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.wait()
    written = {path: path.stat().st_mtime_ns for path in kept}
    assert not (parts / "metrics.json").exists()
    assert evaluate(*arguments, "--no-video", "--out", parts).returncode == 0
    assert quality(parts) == quality(whole)
    assert written == {path: path.stat().st_mtime_ns for path in kept}


def test_truth_shorter_than_the_frames_scores_what_there_is(
    tmp_path: Path, make_folder: Callable[[str], Path]
) -> None:
    truth = make_folder("walk") / "groundtruth.txt"
    truth.write_text("".join(truth.read_text().splitlines(keepends=True)[:7]))
    done = evaluate(
        "--sequence", tmp_path / "walk", "--tracker", "static", "--out", tmp_path / "out"
    )
    assert done.returncode == 0
    assert "12 colour images, 12 thermal images, 7 " in done.stderr
    content = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert content["sequences"]["walk"]["scored_frames"] == 7
    page = (tmp_path / "out" / "index.html").read_text()
    assert "<li>walk: 12 colour images, 12 thermal images, 7 " in page


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(
    tmp_path: Path, make_folder: Callable[[str], Path]
) -> None:
    images = sorted((make_folder("torn") / "visible").iterdir())
    images[5].write_bytes(images[5].read_bytes()[:40])
    done = evaluate(
        *("--sequence", make_folder("walk"), tmp_path / "torn", tmp_path / "nowhere"),
        *("--tracker", "static", "--out", tmp_path / "out"),
    )
    assert done.returncode == 1
    first, second = error_lines(done)
    assert "nowhere" in first
    assert second.startswith("error: static on torn: ")
    assert images[5].name in second
    page = (tmp_path / "out" / "index.html").read_text()
    assert "the sequence counts in no mean" in page
    assert "not evaluated:" in page
    content = json.loads((tmp_path / "out" / "metrics.json").read_text())
    walk = content["trackers"]["static"]["sequences"]["walk"][0]
    assert content["trackers"]["static"]["mean"]["success_auc"] == walk["success_auc"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param([], "name a --sequence, --benchmark, --bag or --synthetic", id="no source"),
        pytest.param(["--sequence", "nowhere"], "nowhere", id="no such folder"),
        pytest.param(["--bag", "nowhere"], "nowhere", id="no such bag"),
        pytest.param(["--synthetic", "smok"], "smok", id="misspelt scene"),
        pytest.param(
            ["--synthetic", "easy", "--tracker", "crst"], "no tracker 'crst'", id="no such tracker"
        ),
        pytest.param(
            ["--synthetic", "easy", "--set", "sync.slopms=3"],
            "did you mean sync.slop_ms",
            id="misspelt setting",
        ),
        pytest.param(
            ["--synthetic", "easy", "--tracker", "nanotrack@rgb"],
            "nanotrack",
            id="peer without its model",
        ),
        pytest.param(["--synthetic", "random:0"], "random:N", id="empty set"),
        pytest.param(
            ["--synthetic", "easy", "--variant", "a=b"], "LABEL:name=value", id="bad variant"
        ),
        pytest.param(
            ["--synthetic", "easy", "--ablation", "prats"], "no ablation 'prats'", id="no ablation"
        ),
        pytest.param(["--synthetic", "easy", "easy"], "two sequences are named", id="twice"),
    ],
)
def test_a_slip_is_one_line_and_exit_code_2(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    tracker = [] if "--tracker" in arguments else ["--tracker", "static"]
    done = evaluate(*arguments, *tracker, "--out", tmp_path / "out")
    assert done.returncode == 2
    (line,) = error_lines(done)
    assert words in line


def test_folders_that_cannot_take_the_results_are_refused(
    tmp_path: Path, make_folder: Callable[[str], Path]
) -> None:
    out, sequence = tmp_path / "out", make_folder("walk")

    def again(*more: str | Path) -> subprocess.CompletedProcess[str]:
        return evaluate("--sequence", sequence, "--tracker", "static", "--no-video", *more)

    assert again("--out", out).returncode == 0
    other = again("--out", out, "--set", "thermal.normalization=minmax")
    assert other.returncode == 2
    (line,) = error_lines(other)
    assert "thermal.normalization: percentile there, minmax now" in line
    assert "--out" in line
    assert "--force" in line
    assert again("--out", out, "--set", "thermal.normalization=minmax", "--force").returncode == 0
    (line,) = error_lines(again("--out", sequence / "init.txt" / "out"))
    assert "cannot write results to" in line
    (line,) = error_lines(again("--out", sequence))
    assert "holds no evaluation" in line


@pytest.mark.data
@pytest.mark.slow
def test_real_sequences_of_both_layouts(tmp_path: Path, real_data: Path) -> None:
    sequences = (real_data / "rgbt" / "tno_nato_camp_a", real_data / "rgb" / "Crossing")
    out = tmp_path / "out"
    done = evaluate(
        "--sequence", *sequences, "--tracker", "static", "kcf", "--no-video", "--out", out
    )
    assert (done.returncode, error_lines(done)) == (0, [])
    content = json.loads((out / "metrics.json").read_text())
    assert list(content["trackers"]) == ["static", "kcf@rgb", "kcf@thermal"]
    assert 0 < content["trackers"]["static"]["mean"]["success_auc"] < 0.9
