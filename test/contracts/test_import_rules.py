"""The floors: who may import whom. A second, independent look for ROS guards the first one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROS_MODULES = {
    "rclpy", "rgbt_dualatt", "sensor_msgs", "std_msgs", "std_srvs", "visualization_msgs",
    "diagnostic_msgs", "vision_msgs", "rosgraph_msgs", "rcl_interfaces", "builtin_interfaces",
    "message_filters", "cv_bridge", "launch", "launch_ros", "ament_index_python",
}  # fmt: skip
FLOORS_WITH_ROS = {"ros", "cli"}
FLOORS_WITHOUT_TORCH = {"core", "streaming", "imaging", "datasets", "bags"}


def test_the_rules_of_pyproject_hold(root: Path) -> None:
    command = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kept, 0 broken" in done.stdout


def test_ros_is_imported_in_ros_and_cli_alone(imports: dict[str, set[str]]) -> None:
    offenders = {
        path: names & ROS_MODULES
        for path, names in imports.items()
        if path.partition("/")[0] not in FLOORS_WITH_ROS and names & ROS_MODULES
    }
    assert not offenders
    assert any("rclpy" in names for names in imports.values()), "the search finds nothing at all"


def test_low_floors_need_no_torch(imports: dict[str, set[str]]) -> None:
    low = {path: names for path, names in imports.items() if _floor(path) in FLOORS_WITHOUT_TORCH}
    assert not {path for path, names in low.items() if names & {"torch", "torchvision"}}


@pytest.mark.parametrize("module", ["rgbt_dualatt_ros", "rgbt_dualatt_ros.cli.main"])
def test_importing_costs_nothing(module: str) -> None:
    heavy = "{'torch', 'cv2', 'rclpy', 'matplotlib'}"
    command = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def _floor(path: str) -> str:
    return path.partition("/")[0]
