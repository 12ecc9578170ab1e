"""`kill_training.py FOLDER TIMES SEED`: SIGKILL a training TIMES times; it must end as if never.

Every part of a training runs in a process of its own, that is killed a few milliseconds after a
random step: in a step, in a validation, or while a file is written. The whole state at the end,
and the curves, are compared with those of a training left in peace.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path

import matplotlib.backends.backend_agg  # noqa: F401  once, not in every process
import numpy as np
import torch
from tiny_training import main as train  # type: ignore[import-not-found]  # beside this program

from rgbt_dualatt_ros.training.loop.checkpoint import newest_checkpoint
from rgbt_dualatt_ros.training.loop.curve_file import read_curve

_STEPS = 40
_SETTINGS = (
    f"steps={_STEPS}",
    "device=cpu",
    "checkpoint_every=3",
    "validate_every=10",
    "validation_pairs=8",
    "examples=1",
    "batch=4",
    "accumulation=2",
    "tensorboard=never",
)
_PAUSE_S = "0.002"
_CLOCKS = ("seconds", "pairs_per_second")


def main() -> int:
    """Say where it was killed; fail when anything differs in the end."""
    folder, times, rng = (
        Path(sys.argv[1]),
        int(sys.argv[2]),
        np.random.default_rng(int(sys.argv[3])),
    )
    _wait(_start(folder / "peace", workers=0))
    wanted = _state(folder / "peace")
    kills: list[str] = []
    while len(kills) < times:
        run = folder / "killed"
        shutil.rmtree(run, ignore_errors=True)
        while True:
            # With and without workers, so that these leave nothing behind either.
            child = _start(run, workers=len(kills) % 2)
            if len(kills) >= times:
                _wait(child)
                break
            further = int(rng.integers(0, 2 * _STEPS // times))
            after = min(_steps_done(run) + further, _STEPS - 1)
            if _finishes(child, run, after, float(rng.uniform(0, 0.03))):
                break
            kills.append(str(_steps_done(run)))
        _compare(_state(run), wanted)
    steps = " ".join(kills)
    sys.stdout.write(f"{times} kills, after steps {steps} of {_STEPS}: all the same in the end\n")
    return 0


def _start(run: Path, workers: int) -> int:
    child = os.fork()
    if child:
        return child
    sys.argv[1:] = [str(run), "normalized", _PAUSE_S, *_SETTINGS, f"workers={workers}"]
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os._exit(train())


def _wait(child: int) -> None:
    if os.waitpid(child, 0)[1]:
        raise SystemExit("a training left in peace has failed")


def _finishes(child: int, run: Path, after: int, pause_s: float) -> bool:
    """Whether it ends before it can be killed, some time after the step `after`."""
    due = None
    while due is None or time.monotonic() < due:
        ended, code = os.waitpid(child, os.WNOHANG)
        if ended:
            if code:
                raise SystemExit("a resumed training has failed")
            return True
        if due is None and _steps_done(run) >= after:
            due = time.monotonic() + pause_s
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _steps_done(run: Path) -> int:
    _, rows = read_curve(run / "losses.csv")
    return int(rows[-1]["step"]) if rows else 0


def _state(run: Path) -> dict[str, object]:
    newest = newest_checkpoint(run / "checkpoints")
    if newest is None:
        raise SystemExit(f"no checkpoint in {run}")
    stored = torch.load(newest, weights_only=True)
    found: dict[str, object] = {
        name: stored[name] for name in ("step", "net", "average", "optimizer")
    }
    for name in ("losses", "validation"):
        _, rows = read_curve(run / f"{name}.csv")
        found[name] = [
            {key: value for key, value in row.items() if key not in _CLOCKS} for row in rows
        ]
    return found


def _compare(found: dict[str, object], wanted: dict[str, object]) -> None:
    for name in wanted:
        # Strict: no tolerance, bit by bit.
        torch.testing.assert_close(found[name], wanted[name], rtol=0, atol=0, msg=name)


if __name__ == "__main__":
    sys.exit(main())
