"""What is told of a node that has ended by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.ros.node_child import NodeChild

WARNING = "[WARN] [1.5] [tracker]: /rgb/image_raw has a publisher, but no image has come in 2 s"


@pytest.mark.parametrize(
    ("log", "told"),
    [
        (f"error: cannot read weights junk\n{WARNING}\n", "cannot read weights junk"),
        (f"{WARNING}\nerror: one\nerror: two\n", "two"),
        ("one\n\ntwo\nthree\nfour\n", "two | three | four"),
    ],
    ids=["its error, not what it missed", "the last error", "without one its last lines"],
)
def test_its_error_is_told_or_else_its_last_lines(tmp_path: Path, log: str, told: str) -> None:
    child = NodeChild([], tmp_path / "node.log")
    child.check_alive()  # it has not begun
    (tmp_path / "node.log").write_text(log)
    child._process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(2)"])
    child._process.wait()
    with pytest.raises(RgbtError) as error:
        child.check_alive()
    path = tmp_path / "node.log"
    assert str(error.value) == f"the node has ended with code 2: {told} (all of it: {path})"
