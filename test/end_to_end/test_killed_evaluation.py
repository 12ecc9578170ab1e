"""An evaluation of twenty sequences, killed at random five times, ends with the same numbers."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SEQUENCES, KILLS = 20, 5
COMMAND = [sys.executable, "-m", "rgbt_dualatt_ros.cli.main", "evaluate"]
LIGHT = (
    *("--tracker", "dualatt", "--no-pictures", "--set", "device=cpu"),
    *("--set", "weights=random", "--set", "head.members=1", "--set", "first_frame.views=0"),
    *("--set", "first_frame.iterations=2", "--set", "proposals.per_frame=16"),
    *("--set", "first_frame.positives=16", "--set", "first_frame.negatives=32"),
)
DEADLINE_S = 250.0


def figures(out: Path) -> dict[str, Any]:
    """Every figure but the speed, which no two runs share."""
    content: dict[str, Any] = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    content.pop("seconds_per_frame")
    for tracker in content["trackers"].values():
        runs = [run for each in tracker["sequences"].values() for run in each]
        for each in (tracker["mean"], tracker["spread"], *runs):
            each.pop("frames_per_second", None)
    return content


def boxes(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): path.read_text()
        for path in sorted(out.glob("records/*/*/seed-?/boxes.txt"))
    }


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_twenty_sequences_killed_five_times(
    tmp_path: Path, write_gtot: Callable[..., Path]
) -> None:
    root = write_gtot(tmp_path / "set", SEQUENCES, 5)
    sequences = [str(path) for path in sorted(root.iterdir())]
    command = [*COMMAND, "--sequence", *sequences, *LIGHT, "--out"]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    subprocess.run([*command, str(whole)], check=True, capture_output=True, timeout=DEADLINE_S)
    rng, log = random.Random(11), tmp_path / "log.txt"
    for kill in range(KILLS):
        done = len(boxes(parts))
        with log.open("w") as stream:
            process = subprocess.Popen([*command, str(parts)], stdout=stream, stderr=stream)
        give_up = time.monotonic() + DEADLINE_S
        while len(boxes(parts)) <= done:
            assert process.poll() is None, f"before kill {kill + 1}: {log.read_text()[-500:]}"
            assert time.monotonic() < give_up
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.3))
        process.kill()
        process.wait()
        assert not (parts / "metrics.json").exists()
    assert KILLS <= len(boxes(parts)) < SEQUENCES
    subprocess.run([*command, str(parts)], check=True, capture_output=True, timeout=DEADLINE_S)
    assert boxes(parts) == boxes(whole)
    assert len(boxes(whole)) == SEQUENCES
    assert figures(parts) == figures(whole)
