"""What the ROS part may use of rclpy, so that it runs from Humble on.

Proves: no module is imported that Humble lacks, but in the one file that chooses, and no class of
rclpy is subscripted when the code runs (they became generic in Kilted; in annotations it is fine).
Not: that every function called has the same arguments there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Those of rclpy that came after Humble.
LATER_MODULES = {
    "rclpy.clock_type", "rclpy.destroyable", "rclpy.event_handler", "rclpy.experimental",
    "rclpy.logging_service", "rclpy.parameter_client", "rclpy.parameter_event_handler",
    "rclpy.service_introspection", "rclpy.subscription_content_filter_options",
    "rclpy.type_description_service", "rclpy.type_hash",
}  # fmt: skip
CHOOSES = "rgbt_dualatt_ros/ros/qos_events.py"
SOURCES = sorted(
    path
    for folder in ("rgbt_dualatt_ros/ros", "rgbt_dualatt_ros/cli", "launch", "test/integration")
    for path in (ROOT / folder).glob("*.py")
)


def run_time_subscripts(tree: ast.Module) -> Iterator[str]:
    """Names from rclpy that are subscripted outside annotations."""
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rclpy")
        for alias in node.names
    }
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        for name, value in ast.iter_fields(node):
            if name not in ("annotation", "returns"):
                children = value if isinstance(value, list) else [value]
                waiting += [child for child in children if isinstance(child, ast.AST)]
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) in imported:
            yield f"line {node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_imports_on_humble(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not list(run_time_subscripts(tree))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    if str(path.relative_to(ROOT)) == CHOOSES:
        assert {"rclpy.event_handler", "rclpy.qos_event"} <= modules
    else:
        assert not modules & LATER_MODULES


@pytest.mark.parametrize(
    ("line", "is_refused"),
    [
        pytest.param("Subscribe = Callable[..., Subscription[Any]]", True, id="alias"),
        pytest.param("made = Subscription[Any](1)", True, id="call"),
        pytest.param('Subscribe = Callable[..., "Subscription[Any]"]', False, id="quoted"),
        pytest.param("def f(a: Subscription[Any]) -> Subscription[Any]: ...", False, id="hints"),
        pytest.param("a: Subscription[Any] = made", False, id="variable"),
    ],
)
def test_the_search_finds_what_would_fail(line: str, is_refused: bool) -> None:
    tree = ast.parse(f"from rclpy.subscription import Subscription\n{line}")
    assert bool(list(run_time_subscripts(tree))) is is_refused
