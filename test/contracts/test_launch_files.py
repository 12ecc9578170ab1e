"""Launch files: compiled, and what they name exists; built only where launch is installed.

ROS 2 launch is not among the wheels, so how a launch behaves is checked on an installation.
"""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import pytest
import yaml

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.presets import PRESETS
from rgbt_dualatt_ros.core.settings import values_of

ROOT = Path(__file__).resolve().parents[2]
LAUNCH_FILES = sorted((ROOT / "launch").glob("*.launch.py"))
ids = [path.name for path in LAUNCH_FILES]


@pytest.mark.parametrize("path", LAUNCH_FILES, ids=ids)
def test_it_compiles_and_describes_a_launch(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    compile(tree, str(path), "exec")
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert "generate_launch_description" in functions
    assert f"ros2 launch rgbt_dualatt {path.name}" in (ast.get_docstring(tree) or "")


@pytest.mark.parametrize("path", LAUNCH_FILES, ids=ids)
def test_what_it_names_exists(path: Path, commands: dict[str, str]) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        named = {key.arg: ast.literal_eval(key.value) for key in call.keywords if _is_text(key)}
        if named.get("package") == "rgbt_dualatt":
            assert named["executable"] in commands
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    files = {text for text in texts if isinstance(text, str) and _is_file_name(text)}
    missing = [
        name for name in files if not ((ROOT / name).exists() or (path.parent / name).exists())
    ]
    assert not missing


def test_its_arguments_set_settings_that_exist() -> None:
    tree = ast.parse((ROOT / "launch" / "track.launch.py").read_text(encoding="utf-8"))
    assigned = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    names = values_of(Config()).keys()
    assert set(assigned["SETTINGS"].values()) | {"target.box"} <= names
    assert assigned["SETTINGS"].keys() <= assigned["ARGUMENTS"].keys()
    _, text = assigned["ARGUMENTS"]["preset"]
    assert all(name in text for name in PRESETS)


def test_rviz_listens_to_topics_of_the_node() -> None:
    content = yaml.safe_load((ROOT / "config" / "rviz" / "tracker.rviz").read_text("utf-8"))
    topics = [display["Topic"] for display in content["Visualization Manager"]["Displays"]]
    assert topics[0]["Value"] == "/tracker/overlay"
    node = (ROOT / "rgbt_dualatt_ros" / "ros" / "tracker_node.py").read_text("utf-8")
    assert 'NODE_NAME = "tracker"' in node
    for topic in topics:
        assert topic["Reliability Policy"] in ("Reliable", "Best Effort"), (
            "explicit, not a default"
        )
    sources = [path.read_text("utf-8") for path in (ROOT / "rgbt_dualatt_ros/ros").glob("*.py")]
    launch = (ROOT / "launch" / "track.launch.py").read_text("utf-8")
    for name in (topic["Value"] for topic in topics):
        assert f'("{name}", ' in launch, "a namespace would not reach it"
        given = name.replace("/tracker/", "~/").lstrip("/")
        assert any(f'"{given}"' in source for source in sources)


@pytest.mark.launch
@pytest.mark.parametrize("path", LAUNCH_FILES, ids=ids)
def test_launch_takes_its_arguments(path: Path) -> None:
    pytest.importorskip("launch_ros", reason="ROS 2 launch is not installed")
    description = runpy.run_path(str(path))["generate_launch_description"]()
    assert [each.name for each in description.get_launch_arguments()]


def _is_text(keyword: ast.keyword) -> bool:
    return isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)


def _is_file_name(text: str) -> bool:
    return " " not in text and text.endswith((".py", ".rviz", ".xml", ".yaml")) and text != ".py"
