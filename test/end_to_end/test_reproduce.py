"""`rgbt-dualatt reproduce` as a user runs it, on miniature sets of rendered scenes.

Proves: the whole flow on both sets as a dry run, that killing it changes no number, that two ranks
under torchrun make what one process makes, one-line refusals. Not: any number of the paper, which
needs its data sets.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

WriteSet = Callable[..., Path]

MODULE = ["-m", "rgbt_dualatt_ros.cli.main", "reproduce"]
LIGHT = (
    *("--preset", "realtime", "--global-net", "lite", "--dry-run"),
    *("--set", "device=cpu", "--set", "weights=random", "--set", "head.members=1"),
    *("--set", "global_attention.weights=random"),
)
DEADLINE_S = 250.0
KILLS = 4

pytestmark = pytest.mark.timeout(600)  # several processes; a busy machine starves them


def reproduce(
    *arguments: str | Path, ranks: int = 1, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command, run to its end, under torchrun with several ranks."""
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={ranks}"]
    command = [sys.executable, *(launcher if ranks > 1 else []), *MODULE, *map(str, arguments)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
        env={**os.environ, **(environment or {})},
    )


def error_lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert "Traceback" not in done.stderr, done.stderr
    return [line for line in done.stderr.splitlines() if line.startswith("error: ")]


