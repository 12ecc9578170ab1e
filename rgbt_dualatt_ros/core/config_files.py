"""Settings in YAML files, with or without the wrapper of ROS parameter files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import yaml

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.settings import (
    Setting,
    Value,
    build,
    flatten_names,
    nearest_name,
    values_of,
    walk,
)

ConfigT = TypeVar("ConfigT")

_PARAMETERS = "ros__parameters"
# Last parts of the node names whose parameters are ours: any node, or the tracker by its name.
_OUR_NODES = ("**", "*", "tracker")


def read_values(path: Path) -> dict[str, object]:
    """The settings of a YAML file by dotted name, without the wrapper of ROS parameter files.

    Of a ROS parameter file, the parameters of every node and those of the tracker (in any
    namespace) are taken; a later block wins.

    Raises:
        ConfigError: when the file cannot be read, is no mapping, or holds parameters of other
            nodes only; the text names file and line.
    """
    content = _read_mapping(path)
    blocks = list(_node_blocks(content))
    ours = [block for node, block in blocks if node.rpartition("/")[2] in _OUR_NODES]
    if blocks and not ours:
        nodes = ", ".join(node for node, _ in blocks)
        raise ConfigError(f"{path} has no parameters for /tracker or /**, only for {nodes}")
    values: dict[str, object] = {}
    for block in ours or [content]:
        if not isinstance(block, Mapping):
            raise ConfigError(
                f"{path}: {_PARAMETERS} must hold names and values, not {type(block).__name__}"
            )
        values.update(flatten_names(block))
    values.pop("use_sim_time", None)  # every ROS node has it; it is none of ours
    return values


def _read_mapping(path: Path) -> Mapping[str, object]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read settings {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not a text file") from None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{path} is not valid YAML: {reason}") from None
    if content is None:
        return {}
    if not isinstance(content, Mapping):
        raise ConfigError(f"{path} must hold names and values, not {type(content).__name__}")
    return content


def _node_blocks(
    content: Mapping[str, object], namespace: str = ""
) -> Iterator[tuple[str, object]]:
    """Full name and parameters of every node in a ROS parameter file; none in a plain file."""
    for name, value in content.items():
        if not isinstance(value, Mapping):
            continue
        node = f"{namespace}/{str(name).strip('/')}"
        if _PARAMETERS in value:
            block = value[_PARAMETERS]
            yield node, {} if block is None else block
        yield from _node_blocks(value, node)


def load_config(
    config_class: type[ConfigT], path: Path | None = None, overrides: Iterable[str] = ()
) -> ConfigT:
    """A configuration from a file and then from `name=value` texts, which win.

    Raises:
        ConfigError: on any unknown name or wrong value, naming the file or the text.
    """
    values = read_values(path) if path else {}
    config = build(config_class, values, source=str(path) if path else "")
    changes = _parse_overrides(config_class, overrides)
    return build(config_class, {**values, **changes}) if changes else config


def to_yaml(config: object) -> str:
    """A ROS parameter file with every value and its meaning; `load_config` reads it back."""
    values = values_of(config)
    lines = [
        "# Every setting, its value and its meaning, so that no later default changes anything.",
        "/**:",
        "  ros__parameters:",
    ]
    # rcl cannot read an empty list, so these stand as comments.
    lines += [
        f"    # {each.name}: not given  # {_comment(each)}"
        if values[each.name] == ()
        else f"    {each.name}: {_yaml_value(values[each.name])}  # {_comment(each)}"
        for each in walk(type(config))
    ]
    return "\n".join(lines) + "\n"


def defaults_as_yaml(config_class: type[object]) -> str:
    """A ROS parameter file to edit: presets stand as they are, all else as comments to uncomment.

    A value in a file wins over a preset. So a file that only states the defaults must not hold
    them as values, or its preset would change nothing.
    """
    lines = [
        "# Every setting, its default and its meaning. Remove the # before a line to change it;",
        "# what is left as a comment follows the preset.",
        "/**:",
        "  ros__parameters:",
    ]
    for each in walk(config_class):
        mark = "" if each.declaration.presets else "# "
        value = "not given" if each.default == () else _yaml_value(each.default)
        lines.append(f"    {mark}{each.name}: {value}  # {_comment(each)}")
    return "\n".join(lines) + "\n"


def _comment(each: Setting) -> str:
    range_text = f" [{each.range_text}]" if each.range_text else ""
    unit = f" ({each.declaration.unit})" if each.declaration.unit else ""
    return f"{each.declaration.text}{unit}{range_text}"


def _yaml_value(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return _yaml_float(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_yaml_float, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _yaml_float(value: float) -> str:
    # rcl wants a dot in a double and PyYAML wants one before the exponent.
    text = repr(float(value))
    mantissa, exponent, power = text.partition("e")
    return f"{mantissa}{'' if '.' in mantissa else '.0'}{exponent}{power}"


def _parse_overrides(config_class: type[object], overrides: Iterable[str]) -> dict[str, Value]:
    known = {each.name: each for each in walk(config_class)}
    changes: dict[str, Value] = {}
    for text in overrides:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"write a setting as name=value; got {text!r}")
        if name not in known:
            raise ConfigError(f"there is no setting {name}{nearest_name(name, known)}")
        changes[name] = known[name].parse(value)
    return changes
