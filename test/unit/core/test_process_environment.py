"""Waiting compute threads sleep, but what the user has set stays. Not here: what that gains."""

from __future__ import annotations

import os

import pytest

from rgbt_dualatt_ros.core.process_environment import set_compute_environment


def test_threads_sleep_unless_the_user_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    set_compute_environment()
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
    assert os.environ["GOMP_SPINCOUNT"] == "0"
