"""`rgbt-dualatt demo`: rendered, played over DDS, scored; the second time nothing is rendered.

Proves: the command of the README works offline and from an empty folder. Not: how well the
tracker does on the scene, so StaticTracker stands in for it.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

pytestmark = [pytest.mark.ros, pytest.mark.slow]


def fail_to_open(_frames: int, task: str) -> AbstractContextManager[object]:
    pytest.fail(f"{task} is done a second time")


@pytest.mark.timeout(300)
def test_short_demo(tmp_path: Path) -> None:
    from rgbt_dualatt_ros.ros.demo_scene_bag import demo_bag

    outdated = tmp_path / "scene-0123456789ab"
    outdated.mkdir()
    command = [sys.executable, "-m", "rgbt_dualatt_ros.cli.main", "demo", "--short"]
    done = subprocess.run(
        [*command, "--tracker", "static", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    table = done.stdout.splitlines()
    assert table[1].split()[0] == "static"
    assert (tmp_path / "results" / "index.html").is_file()
    assert done.stdout.rstrip().endswith("index.html")
    assert not outdated.exists(), "bags of older renderers pile up"
    assert demo_bag(tmp_path, fail_to_open, is_short=True).is_dir()  # type: ignore[arg-type]
