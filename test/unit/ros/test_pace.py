"""When the next one is due.

Proves: the first one always is, however short the machine has been up; then the rate holds.
"""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.core.time_units import NS_PER_MS
from rgbt_dualatt_ros.ros.pace import Pace


def test_the_first_one_is_due_and_the_next_after_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pace = Pace()
    now_ms = [5]  # the machine has just been switched on
    monkeypatch.setattr("time.monotonic_ns", lambda: now_ms[0] * NS_PER_MS)
    due: list[bool] = []
    for now_ms[0] in (5, 100, 204, 205, 300, 405):
        due.append(pace.is_due(5.0))
    assert due == [True, False, False, True, False, True]
    assert pace.is_due(0.0)
