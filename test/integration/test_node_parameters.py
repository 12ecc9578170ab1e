"""The settings of the node as ROS parameters.

Proves: what is wrong is refused with the reason, and ranges and texts are declared. Not: what a
setting does (unit/).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import ConfigError, InvalidBoxError, MissingDependencyError
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker

pytestmark = pytest.mark.ros


@pytest.mark.parametrize(
    ("parameters", "error", "text"),
    [
        pytest.param({"sync.slob_ms": 5.0}, ConfigError, "did you mean sync.slop_ms", id="name"),
        pytest.param({"sync.slop_ms": -1.0}, ConfigError, "must lie in 0", id="range"),
        pytest.param({"sync.mode": "newest"}, ConfigError, "latest, every", id="choice"),
        pytest.param({"sync.slop_ms": "x"}, ConfigError, "must be a number", id="type"),
        pytest.param(
            {"registration.homography": [0.0] * 9}, ConfigError, "has no inverse", id="matrix"
        ),
        pytest.param(
            {"thermal.normalization": "fixed", "thermal.low": 5.0, "thermal.high": 5.0},
            ConfigError,
            "thermal.low must be below thermal.high",
            id="counts",
        ),
        pytest.param({"target.box": [1.0, 2.0]}, InvalidBoxError, "four numbers", id="box"),
    ],
)
def test_wrong_parameter_is_refused(
    start_node: Callable[..., Any],
    parameters: dict[str, Any],
    error: type[Exception],
    text: str,
) -> None:
    with pytest.raises(error, match=text):
        start_node(**{name.replace(".", "__"): value for name, value in parameters.items()})


def test_message_filters_is_named_when_missing(start_node: Callable[..., Any]) -> None:
    from importlib.util import find_spec

    if find_spec("message_filters") is not None:
        pytest.skip("message_filters is installed")
    with pytest.raises(MissingDependencyError, match="ros-<distro>-message-filters"):
        start_node(sync__policy="approximate")


def test_descriptors_and_ranges(start_node: Callable[..., Any]) -> None:
    from rclpy.parameter import Parameter

    harness = start_node(sync__slop_ms=5)  # an integer for a float
    node = harness.node
    assert node.config.sync.slop_ms == 5.0
    slop = node.describe_parameter("sync.slop_ms")
    assert slop.read_only
    assert slop.floating_point_range[0].to_value == 10_000.0
    assert "[ms]" in slop.description
    depth = node.describe_parameter("input.depth")
    assert (depth.integer_range[0].from_value, depth.integer_range[0].to_value) == (1, 100)
    assert "raw" in node.describe_parameter("input.transport").additional_constraints

    def set_value(name: str, value: Any) -> bool:  # noqa: ANN401
        return bool(node.set_parameters([Parameter(name, value=value)])[0].successful)

    assert not set_value("sync.slop_ms", 6.0)
    assert set_value("overlay.max_rate_hz", 5.0)
    assert not set_value("overlay.max_rate_hz", -1.0)
    assert not set_value("overlay.panels", "left")


@pytest.mark.parametrize(
    ("given", "weight", "level"),
    [
        pytest.param({}, 1.0, "roi3", id="none"),
        pytest.param({"preset": "paper"}, 3.0, "conv1", id="preset"),
        pytest.param({"preset": "paper", "attention.weight": 5.0}, 5.0, "conv1", id="both"),
        pytest.param({"preset": "paper", "attention.weight": 1.0}, 1.0, "conv1", id="default"),
    ],
)
def test_given_parameter_wins_over_the_preset(
    start_node: Callable[..., Any], given: dict[str, Any], weight: float, level: str
) -> None:
    named = {name.replace(".", "__"): value for name, value in given.items()}
    node = start_node(with_cameras=False, **named).node
    assert node.get_parameter("attention.weight").value == weight
    assert node.get_parameter("attention.level").value == level
    assert node.config == build(Config, given)
    assert node.describe_parameter("preset").read_only
    constraints = node.describe_parameter("preset").additional_constraints
    assert all(name in constraints for name in ("realtime", "paper", "dat", "py_mdnet"))


def test_unknown_preset_is_refused(start_node: Callable[..., Any]) -> None:
    with pytest.raises(ConfigError, match=r"preset must be one of realtime, paper"):
        start_node(with_cameras=False, preset="papper")


def test_preset_of_the_shipped_settings_file_works_over_a_command_line(tmp_path: Path) -> None:
    """As a user edits it: one word in a copy of config/tracker.yaml, and one parameter more."""
    import rclpy

    from rgbt_dualatt_ros.ros.tracker_node import TrackerNode

    shipped = Path(__file__).resolve().parents[2] / "config" / "tracker.yaml"
    edited = tmp_path / "edited.yaml"
    text = shipped.read_text("utf-8").replace('preset: "realtime"', 'preset: "paper"')
    edited.write_text(text, encoding="utf-8")
    context = rclpy.Context()
    arguments = ["--ros-args", "--params-file", str(edited), "-p", "learning.rate:=0.5"]
    rclpy.init(args=arguments, context=context)
    try:
        node = TrackerNode(lambda _: StaticTracker(), context=context)
        try:
            assert node.config == build(Config, {"preset": "paper", "learning.rate": 0.5})
        finally:
            assert node.close()
    finally:
        rclpy.shutdown(context=context)
