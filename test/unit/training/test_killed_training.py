"""A training that is killed, told to stop, or shared by ranks ends as one left in peace."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from rgbt_dualatt_ros.training.loop.checkpoint import newest_checkpoint, read_training
from rgbt_dualatt_ros.training.loop.curve_file import read_curve

_HERE = Path(__file__).parent
_TINY = str(_HERE / "tiny_training.py")
_SETTINGS = (
    "device=cpu",
    "steps=12",
    "batch=6",
    "validate_every=6",
    "validation_pairs=4",
    "checkpoint_every=4",
    "examples=0",
    "tensorboard=never",
    "workers=0",
    "learning_rate=0.01",
)


@pytest.mark.slow
def test_killed_three_times_at_random_it_ends_with_the_same_bits(tmp_path: Path) -> None:
    program = [sys.executable, str(_HERE / "kill_training.py"), str(tmp_path), "3", "5"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 kills")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_signal_ends_it_after_the_step_with_a_checkpoint(
    tmp_path: Path, number: signal.Signals
) -> None:
    run = tmp_path / "run"
    # No checkpoint is due before the signal, and workers wait in the terminal's group too.
    settings = [*_SETTINGS, "steps=100000", "checkpoint_every=100000", "workers=1"]
    program = [sys.executable, _TINY, str(run), "plain", "0.001", *settings]
    child = subprocess.Popen(program, stderr=subprocess.PIPE, text=True)
    try:
        while len(read_curve(run / "losses.csv")[1]) < 3:
            assert child.poll() is None, child.stderr
            time.sleep(0.01)
        child.send_signal(number)
        _, complaint = child.communicate(timeout=60)
    finally:
        child.kill()
    assert child.returncode == 128 + number
    assert "Traceback" not in complaint
    newest = newest_checkpoint(run / "checkpoints")
    assert newest is not None
    _, rows = read_curve(run / "losses.csv")
    assert read_training(newest).step == rows[-1]["step"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["plain", "shared"], ids=["no normalisation", "shared one"])
def test_two_ranks_learn_what_one_learns(tmp_path: Path, kind: str) -> None:
    torchrun = ["-m", "torch.distributed.run", "--nproc_per_node=2", "--standalone"]
    begun = [
        subprocess.Popen(
            [sys.executable, *start, _TINY, str(tmp_path / name), kind, "0", *_SETTINGS]
        )
        for name, start in (("one", []), ("two", torchrun))
    ]
    assert [each.wait(90) for each in begun] == [0, 0]
    one, two = (
        read_training(tmp_path / name / "checkpoints" / "step_00000012.pt")
        for name in ("one", "two")
    )
    assert one.net.keys() == two.net.keys()
    for name, value in one.net.items():
        torch.testing.assert_close(two.net[name], value, rtol=0, atol=1e-6)
    for curve in ("losses", "validation"):
        rows = [read_curve(tmp_path / name / f"{curve}.csv")[1] for name in ("one", "two")]
        assert len(rows[0]) == len(rows[1])
        for alone, together in zip(*rows, strict=True):
            assert together["loss"] == pytest.approx(alone["loss"], abs=1e-6)
            assert together["twice"] == pytest.approx(alone["twice"], abs=2e-6)


@pytest.mark.slow
def test_an_error_of_one_rank_ends_the_others_without_tracebacks(tmp_path: Path) -> None:
    torchrun = ["-m", "torch.distributed.run", "--nproc_per_node=2", "--standalone"]
    (tmp_path / "file").touch()
    program = [sys.executable, *torchrun, _TINY, str(tmp_path / "file" / "run"), "plain", "0"]
    done = subprocess.run([*program, *_SETTINGS], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stderr.count("error: cannot write to the run folder") == 1
    assert "rgbt_dualatt_ros" not in done.stderr  # no traceback of ours; torchrun adds its own