def content_of(out: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((out / "reproduction.json").read_text(encoding="utf-8"))
    return content


def quality(out: Path) -> dict[str, Any]:
    """Every figure but the speed, which no two runs share."""
    content = content_of(out)
    for claim in content["claims"].values():
        claim["figures"] = [each for each in claim["figures"] if each["figure"] != "frames/s"]
    return {name: content[name] for name in ("claims", "scores", "extent", "departures")}


@pytest.fixture(scope="module")
def gtot(tmp_path_factory: pytest.TempPathFactory, write_gtot: WriteSet) -> Path:
    """Two sequences in the layout of GTOT."""
    return write_gtot(tmp_path_factory.mktemp("gtot"))


@pytest.fixture(scope="module")
def whole(gtot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a run that nothing disturbed: the parts with two seeds."""
    out = tmp_path_factory.mktemp("whole") / "out"
    done = reproduce("gtot", gtot, *LIGHT, "--claims", "parts", "--seeds", "0,1", "--out", out)
    assert (done.returncode, error_lines(done)) == (0, [])
    return out


@pytest.mark.slow
def test_all_claims_on_both_sets(gtot: Path, tmp_path: Path, write_rgbt234: WriteSet) -> None:
    rgbt234 = write_rgbt234(tmp_path / "set")
    for key, root in (("gtot", gtot), ("rgbt234", rgbt234)):
        out = tmp_path / key
        done = reproduce(key, root, *LIGHT, "--seeds", "0", "--out", out)
        assert (done.returncode, error_lines(done)) == (0, [])
        assert done.stdout.startswith("DRY RUN")
        assert done.stdout.splitlines()[-1] == f"tables: {out / 'reproduction.md'}"
        claims = content_of(out)["claims"]
        assert [*claims] == ["lambda", "parts", "overall", "attributes"]
        assert len(claims["lambda"]["variants"]) == 9
        assert len(list(out.glob("records/*/*/seed-0/boxes.txt"))) == 11 * 2
    labels = {each["part"] for each in claims["attributes"]["figures"]}
    assert len(labels) == 12


@pytest.mark.slow
def test_a_run_killed_again_and_again_ends_with_the_same_numbers(
    gtot: Path, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    arguments = ("gtot", str(gtot), *LIGHT, "--claims", "parts", "--seeds", "0,1", "--out", out)
    rng = random.Random(5)
    kept: dict[Path, int] = {}
    for number in range(1, KILLS + 1):
        # At a random moment within the passes that come after so many.
        _kill_after(arguments, out, records=2 * number, seconds=rng.uniform(0, 0.4))
        for path, stamp in kept.items():
            assert path.stat().st_mtime_ns == stamp, "a finished pass was done again"
        kept = {path: path.stat().st_mtime_ns for path in out.glob("records/*/*/*/boxes.txt")}
        assert not (out / "reproduction.md").exists()
    assert 2 * KILLS <= len(kept) < 12
    done = reproduce(*arguments)
    assert (done.returncode, error_lines(done)) == (0, [])
    assert quality(out) == quality(whole)


def _kill_after(
    arguments: tuple[str | Path, ...], out: Path, records: int, seconds: float
) -> None:
    process = subprocess.Popen(
        [sys.executable, *MODULE, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    give_up = time.monotonic() + DEADLINE_S
    while len(list(out.glob("records/*/*/seed-?/record.json"))) < records:
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < give_up
        time.sleep(0.01)
    time.sleep(seconds)
    process.kill()
    process.wait()


@pytest.mark.slow
def test_two_ranks_make_what_one_makes(gtot: Path, whole: Path, tmp_path: Path) -> None:
    arguments = ("--claims", "parts", "--seeds", "0,1", "--out", tmp_path / "out")
    done = reproduce("gtot", gtot, *LIGHT, *arguments, ranks=2)
    assert done.returncode == 0, done.stderr
    assert "shared by 2 ranks" in done.stderr
    assert done.stdout.count("tables: ") == 1
    assert quality(tmp_path / "out") == quality(whole)


@pytest.mark.slow
def test_work_of_a_rank_that_never_came_is_told_and_made_later(
    gtot: Path, whole: Path, tmp_path: Path
) -> None:
    arguments = ("--claims", "parts", "--seeds", "0,1", "--out", tmp_path / "out")
    impatient = (*LIGHT, *arguments, "--wait-minutes", "0.02")
    late = reproduce("gtot", gtot, *impatient, environment={"WORLD_SIZE": "2", "RANK": "1"})
    assert late.returncode == 2
    (line,) = error_lines(late)
    assert "rank 0 has not begun in" in line
    first = reproduce("gtot", gtot, *impatient, environment={"WORLD_SIZE": "2", "RANK": "0"})
    assert first.returncode == 2
    (line,) = error_lines(first)
    assert "6 of 12 results are missing" in line
    assert "(work of rank 1 of 2)" in line
    done = reproduce("gtot", gtot, *LIGHT, *arguments)
    assert done.returncode == 0
    assert quality(tmp_path / "out") == quality(whole)


@pytest.mark.slow
def test_an_image_that_cannot_be_read_costs_one_sequence(gtot: Path, tmp_path: Path) -> None:
    root = shutil.copytree(gtot, tmp_path / "set")
    (root / "Scene1" / "v" / "00003v.png").write_bytes(b"no image")
    out = tmp_path / "out"
    done = reproduce("gtot", root, *LIGHT, "--claims", "overall", "--seeds", "0", "--out", out)
    assert done.returncode == 1
    (line,) = error_lines(done)
    assert "00003v.png" in line
    content = content_of(out)
    assert content["extent"].startswith("1 of 50 sequences, so that no figure")
    assert content["failures"] == [line.removeprefix("error: ")]
    assert [*content["scores"]["trackers"]["dualatt-both"]["runs"][0]["sequences"]] == ["Scene2"]


@pytest.mark.slow
def test_more_seeds_and_claims_may_follow_but_no_other_settings(
    gtot: Path, whole: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(whole, tmp_path / "out")
    records = {path: path.stat().st_mtime_ns for path in out.glob("records/*/*/*/boxes.txt")}
    more = ("--claims", "overall", "--seeds", "0,1,2", "--out", out)
    done = reproduce("gtot", gtot, *LIGHT, *more)
    assert (done.returncode, error_lines(done)) == (0, [])
    assert content_of(out)["claims"]["overall"]["figures"][0]["ours"]["runs"] == 3
    assert {path: path.stat().st_mtime_ns for path in records} == records
    done = reproduce("gtot", gtot, *LIGHT, "--set", "head.members=2", "--out", out)
    assert done.returncode == 2
    (line,) = error_lines(done)
    assert "holds a run with other settings (head.members: 1 there, 2 now)" in line


@pytest.mark.parametrize("how", [(), ("--dry-run",)], ids=["really", "dry"])
def test_the_papers_network_without_weights_is_refused_in_one_line(
    gtot: Path, tmp_path: Path, how: tuple[str, ...]
) -> None:
    missing = f"global_attention.weights={tmp_path / 'none.safetensors'}"
    done = reproduce("gtot", gtot, *how, "--set", missing, "--out", tmp_path / "out")
    assert done.returncode == 2
    (line,) = error_lines(done)
    assert "--global-net lite" in line
    assert not (tmp_path / "out").exists()
