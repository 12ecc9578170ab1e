"""`rgbt-dualatt doctor` where everything is installed.

Proves: it ends in time, finds what is there, and measures the transport. Not: what it says where
things are missing.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.ros, pytest.mark.slow]


def test_doctor() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rgbt_dualatt_ros.cli.main", "doctor"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = {line[:16].strip(): line[17:] for line in done.stdout.splitlines()}
    assert lines["interpreter"].startswith(sys.executable.rpartition("/")[0])
    assert "rmw_fastrtps_cpp" in lines["ROS 2"]
    received, _, sent = lines["images, profile"].split()[:3]
    # Some may be lost on a busy machine; with the default transport nearly all are.
    assert int(received) > 0.7 * int(sent)
