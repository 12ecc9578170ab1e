"""`rgbt-dualatt replay`: a bag from one process over DDS into the node in another, scored.

Proves: the main job from the command line to the page, and that what goes wrong ends in one line.
Not: how good the tracker is (docs/evaluation.md), speed (benchmark/).
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from rgbt_dualatt_ros.bags.bag_reader import BagReader
from rgbt_dualatt_ros.bags.bag_writer import write_bag
from rgbt_dualatt_ros.datasets.synthetic import SyntheticSequence, parse_scene

pytestmark = [pytest.mark.ros, pytest.mark.slow]

FRAMES = 45


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short easy scene that walks away from its first box."""
    scene = parse_scene(f"easy,length={FRAMES}")
    return write_bag(SyntheticSequence(scene), tmp_path_factory.mktemp("bags") / "easy")


def replay(bag: Path, out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rgbt_dualatt_ros.cli.main", "replay", str(bag)]
    return subprocess.run(
        [*command, "--out", str(out), *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.timeout(300)
def test_tracker_beats_the_first_box(bag: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    # Every pair, so that the figures do not depend on how busy this machine is.
    done = replay(
        bag, out, "--tracker", "dualatt", "static", "--set", "sync.mode=every", "--no-video"
    )
    assert done.returncode == 0, done.stderr
    with (out / "runs.csv").open() as file:
        runs = {row["tracker"]: row for row in csv.DictReader(file)}
    gain = float(runs["dualatt"]["precision_20"]) - float(runs["static"]["precision_20"])
    assert gain > 0.3, runs
    about = json.loads(
        (out / "records/dualatt/easy/seed-0/record.json").read_text(encoding="utf-8")
    )
    measures = about["measures"]
    assert measures["pairs_played"] == FRAMES
    assert measures["pairs_seen"] == FRAMES, "images were lost on the way"
    assert measures["pairs_processed"] == FRAMES
    assert measures["pairs_dropped"] == 0
    assert measures["answers"] == FRAMES
    assert 0 < measures["latency_p50_ms"] <= measures["latency_p99_ms"]
    assert (out / "index.html").stat().st_size > 1000
    with BagReader(out / "node/dualatt/answers") as answers:
        heard = [message for _, _, message in answers.messages(["/tracker/targets"])]
    assert len(heard) == FRAMES
    assert heard[-1].targets[0].width > 0
    table = done.stdout.splitlines()
    assert table[0].split()[:2] == ["tracker", "PR@20"]
    assert table[1].split()[0] == "dualatt"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--rgb-topic", "/rgb/image"], "has no topic /rgb/image", id="topic"),
        pytest.param(["--tracker", "statik"], "did you mean static?", id="tracker"),
        pytest.param(["--set", "sync.slob_ms=3"], "did you mean sync.slop_ms?", id="setting"),
        pytest.param(["--rate", "0"], "must lie in 0.01 .. 100", id="rate"),
        pytest.param(["--truth-topic", "/no_truth"], "no true box", id="no truth"),
        pytest.param(["--box", "5000,10,20,20"], "lies outside the", id="box"),
    ],
)
def test_mistake_gives_one_line(
    bag: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = replay(bag, tmp_path / "results", "--tracker", "static", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_node_that_cannot_start_is_reported_with_its_reason(bag: Path, tmp_path: Path) -> None:
    missing = tmp_path / "no_such_weights.safetensors"
    done = replay(bag, tmp_path / "results", "--set", f"weights={missing}")
    assert done.returncode == 2
    assert "the node has ended with code 2" in done.stderr
    assert missing.name in done.stderr
    assert "Traceback" not in done.stderr


def test_box_replaces_missing_truth(bag: Path, tmp_path: Path) -> None:
    box = SyntheticSequence(parse_scene(f"easy,length={FRAMES}")).truth[0]
    done = replay(
        bag,
        tmp_path / "results",
        *("--tracker", "static", "--truth-topic", "/no_truth", "--no-video"),
        *("--box", ",".join(f"{number:g}" for number in box)),
    )
    assert done.returncode == 0, done.stderr
    boxes = tmp_path / "results/records/static/easy/seed-0/boxes.txt"
    assert len(boxes.read_text(encoding="utf-8").split()) == FRAMES
