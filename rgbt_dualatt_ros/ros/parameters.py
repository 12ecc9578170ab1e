"""Settings as ROS parameters: one declaration in core/config.py, here only translated.

A misspelt name in a parameter file is silently ignored by rclpy. So the node is made with
`automatically_declare_parameters_from_overrides`, which shows every name that was given; unknown
ones are refused, and the known ones are declared again with text, range and read-only flag.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.node import Node
from rclpy.parameter import Parameter

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.settings import Setting, Value, build, values_of, walk

ConfigT = TypeVar("ConfigT")

# Parameters that rclpy itself gives to nodes; none of our settings.
_OF_EVERY_NODE = ("use_sim_time", "start_type_description_service")
_PREFIXES_OF_RCLPY = ("qos_overrides.",)
_LARGEST = 1.0e308
_LARGEST_INT = 2**63 - 1


class NodeSettings:
    """The settings of a node, from its parameters.

    Attributes:
        config: the values at the start, checked.

    Raises:
        ConfigError: on an unknown name, with the nearest valid one, or a wrong value.
    """

    def __init__(self, node: Node, config_class: type[Any]) -> None:
        self._node = node
        self._config_class = config_class
        self._known = {each.name: each for each in walk(config_class)}
        given = _given_values(node)
        self.config = build(config_class, given, source="parameters")
        for name in given:
            node.undeclare_parameter(name)
        values = values_of(self.config)
        for each in self._known.values():
            _declare(node, each, values[each.name])
        node.add_on_set_parameters_callback(self._allowed)

    def current(self, part: type[ConfigT], prefix: str) -> ConfigT:
        """One group of settings as it stands now; some may change while the node runs."""
        names = {each.name for each in walk(part)}
        found = {name: self._node.get_parameter(f"{prefix}.{name}").value for name in names}
        return build(part, found)

    def _allowed(self, parameters: Sequence[Parameter[Any]]) -> SetParametersResult:
        # Answers only: the values are read where they are used, once rclpy has accepted them.
        for parameter in parameters:
            known = self._known.get(parameter.name)
            try:
                if known is not None:
                    known.check(parameter.value)
            except ConfigError as error:
                return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)


def describe(setting: Setting) -> ParameterDescriptor:
    """What `ros2 param describe` shows of a setting; rclpy enforces the ranges in it."""
    declared = setting.declaration
    unit = f" [{declared.unit}]" if declared.unit else ""
    descriptor = ParameterDescriptor(
        name=setting.name,
        description=f"{declared.text}{unit}",
        read_only=not declared.runtime,
        # An empty list has no type of its own, and a list given later must not be refused for it.
        dynamic_typing=setting.kind == "floats",
    )
    if declared.choices:
        descriptor.additional_constraints = f"one of: {setting.range_text}"
    low, high = declared.low, declared.high
    if setting.kind == "int" and (low is not None or high is not None):
        descriptor.integer_range = [
            IntegerRange(
                from_value=-_LARGEST_INT if low is None else int(low),
                to_value=_LARGEST_INT if high is None else int(high),
            )
        ]
    elif setting.kind == "float" and (low is not None or high is not None):
        descriptor.floating_point_range = [
            FloatingPointRange(
                from_value=-_LARGEST if low is None else float(low),
                to_value=_LARGEST if high is None else float(high),
            )
        ]
    return descriptor


def _given_values(node: Node) -> dict[str, object]:
    given: dict[str, object] = {}
    for name, parameter in node.get_parameters_by_prefix("").items():
        is_ours = name not in _OF_EVERY_NODE and not name.startswith(_PREFIXES_OF_RCLPY)
        if is_ours and parameter.type_ is not Parameter.Type.NOT_SET:
            given[name] = parameter.value
    return given


def _declare(node: Node, setting: Setting, value: Value) -> None:
    as_parameter = list(value) if isinstance(value, tuple) else value
    node.declare_parameter(setting.name, as_parameter, describe(setting), ignore_override=True)
