"""How a setting is declared, listed, checked and filled in; the settings are in config.py.

A setting is declared once, as a dataclass field. ROS parameters and their descriptors, the YAML
check, the `rgbt-dualatt config` listing and the table in docs/ros_interface.md derive from `walk`.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from rgbt_dualatt_ros.core.errors import ConfigError

Value = bool | int | float | str | tuple[float, ...]
ConfigT = TypeVar("ConfigT")

_DECLARATION = "rgbt_dualatt.setting"
_INLINE = "rgbt_dualatt.inline"
_KINDS: dict[Any, str] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    tuple[float, ...]: "floats",
}
_EXAMPLES = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "floats": "a list of numbers",
}


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is said of a setting where it is declared.

    Attributes:
        presets: of a setting whose value names a set of other values: these, by that value. They
            take the place of the defaults; what a user gives wins over them.
    """

    text: str
    low: float | None = None
    high: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    runtime: bool = False
    presets: Mapping[str, Mapping[str, Value]] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting with its full dotted name, as every listing and check needs it.

    Attributes:
        kind: one of `bool`, `int`, `float`, `str`, `floats`.
    """

    name: str
    kind: str
    default: Value
    declaration: Declaration

    @property
    def range_text(self) -> str:
        """The allowed values for a human: `0 .. 1`, `a | b`, or empty."""
        declared = self.declaration
        if declared.choices:
            return " | ".join(choice or '""' for choice in declared.choices)
        if declared.low is None and declared.high is None:
            return ""
        low = "-inf" if declared.low is None else _written(declared.low)
        high = "inf" if declared.high is None else _written(declared.high)
        return f"{low} .. {high}"

    def check(self, value: object) -> Value:
        """`value` in the setting's own type.

        Raises:
            ConfigError: when it has another type or lies outside the range.
        """
        converted: Value | None = _CONVERTERS[self.kind](value)
        if converted is None:
            raise ConfigError(f"{self.name} must be {_EXAMPLES[self.kind]}; got {value!r}")
        self._check_range(converted)
        return converted

    def parse(self, text: str) -> Value:
        """The value written as text on a command line; lists are separated by commas.

        Raises:
            ConfigError: as `check`.
        """
        if self.kind == "bool" and text.lower() in ("true", "false"):
            return self.check(text.lower() == "true")
        if self.kind == "int":
            return self.check(_whole_number(text))
        if self.kind == "floats":
            return self.check([part.strip() for part in text.split(",") if part.strip()])
        return self.check(text)

    def _check_range(self, value: Value) -> None:
        declared = self.declaration
        if declared.choices and value not in declared.choices:
            wanted = ", ".join(choice or '""' for choice in declared.choices)
            raise ConfigError(f"{self.name} must be one of {wanted}; got {value!r}")
        low = -math.inf if declared.low is None else declared.low
        high = math.inf if declared.high is None else declared.high
        numbers = value if isinstance(value, tuple) else (value,)
        for number in numbers:
            if isinstance(number, (int, float)) and not low <= number <= high:
                unit = f" {declared.unit}" if declared.unit else ""
                raise ConfigError(
                    f"{self.name} must lie in {self.range_text}{unit}; got {value!r}"
                )


def _whole_number(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text


def _written(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else f"{number:g}"


def setting(
    default: Value,
    text: str,
    low: float | None = None,
    high: float | None = None,
    **more: Any,  # noqa: ANN401  unit, choices, runtime: checked by Declaration itself
) -> Any:  # noqa: ANN401  a dataclass field takes the type of its annotation
    """Declare a setting as a field of a frozen dataclass.

    Args:
        default: value when the user gives none.
        text: what it means, one sentence.
        low: smallest allowed value, included.
        high: largest allowed value, included.
        **more: `unit`, `choices` (allowed texts), `runtime` (may change while the node runs),
            `presets` (whose names are then the choices).
    """
    more.setdefault("choices", tuple(more.get("presets", ())))
    declaration = Declaration(text, low, high, **more)
    return dataclasses.field(default=default, metadata={_DECLARATION: declaration})


def part(config_class: type[Any], *, inline: bool = False) -> Any:  # noqa: ANN401  as `setting`
    """Declare a group of settings; `inline` leaves the field's name out of the settings' names."""
    return dataclasses.field(default_factory=config_class, metadata={_INLINE: inline})


def walk(config_class: type[Any], prefix: str = "") -> Iterator[Setting]:
    """Every setting of `config_class` in the order of declaration, groups by dotted names."""
    hints = get_type_hints(config_class)
    for field in dataclasses.fields(config_class):
        if _DECLARATION in field.metadata:
            kind = _KINDS[hints[field.name]]
            default: Any = field.default
            yield Setting(prefix + field.name, kind, default, field.metadata[_DECLARATION])
        else:
            yield from walk(hints[field.name], _below(prefix, field))


def build(config_class: type[ConfigT], values: Mapping[str, object], source: str = "") -> ConfigT:
    """A configuration from dotted names; what is not named keeps its preset's value or default.

    Args:
        values: by full dotted name, or nested by group.
        source: where the values came from, put in front of every error.

    Raises:
        ConfigError: on an unknown name (with the nearest valid one), or a wrong value.
    """
    known = {setting.name: setting for setting in walk(config_class)}
    try:
        given = flatten_names(values)
        _refuse_unknown(given, known)
        checked = {name: known[name].check(value) for name, value in given.items()}
        checked = {**_preset_values(checked, known), **checked}
    except ConfigError as error:
        raise ConfigError(f"{source}: {error}" if source else str(error)) from None
    return _fill(config_class, checked, "")


def values_of(config: object, prefix: str = "") -> dict[str, Value]:
    """Every value of `config` by its dotted name; `build` of the result gives an equal one."""
    found: dict[str, Value] = {}
    for field in dataclasses.fields(config):  # type: ignore[arg-type]  # any config dataclass
        value = getattr(config, field.name)
        if _DECLARATION in field.metadata:
            found[prefix + field.name] = value
        else:
            found.update(values_of(value, _below(prefix, field)))
    return found


def flatten_names(values: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Nested groups as dotted names: `{"sync": {"slop_ms": 5}}` becomes `{"sync.slop_ms": 5}`."""
    flat: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat.update(flatten_names(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def nearest_name(name: str, known: Mapping[str, Setting]) -> str:
    """A hint `; did you mean …?` for a misspelt name, or an empty text."""
    last = {full.rsplit(".", 1)[-1]: full for full in known}
    near = difflib.get_close_matches(name, known, 1, 0.6)
    near = near or [
        last[key] for key in difflib.get_close_matches(name.rsplit(".", 1)[-1], last, 1)
    ]
    return f"; did you mean {near[0]}?" if near else ""


def _preset_values(given: Mapping[str, Value], known: Mapping[str, Setting]) -> dict[str, Value]:
    """The values that the chosen presets stand for."""
    found: dict[str, Value] = {}
    for name, each in known.items():
        presets = each.declaration.presets
        if presets:
            group = name.rpartition(".")[0]
            chosen = presets[str(given.get(name, each.default))]
            for inner, value in chosen.items():
                full = f"{group}.{inner}" if group else inner
                found[full] = known[full].check(value)
    return found


def _refuse_unknown(given: Mapping[str, object], known: Mapping[str, Setting]) -> None:
    for name in sorted(given.keys() - known.keys()):
        raise ConfigError(f"there is no setting {name}{nearest_name(name, known)}")


def _fill(config_class: type[ConfigT], checked: Mapping[str, Value], prefix: str) -> ConfigT:
    hints = get_type_hints(config_class)
    chosen: dict[str, Any] = {}
    for field in dataclasses.fields(config_class):  # type: ignore[arg-type]  # any config dataclass
        if _DECLARATION not in field.metadata:
            chosen[field.name] = _fill(hints[field.name], checked, _below(prefix, field))
        elif prefix + field.name in checked:
            chosen[field.name] = checked[prefix + field.name]
    return config_class(**chosen)


def _below(prefix: str, field: dataclasses.Field[Any]) -> str:
    return prefix if field.metadata.get(_INLINE) else f"{prefix}{field.name}."


def _as_bool(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _as_int(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _as_float(value: object) -> float | None:
    # YAML 1.1 readers give `5e-5` (no dot) as text, and 5 for a float is meant as 5.0.
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _as_str(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _as_floats(value: object) -> tuple[float, ...] | None:
    try:
        numbers = [_as_float(item) for item in value]  # type: ignore[attr-defined]  # tried, not known
    except TypeError:
        return None
    return None if isinstance(value, str) or None in numbers else tuple(numbers)  # type: ignore[arg-type]


_CONVERTERS: dict[str, Any] = {
    "bool": _as_bool,
    "int": _as_int,
    "float": _as_float,
    "str": _as_str,
    "floats": _as_floats,
}
