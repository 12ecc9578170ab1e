"""Files made from the settings are up to date, and ROS reads from them what we read."""

from __future__ import annotations

import re
import runpy
from array import array
from pathlib import Path

import pytest

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config, to_yaml
from rgbt_dualatt_ros.core.settings import build, values_of


def test_generated_files_are_up_to_date(root: Path) -> None:
    wanted = runpy.run_path(str(root / "tools" / "write_generated.py"))["generated_files"]()
    stale = [path.name for path, text in wanted.items() if path.read_text("utf-8") != text]
    assert not stale, "run: make generate"


def test_the_table_has_a_row_for_every_setting(root: Path) -> None:
    page = (root / "docs" / "ros_interface.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in values_of(Config()))


def test_the_settings_file_holds_the_defaults(root: Path) -> None:
    assert load_config(Config, root / "config" / "tracker.yaml") == Config()


def test_a_preset_named_in_the_settings_file_takes_effect(root: Path, tmp_path: Path) -> None:
    text = (root / "config" / "tracker.yaml").read_text(encoding="utf-8")
    edited = tmp_path / "edited.yaml"
    edited.write_text(text.replace('preset: "realtime"', 'preset: "paper"'), encoding="utf-8")
    assert load_config(Config, edited) == build(Config, {"preset": "paper"})


def test_every_line_of_the_settings_file_works_once_its_mark_is_removed(
    root: Path, tmp_path: Path
) -> None:
    text = (root / "config" / "tracker.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if ": not given" not in line]
    edited = tmp_path / "edited.yaml"
    edited.write_text(re.sub(r"(?m)^    # ", "    ", "\n".join(lines)), encoding="utf-8")
    assert load_config(Config, edited) == Config()
    names = [line.strip().partition(":")[0] for line in edited.read_text("utf-8").splitlines()]
    assert {name for name, value in values_of(Config()).items() if value != ()} <= set(names)


@pytest.mark.ros
def test_ros_reads_settings_files_as_we_do(root: Path, tmp_path: Path) -> None:
    import rclpy
    from rclpy.context import Context
    from rclpy.node import Node

    pinned = tmp_path / "pinned.yaml"
    pinned.write_text(to_yaml(build(Config, {"preset": "paper"})), encoding="utf-8")
    for path in (root / "config" / "tracker.yaml", pinned):
        context = Context()
        rclpy.init(args=["--ros-args", "--params-file", str(path)], context=context)
        try:
            node = Node(
                "reader",
                context=context,
                automatically_declare_parameters_from_overrides=True,
                start_parameter_services=False,
            )
            read_by_ros = {
                name: _plain(parameter.value)
                for name, parameter in node.get_parameters_by_prefix("").items()
                if name not in ("use_sim_time", "start_type_description_service")
            }
            node.destroy_node()
        finally:
            rclpy.shutdown(context=context)
        ours = values_of(load_config(Config, path))
        assert read_by_ros == {name: ours[name] for name in read_by_ros}
        given = {name for name, value in ours.items() if value != ()}
        assert read_by_ros.keys() == (given if path == pinned else {"preset"})


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, array) else value
