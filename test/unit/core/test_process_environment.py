"""Waiting compute threads sleep, but what the user has set stays. Not here: what that gains."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from rgbt_dualatt_ros.core.process_environment import set_compute_environment


def test_threads_sleep_unless_the_user_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    set_compute_environment()
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
    assert os.environ["GOMP_SPINCOUNT"] == "0"


def test_numpy_has_one_thread_in_our_commands_which_import_it_later() -> None:
    lines = (
        "import sys",
        "from rgbt_dualatt_ros.cli import main",
        "assert 'numpy' not in sys.modules and 'torch' not in sys.modules",
        "main.main(['--help'])",
        "import os",
        "print('threads', os.environ['OPENBLAS_NUM_THREADS'])",
    )
    environment = {
        key: value for key, value in os.environ.items() if key != "OPENBLAS_NUM_THREADS"
    }
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1] == "threads 1"
